package transfers

import (
	"maps"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// An engine is what the list knows of one session's transfers: of each row where
// it stands, and more of the few about which there is something to say.
type engine struct {
	Held
	cursor transfer.Cursor
	order  order
	sum    transfer.Summary // as of the last refresh
	past   int64            // bytes that were done when nothing was under way: no part of the total

	running map[int]*writer         // rows under way, by Row.Nth
	left    map[int]*unprovenObject // uploads that left something unproven
	stale   map[int]bool            // downloads that may be accepted
	unread  map[int]bool            // rows of which something is to be said once they are read
	kinds   tellers                 // of the unproven objects

	leftAlone bool // the user knows of what an earlier run left
}

// A place is an object of an account.
type place struct {
	account string
	at      client.Location
}

// A write is when the bytes of a row were looked at on the server, and which row
// that is.
type write struct {
	at  time.Time
	row spot
}

// after reports whether a write came after another, to the same place.
func (w write) after(other write) bool {
	if w.at.Equal(other.at) {
		return w.row.engine == other.row.engine && w.row.nth > other.row.nth
	}
	return w.at.After(other.at)
}

// A writer is a row under way, and the last that wrote to its place meanwhile.
type writer struct {
	to     place
	upload bool
	rival  write
}

func newEngine(h Held) *engine {
	return &engine{Held: h, running: map[int]*writer{}, left: map[int]*unprovenObject{}, stale: map[int]bool{}, unread: map[int]bool{}}
}

func (e *engine) rows() (n int) {
	for _, k := range e.order.count {
		n += k
	}
	return n
}

// rankOf is the rank of a row of a phase.
func rankOf(p transfer.Phase) rank {
	switch p {
	case transfer.Sending, transfer.Verifying:
		return running
	case transfer.Failed:
		return failed
	case transfer.Queued, transfer.Paused:
		return waits
	}
	return over
}

// An ending is a row that is over since the last refresh.
type ending struct {
	spot
	row transfer.Row
}

// follow takes over what changed in an engine, and returns what is over now.
func (l *List) follow(e *engine) (ended []ending) {
	rows := e.core().ChangedSince(e.cursor)
	e.cursor, e.sum = rows.Cursor, rows.Summary
	if rows.All {
		l.forget(e, rows.Rows)
	}
	for _, c := range rows.Rows {
		if c.Known {
			continue
		}
		to := absent
		if !c.Gone {
			to = rankOf(c.Phase)
		}
		e.order.setAll(c.First, c.End(), to)
		ended = l.place(ended, e, c)
	}
	l.catchUp(e)
	return ended
}

// forget takes off the rows that are not among all there are, which are in the
// order of their submission.
func (l *List) forget(e *engine, all []transfer.Change) {
	var gone []int
	for nth := range e.order.nths() {
		for len(all) > 0 && all[0].End() <= nth {
			all = all[1:]
		}
		if len(all) == 0 || !all[0].Holds(nth) {
			gone = append(gone, nth)
		}
	}
	for _, nth := range gone {
		e.order.set(nth, absent)
		l.lift(spot{e, nth})
	}
}

// place notes what is to be said of rows that changed. Rows that only wait are not
// looked at. Those that are over are added to ended, as far as they are in memory:
// what is not ended long ago. One that ran when its change was told of and is over by
// now is told of again.
func (l *List) place(ended []ending, e *engine, c transfer.Change) []ending {
	if c.Gone || rankOf(c.Phase) == waits {
		for _, nth := range e.noted(c.Range) {
			l.lift(spot{e, nth})
		}
		return ended
	}
	for _, nth := range e.lookedAt(c) {
		was := l.lift(spot{e, nth})
		row, ok := e.core().Recall(nth)
		switch {
		case ok:
			if l.note(spot{e, nth}, c.Phase, row, was); c.Phase.Over() {
				ended = append(ended, ending{spot{e, nth}, row})
			}
		case c.Doubtful || c.Acceptable:
			e.unread[nth] = true
		}
	}
	return ended
}

// manyAtOnce is from how many rows on it costs more to look at each of them than to
// ask which there is something to say about.
const manyAtOnce = 512

// lookedAt are the rows of a change that have to be looked at: where it is of many,
// those about which something is said or can be.
func (e *engine) lookedAt(c transfer.Change) []int {
	if c.N >= manyAtOnce && !c.Doubtful && !c.Acceptable {
		all := append(e.core().Recalled(c.Range), e.noted(c.Range)...)
		slices.Sort(all)
		return slices.Compact(all)
	}
	all := make([]int, 0, c.N)
	for nth := c.First; nth < c.End(); nth++ {
		all = append(all, nth)
	}
	return all
}

// noted are the rows of a range of which something is said.
func (e *engine) noted(in transfer.Range) (all []int) {
	for _, nth := range slices.Concat(slices.Collect(maps.Keys(e.running)), slices.Collect(maps.Keys(e.left)),
		slices.Collect(maps.Keys(e.stale)), slices.Collect(maps.Keys(e.unread))) {
		if in.Holds(nth) {
			all = append(all, nth)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// caughtUpAtOnce is how many rows are looked after in one refresh.
const caughtUpAtOnce = 512

// catchUp notes what is to be said of rows that have been read meanwhile.
func (l *List) catchUp(e *engine) {
	n := 0
	for nth := range e.unread {
		if n++; n > caughtUpAtOnce {
			break
		}
		if row, ok := e.core().Peek(nth); !ok || !row.Unread {
			delete(e.unread, nth)
			if ok && row.Phase.Over() {
				l.note(spot{e, nth}, row.Phase, row, nil)
			}
		}
	}
}

// note notes what is to be said of one row. was is what it did before, nil when nobody
// looked then.
func (l *List) note(s spot, p transfer.Phase, row transfer.Row, was *writer) {
	upload := row.Job.Op.WritesObject()
	switch to := (place{s.engine.Account, row.Job.At()}); {
	case !p.Over():
		if was == nil {
			was = &writer{to: to, upload: upload}
		}
		s.engine.running[s.nth] = was
		if upload {
			l.writing[to]++
		}
	case isUnproven(row):
		l.noteUnproven(s, row, was)
	case row.Acceptable():
		s.engine.stale[s.nth] = true
	}
}

// lift takes away what was said of a row. was is what it did, when it was under
// way.
func (l *List) lift(s spot) (was *writer) {
	e := s.engine
	if was = e.running[s.nth]; was != nil {
		delete(e.running, s.nth)
		if was.upload {
			l.unwrite(was.to)
		}
	}
	if o := e.left[s.nth]; o != nil {
		l.take(o)
	}
	delete(e.stale, s.nth)
	delete(e.unread, s.nth)
	return was
}

func (l *List) unwrite(to place) {
	if l.writing[to]--; l.writing[to] == 0 {
		delete(l.writing, to)
	}
}

// written compares an upload that is over with the others to the same place:
// what is there is that of the last.
func (l *List) written(end ending) {
	if !end.row.Job.Op.WritesObject() || end.row.Receipt == nil {
		return
	}
	w := write{end.row.Receipt.VerifiedAt, end.spot}
	to := place{end.engine.Account, end.row.Job.At()}
	for _, o := range l.left[to] {
		o.replaced = o.replaced || w.after(o.write())
	}
	if l.writing[to] == 0 {
		return
	}
	for _, e := range l.engines {
		for _, r := range e.running {
			if r.to == to && w.after(r.rival) {
				r.rival = w
			}
		}
	}
}

// drop forgets an engine.
func (l *List) drop(e *engine) {
	for nth := range e.running {
		l.lift(spot{e, nth})
	}
	for nth := range e.left {
		l.lift(spot{e, nth})
	}
}

// core is the engine itself.
func (e *engine) core() *transfer.Engine { return e.Session.Transfers() }

// Silence is how long the server of an account has not been heard of, though it
// is waited for; 0 while any transfer goes on.
func (l *List) Silence(account string) (least time.Duration) {
	for _, e := range l.engines {
		if e.Account != account {
			continue
		}
		for nth := range e.running {
			r, _ := e.core().Recall(nth)
			switch s := r.Request; {
			case rankOf(r.Phase) != running:
			case s.Busy || s.Silent < noticed:
				return 0
			case least == 0 || s.Silent < least:
				least = s.Silent
			}
		}
	}
	return least
}

// AreKept reports whether all transfers outlive the program, so that its end is a pause.
func (l *List) AreKept() bool {
	return !slices.ContainsFunc(l.engines, func(e *engine) bool { return !e.core().Lasts() })
}

// Unfinished is how many transfers of an account are over and not done.
func (l *List) Unfinished(account string) (n int) {
	for _, e := range l.engines {
		if e.Account == account {
			s := e.core().Summary()
			n += s.Phases[transfer.Failed] + s.Phases[transfer.Cancelled]
		}
	}
	return n
}

// IsBusy reports whether an account has transfers that are not over.
func (l *List) IsBusy(account string) bool {
	for _, e := range l.engines {
		if e.Account == account && e.core().Summary().Open() > 0 {
			return true
		}
	}
	return false
}
