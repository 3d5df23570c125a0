package transfers

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// A World is what a List needs of the world.
type World struct {
	Context context.Context // lives as long as the list
	Loop    loop.Loop

	// Held are the sessions whose transfers are shown, in the order they are shown.
	Held func() []Held
	// Successor is the session that carries on what one began: itself, or that of
	// its account as it is now; nil while that is not open.
	Successor func(*session.Session) *session.Session
	// Problem shows why something that was asked for was not done.
	Problem func(explain.Message)
	// Ended is told once of each transfer that is over.
	Ended func(account string, row transfer.Row)
	// Removed is told of an object that was deleted, or with an error was not.
	Removed func(account string, was client.Object, err error)
	// Refreshed is told after the list has looked at the engines.
	Refreshed func()
}

// Held is a session and the account whose transfers it carries out.
type Held struct {
	Account string // its id
	Session *session.Session
}

// A List is the rows of all open accounts' transfers, as they stood at the last
// refresh.
type List struct {
	// OnChange is called after the rows changed; nil for none.
	OnChange func()
	// Selection is what is selected among the rows; the table may change it.
	Selection rowselect.Model

	world   World
	engines []*engine
	drawn   map[int]transfer.Row // rows that were drawn since the last refresh, by row
	left    map[place][]*unprovenObject
	writing map[place]int // uploads under way, by where they write
	notes   []client.Text // Note
	verbs   []func()      // that are carried out away from the screen, the first of them now
}

// New makes an empty list.
func New(w World) *List {
	return &List{world: w, drawn: map[int]transfer.Row{}, left: map[place][]*unprovenObject{}, writing: map[place]int{}}
}

// Refresh looks at what changed. Selection and cursor stay on their rows.
func (l *List) Refresh() {
	cursor := l.mark()
	l.drawn = map[int]transfer.Row{}
	l.hold()
	var ended []ending
	for _, e := range l.engines {
		ended = append(ended, l.follow(e)...)
	}
	for _, end := range ended {
		l.written(end)
	}
	l.rest()
	l.unmark(cursor)
	for _, end := range ended {
		l.world.Ended(end.engine.Account, end.row)
	}
	l.world.Refreshed()
	l.changed()
}

func (l *List) changed() {
	if l.OnChange != nil {
		l.OnChange()
	}
}

// hold takes up the sessions that are new, and drops those that are gone.
func (l *List) hold() {
	was := l.engines
	l.engines = nil
	for _, h := range l.world.Held() {
		i := slices.IndexFunc(was, func(e *engine) bool { return e != nil && e.Session == h.Session })
		if i < 0 {
			l.engines = append(l.engines, newEngine(h))
			continue
		}
		l.engines = append(l.engines, was[i])
		was[i] = nil
	}
	for _, e := range was {
		if e != nil {
			l.drop(e)
		}
	}
}

// Rows is the number of rows.
func (l *List) Rows() (n int) {
	for _, e := range l.engines {
		n += e.rows()
	}
	return n
}

// A spot is a row of an engine.
type spot struct {
	engine *engine
	nth    int
}

// at is what is in a row; ok is false for rows there are none of.
func (l *List) at(row int) (s spot, ok bool) {
	if row < 0 {
		return spot{}, false
	}
	for of := running; of < ranks; of++ {
		for _, e := range l.engines {
			if row < e.order.count[of] {
				return spot{e, e.order.at(of, row)}, true
			}
			row -= e.order.count[of]
		}
	}
	return spot{}, false
}

// rankAt is the rank of a row, absent for rows there are none of.
func (l *List) rankAt(row int) rank {
	for of := running; of < ranks && row >= 0; of++ {
		for _, e := range l.engines {
			row -= e.order.count[of]
		}
		if row < 0 {
			return of
		}
	}
	return absent
}

// row is the place of something, -1 for nowhere.
func (l *List) row(s spot) (row int) {
	mine := s.engine.order.of(s.nth)
	if mine == absent {
		return -1
	}
	for of := running; of < ranks; of++ {
		for _, e := range l.engines {
			if of == mine && e == s.engine {
				return row + e.order.index(s.nth)
			}
			row += e.order.count[of]
		}
	}
	return -1
}

// Transfer is the row itself, for details. One that is Unread is being read, and the
// list changes when it is there.
func (l *List) Transfer(row int) transfer.Row {
	if r, ok := l.drawn[row]; ok {
		return r
	}
	s, ok := l.at(row)
	if !ok {
		return transfer.Row{}
	}
	r, _ := s.engine.core().Peek(s.nth)
	if r.Unread { // which it is only for a moment
		return r
	}
	if len(l.drawn) >= maxDrawn {
		clear(l.drawn) // somebody scrolls a long way while nothing changes
	}
	l.drawn[row] = r
	return r
}

// maxDrawn is how many drawn rows are kept: more than any screen shows.
const maxDrawn = 512

// mark remembers which rows are selected while rows move, and what the cursor
// is on.
func (l *List) mark() (cursor spot) {
	cursor, _ = l.at(l.Selection.Cursor())
	spans := l.Selection.Spans()
	if len(spans) == 0 {
		return cursor
	}
	row := 0
	for p := range l.places() {
		if row == spans[0].End {
			if spans = spans[1:]; len(spans) == 0 {
				break
			}
		}
		if row >= spans[0].First {
			*p |= marked
		}
		row++
	}
	return cursor
}

// unmark selects the rows that were, where they are now.
func (l *List) unmark(cursor spot) {
	had := l.Selection.Count() > 0
	l.Selection.SetRows(l.Rows())
	if cursor.engine != nil {
		if row := l.row(cursor); row >= 0 {
			l.Selection.MoveTo(row)
		}
	}
	if !had {
		return
	}
	var rows []int
	row := 0
	for p := range l.places() {
		if *p&marked != 0 {
			*p &^= marked
			rows = append(rows, row)
		}
		row++
	}
	l.Selection.SetSelected(rows)
}

// places yields the place of each row, in the order of the rows.
func (l *List) places() func(yield func(*rank) bool) {
	return func(yield func(*rank) bool) {
		for of := running; of < ranks; of++ {
			for _, e := range l.engines {
				for p := range e.order.all(of) {
					if !yield(p) {
						return
					}
				}
			}
		}
	}
}
