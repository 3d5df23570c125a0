package rowselect_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

func list(n int) *rowselect.Model {
	m := &rowselect.Model{}
	m.SetRows(n)
	return m
}

func selected(m *rowselect.Model) []int { return slices.Collect(m.All()) }

func TestANewListHasNeitherSelectionNorCursor(t *testing.T) {
	m := list(5)
	assert.Zero(t, m.Count())
	assert.Equal(t, rowselect.None, m.Cursor())
	assert.Equal(t, rowselect.None, m.Anchor())
	assert.False(t, m.Contains(0))
}

func TestAClickSelectsOneRowAndForgetsTheOthers(t *testing.T) {
	m := list(10)
	m.Only(3)
	m.Only(7)
	assert.Equal(t, []int{7}, selected(m))
	assert.Equal(t, 7, m.Cursor())
	m.Only(99)
	assert.Empty(t, selected(m), "a click beyond the last row selects nothing")
}

func TestShiftExtendsFromTheAnchorAndShrinksAgain(t *testing.T) {
	m := list(10)
	m.Only(4)
	m.Extend(8, false)
	assert.Equal(t, []int{4, 5, 6, 7, 8}, selected(m))
	m.Extend(2, false)
	assert.Equal(t, []int{2, 3, 4}, selected(m))
	assert.Equal(t, 4, m.Anchor())
	assert.Equal(t, 2, m.Cursor())
}

func TestCtrlShiftKeepsWhatWasSelectedBefore(t *testing.T) {
	m := list(20)
	m.Only(1)
	m.Toggle(10)
	m.Extend(12, true)
	assert.Equal(t, []int{1, 10, 11, 12}, selected(m))
	m.Extend(11, true)
	assert.Equal(t, []int{1, 10, 11}, selected(m), "the range shrinks, the kept row stays")
}

func TestToggleInTheMiddleOfARangeSplitsIt(t *testing.T) {
	m := list(10)
	m.Only(2)
	m.Extend(6, false)
	m.Toggle(4)
	assert.Equal(t, []rowselect.Span{{First: 2, End: 4}, {First: 5, End: 7}}, m.Spans())
	m.Toggle(4)
	assert.Equal(t, []rowselect.Span{{First: 2, End: 7}}, m.Spans())
}

func TestSelectingAMillionRowsCostsOneSpan(t *testing.T) {
	m := list(1_000_000)
	m.SelectAll()
	assert.Equal(t, 1_000_000, m.Count())
	assert.Len(t, m.Spans(), 1)
	assert.Less(t, testing.AllocsPerRun(10, m.SelectAll), 3.0)
}

func TestAShorterListForgetsWhatLiesBeyondItsEnd(t *testing.T) {
	m := list(10)
	m.SetSelected([]int{1, 8, 9})
	m.MoveTo(9)
	m.SetRows(9)
	assert.Equal(t, []int{1, 8}, selected(m))
	assert.Equal(t, 8, m.Cursor())
	m.SetRows(0)
	assert.Empty(t, selected(m))
	assert.Equal(t, rowselect.None, m.Cursor())
	m.SelectAll()
	assert.Zero(t, m.Count())
}

func TestSetSelectedTakesRowsInAnyOrder(t *testing.T) {
	m := list(10)
	m.SetSelected([]int{5, 1, 2, 2, 40, -3})
	assert.Equal(t, []int{1, 2, 5}, selected(m))
	assert.Equal(t, []rowselect.Span{{First: 1, End: 3}, {First: 5, End: 6}}, m.Spans())
}

// The ranges must say the same as a plain set of numbers would.
func TestRandomClicksAgreeWithAPlainSet(t *testing.T) {
	const rows = 40
	r := rand.New(rand.NewPCG(1, 2))
	m := list(rows)
	plain := map[int]bool{}
	for range 5000 {
		row := r.IntN(rows)
		if r.IntN(20) == 0 {
			m.Only(row)
			plain = map[int]bool{row: true}
		} else {
			m.Toggle(row)
			if plain[row] {
				delete(plain, row)
			} else {
				plain[row] = true
			}
		}
		require.Equal(t, len(plain), m.Count())
		for i := range rows {
			require.Equal(t, plain[i], m.Contains(i))
		}
		spans := m.Spans()
		for i := 1; i < len(spans); i++ {
			require.Greater(t, spans[i].First, spans[i-1].End, "ranges must not touch")
		}
	}
}
