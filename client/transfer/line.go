package transfer

import (
	"iter"
	"slices"
)

// A line is the rows that wait for a worker: those of the highest priority first,
// then in the order they came. It belongs to the engine's mutex.
type line struct{ lanes []lane }

// A lane is the rows of one priority, as stretches of rows that came one behind the
// other. It may hold some that wait no more, or in another lane, or twice, where they
// left it and came back: whoever takes one looks at its slot.
type lane struct {
	priority int16
	rows     []stretch
}

// A stretch is the rows from first on, up to and without end.
type stretch struct{ first, end uint32 }

// push puts a row at the end of its lane.
func (l *line) push(nth uint32, s *slot) {
	s.flags |= inLine
	i, ok := slices.BinarySearchFunc(l.lanes, s.priority, func(a lane, priority int16) int { return int(priority) - int(a.priority) })
	if !ok {
		l.lanes = slices.Insert(l.lanes, i, lane{priority: s.priority})
	}
	rows := &l.lanes[i].rows
	if last := len(*rows) - 1; last >= 0 && (*rows)[last].end == nth {
		(*rows)[last].end++
		return
	}
	*rows = append(*rows, stretch{nth, nth + 1})
}

// first is the row whose turn it is; those before it that do not wait are taken off.
func (l *line) first(all *slots) (nth int, s *slot) {
	for len(l.lanes) > 0 {
		for lane := &l.lanes[0]; len(lane.rows) > 0; l.drop(all) {
			nth := int(lane.rows[0].first)
			if s := all.at(nth); lane.waits(s) {
				return nth, s
			}
		}
		l.lanes = slices.Delete(l.lanes, 0, 1)
	}
	return -1, nil
}

// waits reports whether a row waits in this lane.
func (a *lane) waits(s *slot) bool {
	return s != nil && s.is(Queued) && s.flags.has(inLine) && s.priority == a.priority
}

// drop takes the first row of the first lane off.
func (l *line) drop(all *slots) {
	lane := &l.lanes[0]
	if s := all.at(int(lane.rows[0].first)); s != nil && s.priority == lane.priority {
		s.flags &^= inLine
	}
	if lane.rows[0].first++; lane.rows[0].first == lane.rows[0].end {
		lane.rows = lane.rows[1:]
	}
}

// waiting yields the rows that wait, in their order.
func (l *line) waiting(all *slots) iter.Seq2[int, *slot] {
	return func(yield func(int, *slot) bool) {
		for i := range l.lanes {
			for _, some := range l.lanes[i].rows {
				for nth := some.first; nth < some.end; nth++ {
					if s := all.at(int(nth)); l.lanes[i].waits(s) && !yield(int(nth), s) {
						return
					}
				}
			}
		}
	}
}
