package transfer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// Why an attempt was stopped: the cause of its context. A pause means to go on
// later with what the server has; a cancel takes that away.
var (
	errCancelled = &client.Error{Op: "transfer", Kind: client.KindCancelled, Err: client.Say("stopped by you").Err()}
	errPaused    = &client.Error{Op: "transfer", Kind: client.KindCancelled, Err: client.Say("paused by you").Err()}
)

// move puts a row that does not run into another phase. The caller holds the mutex.
func (e *Engine) move(nth int, s *slot, to Phase, ended time.Time) {
	e.change(nth, s, func(s *slot) {
		s.phase = uint8(to)
		delete(e.resting, nth)
	})
	if it := e.items[nth]; it != nil {
		it.sent.Store(0)
	}
	for r := range e.inMind(nth) {
		if r.Phase = to; !ended.IsZero() {
			r.Ended = ended
		}
	}
}

// enqueue makes a row wait for a worker that did not. The caller holds the mutex.
func (e *Engine) enqueue(nth int, s *slot) {
	if it := e.items[nth]; it != nil && it.row.Unread {
		delete(e.items, nth) // it is read once more
	}
	e.move(nth, s, Queued, time.Time{})
	e.await(nth, s)
}

// await puts a row that is Queued into the line. The caller holds the mutex.
func (e *Engine) await(nth int, s *slot) {
	if !s.flags.has(inLine) {
		e.line.push(uint32(nth), s)
	}
	e.occupy()
}

// occupy counts one more of what the engine is not idle for, until leave. The caller
// holds the mutex.
func (e *Engine) occupy() {
	if e.open == 0 {
		e.idle = make(chan struct{})
		e.up.reset()
		e.down.reset()
		go e.tick(e.idle)
	}
	e.open++
}

// leave takes one out of those again. The caller holds the mutex.
func (e *Engine) leave() {
	e.open--
	if e.open == 0 {
		close(e.idle)
	}
}

// wake is called when there is another turn.
func (e *Engine) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dispatch()
}

// dispatch starts attempts while there is work, and a turn for it. The caller holds
// the mutex.
func (e *Engine) dispatch() {
	if e.sweeping {
		return // the verb may yet reach what would begin now
	}
	for turn := e.share.Next(); turn != nil; turn = e.share.Next() {
		its := e.next()
		if len(its) == 0 {
			e.share.Enough(turn)
			return
		}
		e.start(its, turn)
	}
}

// next takes what one worker carries out: a row or, where its operation does many
// with one request, those behind it that may go along. None: nothing waits, or what
// does is being read. The caller holds the mutex.
func (e *Engine) next() []*item {
	nth, s := e.line.first(&e.slots)
	if s == nil {
		return nil
	}
	if !e.inMemory(nth) || s.op() == Delete && !e.areNext(client.MaxEntries) {
		e.feed()
		return nil
	}
	group := []*item{e.take(nth, s)}
	for len(group) < client.MaxEntries {
		nth, s := e.line.first(&e.slots)
		if s == nil || s.op() != group[0].row.Job.Op || !e.inMemory(nth) || !together(group[0].row.Job, *e.job(nth)) {
			break
		}
		group = append(group, e.take(nth, s))
	}
	if e.ahead -= len(group); e.ahead < readAhead/2 {
		e.feed()
	}
	return group
}

// areNext reports whether the next n rows are in memory. The caller holds the mutex.
func (e *Engine) areNext(n int) bool {
	for nth := range e.line.waiting(&e.slots) {
		if !e.inMemory(nth) {
			return false
		}
		if n--; n == 0 {
			break
		}
	}
	return true
}

// job is the job of a row in memory. The caller holds the mutex.
func (e *Engine) job(nth int) *Job {
	if it := e.items[nth]; it != nil {
		return &it.row.Job
	}
	return &e.recent.at(nth).Job
}

// take takes the first row of the line off, as an item. The caller holds the mutex.
func (e *Engine) take(nth int, s *slot) *item {
	e.line.drop(&e.slots)
	it := e.items[nth]
	if it == nil {
		it = &item{row: *e.recent.at(nth), number: s.number}
		e.items[nth] = it
	}
	it.begun = s.flags.has(begun)
	it.left = it.row.Receipt
	it.row.Err, it.row.Phase = nil, Queued
	it.sent.Store(0)
	return it
}

// together reports whether one request takes both jobs.
func together(first, j Job) bool {
	o, ok := operations[first.Op].(grouped)
	return ok && j.Op == first.Op && o.joins(first, j)
}

// start begins one attempt at a job, or at several that one request takes. They
// share a context, which is stopped when all of them are. The caller holds the
// mutex.
func (e *Engine) start(its []*item, turn *flow.Turn) {
	a := &attempt{wanted: len(its), its: its}
	var ctx context.Context
	ctx, a.stop = context.WithCancelCause(context.Background())
	a.ctx = ctx
	monitor := &client.RequestMonitor{Now: e.cfg.Now, OnSlowDown: e.cfg.OnSlowDown}
	for _, it := range its {
		it.stop, it.wish, it.kept, it.monitor = a.stopOne(), Sending, Queued, monitor
		it.attempt, it.calls = a, new(disk.Calls)
		it.row.Phase, it.row.Started = Sending, e.cfg.Now()
		it.row.Attempts++
		it.rate.Store(&meter{})
		e.touched(it)
	}
	e.running = append(e.running, its[0])
	its[0].giveWay = sync.OnceFunc(turn.Done)
	go e.work(client.WithMonitor(ctx, monitor), its, turn)
}

