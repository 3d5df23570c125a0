package transfer

import (
	"context"
	"errors"
	"slices"
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

// dispatch has workers begin while there is work, and a turn for it. The caller holds
// the mutex.
func (e *Engine) dispatch() {
	if e.sweeping {
		return // the verb may yet reach what would begin now
	}
	for turn := e.share.Next(); turn != nil; turn = e.share.Next() {
		a := e.begin(turn)
		if a == nil {
			return
		}
		go e.work(a)
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

// An attempt is one try at a job, or at several that one request takes. These share a
// context, which is stopped when all of them are. What may change belongs to the
// engine's mutex.
type attempt struct {
	its    []*item
	ctx    context.Context //nolint:containedctx // of this one attempt
	stop   context.CancelCauseFunc
	wanted int        // jobs that nobody stopped
	turn   *flow.Turn // nil once another one has it
}

// begin begins an attempt at what is next; without work the turn goes back, and there
// is none. The caller holds the mutex.
func (e *Engine) begin(turn *flow.Turn) *attempt {
	if turn == nil {
		return nil
	}
	its := e.next()
	if len(its) == 0 {
		e.share.Enough(turn)
		return nil
	}
	monitor := &client.RequestMonitor{Now: e.cfg.Now, OnSlowDown: e.cfg.OnSlowDown}
	a := &attempt{its: its, turn: turn, wanted: len(its)}
	a.ctx, a.stop = context.WithCancelCause(client.WithTurn(client.WithMonitor(context.Background(), monitor), turn))
	now := e.cfg.Now()
	for _, it := range its {
		it.stop, it.wish, it.kept, it.found, it.monitor = a.stopOne(), Sending, Queued, nil, monitor
		it.attempt, it.calls = a, new(disk.Calls)
		it.row.Phase, it.row.Started = Sending, now
		it.row.Attempts++
		it.rate.Store(&meter{})
		e.touched(it)
	}
	e.running = append(e.running, its[0])
	return a
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

// giveWay lets another job have the turn of an attempt that may go on without. The
// caller holds the mutex.
func (a *attempt) giveWay() {
	if a.turn != nil {
		a.turn.Done()
		a.turn = nil
	}
}

// work carries jobs out, one attempt after the other, as long as there is a turn.
func (e *Engine) work(a *attempt) {
	for a != nil {
		a = e.conclude(a, e.carry(a.ctx, a.its))
	}
}

// conclude ends an attempt, and begins the next; nil: there is none, or no turn for
// it. Where a receipt is to be kept the attempt ends when it is, and the next goes on
// meanwhile.
func (e *Engine) conclude(a *attempt, errs []error) *attempt {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.signal()
	switch {
	case a.its[0].isLeft():
		return nil
	case a.its[0].found == nil:
		e.over(a, errs)
	case !e.keepReceipt(a, errs[0]):
		return nil
	}
	return e.after(a)
}

// after begins the next attempt in the turn of one that needs it no more. The caller
// holds the mutex.
func (e *Engine) after(a *attempt) *attempt {
	if a.turn == nil || e.sweeping {
		a.giveWay()
		e.dispatch()
		return nil
	}
	turn := e.share.After(a.turn)
	a.turn = nil
	return e.begin(turn)
}

// over brings the jobs of an attempt to rest. The caller holds the mutex.
func (e *Engine) over(a *attempt, errs []error) {
	e.running = slices.DeleteFunc(e.running, func(other *item) bool { return other == a.its[0] })
	for i, err := range errs {
		e.ended(a.ctx, a.its[i], err)
	}
	for _, it := range a.its {
		it.stop(nil)
		it.stop = nil
		e.rest(it)
	}
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
