package transfer

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Row is a job as it stands, for a screen or a report.
type Row struct {
	Job      Job
	Phase    Phase
	Sent     int64   // bytes moved and not taken back by a retry
	Rate     float64 // bytes a second over the last seconds, 0 when not moving
	Started  time.Time
	Ended    time.Time
	Receipt  *Receipt // set once verified, whatever the verdict
	Err      error    // why it failed or was skipped
	Again    error    // why the proof is being tried again, nil while it goes well
	Attempts int
	Standing client.Standing // of a row that runs: how long the server is silent, and which try is under way
}

// An item is a row with what moves it. Its row belongs to the engine's mutex;
// the counters are their own.
type item struct {
	row    Row
	sent   atomic.Int64
	rate   meter
	queued bool                    // stands in the engine's queue
	stop   context.CancelCauseFunc // of the attempt under way, nil otherwise
	pulse  *client.Pulse           // of the attempt under way or last
	left   *leftover               // what an attempt before left on the server, nil unless it was not as asked
	stored *sent                   // what an attempt before stored and could not prove yet; belongs to the attempt under way
	wish   Phase                   // where the user wants a stopped attempt to end: Paused, Cancelled, or Queued again
}

// leftover is a verdict that was not as asked, and its error.
type leftover struct {
	receipt Receipt
	err     error
}

// end stops the attempt under way. The caller holds the engine's mutex.
func (it *item) end(wish Phase) {
	it.wish = wish
	it.stop(errCancelled)
}

// snapshot copies the row. The caller holds the engine's mutex.
func (it *item) snapshot(now time.Time) Row {
	r := it.row
	r.Sent = it.sent.Load()
	if r.Phase == Sending || r.Phase == Verifying {
		r.Rate = it.rate.rate(now)
		r.Standing = it.pulse.Standing()
	}
	return r
}

// Snapshot copies the rows, in the order of their submission.
func (e *Engine) Snapshot() []Row {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	rows := make([]Row, len(e.items))
	for i, it := range e.items {
		rows[i] = it.snapshot(now)
	}
	return rows
}

// Row copies one row.
func (e *Engine) Row(id string) (Row, bool) {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	it, ok := e.byID[id]
	if !ok {
		return Row{}, false
	}
	return it.snapshot(now), true
}
