package transfer

import (
	"iter"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// What people do to jobs. Without ranges each verb means every row it can apply to;
// rows that are not there, and those it cannot apply to, are left alone. A verb costs
// one pass over the rows it is for, and few writes however many those are; it waits
// for none of them.

// Pause holds jobs that are queued or running until Resume. A running one goes on
// then with the parts that the server has. The cause of its context is errPaused.
func (e *Engine) Pause(ranges ...Range) {
	moved := e.bulk(Entry{Move: &Move{Phase: Paused}})
	e.each(ranges, moved, func(nth int, s *slot) {
		switch it := e.items[nth]; {
		case s.is(Queued):
			e.move(nth, s, Paused, time.Time{})
			e.leave()
			moved.add(s.number)
		case s.isRunning() && it.wish != Cancelled:
			it.end(Paused)
		}
	})
}

// Resume queues what was paused.
func (e *Engine) Resume(ranges ...Range) {
	moved := e.bulk(Entry{Move: &Move{Phase: Queued}})
	e.each(ranges, moved, func(nth int, s *slot) {
		switch it := e.items[nth]; {
		case e.closed:
		case s.is(Paused):
			e.enqueue(nth, s)
			moved.add(s.number)
		case s.isRunning() && it.wish == Paused:
			it.wish = Queued // on its way to a pause
		}
	})
}

// Cancel stops jobs for good (Retry begins them anew). What they had sent is
// dropped: uploads in parts are aborted, temporary files removed. A file already
// stored whole, and only being verified, stays on the server.
func (e *Engine) Cancel(ranges ...Range) { e.cancel(ranges, true) }

// Withdraw cancels jobs that have not begun, and lets go on what runs.
func (e *Engine) Withdraw(ranges ...Range) { e.cancel(ranges, false) }

func (e *Engine) cancel(ranges []Range, alsoRunning bool) {
	now := e.cfg.Now()
	moved := e.bulk(Entry{Move: &Move{Phase: Cancelled, Ended: now}})
	e.each(ranges, moved, func(nth int, s *slot) {
		e.cancelOne(nth, s, moved, now)
		if s.isRunning() && alsoRunning {
			e.items[nth].end(Cancelled)
		}
	})
}

// cancelOne cancels a row that waits or is paused. The caller holds the mutex.
func (e *Engine) cancelOne(nth int, s *slot, moved *bulk, now time.Time) {
	if !s.is(Queued) && !s.is(Paused) {
		return
	}
	if s.is(Queued) {
		e.leave()
	}
	e.move(nth, s, Cancelled, now)
	moved.add(s.number)
	e.dropLeft(nth, s, func() {})
}

// Retry queues again what failed or was cancelled; what was skipped only when
// it is named.
func (e *Engine) Retry(ranges ...Range) {
	moved := e.bulk(Entry{Move: &Move{Phase: Queued}})
	e.each(ranges, moved, func(nth int, s *slot) {
		if e.closed || !s.is(Failed) && !s.is(Cancelled) && (!s.is(Skipped) || len(ranges) == 0) {
			return
		}
		e.enqueue(nth, s)
		moved.add(s.number)
	})
}

// Accept queues again the downloads that failed by a checksum which somebody now
// knows to be stale, to be taken this time (Job.AcceptStale). It wants ranges.
func (e *Engine) Accept(ranges ...Range) {
	if len(ranges) == 0 {
		return
	}
	moved := e.bulk(Entry{Move: &Move{Phase: Queued}, AcceptStale: true})
	e.each(ranges, moved, func(nth int, s *slot) {
		if e.closed || !s.is(Failed) || !s.flags.has(acceptable) {
			return
		}
		for r := range e.inMind(nth) {
			r.Job.AcceptStale = true
		}
		e.enqueue(nth, s)
		moved.add(s.number)
	})
}

// Prioritize gives jobs that are not Done another priority (Job.Priority), between
// -1000 and 1000. Those that wait go behind the others of that priority.
func (e *Engine) Prioritize(priority int, ranges ...Range) error {
	if err := checkPriority(priority); err != nil {
		return err
	}
	moved := e.bulk(Entry{Priority: &priority})
	e.each(ranges, moved, func(nth int, s *slot) {
		if s.is(Done) || int(s.priority) == priority {
			return
		}
		for r := range e.inMind(nth) {
			r.Job.Priority = priority
		}
		s.priority = int16(priority)
		s.flags &^= inLine
		if s.is(Queued) {
			e.line.push(uint32(nth), s)
		}
		moved.add(s.number)
	})
	return nil
}

func checkPriority(p int) error {
	if p < -mostPriority || p > mostPriority {
		return client.Say("a priority of %d is not between %d and %d", p, -mostPriority, mostPriority).Err()
	}
	return nil
}

// inMind yields what is in memory of a row. The caller holds the mutex.
func (e *Engine) inMind(nth int) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		if r := e.recent.at(nth); r != nil && !yield(r) {
			return
		}
		if it := e.items[nth]; it != nil {
			yield(&it.row)
		}
	}
}

// Clear forgets rows that are over.
func (e *Engine) Clear(ranges ...Range) {
	e.clear(ranges, func(s *slot) bool { return Phase(s.phase).Over() })
}

// ClearOver forgets rows that are over and have left nothing to go on with.
func (e *Engine) ClearOver(ranges ...Range) {
	e.clear(ranges, func(s *slot) bool { return Phase(s.phase).Over() && !s.flags.has(begun) })
}

// ClearDone forgets rows that are Done as asked.
func (e *Engine) ClearDone(ranges ...Range) {
	e.clear(ranges, func(s *slot) bool { return s.is(Done) && !s.flags.has(doubtful) })
}

func (e *Engine) clear(ranges []Range, match func(*slot) bool) {
	gone := e.bulk(Entry{Removed: true})
	e.each(ranges, gone, func(nth int, s *slot) {
		if !match(s) {
			return
		}
		if s.flags.has(begun) {
			number := s.number
			e.dropLeft(nth, s, func() { e.scribe.tell(Entry{Number: number, Removed: true}) })
		} else {
			gone.add(s.number)
		}
		e.removed(nth, s)
	})
}

// each applies a verb, tells the journal, and then starts what became possible.
func (e *Engine) each(ranges []Range, told *bulk, verb func(int, *slot)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for nth, s := range e.slots.in(ranges) {
		verb(nth, s)
	}
	told.tell()
	e.history.trim(e.slots.there)
	e.dispatch()
	e.signal()
}

func (s *slot) isRunning() bool { return s.is(Sending) || s.is(Verifying) }

// A bulk is a change that happens to many rows at once, as few entries of the journal.
type bulk struct {
	scribe  *scribe
	entry   Entry
	numbers []int64
}

// mostInAnEntry is how many rows one entry changes.
const mostInAnEntry = 4096

func (e *Engine) bulk(entry Entry) *bulk { return &bulk{scribe: &e.scribe, entry: entry} }

// add has it happen to a row.
func (b *bulk) add(number int64) {
	b.numbers = append(b.numbers, number)
	if len(b.numbers) == mostInAnEntry {
		b.tell()
	}
}

// tell writes it for the rows so far, when its turn comes.
func (b *bulk) tell() {
	if len(b.numbers) == 0 {
		return
	}
	entry := b.entry
	entry.Number, entry.More = b.numbers[0], b.numbers[1:]
	b.scribe.tell(entry)
	b.numbers = nil
}
