package widgets

import "math"

// viewport is the arithmetic of a scrolled list of equal rows. The position is
// an integer row and a remainder in pixels below one row, so that row 999,999
// is as exact as row 0: one float32 for the whole list is off by pixels from
// some 200,000 rows on.
type viewport struct {
	top    int     // the first row seen, in part or whole
	rem    float32 // how much of it is scrolled away, 0 <= rem < row
	rows   int
	row    float32 // height of one row, > 0
	height float32 // height of the window onto the list
}

// offset is the scrolled distance in pixels, exact for any list below 2^53 px.
func (v *viewport) offset() float64 {
	return float64(v.top)*float64(v.row) + float64(v.rem)
}

func (v *viewport) maxOffset() float64 {
	return max(0, float64(v.rows)*float64(v.row)-float64(v.height))
}

func (v *viewport) setOffset(off float64) {
	off = min(max(off, 0), v.maxOffset())
	v.top = int(math.Floor(off / float64(v.row)))
	v.rem = float32(off - float64(v.top)*float64(v.row))
}

// clamp brings the position back inside after rows or height changed.
func (v *viewport) clamp() { v.setOffset(v.offset()) }

// scrollBy moves the view down by dy pixels (up if negative).
func (v *viewport) scrollBy(dy float32) { v.setOffset(v.offset() + float64(dy)) }

// show scrolls as little as needed to see all of row.
func (v *viewport) show(row int) {
	if row < 0 || row >= v.rows {
		return
	}
	begin := float64(row) * float64(v.row)
	end := begin + float64(v.row)
	switch off := v.offset(); {
	case begin < off || v.height < v.row:
		v.setOffset(begin)
	case end > off+float64(v.height):
		v.setOffset(end - float64(v.height))
	}
}

// rowAt is the row under y, or -1 below the last one.
func (v *viewport) rowAt(y float32) int {
	if y < 0 || y >= v.height {
		return -1
	}
	row := v.top + int((y+v.rem)/v.row)
	if row >= v.rows {
		return -1
	}
	return row
}

// y is where row begins, relative to the view.
func (v *viewport) y(row int) float32 { return float32(row-v.top)*v.row - v.rem }

// visible is the half-open range of rows of which something is seen.
func (v *viewport) visible() (first, end int) {
	n := int(math.Ceil(float64(v.height+v.rem) / float64(v.row)))
	return v.top, min(v.top+max(n, 0), v.rows)
}

// page is how many rows fit whole, at least one.
func (v *viewport) page() int { return max(1, int(v.height/v.row)) }

// share is the part of the list which is seen, 0 < share <= 1.
func (v *viewport) share() float64 {
	total := float64(v.rows) * float64(v.row)
	if total <= float64(v.height) || total == 0 {
		return 1
	}
	return float64(v.height) / total
}

// fraction is how far the view is scrolled, 0 at the top, 1 at the end.
func (v *viewport) fraction() float64 {
	if m := v.maxOffset(); m > 0 {
		return v.offset() / m
	}
	return 0
}

func (v *viewport) setFraction(f float64) { v.setOffset(f * v.maxOffset()) }
