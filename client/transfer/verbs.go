package transfer

import (
	"iter"
	"runtime"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// What people do to jobs. Without ranges each verb means every row it can apply to;
// rows that are not there, and those it cannot apply to, are left alone. A verb costs
// one pass over the rows it is for, and few writes however many those are; it waits
// for none of them. One that is for very many rows (a million take some 0.3 s) goes
// over them in stretches, between which the engine is everybody's; nothing begins
// before it is through, and the next verb waits for it.

// Pause holds jobs that are queued or running until Resume. A running one goes on
// then with the parts that the server has. The cause of its context is errPaused.
func (e *Engine) Pause(ranges ...Range) {
	moved := e.bulk(Entry{Shift: &Shift{Phase: Paused}})
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
	moved := e.bulk(Entry{Shift: &Shift{Phase: Queued}})
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
	moved := e.bulk(Entry{Shift: &Shift{Phase: Cancelled, Ended: now}})
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
	moved := e.bulk(Entry{Shift: &Shift{Phase: Queued}})
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
	moved := e.bulk(Entry{Shift: &Shift{Phase: Queued}, AcceptStale: true})
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

// stretchOfVerb is how many rows a verb is applied to before others may have the
// engine's mutex: some 0.3 ms of work.
const stretchOfVerb = 1024

// each applies a verb, tells the journal, and then starts what became possible.
func (e *Engine) each(ranges []Range, told *bulk, verb func(int, *slot)) {
	e.verbs.Lock()
	defer e.verbs.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sweeping = true
	rest := e.slots.clip(ranges)
	for len(rest) > 0 {
		var some []Range
		some, rest = firstOf(rest, stretchOfVerb)
		for nth, s := range e.slots.in(some) {
			verb(nth, s)
		}
		told.tell() // before anything else is told of these rows
		if len(rest) > 0 {
			e.signal()
			e.mu.Unlock()
			runtime.Gosched() // who waits has it first
			e.mu.Lock()
		}
	}
	e.sweeping = false
	e.history.trim(e.slots.there)
	e.dispatch()
	e.signal()
}

// firstOf cuts the first n rows off ranges of which none is empty.
func firstOf(ranges []Range, n int) (some, rest []Range) {
	for i, r := range ranges {
		if r.N > n {
			rest = append([]Range{{r.First + n, r.N - n}}, ranges[i+1:]...)
			if n > 0 {
				some = append(some, Range{r.First, n})
			}
			return some, rest
		}
		some = append(some, r)
		n -= r.N
	}
	return some, nil
}

func (s *slot) isRunning() bool { return s.is(Sending) || s.is(Verifying) }

// A bulk is a change that happens to many rows at once, as few entries of the journal.
type bulk struct {
	scribe  *scribe
	entry   Entry
	numbers []int64
}

// mostInAnEntry is how many rows one entry changes at most.
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
