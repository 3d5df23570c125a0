package transfer

import (
	"context"
	"slices"
)

// A Cursor says up to where a reader knows an engine's changes. The zero Cursor
// knows nothing.
type Cursor uint64

// Changes are what happened to an engine's rows since a reader looked last.
type Changes struct {
	Rows    []Change // each row once, those that changed last at the end
	All     bool     // Rows are all there are: what the reader knows of others is gone
	Summary Summary  // of the same moment, so that the counters never know more than the rows
	Cursor  Cursor   // for the next look
}

// A Change is rows that came one behind the other and of which the same is to be
// said: they were submitted, removed, or changed otherwise than by moving bytes. A
// row that is over changes only by being begun again, accepted or removed.
type Change struct {
	Range
	Phase      Phase // now, or when they were removed
	Doubtful   bool  // uploads whose last receipt is not as asked
	Acceptable bool  // Row.Acceptable
	Gone       bool  // removed
	Known      bool  // not changed since the cursor: told because all rows are
}

// ChangedSince are the rows that changed since the look that returned the
// cursor. It costs what changed, however many rows there are. Bytes, rates and
// Request of rows that run change all the time and are no change here.
func (e *Engine) ChangedSince(c Cursor) Changes {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	changes := e.history.since(c, &e.slots)
	changes.Summary = e.summary(now)
	return changes
}

// Now is what is to be said of the nth row at this moment; it never waits for the
// disk. A row that is not there is Gone.
func (e *Engine) Now(nth int) Change {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.slots.at(nth); s != nil {
		return s.change(nth)
	}
	return Change{Range: Range{nth, 1}, Gone: true}
}

