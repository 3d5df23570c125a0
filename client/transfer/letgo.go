package transfer

import (
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// A disk that answers nothing (a network drive that is gone) holds up those jobs only
// that wait for it. After slowDisk they give their turns to others, and go on without
// one if it answers after all. Nobody can take back what a disk was asked for: a job
// that was stopped meanwhile is let go after goneDisk, with the goroutine that waits.
const (
	slowDisk = 10 * time.Second
	goneDisk = 2 * time.Second
)

// errLeft is what a job is told that was let go, when its disk answers.
var errLeft = client.Say("its disk answered too late").Err()

// isLeft reports whether an attempt has gone on without anybody waiting for it: what
// it says is not heard.
func (it *item) isLeft() bool { return it.calls != nil && it.calls.AreLeft() }

// tellOf writes a change of a row that runs when its turn comes.
func (e *Engine) tellOf(it *item, change Entry) {
	if !it.isLeft() {
		change.Number = it.number
		e.scribe.tell(change)
	}
}

// lookAtDisks looks for jobs whose disks answer nothing.
func (e *Engine) lookAtDisks() {
	for _, it := range e.withoutDisks() {
		e.note(client.Say("the disk of %s does not answer: what was begun there stays as it is", it.row.Job.To.String()))
	}
}

// withoutDisks has jobs give way whose disks answer nothing, and lets go those that were
// stopped and wait for nothing else; it returns these.
func (e *Engine) withoutDisks() (left []*item) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, it := range slices.Clone(e.running) {
		switch waiting := it.calls.Waiting(); {
		case waiting >= goneDisk && it.attempt.ctx.Err() != nil:
			if it.found == nil {
				left = append(left, it)
			}
			it.attempt.giveWay()
			e.letGo(it.attempt)
		case waiting >= slowDisk:
			it.attempt.giveWay()
		}
	}
	e.dispatch()
	return left
}

// letGo ends an attempt without its goroutine, which keeps the items it has: others
// take their places. Where all that is missing is its receipt, that is written. The
// caller holds the mutex.
func (e *Engine) letGo(a *attempt) {
	its, errs := make([]*item, len(a.its)), make([]error, len(a.its))
	for i, old := range a.its {
		old.calls.Leave()
		it := &item{
			row: old.row, number: old.number, begun: old.begun, stop: old.stop, monitor: old.monitor,
			left: old.left, wish: old.wish, calls: new(disk.Calls),
		}
		it.sent.Store(old.sent.Load())
		its[i], errs[i] = it, errLeft
		e.items[it.row.Nth] = it
	}
	e.running[slices.Index(e.running, a.its[0])] = its[0]
	ending := &attempt{its: its, ctx: a.ctx}
	if found := a.its[0].found; found != nil {
		its[0].attempt, its[0].found, its[0].progress = ending, found, a.its[0].progress
		e.keepReceipt(ending, found.outcome)
		return
	}
	e.over(ending, errs)
}
