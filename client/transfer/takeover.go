package transfer

import "github.com/bucketseal/bucketseal/client"

// Left counts the rows that programs which ended have left for TakeOver.
func (e *Engine) Left() (n int, err error) {
	for _, err := range e.cfg.Journal.Left() {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// TakeOver makes rows that programs which ended have left this engine's, in the order
// of their numbers, as they were: Paused, or Failed. Those that were under way or
// waited come in as Queued or Paused, as is said; deletions and jobs with streams are
// Cancelled, since they ended with their program. match says which rows, nil for all.
// What another program takes over meanwhile it does not get. It waits for the disk,
// and holds few rows in memory. With an error it has taken those that it returns.
func (e *Engine) TakeOver(as Phase, match func(*Record) bool) (Range, error) {
	if closed, _ := e.howFull(); closed {
		return Range{}, ErrClosed
	}
	t := taking{engine: e, paused: e.bulk(Entry{Shift: &Shift{Phase: Paused}}), as: as}
	err := t.read(match)
	rows, refused := e.adopt(&t)
	if err == nil {
		err = refused
	}
	return rows, err
}

// A taking is the rows of one TakeOver while they are read.
type taking struct {
	engine *Engine
	as     Phase
	paused *bulk // rows that come in as Paused and were not
	chunk  []Record
	slots  []slot
	first  []Row          // of them
	names  map[string]int // ids that planners gave, by place
	kept   map[int]int64  // bytes that rows which are paused have moved, by place
}

func (t *taking) read(match func(*Record) bool) error {
	for r, err := range t.engine.cfg.Journal.Left() {
		if err != nil {
			return err
		}
		if match != nil && !match(&r) {
			continue
		}
		if t.chunk = append(t.chunk, r); len(t.chunk) == inOneGo {
			if err := t.take(); err != nil {
				return err
			}
		}
	}
	return t.take()
}

// take takes the rows of a chunk over, as far as nobody was faster.
func (t *taking) take() error {
	if len(t.chunk) == 0 {
		return nil
	}
	numbers := make([]int64, len(t.chunk))
	for i, r := range t.chunk {
		numbers[i] = r.Number
	}
	got, err := t.engine.cfg.Journal.TakeOver(numbers)
	if err != nil {
		return err
	}
	ours := make(map[int64]bool, len(got))
	for _, number := range got {
		ours[number] = true
	}
	for i := range t.chunk {
		if ours[t.chunk[i].Number] {
			t.add(&t.chunk[i])
		}
	}
	clear(t.chunk)
	t.chunk = t.chunk[:0]
	return nil
}

// add makes a slot of a row.
func (t *taking) add(r *Record) {
	if r.Phase == Queued && t.as == Paused {
		r.Phase = Paused
		t.paused.add(r.Number)
	}
	if id := r.Job.ID; id != "" {
		if t.names == nil {
			t.names = map[string]int{}
		}
		t.names[id] = len(t.slots)
	}
	row := rowOf(0, r)
	one := slotOf(r.Number, &row)
	one.flags = one.flags.with(begun, r.Begun).with(asLeft, waitsForSomebody(row.Phase))
	if one.is(Paused) && row.Sent > 0 {
		if t.kept == nil {
			t.kept = map[int]int64{}
		}
		t.kept[len(t.slots)] = row.Sent
	}
	t.slots = append(t.slots, one)
	if len(t.first) < heldAtOnce {
		t.first = append(t.first, row)
	}
}

// waitsForSomebody reports whether nothing happens to a row of a phase until somebody
// asks for it.
func waitsForSomebody(p Phase) bool { return p == Paused || p == Failed }

// adopt makes rows of what was taken over. An engine that was closed meanwhile leaves
// them again, when its program ends.
func (e *Engine) adopt(t *taking) (Range, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return Range{}, ErrClosed
	}
	if e.slots.next+len(t.slots) > mostRows {
		return Range{}, tooMany(e.slots.next)
	}
	first := e.slots.next
	now := e.cfg.Now()
	ended := e.bulk(Entry{Shift: &Shift{Phase: Cancelled, Ended: now}})
	for i := range t.slots {
		nth := e.slots.next
		if kept := t.kept[i]; kept > 0 {
			e.resting[nth] = kept
		}
		e.add(t.slots[i])
		if s := e.slots.at(nth); s.endsWithProgram() {
			e.cancelOne(nth, s, ended, now)
		}
	}
	t.paused.tell()
	ended.tell()
	for id, at := range t.names {
		if _, taken := e.names.nth[id]; !taken {
			e.names.nth[id], e.names.of[first+at] = first+at, id
		}
	}
	e.holdFirst(first, t.first)
	e.dispatch()
	e.signal()
	return Range{first, len(t.slots)}, nil
}

// holdFirst holds the first of new rows in memory. The caller holds the mutex.
func (e *Engine) holdFirst(first int, rows []Row) {
	for i := range rows {
		rows[i].Nth = first + i
		e.recent.put(&rows[i])
	}
}

func tooMany(had int) error {
	return client.Say("submit: this program has had %d transfers and takes no more than %d in its life: start it again", had, mostRows).Err()
}
