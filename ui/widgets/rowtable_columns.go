package widgets

import "slices"

// Sizes of a cell, in pixels.
const (
	cellPad      float32 = 7  // left and right of the content
	iconSize     float32 = 16 // of a cell's icon
	iconGap      float32 = 5  // between icon and text
	edgeGrip     float32 = 4  // how near the pointer must be to a column's edge
	leastColumn  float32 = 40 // unless the column says otherwise
	widestFitted float32 = 640
)

// placedColumn is a shown column and where it is, before scrolling.
type placedColumn struct {
	col  int
	x, w float32
}

// placeColumns lays the shown columns into width. What is left goes to the
// Stretch columns; what is missing is taken from those that have a Min. A table
// too narrow for that as well scrolls sideways.
func (t *RowTable) placeColumns(width float32) {
	t.placed = t.placed[:0]
	var sum, spare float32
	stretches := 0
	for _, col := range t.fitting(width) {
		c := t.columns[col]
		t.placed = append(t.placed, placedColumn{col: col, w: c.wanted()})
		sum += c.wanted()
		spare += c.spare()
		if c.Stretch {
			stretches++
		}
	}
	over := max(0, sum-width)
	var x float32
	for i := range t.placed {
		p := &t.placed[i]
		c := t.columns[p.col]
		if over > 0 && spare > 0 {
			p.w -= c.spare() * min(1, over/spare)
		}
		if c.Stretch {
			p.w += max(0, width-sum) / float32(stretches)
		}
		p.x = x
		x += p.w
	}
	t.wide = x
}

// fitting are the columns to show in width: all that are not hidden, or, where
// they do not fit at their least, those that do not yield.
func (t *RowTable) fitting(width float32) []int {
	var shown []int
	var need float32
	for i, c := range t.columns {
		if !c.Hidden {
			shown = append(shown, i)
			need += c.wanted() - c.slack()
		}
	}
	for need > width {
		first := -1 // of the shown ones, the place of the one to yield first
		for i, col := range shown {
			if y := t.columns[col].Yields; y > 0 && (first < 0 || y < t.columns[shown[first]].Yields) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		c := t.columns[shown[first]]
		need -= c.wanted() - c.slack()
		shown = slices.Delete(shown, first, first+1)
	}
	return shown
}

// least is how narrow the user may drag it.
func (c Column) least() float32 {
	if c.Min > 0 {
		return c.Min
	}
	return leastColumn
}

// wanted is its width where there is room.
func (c Column) wanted() float32 { return max(c.Width, c.least()) }

// slack is how much narrower it could be.
func (c Column) slack() float32 {
	if c.Min > 0 {
		return c.wanted() - c.Min
	}
	return 0
}

// spare is how much narrower a table without room may make it: nothing, once the
// user gave it its width. No other column is left out for what was given.
func (c Column) spare() float32 {
	if c.given {
		return 0
	}
	return c.slack()
}

// columnAt is the place of the column at x of the view, or -1.
func (t *RowTable) columnAt(x float32) int {
	x += t.scrollX
	for i, p := range t.placed {
		if x >= p.x && x < p.x+p.w {
			return i
		}
	}
	return -1
}

// edgeAt is the place of the column whose right edge is at x, or -1.
func (t *RowTable) edgeAt(x float32) int {
	x += t.scrollX
	for i := len(t.placed) - 1; i >= 0; i-- { // the last wins where columns are narrow
		if edge := t.placed[i].x + t.placed[i].w; x >= edge-edgeGrip && x <= edge+edgeGrip {
			return i
		}
	}
	return -1
}

// heldBy says which column changes when the right edge of the one at place i is
// dragged, and whether it grows (1) or shrinks (-1) when the edge goes right: the
// column before the edge, or, where a Stretch column before it makes up for any
// change, the one behind it. place is -1 where the edge cannot move.
func (t *RowTable) heldBy(i int) (place int, sign float32) {
	for _, p := range t.placed[:i+1] {
		if !t.columns[p.col].Stretch {
			continue
		}
		if i+1 < len(t.placed) {
			return i + 1, -1
		}
		return -1, 0
	}
	return i, 1
}

// resizeColumn gives the column at place i a width, or its least.
func (t *RowTable) resizeColumn(i int, width float32) {
	c := &t.columns[t.placed[i].col]
	c.Width, c.given = max(width, c.least()), true
	t.relayout()
}

// fitColumn makes the column at place i as wide as its title and the cells seen
// now ask for.
func (t *RowTable) fitColumn(i int) {
	col := t.placed[i].col
	want := t.fit.width(t.columns[col].Title, true) + sortArrowWidth
	first, end := t.view.visible()
	for row := first; row < end; row++ {
		cell := t.source.Cell(row, col)
		w := t.fit.width(cell.Text, cell.Bold)
		if cell.Icon != nil {
			w += iconSize + iconGap
		}
		want = max(want, w)
	}
	t.resizeColumn(i, min(want+2*cellPad+1, widestFitted))
}

// relayout redraws after a change of widths or of the sideways position.
func (t *RowTable) relayout() {
	t.arrange()
	t.header.Refresh()
	t.body.Refresh()
}

func (t *RowTable) scrollXBy(dx float32) {
	t.scrollX += dx
	t.relayout()
}

func (t *RowTable) scrollXToFraction(f float64) {
	t.scrollX = float32(f) * max(0, t.wide-t.body.Size().Width)
	t.relayout()
}

func (t *RowTable) scrollXPages(n int) { t.scrollXBy(float32(n) * t.body.Size().Width) }
