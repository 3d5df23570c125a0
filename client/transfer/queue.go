package transfer

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
)

// Why an attempt was stopped: the cause of its context. A pause means to go on
// later with what the server has; a cancel takes that away.
var (
	errCancelled = &client.Error{Op: "transfer", Kind: client.KindCancelled, Err: client.Say("stopped by you").Err()}
	errPaused    = &client.Error{Op: "transfer", Kind: client.KindCancelled, Err: client.Say("paused by you").Err()}
)

// ErrClosed is the answer of an engine that was closed.
var ErrClosed = client.Say("the transfers were closed").Err()

// Submit queues jobs and returns once they are queued, with their ids in the
// order they came in; a job without an id is given one. The jobs are read to
// their end before the first of them begins, and all are taken or none: an id
// that is taken or an operation it does not know refuses them all. Nothing waits
// while they are read, so they may come from a slow place. A job that must not
// run (nobody decided its encryption, another of these jobs has the same target)
// becomes a row that has failed, so that it is seen. All are in the journal before
// the first begins.
func (e *Engine) Submit(jobs iter.Seq[Job]) (ids []string, err error) {
	items, err := e.admitAll(jobs)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	if err := e.name(items); err != nil {
		e.mu.Unlock()
		return nil, err
	}
	e.mu.Unlock()
	err = e.write(items)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil && e.closed {
		err = ErrClosed
	}
	if err != nil {
		for _, it := range items {
			delete(e.byID, it.row.Job.ID)
		}
		return nil, err
	}
	ids = make([]string, 0, len(items))
	e.items = slices.Grow(e.items, len(items))
	for _, it := range items {
		it.row.Nth = e.nextNth
		e.nextNth++
		e.items = append(e.items, it)
		ids = append(ids, it.row.Job.ID)
		if it.row.Phase == Failed {
			e.touched(it)
			continue
		}
		e.enqueue(it)
	}
	e.dispatch()
	e.signal()
	return ids, nil
}

// admitAll makes items of jobs; those that must not run have failed.
func (e *Engine) admitAll(jobs iter.Seq[Job]) (items []*item, err error) {
	targets := map[end]bool{}
	for j := range jobs {
		if operations[j.Op] == nil {
			return nil, client.Say("submit: %q is no operation", j.Op).Err()
		}
		it := &item{row: Row{Job: j}}
		if err := admit(j, targets); err != nil {
			it.row.Phase, it.row.Err, it.row.Ended = Failed, err, e.cfg.Now()
		}
		items = append(items, it)
	}
	return items, nil
}

// inOneGo is how many new rows are written to the journal at once.
const inOneGo = 512

// write keeps new rows in the journal, all or none.
func (e *Engine) write(items []*item) error {
	entering, err := e.cfg.Journal.Enter()
	if err != nil {
		return err
	}
	defer entering.Discard()
	records := make([]Record, 0, min(inOneGo, len(items)))
	for some := range slices.Chunk(items, inOneGo) {
		records = records[:0]
		for _, it := range some {
			records = append(records, Record{Job: it.row.Job, State: it.state()})
		}
		if err := entering.Add(records); err != nil {
			return err
		}
		for i, it := range some {
			it.number, it.begun = records[i].Number, records[i].Begun
		}
	}
	return entering.Commit()
}

// name enters items by their ids, all or none, and gives ids to those that have
// none. The caller holds the mutex.
func (e *Engine) name(items []*item) error {
	for i, it := range items {
		id := it.row.Job.ID
		if id == "" {
			continue
		}
		if e.byID[id] != nil {
			for _, it := range items[:i] {
				delete(e.byID, it.row.Job.ID)
			}
			return client.Say("submit: the id %q is taken", id).Err()
		}
		e.byID[id] = it
	}
	for _, it := range items {
		for it.row.Job.ID == "" {
			e.lastID++
			if id := "t" + strconv.Itoa(e.lastID); e.byID[id] == nil {
				it.row.Job.ID, e.byID[id] = id, it
			}
		}
	}
	return nil
}

