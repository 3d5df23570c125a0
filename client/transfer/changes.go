package transfer

import "context"

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

// A Change is a row that was submitted, removed, or changed otherwise than by
// moving bytes. A row that is over changes only by being begun again, accepted
// or removed.
type Change struct {
	Nth   int   // which row: Row.Nth
	Phase Phase // now, or when it was removed
	Gone  bool  // removed
	Known bool  // not changed since the cursor: told because all rows are
}

// ChangedSince are the rows that changed since the look that returned the
// cursor. It costs what changed, however many rows there are. Bytes, rates and
// Request of rows that run change all the time and are no change here.
func (e *Engine) ChangedSince(c Cursor) Changes {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	changes := e.history.since(c, e.items)
	changes.Summary = e.summary(now)
	return changes
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

// touched counts a row anew after it changed, and remembers that it did. The
// caller holds the mutex.
func (e *Engine) touched(it *item) {
	e.sum.count(it.counted, -1)
	it.counted = it.share()
	e.sum.count(it.counted, 1)
	e.history.touch(it)
	e.tell()
}

// removed forgets a row. The caller holds the mutex.
func (e *Engine) removed(it *item) {
	e.sum.count(it.counted, -1)
	delete(e.byID, it.row.Job.ID)
	e.streams.Delete(it.row.Job.ID)
	e.history.remove(it)
	e.dropLeft(it, func() { e.scribe.tell(Entry{Number: it.number, Removed: true}) })
	e.tell()
}

// A history is the rows of an engine by when they changed last, and those
// removed a while ago: a list through the items, so that a change costs no
// memory and no search.
type history struct {
	now         Cursor // of the last change
	first, last *item
	gone        []removal // in the order of removal
	forgotten   Cursor    // removals up to here are no longer known
}

type removal struct {
	at     Cursor
	change Change
}

// rememberedAtLeast is how many removals are remembered whatever else there is.
const rememberedAtLeast = 1024

// touch moves a row to the end.
func (h *history) touch(it *item) {
	h.unlink(it)
	h.now++
	it.changed = h.now
	it.before, h.last = h.last, it
	if it.before == nil {
		h.first = it
	} else {
		it.before.after = it
	}
}

func (h *history) unlink(it *item) {
	if it.changed == 0 {
		return
	}
	if it.before == nil {
		h.first = it.after
	} else {
		it.before.after = it.after
	}
	if it.after == nil {
		h.last = it.before
	} else {
		it.after.before = it.before
	}
	it.before, it.after = nil, nil
}

func (h *history) remove(it *item) {
	h.unlink(it)
	h.now++
	h.gone = append(h.gone, removal{h.now, Change{Nth: it.row.Nth, Phase: it.row.Phase, Gone: true}})
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

func (h *history) since(c Cursor, items []*item) Changes {
	got := Changes{Cursor: h.now, All: c == 0 || c < h.forgotten}
	if got.All {
		got.Rows = make([]Change, 0, len(items))
		for _, it := range items {
			row := it.change()
			row.Known = it.changed <= c
			got.Rows = append(got.Rows, row)
		}
		return got
	}
	begin := h.last
	n := 0
	for it := h.last; it != nil && it.changed > c; it = it.before {
		begin, n = it, n+1
	}
	from := len(h.gone)
	for from > 0 && h.gone[from-1].at > c {
		from--
	}
	if n += len(h.gone) - from; n == 0 {
		return got
	}
	got.Rows = make([]Change, 0, n)
	for _, g := range h.gone[from:] {
		got.Rows = append(got.Rows, g.change)
	}
	for it := begin; it != nil && it.changed > c; it = it.after {
		got.Rows = append(got.Rows, it.change())
	}
	return got
}

func (it *item) change() Change { return Change{Nth: it.row.Nth, Phase: it.row.Phase} }