// Await waits until something changed since the look that returned the cursor, or
// until ctx ends, whose cause it returns then.
func (e *Engine) Await(ctx context.Context, c Cursor) error {
	e.mu.Lock()
	if e.history.now > c {
		e.mu.Unlock()
		return nil
	}
	if e.news == nil {
		e.news = make(chan struct{})
	}
	news := e.news
	e.mu.Unlock()
	select {
	case <-news:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// tell lets those go who wait for a change. The caller holds the mutex.
func (e *Engine) tell() {
	if e.news != nil {
		close(e.news)
		e.news = nil
	}
}

// change counts a row anew after set changed its slot, and remembers that it did.
// The caller holds the mutex.
func (e *Engine) change(nth int, s *slot, set func(*slot)) {
	e.sum.count(e.adds(nth, s), -1)
	if set(s); !waitsForSomebody(Phase(s.phase)) {
		s.flags &^= asLeft
	}
	e.sum.count(e.adds(nth, s), 1)
	e.history.touch(&e.slots, nth)
	e.tell()
}

// touched is change for an item: its slot follows its row. The caller holds the mutex.
func (e *Engine) touched(it *item) {
	if it.isLeft() {
		return
	}
	s := e.slots.at(it.row.Nth)
	e.change(it.row.Nth, s, func(s *slot) {
		s.follow(&it.row)
		if s.is(Paused) && it.sent.Load() > 0 {
			e.resting[it.row.Nth] = it.sent.Load()
		}
	})
}

// removed forgets a row that is over. The caller holds the mutex.
func (e *Engine) removed(nth int, s *slot) {
	e.sum.count(e.adds(nth, s), -1)
	e.history.remove(&e.slots, nth)
	e.slots.remove(nth)
	e.recent.remove(nth)
	delete(e.items, nth)
	if id, named := e.names.of[nth]; named {
		delete(e.names.nth, id)
		delete(e.names.of, nth)
		e.streams.Delete(id)
	}
	e.tell()
}

// A history is the rows of an engine by when they changed last, and those
// removed a while ago: a list through the slots, so that a change costs no
// memory and no search.
type history struct {
	now         Cursor // of the last change
	told        Cursor // up to where anybody may know
	first, last uint32 // rows, counted from 1
	gone        []removal
	forgotten   Cursor // removals up to here are no longer known
}

// A removal is rows that were removed one behind the other, and nobody looked
// meanwhile.
type removal struct {
	at     Cursor // of the last
	change Change
}

// rememberedAtLeast is how many removals are remembered whatever else there is.
const rememberedAtLeast = 1024

// touch moves a row to the end.
func (h *history) touch(all *slots, nth int) {
	s := all.place(uint32(nth) + 1)
	h.unlink(all, s)
	h.now++
	s.changed = h.now
	s.before, h.last = h.last, uint32(nth)+1
	if s.before == 0 {
		h.first = h.last
	} else {
		all.place(s.before).after = h.last
	}
}

func (h *history) unlink(all *slots, s *slot) {
	if s.changed == 0 {
		return
	}
	if s.before == 0 {
		h.first = s.after
	} else {
		all.place(s.before).after = s.after
	}
	if s.after == 0 {
		h.last = s.before
	} else {
		all.place(s.after).before = s.before
	}
	s.before, s.after = 0, 0
}

func (h *history) remove(all *slots, nth int) {
	s := all.at(nth)
	h.unlink(all, s)
	h.now++
	c := s.change(nth)
	c.Gone = true
	if last := len(h.gone) - 1; last >= 0 && h.gone[last].at > h.told && h.gone[last].change.goesOn(c) {
		h.gone[last].change.N++
		h.gone[last].at = h.now
		return
	}
	h.gone = append(h.gone, removal{h.now, c})
}

// trim forgets the older half of the removals where they outnumber the rows:
// then reading all rows costs a reader less.
func (h *history) trim(rows int) {
	if len(h.gone) <= max(rememberedAtLeast, rows) {
		return
	}
	half := len(h.gone) / 2
	h.forgotten = h.gone[half-1].at
	h.gone = append([]removal(nil), h.gone[half:]...)
}

func (h *history) since(c Cursor, all *slots) Changes {
	got := Changes{Cursor: h.now, All: c == 0 || c < h.forgotten}
	h.told = h.now
	if got.All {
		for nth, s := range all.in(nil) {
			row := s.change(nth)
			row.Known = s.changed <= c
			got.add(row)
		}
		return got
	}
	from := len(h.gone)
	for from > 0 && h.gone[from-1].at > c {
		from--
	}
	for _, g := range h.gone[from:] {
		got.Rows = append(got.Rows, g.change)
	}
	back := h.back(c, all)
	slices.Reverse(back)
	got.Rows = append(got.Rows, back...)
	return got
}

// back are the rows that changed since a cursor, those that changed last first. A
// million may have at once, so it asks for little of each.
func (h *history) back(c Cursor, all *slots) (back []Change) {
	var last *slot // of the change that was added last, its first row
	for at := h.last; at != 0; {
		s := all.place(at)
		if s.changed <= c {
			break
		}
		nth := int(at) - 1
		if last != nil && s.phase == last.phase && s.flags&toldOf == last.flags&toldOf && back[len(back)-1].First == nth+1 {
			back[len(back)-1].First--
			back[len(back)-1].N++
		} else {
			back, last = append(back, s.change(nth)), s
		}
		at = s.before
	}
	return back
}

// toldOf are the flags of which a Change tells.
const toldOf = doubtful | acceptable

// add adds a row to the changes, to the last of them where it goes on with it.
func (c *Changes) add(row Change) {
	if last := len(c.Rows) - 1; last >= 0 && c.Rows[last].goesOn(row) {
		c.Rows[last].N++
		return
	}
	c.Rows = append(c.Rows, row)
}

// goesOn reports whether a row comes behind those of a change, and the same is to be
// said of it.
func (c Change) goesOn(row Change) bool {
	behind := row.First == c.End()
	row.Range, c.Range = Range{}, Range{}
	return behind && row == c
}

func (s *slot) change(nth int) Change {
	return Change{
		Range: Range{nth, 1}, Phase: Phase(s.phase), Doubtful: s.flags.has(doubtful), Acceptable: s.flags.has(acceptable),
	}
}
