package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// errCancelled is why an attempt was stopped: the cause of its context.
var errCancelled = &client.Error{Op: "transfer", Kind: client.KindCancelled, Err: errors.New("stopped by you")}

// ErrClosed is the answer of an engine that was closed.
var ErrClosed = errors.New("the transfers were closed")

// Submit queues the jobs of a plan and returns at once, with their ids in the
// order of the plan; a job without an id is given one. It takes all jobs or
// none: an id that is taken or an operation it does not know refuses the plan.
// A job that must not run (nobody decided its encryption, another job of the
// plan has the same target) becomes a row that has failed, so that it is seen.
func (e *Engine) Submit(p Plan) (ids []string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	taken := make(map[string]bool, len(p.Jobs))
	for _, j := range p.Jobs {
		if j.Op != Upload && j.Op != Download {
			return nil, fmt.Errorf("submit: %q is no operation", j.Op)
		}
		if j.ID != "" && (taken[j.ID] || e.byID[j.ID] != nil) {
			return nil, fmt.Errorf("submit: the id %q is taken", j.ID)
		}
		taken[j.ID] = true
	}
	targets := make(map[string]bool, len(p.Jobs))
	now := e.cfg.Now()
	for _, j := range p.Jobs {
		for j.ID == "" {
			e.lastID++
			if id := fmt.Sprintf("t%d", e.lastID); !taken[id] && e.byID[id] == nil {
				j.ID = id
			}
		}
		it := &item{row: Row{Job: j}}
		e.items = append(e.items, it)
		e.byID[j.ID] = it
		ids = append(ids, j.ID)
		if err := admit(j, targets); err != nil {
			it.row.Phase, it.row.Err, it.row.Ended = Failed, err, now
			continue
		}
		e.enqueue(it)
	}
	e.dispatch()
	e.signal()
	return ids, nil
}

// admit says why a job must not run.
func admit(j Job, targets map[string]bool) error {
	target := j.Remote.String()
	if j.Op == Download {
		target = j.Root + "\x00" + foldName(j.Name)
	} else if err := client.CheckEncryption(j.Put.Encryption); err != nil {
		return &client.Error{Op: "upload", Kind: client.KindRefused, At: j.Remote, Err: err}
	}
	if targets[target] {
		return &client.Error{
			Op: string(j.Op), Kind: client.KindRefused, At: j.Remote,
			Err: errors.New("another file of the same plan has the same target, and one would overwrite the other: move them separately"),
		}
	}
	targets[target] = true
	return nil
}

// enqueue makes an item wait for a worker. The caller holds the mutex.
func (e *Engine) enqueue(it *item) {
	if r := it.row.Receipt; r != nil && !r.Verdict.AsAsked() {
		it.left = &leftover{*r, it.row.Err}
	}
	it.row.Phase, it.row.Err, it.row.Receipt = Queued, nil, nil
	it.sent.Store(0)
	if !it.queued {
		it.queued = true
		e.queue = append(e.queue, it)
	}
	if e.open == 0 {
		e.idle = make(chan struct{})
		go e.tick(e.idle)
	}
	e.open++
}

// leave takes an item out of the open ones. The caller holds the mutex.
func (e *Engine) leave() {
	e.open--
	if e.open == 0 {
		close(e.idle)
	}
}

// dispatch starts workers while there is work. The caller holds the mutex.
func (e *Engine) dispatch() {
	for e.busy < e.cfg.Workers && len(e.queue) > 0 {
		it := e.queue[0]
		e.queue[0] = nil
		e.queue = e.queue[1:]
		it.queued = false
		if it.row.Phase != Queued {
			continue // paused or cancelled while it waited
		}
		ctx, stop := context.WithCancelCause(context.Background())
		it.stop, it.wish, it.pulse = stop, Sending, &client.Pulse{Now: e.cfg.Now}
		it.row.Phase, it.row.Started = Sending, e.cfg.Now()
		it.row.Attempts++
		it.rate.reset()
		e.busy++
		go e.work(client.WithPulse(ctx, it.pulse), it)
	}
}

// work is one attempt at a job, from Sending to where it ends.
func (e *Engine) work(ctx context.Context, it *item) {
	err := e.carry(ctx, it)

	e.mu.Lock()
	defer e.mu.Unlock()
	it.row.Phase, it.row.Err = outcome(ctx, err, it.wish)
	it.remember()
	it.stop(nil)
	it.stop = nil
	it.row.Ended = e.cfg.Now()
	e.busy--
	if it.row.Phase == Queued { // paused, and resumed before it came to rest
		e.enqueue(it)
	}
	e.leave()
	e.dispatch()
	e.signal()
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
	var skip *skipped
	kind := client.KindOf(err)
	switch {
	case err == nil:
		return Done, nil
	case errors.As(err, &skip):
		return Skipped, skip.err
	case ctx.Err() == nil, kind == client.KindEncryptionNotAsAsked, kind == client.KindCorrupt:
		return Failed, err
	case wish == Cancelled:
		return Cancelled, errCancelled
	}
	return wish, nil
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
	e.mu.Unlock()
	e.signal()
}
