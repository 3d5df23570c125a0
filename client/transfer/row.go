package transfer

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Row is a job and how far it is, for a screen or a report.
type Row struct {
	Nth      int // in the order of submission, counted from 0; never another row's, and unchanged when others go
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
	Request  client.RequestState // of a row that runs: how long the server is silent, and which try is under way
}

// An item is a row with what moves it. Its row belongs to the engine's mutex;
// the counters are their own.
type item struct {
	row     Row
	number  int64 // in the journal
	begun   bool  // there is Progress in the journal
	kept    Phase // that the attempt under way has written down with a receipt, Queued for none
	sent    atomic.Int64
	rate    atomic.Pointer[meter]   // of the attempt under way, nil otherwise
	queued  bool                    // waits in the engine's line
	stop    context.CancelCauseFunc // of the attempt under way, nil otherwise
	monitor *client.RequestMonitor  // of the attempt under way or last
	left    *doubt                  // what an attempt before left on the server, nil unless it was not as asked
	key     client.CustomerKey      // that its job names, during an attempt
	// progress is what attempts have left, of the attempt under way and its own.
	progress *Progress
	wish     Phase // where the user wants a stopped attempt to end: Paused, Cancelled, or Queued again

	counted       share  // in the engine's summary
	changed       Cursor // its place in the engine's history
	before, after *item  // there
}

// state is how far the row is, as a journal keeps it. The caller holds the engine's
// mutex.
func (it *item) state() State {
	s := State{Phase: it.row.Phase, Attempts: it.row.Attempts, Started: it.row.Started, Ended: it.row.Ended, Err: it.row.Err}
	if s.Phase == Sending || s.Phase == Verifying {
		s.Phase = Queued
	}
	return s
}

// keepState writes the state of a row down, when its turn comes. The caller holds the
// mutex.
func (e *Engine) keepState(it *item) {
	s := it.state()
	e.scribe.tell(Entry{Number: it.number, State: &s})
}

// doubt is a verdict that was not as asked, and its error.
type doubt struct {
	receipt Receipt
	err     error
}

// end stops the attempt under way. The caller holds the engine's mutex.
func (it *item) end(wish Phase) {
	it.wish = wish
	if wish == Paused {
		it.stop(errPaused)
	} else {
		it.stop(errCancelled)
	}
}

// copyTo copies the row, which is large and so is copied once. The caller holds the
// engine's mutex.
func (it *item) copyTo(r *Row, now time.Time) {
	*r = it.row
	r.Sent = it.sent.Load()
	if r.Phase == Sending || r.Phase == Verifying {
		r.Rate = it.rate.Load().rate(now)
		r.Request = it.monitor.State()
	}
}

// AppendRows appends to rows copies of the rows from the nth on (Row.Nth), or from
// the next that is there, in the order of their submission: n of them, fewer at the
// end. What it costs is those n. Rows are large: who asks often passes the same
// slice again, cut to nothing.
func (e *Engine) AppendRows(rows []Row, nth, n int) []Row {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	from := e.find(nth)
	n = max(min(n, len(e.items)-from), 0)
	had := len(rows)
	rows = slices.Grow(rows, n)[:had+n]
	for i, it := range e.items[from : from+n] {
		it.copyTo(&rows[had+i], now)
	}
	return rows
}

// Nth copies the nth row (Row.Nth); ok is false when it was removed.
func (e *Engine) Nth(nth int) (r Row, ok bool) {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	i := e.find(nth)
	if i == len(e.items) || e.items[i].row.Nth != nth {
		return Row{}, false
	}
	e.items[i].copyTo(&r, now)
	return r, true
}

// find is the index of the nth row, or of the next that is there. The caller
// holds the mutex.
func (e *Engine) find(nth int) int {
	i, _ := slices.BinarySearchFunc(e.items, nth, func(it *item, nth int) int { return it.row.Nth - nth })
	return i
}

// IDs are the ids of the rows that match, in the order of their submission.
// It looks at every row, while everything else waits: match only looks at the
// row, which is the engine's own. Bytes, rates and Request are not in it.
func (e *Engine) IDs(match func(*Row) bool) (ids []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, it := range e.items {
		if match(&it.row) {
			ids = append(ids, it.row.Job.ID)
		}
	}
	return ids
}

// Row copies one row.
func (e *Engine) Row(id string) (r Row, ok bool) {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	it, ok := e.byID[id]
	if !ok {
		return Row{}, false
	}
	it.copyTo(&r, now)
	return r, true
}