// An attempt is what jobs that one request takes have in common.
type attempt struct {
	stop   context.CancelCauseFunc
	wanted int // jobs that nobody stopped
	ctx    context.Context
	its    []*item
}

// stopOne is how one of its jobs is stopped, as often as one likes. The caller
// holds the mutex.
func (a *attempt) stopOne() context.CancelCauseFunc {
	stopped := false
	return func(cause error) {
		if !stopped {
			stopped = true
			a.wanted--
		}
		if a.wanted == 0 {
			a.stop(cause)
		}
	}
}

// work is one attempt at a job, or at several, from Sending to where it ends.
func (e *Engine) work(ctx context.Context, its []*item, turn *flow.Turn) {
	errs := e.carry(client.WithTurn(ctx, turn), its)
	its[0].giveWay()

	e.mu.Lock()
	defer e.mu.Unlock()
	if its[0].calls.AreLeft() {
		return
	}
	e.over(ctx, its, errs)
}

// over puts down how an attempt ended. The caller holds the mutex.
func (e *Engine) over(ctx context.Context, its []*item, errs []error) {
	e.running = slices.DeleteFunc(e.running, func(other *item) bool { return other == its[0] })
	for i, it := range its {
		e.ended(ctx, it, errs[i])
	}
	for _, it := range its {
		it.stop(nil)
		it.stop = nil
		e.rest(it)
	}
	e.dispatch()
	e.signal()
}

// ended puts down how an attempt ended. The caller holds the mutex.
func (e *Engine) ended(ctx context.Context, it *item, err error) {
	it.row.Phase, it.row.Err = outcome(ctx, err, it.wish)
	if it.row.Phase == Failed && it.kept == Queued && e.waitsOut(err) {
		it.row.Phase, it.row.Err = Queued, nil
	}
	if it.row.Phase == Queued && e.closed { // the journal knows it so
		it.row.Phase, it.kept = Paused, Paused
	}
	it.remember()
	it.row.Ended = e.cfg.Now()
	it.rate.Store(nil)
	if it.row.Phase == Done {
		e.sum.Done += max(it.row.Job.bytes(), it.sent.Load())
	}
	it.row.Sent = it.sent.Load()
	e.touched(it)
	s := e.slots.at(it.row.Nth)
	s.flags = s.flags.with(begun, it.begun)
	if it.row.Phase == Queued { // waits out an outage, or was resumed before it came to rest
		e.await(it.row.Nth, s)
	}
	if it.kept != it.row.Phase {
		e.keepState(it)
	}
	e.leave()
}

// tick signals each second until nothing is open: a silent server changes no
// row, and how long it is silent has to be drawn all the same.
func (e *Engine) tick(idle <-chan struct{}) {
	var told outageTold
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-second.C:
			told.look(e)
			e.lookAtDisks()
			e.signal()
		case <-idle:
			e.disk.Rest()
			return
		}
	}
}

// outcome is the phase an attempt ends in. A wish of the user counts only for
// an attempt it cut short: a verdict that was reached is not hidden by it.
func outcome(ctx context.Context, err error, wish Phase) (Phase, error) {
	phase, why := conclusion(err)
	kind := client.KindOf(err)
	switch {
	case phase != Failed, ctx.Err() == nil, kind == client.KindEncryptionNotAsAsked, kind == client.KindCorrupt:
		return phase, why
	case wish == Cancelled:
		return Cancelled, errCancelled
	}
	return wish, nil
}

// conclusion is the phase of an attempt that nobody stopped.
func conclusion(err error) (Phase, error) {
	var skip *skipped
	switch {
	case err == nil:
		return Done, nil
	case errors.As(err, &skip):
		return Skipped, skip.err
	}
	return Failed, err
}

// remember keeps a bad verdict in sight where a retry was stopped by the very
// object it is about: that the object is there is no reason to call it skipped.
// A retry that stored the object anew has a verdict of its own. The caller holds
// the mutex.
func (it *item) remember() {
	r := it.left
	if r == nil || r != it.row.Receipt || it.row.Phase != Skipped || r.Verdict.AsAsked() || r.Verdict == NotYetVerified {
		return
	}
	it.row.Phase, it.row.Err = Failed, notAsAsked(it.row.Job, *r, client.Say("the file"))
}

// skipped says that a job had nothing to do, and why.
type skipped struct{ err error }

func (s *skipped) Error() string { return s.err.Error() }

// enter moves a running job on to a phase.
func (e *Engine) enter(it *item, p Phase) {
	e.mu.Lock()
	it.row.Phase = p
	e.touched(it)
	e.mu.Unlock()
	e.signal()
}
