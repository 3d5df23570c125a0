package transfer

import (
	"math"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// Rows at rest are in the journal. They are read back before their turn comes, and
// when somebody wants to see them: by goroutines of their own, never by who holds the
// engine's mutex.

// A missed row is one that is not in memory.
type missed struct {
	nth     int
	number  int64
	changed Cursor // when it was missed
	at      int    // where it is wanted
}

// read reads rows from the journal, nil for each that is not there. It waits until
// what was told of them before is written.
func (e *Engine) read(missing []missed) ([]*Row, error) {
	e.scribe.settle()
	numbers, at := make([]int64, len(missing)), make(map[int64]int, len(missing))
	for i, m := range missing {
		numbers[i], at[m.number] = m.number, i
	}
	records, err := e.cfg.Journal.Read(numbers)
	rows := make([]*Row, len(missing))
	for i := range records {
		if at, wanted := at[records[i].Number]; wanted {
			r := rowOf(missing[at].nth, &records[i])
			rows[at] = &r
		}
	}
	return rows, err
}

// rowOf is the row that a journal keeps.
func rowOf(nth int, r *Record) Row {
	row := Row{
		Nth: nth, Job: r.Job, Phase: r.Phase, Started: r.Started, Ended: r.Ended, Receipt: r.Receipt, Err: r.Err, Attempts: r.Attempts,
	}
	switch size := row.Job.bytes(); {
	case row.Phase == Done:
		row.Sent = max(size, 0)
	case size < 0:
		row.Sent = r.Kept
	default:
		row.Sent = min(r.Kept, size)
	}
	if row.Job.ID == "" {
		row.Job.ID = idOf(r.Number)
	}
	return row
}

// unreadable says that a row could not be read back.
func unreadable(op Op, err error) error {
	if err == nil {
		err = client.Say("it is not there any more").Err()
	}
	return &client.Error{Op: string(op), Kind: client.KindLocal, Err: client.Say("what was written down of this transfer cannot be read: %v", err).Err()}
}

// hold takes rows that were read into memory, but for those that changed meanwhile:
// what was read of them may be old. The caller holds the mutex.
func (e *Engine) hold(missing []missed, read []*Row) {
	for i, m := range missing {
		if s := e.slots.at(m.nth); read[i] != nil && s != nil && s.changed == m.changed && e.items[m.nth] == nil {
			e.recent.put(read[i])
		}
	}
}

// inMemory reports whether a row need not be read. The caller holds the mutex.
func (e *Engine) inMemory(nth int) bool { return e.items[nth] != nil || e.recent.at(nth) != nil }

// readAhead is how many of the rows whose turn comes next are held in memory, once
// there are so many: no fewer than one request may take.
const readAhead = client.MaxEntries + 24

// feed reads the rows ahead. The caller holds the mutex.
func (e *Engine) feed() {
	if e.feeding {
		return
	}
	var missing []missed
	n := 0
	for nth, s := range e.line.waiting(&e.slots) {
		if !e.inMemory(nth) {
			missing = append(missing, missed{nth: nth, number: s.number, changed: s.changed})
		}
		if n++; n == readAhead {
			break
		}
	}
	if e.ahead = n; n < readAhead { // that is all of them, for now
		e.ahead = math.MaxInt
	}
	if len(missing) == 0 {
		return
	}
	e.feeding = true
	e.aside(func() {
		read, err := e.read(missing)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.feeding = false
		e.hold(missing, read)
		if at := slices.Index(read, nil); at >= 0 {
			e.lose(missing[at], err)
		}
		e.dispatch()
		e.signal()
	})
}

// aside does what may wait for the disk; who closes the engine waits for it. The
// caller holds the mutex.
func (e *Engine) aside(f func()) {
	if e.closed {
		go f()
		return
	}
	e.readers.Go(f)
}

// lose fails a row that waits and cannot be read. The caller holds the mutex.
func (e *Engine) lose(m missed, err error) {
	s := e.slots.at(m.nth)
	if s == nil || s.changed != m.changed || e.inMemory(m.nth) {
		return
	}
	it := &item{number: m.number, row: Row{
		Nth: m.nth, Job: Job{ID: idOf(m.number), Op: s.op(), Expect: Expect{Size: s.bytes}}, Phase: Failed, Ended: e.cfg.Now(), Unread: true,
	}}
	it.row.Err = unreadable(it.row.Job.Op, err)
	e.items[m.nth] = it
	e.touched(it)
	e.leave()
}

// Recall is Nth of a row that is in memory: one that runs, or changed a moment ago.
func (e *Engine) Recall(nth int) (r Row, ok bool) {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.slots.at(nth); s != nil && e.inMemory(nth) {
		return r, e.recall(&r, nth, s, now)
	}
	return Row{}, false
}

// Recalled are the rows of a range that are in memory, in ascending order.
func (e *Engine) Recalled(in Range) (nths []int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for nth := range e.items {
		if in.Holds(nth) {
			nths = append(nths, nth)
		}
	}
	for nth := range e.recent.rows {
		if in.Holds(nth) && e.items[nth] == nil && e.slots.at(nth) != nil {
			nths = append(nths, nth)
		}
	}
	slices.Sort(nths)
	return nths
}

// Peek is Nth for who must not wait: a row that is not in memory is Unread, and read
// meanwhile; Notify's channel is signalled when it is there.
func (e *Engine) Peek(nth int) (r Row, ok bool) {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.slots.at(nth)
	if s == nil {
		return Row{}, false
	}
	if !e.recall(&r, nth, s, now) {
		e.want(nth)
	}
	return r, true
}

// Rows are looked at by the screenful: those beside one that is wanted are read with it.
const (
	lookedAtOnce = 64
	mostWanted   = 16 // pages; who scrolls a long way wants the last of them
)

// want has a row read for somebody who looks. The caller holds the mutex.
func (e *Engine) want(nth int) {
	page := nth / lookedAtOnce
	e.wanted = append(slices.DeleteFunc(e.wanted, func(p int) bool { return p == page }), page)
	if more := len(e.wanted) - mostWanted; more > 0 {
		e.wanted = slices.Delete(e.wanted, 0, more)
	}
	if !e.looking {
		e.looking = true
		e.aside(e.lookUp)
	}
}

// lookUp reads what is wanted, until nothing is.
func (e *Engine) lookUp() {
	for missing, ok := e.mostWanted(); ok; missing, ok = e.mostWanted() {
		read, err := e.read(missing)
		e.mu.Lock()
		e.hold(missing, read)
		e.mu.Unlock()
		if err == nil {
			e.signal()
		}
	}
}

// mostWanted are the rows that were asked for last; ok is false when none are wanted
// any more.
func (e *Engine) mostWanted() (missing []missed, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.wanted) > 0 {
		last := len(e.wanted) - 1
		page := Range{e.wanted[last] * lookedAtOnce, lookedAtOnce}
		e.wanted = e.wanted[:last]
		for nth, s := range e.slots.in([]Range{page}) {
			if !e.inMemory(nth) {
				missing = append(missing, missed{nth: nth, number: s.number, changed: s.changed})
			}
		}
		if len(missing) > 0 {
			return missing, true
		}
	}
	e.looking = false
	return nil, false
}