// An end is where a job writes: an object, or a name below a folder.
type end struct{ within, name string }

// admit says why a job must not run beside the others.
func admit(j Job, taken map[end]bool) error {
	o := operations[j.Op]
	if err := o.admit(j); err != nil {
		return &client.Error{Op: string(j.Op), Kind: client.KindRefused, At: j.At(), Err: err}
	}
	to := o.writes(j)
	if to != (end{}) && taken[to] {
		return &client.Error{
			Op: string(j.Op), Kind: client.KindRefused, At: j.At(),
			Err: client.Say("another file of the same plan has the same target, and one would overwrite the other: move them separately").Err(),
		}
	}
	taken[to] = true
	return nil
}

// enqueue makes an item wait for a worker. The caller holds the mutex.
func (e *Engine) enqueue(it *item) {
	if r := it.row.Receipt; r != nil && !r.Verdict.AsAsked() {
		it.left = &doubt{*r, it.row.Err}
	}
	it.row.Phase, it.row.Err, it.row.Receipt = Queued, nil, nil
	it.sent.Store(0)
	e.touched(it)
	if !it.queued {
		e.line.push(it)
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
	for turn := e.share.Next(); turn != nil; turn = e.share.Next() {
		its := e.line.next()
		if len(its) == 0 {
			e.share.Enough(turn)
			return
		}
		e.start(its, turn)
	}
}

// start begins one attempt at a job, or at several that one request takes. They
// share a context, which is stopped when all of them are. The caller holds the
// mutex.
func (e *Engine) start(its []*item, turn *flow.Turn) {
	a := &attempt{wanted: len(its)}
	ctx, stop := context.WithCancelCause(context.Background())
	a.stop = stop
	monitor := &client.RequestMonitor{Now: e.cfg.Now, OnSlowDown: e.cfg.OnSlowDown}
	for _, it := range its {
		it.stop, it.wish, it.kept, it.monitor = a.stopOne(), Sending, Queued, monitor
		it.row.Phase, it.row.Started = Sending, e.cfg.Now()
		it.row.Attempts++
		it.rate.Store(&meter{})
		e.touched(it)
	}
	e.running = append(e.running, its[0])
	go e.work(client.WithMonitor(ctx, monitor), its, turn)
}

// An attempt is what jobs that one request takes have in common.
type attempt struct {
	stop   context.CancelCauseFunc
	wanted int // jobs that nobody stopped
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
	turn.Done()

	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = slices.DeleteFunc(e.running, func(other *item) bool { return other == its[0] })
	for i, it := range its {
		e.ended(ctx, it, errs[i])
	}
	for _, it := range its {
		it.stop(nil)
		it.stop = nil
	}
	e.dispatch()
	e.signal()
}

// ended puts down how an attempt ended. The caller holds the mutex.
func (e *Engine) ended(ctx context.Context, it *item, err error) {
	it.row.Phase, it.row.Err = outcome(ctx, err, it.wish)
	it.remember()
	it.row.Ended = e.cfg.Now()
	it.rate.Store(nil)
	if it.row.Phase == Done {
		e.sum.Done += max(it.row.Job.bytes(), it.sent.Load())
	}
	e.touched(it)
	if it.row.Phase == Queued { // paused, and resumed before it came to rest
		e.enqueue(it)
	} else if it.kept != it.row.Phase {
		e.keepState(it)
	}
	e.leave()
}

// tick signals each second until nothing is open: a silent server changes no
// row, and how long it is silent has to be drawn all the same.
func (e *Engine) tick(idle <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-second.C:
			e.signal()
		case <-idle:
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
	switch {
	case it.left == nil:
	case it.row.Phase == Skipped && it.left.receipt.Verdict != NotYetVerified:
		it.row.Phase, it.row.Receipt, it.row.Err = Failed, &it.left.receipt, it.left.err
	case it.row.Receipt != nil:
		it.left = nil
	}
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
