package transfer

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
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
	Receipt  *Receipt // of a row that is over the last there is, whatever its verdict
	Err      error    // why it failed or was skipped
	Again    error    // why the proof is being tried again, nil while it goes well
	Attempts int
	Request  client.RequestState // of a row that runs: how long the server is silent, and which try is under way
	Unread   bool                // only its phase, its operation and its size are known: the journal is being read (Peek), or Err says why it could not be
}

// hide takes off what a row at rest in a phase does not say: what an attempt before
// left is none of one that waits.
func (r *Row) hide() {
	switch {
	case !r.Phase.Over():
		r.Err, r.Receipt = nil, nil
	case r.Phase == Cancelled:
		r.Err = errCancelled
	}
}

// An item is a row that runs, or waits to be written down. Its row belongs to the
// engine's mutex; the counters are their own.
type item struct {
	row       Row   // with the error and the receipt of the attempt before, until this one has its own
	number    int64 // in the journal
	begun     bool  // there is Progress in the journal
	kept      Phase // that the attempt under way has written down with a receipt, Queued for none
	unwritten int   // states that are told to the journal and not written
	sent      atomic.Int64
	rate      atomic.Pointer[meter]   // of the attempt under way, nil otherwise
	stop      context.CancelCauseFunc // of the attempt under way, nil otherwise
	found     *finding                // of the attempt under way, to be kept; nil for none yet
	monitor   *client.RequestMonitor  // of the attempt under way or last
	left      *Receipt                // of an attempt before
	key       client.CustomerKey      // that its job names, during an attempt
	progress  *Progress               // what attempts have left, of the attempt under way and its own
	calls     *disk.Calls             // of the attempt under way, at the disk
	attempt   *attempt                // likewise
	wish      Phase                   // where the user wants a stopped attempt to end: Paused, Cancelled, or Queued again
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
	it.unwritten++
	e.scribe.put(note{entry: Entry{Number: it.number, State: &s}, then: func(err error) {
		if err != nil { // it stays in memory
			e.scribe.failed(err)
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		it.unwritten--
		e.rest(it)
	}})
}

// rest leaves a row that does not run and is written down to the journal. The caller
// holds the mutex.
func (e *Engine) rest(it *item) {
	nth := it.row.Nth
	if it.stop != nil || it.unwritten > 0 || it.row.Unread || e.items[nth] != it {
		return
	}
	e.recent.put(&it.row)
	delete(e.items, nth)
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
	r.hide()
}

// recall copies a row that is in memory; ok is false for others, of which it says
// what there is. The caller holds the mutex.
func (e *Engine) recall(r *Row, nth int, s *slot, now time.Time) (ok bool) {
	if it := e.items[nth]; it != nil {
		it.copyTo(r, now)
		return true
	}
	if held := e.recent.at(nth); held != nil {
		*r = *held
		e.stands(r, s)
		return true
	}
	*r = Row{Nth: nth, Job: Job{Op: s.op(), Expect: Expect{Size: s.bytes}, Priority: int(s.priority)}, Unread: true}
	e.stands(r, s)
	return false
}

// stands has a row that was read say how far it is now. The caller holds the mutex.
func (e *Engine) stands(r *Row, s *slot) {
	r.Phase = Phase(s.phase)
	if !r.Phase.Over() {
		r.Sent = e.resting[r.Nth]
	}
	r.hide()
}

// AppendRows appends to rows copies of the rows from the nth on (Row.Nth), or from
// the next that is there, in the order of their submission: n of them, fewer at the
// end. What it costs is those n, and it may wait for the disk. Rows are large: who
// asks often passes the same slice again, cut to nothing.
func (e *Engine) AppendRows(rows []Row, nth, n int) []Row {
	if n <= 0 {
		return rows
	}
	now := e.cfg.Now()
	had := len(rows)
	var missing []missed
	e.mu.Lock()
	for nth, s := range e.slots.in([]Range{{nth, e.slots.next}}) {
		if len(rows) == had+n {
			break
		}
		rows = append(rows, Row{})
		if !e.recall(&rows[len(rows)-1], nth, s, now) {
			missing = append(missing, missed{nth, s.number, s.changed, len(rows) - 1})
		}
	}
	e.mu.Unlock()
	e.fill(rows, missing)
	return rows
}

// fill reads the rows that are not in memory.
func (e *Engine) fill(rows []Row, missing []missed) {
	if len(missing) == 0 {
		return
	}
	read, err := e.read(missing)
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, m := range missing {
		r := &rows[m.at]
		switch s := e.slots.at(m.nth); {
		case s != nil && e.items[m.nth] != nil:
			e.recall(r, m.nth, s, now)
		case read[i] == nil:
			r.Err = unreadable(r.Job.Op, err)
		case s != nil:
			*r = *read[i]
			e.stands(r, s)
		default:
			*r = *read[i]
			r.hide()
		}
	}
}

// Nth copies the nth row (Row.Nth); ok is false when it was removed. It may wait for
// the disk.
func (e *Engine) Nth(nth int) (r Row, ok bool) {
	rows := e.AppendRows(make([]Row, 0, 1), nth, 1)
	if len(rows) == 0 || rows[0].Nth != nth {
		return Row{}, false
	}
	return rows[0], true
}

// Row copies one row. It may wait for the disk.
func (e *Engine) Row(id string) (r Row, ok bool) {
	e.mu.Lock()
	nth, named := e.names.nth[id]
	if number, given := numberIn(id); given && !named {
		nth, named = e.slots.of(number), true
	}
	e.mu.Unlock()
	if !named || nth < 0 {
		return Row{}, false
	}
	return e.Nth(nth)
}
