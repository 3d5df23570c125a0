// Package rowselect remembers which rows of a long list are selected.
//
// It is the selection of a table without the table: pure Go, no toolkit, so
// that the logic of a screen can own it and be tested without a window. Rows
// are numbers from 0; the selection is kept as sorted ranges, so selecting a
// million rows costs one range, not a million entries.
//
// Three things are remembered: the selected rows, the cursor (the row the
// keyboard is on, which may be unselected) and the anchor (where a range made
// with Shift begins). A Model does not know what its rows show: after the list
// was sorted or loaded anew the owner finds its items again by their own keys
// and calls SetSelected.
//
// The zero Model is an empty list with nothing selected. It belongs to one
// goroutine.
package rowselect

import (
	"iter"
	"slices"
)

// None is the cursor or anchor of a list where there is none.
const None = -1

// Model is the selection of one list.
type Model struct {
	rows   int
	spans  []Span
	kept   []Span // what was selected before the range being extended
	anchor int    // row+1, so that the zero Model has none
	cursor int    // row+1
}

// SetRows tells the model that the list now has n rows. What is beyond the
// end is no longer selected; cursor and anchor move to the last row.
func (m *Model) SetRows(n int) {
	n = max(n, 0)
	if n < m.rows {
		m.spans = cut(m.spans, n)
		m.kept = cut(m.kept, n)
	}
	m.rows = n
	m.cursor = min(m.cursor, n)
	m.anchor = min(m.anchor, n)
}

// Cursor is the row the keyboard is on, or None.
func (m *Model) Cursor() int { return m.cursor - 1 }

// Anchor is the row where a range begins, or None.
func (m *Model) Anchor() int { return m.anchor - 1 }

// Count is the number of selected rows.
func (m *Model) Count() int {
	n := 0
	for _, s := range m.spans {
		n += s.Len()
	}
	return n
}

// Contains tells whether row is selected.
func (m *Model) Contains(row int) bool {
	i, _ := slices.BinarySearchFunc(m.spans, row, func(s Span, row int) int {
		if s.End <= row {
			return -1
		}
		return 1
	})
	return i < len(m.spans) && m.spans[i].First <= row
}

// All yields the selected rows in rising order.
func (m *Model) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, s := range m.spans {
			for row := s.First; row < s.End; row++ {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// Spans is a copy of the selection as sorted ranges that do not touch.
func (m *Model) Spans() []Span { return slices.Clone(m.spans) }

// Only selects row and nothing else; it becomes cursor and anchor. A row
// outside the list clears the selection.
func (m *Model) Only(row int) {
	if !m.has(row) {
		m.Clear()
		return
	}
	m.spans = []Span{{row, row + 1}}
	m.place(row)
}

// Toggle selects row if it was not selected and unselects it if it was, and
// leaves the others; it becomes cursor and anchor.
func (m *Model) Toggle(row int) {
	if !m.has(row) {
		return
	}
	one := Span{row, row + 1}
	if m.Contains(row) {
		m.spans = remove(m.spans, one)
	} else {
		m.spans = add(m.spans, one)
	}
	m.place(row)
}

// Extend selects from the anchor to row, both included, and moves the cursor
// there. Called again it gives up the range before, so a range can shrink.
// With keep, what was selected when the anchor was set stays selected.
func (m *Model) Extend(row int, keep bool) {
	if !m.has(row) {
		return
	}
	if m.anchor == 0 {
		m.anchor = row + 1
	}
	run := Span{min(m.Anchor(), row), max(m.Anchor(), row) + 1}
	if keep {
		m.spans = add(m.kept, run)
	} else {
		m.spans = []Span{run}
	}
	m.cursor = row + 1
}

// MoveTo puts the cursor on row and changes nothing else.
func (m *Model) MoveTo(row int) {
	if m.has(row) {
		m.cursor = row + 1
	}
}

// SelectAll selects every row; cursor and anchor stay.
func (m *Model) SelectAll() {
	m.spans = nil
	if m.rows > 0 {
		m.spans = []Span{{0, m.rows}}
	}
	m.kept = m.spans
}

// Clear unselects every row; cursor and anchor stay.
func (m *Model) Clear() { m.spans, m.kept = nil, nil }

// SetSelected replaces the selection by rows, given in any order; rows outside
// the list are left out. Cursor and anchor stay where they are: move the
// cursor with MoveTo if its item has moved.
func (m *Model) SetSelected(rows []int) {
	sorted := slices.Sorted(slices.Values(rows))
	m.spans = nil
	for _, row := range sorted {
		if !m.has(row) {
			continue
		}
		if n := len(m.spans); n > 0 && m.spans[n-1].End >= row {
			m.spans[n-1].End = max(m.spans[n-1].End, row+1)
			continue
		}
		m.spans = append(m.spans, Span{row, row + 1})
	}
	m.kept = m.spans
}

func (m *Model) has(row int) bool { return row >= 0 && row < m.rows }

func (m *Model) place(row int) {
	m.cursor, m.anchor = row+1, row+1
	m.kept = m.spans
}
