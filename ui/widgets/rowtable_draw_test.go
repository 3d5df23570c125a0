package widgets

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

func TestScrollToShowsTheRowInAMillion(t *testing.T) {
	d := newDesk(t, 1_000_000)
	for _, row := range []int{1_000, 100_000, 999_999, 0} {
		d.ScrollTo(row)
		assert.Equal(t, fmt.Sprintf("r%dc0|r%dc1|r%dc2|r%dc3|r%dc4|r%dc5", row, row, row, row, row, row), d.line(row))
	}
}

func TestTheWheelScrollsAndHoversTheRowThatArrives(t *testing.T) {
	d := newDesk(t, 1_000_000)
	d.body.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: d.at(2)}})
	assert.Equal(t, 2, d.body.hover)
	d.body.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: d.at(2)}, Scrolled: fyne.NewDelta(0, -50)})
	assert.Equal(t, 4, d.body.hover)
	first, _ := d.VisibleRows()
	assert.Equal(t, 2, first)
	d.body.MouseOut()
	assert.Equal(t, -1, d.body.hover)
}

func TestTheBarOfAMillionRowsCanBeDraggedToEitherEnd(t *testing.T) {
	d := newDesk(t, 1_000_000)
	require.True(t, d.vbar.Visible())
	_, thumb := d.vbar.thumb()
	assert.GreaterOrEqual(t, thumb, leastThumb)
	grab := fyne.PointEvent{Position: fyne.NewPos(5, 5)}
	d.vbar.MouseDown(&desktop.MouseEvent{PointEvent: grab, Button: desktop.MouseButtonPrimary})
	d.vbar.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 5000)}})
	_, end := d.VisibleRows()
	assert.Equal(t, 1_000_000, end)
	d.vbar.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, -100)}})
	first, _ := d.VisibleRows()
	assert.Equal(t, 0, first)
	d.vbar.DragEnd()
	d.vbar.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 300)}})
	first, _ = d.VisibleRows()
	assert.Equal(t, 0, first, "let go is let go")
	d.vbar.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 300)}, Button: desktop.MouseButtonPrimary})
	first, _ = d.VisibleRows()
	assert.Equal(t, int(d.view.height/d.view.row), first, "a press beside the thumb pages")
}

func TestAShortListHasNoBar(t *testing.T) {
	d := newDesk(t, 3)
	assert.False(t, d.vbar.Visible())
	assert.False(t, d.hbar.Visible())
	assert.Equal(t, d.Size().Width, d.body.Size().Width)
}

// drag moves what is at from to another place in the header.
func (d *desk) drag(from, to float32) {
	d.now = d.now.Add(time.Minute)
	d.header.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(from, 10)}, Button: desktop.MouseButtonPrimary})
	d.header.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(to, 10)}})
	d.header.MouseUp(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(to, 10)}, Button: desktop.MouseButtonPrimary})
	d.header.DragEnd()
}

func (d *desk) edge(place int) float32 { return d.placed[place].x + d.placed[place].w }

func TestDraggingAnEdgeResizesItsColumn(t *testing.T) {
	d := newDesk(t, 10)
	cols := d.Columns()
	cols[0].Stretch = false
	d.SetColumns(cols)
	var told []float32
	d.OnResized = func(col int, w float32) { told = append(told, float32(col), w) }
	edge := d.edge(1)
	d.drag(edge+2, edge+42)
	assert.Equal(t, float32(120), d.Columns()[1].Width)
	assert.Equal(t, edge+40, d.edge(1), "the edge follows the pointer")
	assert.Equal(t, []float32{1, 120}, told)

	d.drag(d.edge(1), -500)
	assert.Equal(t, leastColumn, d.Columns()[1].Width, "a column cannot be lost")
}

func TestAnEdgeBehindAStretchedColumnFollowsThePointerToo(t *testing.T) {
	d := newDesk(t, 10)
	width := d.body.Size().Width
	edge, behind := d.edge(1), d.placed[2].w
	d.drag(edge, edge+30)
	assert.InDelta(t, edge+30, d.edge(1), 0.1)
	assert.InDelta(t, behind-30, d.placed[2].w, 0.1)
	assert.InDelta(t, width, d.wide, 0.1, "the first column stretches over the rest")
	last := d.edge(5)
	d.drag(last, last-60)
	assert.InDelta(t, last, d.edge(5), 0.1, "the table's own edge stays")
}

func TestColumnsWiderThanTheTableScrollSideways(t *testing.T) {
	d := newDesk(t, 100)
	d.window.Resize(fyne.NewSize(400, 300))
	require.True(t, d.hbar.Visible())
	require.True(t, d.vbar.Visible())
	over := d.wide - d.body.Size().Width
	d.body.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(-10_000, 0)})
	assert.Equal(t, over, d.scrollX)
	d.key(fyne.KeyLeft, 0)
	assert.Less(t, d.scrollX, over)
	d.hbar.onMove(0)
	assert.Zero(t, d.scrollX)
	shot(t, d.window, "narrow")
	d.window.Resize(fyne.NewSize(1200, 300))
	assert.False(t, d.hbar.Visible())
	d.key(fyne.KeyLeft, 0)
	assert.Equal(t, []fyne.KeyName{fyne.KeyLeft}, d.keys, "the screen may use the arrow when there is nothing to scroll")
}

func TestASecondClickOnAnEdgeFitsTheColumn(t *testing.T) {
	d := newDesk(t, 10)
	d.src.cell = func(_, col int) Cell {
		if col == 4 {
			return Cell{Text: "SSE-KMS arn:aws:kms:us-east-1:000000000000:key/one", Icon: theme.InfoIcon()}
		}
		return Cell{Text: "x"}
	}
	d.Refresh()
	assert.Contains(t, d.line(0), ellipsis)
	edge := d.placed[4].x + d.placed[4].w
	for range 2 {
		d.header.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(edge, 10)}, Button: desktop.MouseButtonPrimary})
		d.header.MouseUp(&desktop.MouseEvent{})
	}
	assert.NotContains(t, d.line(0), ellipsis)
	assert.Contains(t, d.line(0), "key/one")
}

func TestAClickOnATitleSortsButNotOnAnEdge(t *testing.T) {
	d := newDesk(t, 10)
	var sorted []int
	d.OnSort = func(col int) { sorted = append(sorted, col) }
	tap := func(x float32) {
		p := fyne.PointEvent{Position: fyne.NewPos(x, 10)}
		d.header.MouseDown(&desktop.MouseEvent{PointEvent: p, Button: desktop.MouseButtonPrimary})
		d.header.MouseUp(&desktop.MouseEvent{PointEvent: p, Button: desktop.MouseButtonPrimary})
		d.header.Tapped(&p)
	}
	tap(d.placed[0].x + 20)
	tap(d.placed[1].x + 20)
	tap(d.placed[1].x + d.placed[1].w)
	tap(d.placed[2].x + 20)
	assert.Equal(t, []int{0, 1}, sorted, "column 2 does not sort")
}

func TestTheHeadersMenuNamesTheColumn(t *testing.T) {
	d := newDesk(t, 10)
	var asked []int
	d.OnHeaderMenu = func(col int, _ fyne.Position) { asked = append(asked, col) }
	cols := d.Columns()
	cols[1].Hidden, cols[0].Stretch = true, false
	d.SetColumns(cols)
	for _, x := range []float32{20, d.placed[1].x + 20, d.wide + 20} {
		d.header.TappedSecondary(&fyne.PointEvent{Position: fyne.NewPos(x, 10)})
	}
	assert.Equal(t, []int{0, 2, -1}, asked)
	assert.Equal(t, "r0c0|r0c2|r0c3|r0c4|r0c5", d.line(0), "a hidden column is not drawn")
}

func TestTheCursorShowsWhereAnEdgeCanBeCaught(t *testing.T) {
	d := newDesk(t, 10)
	move := func(x float32) {
		d.header.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}})
	}
	move(d.placed[1].x + 20)
	assert.Equal(t, desktop.DefaultCursor, d.header.Cursor())
	move(d.placed[1].x + 2)
	assert.Equal(t, desktop.HResizeCursor, d.header.Cursor())
}

func TestALongNameEndsInAnEllipsisThatFits(t *testing.T) {
	d := newDesk(t, 5)
	d.src.cell = hanCell
	d.window.Resize(fyne.NewSize(760, 300))
	first, _ := d.VisibleRows()
	for i, row := range d.drawn()[:5] {
		for col, c := range row.cells {
			room := d.placed[col].w - 2*cellPad
			if c.icon != nil && c.icon.Visible() {
				room -= iconSize + iconGap
			}
			assert.LessOrEqual(t, c.text.MinSize().Width, room+0.5, "row %d column %d: %q", first+i, col, c.text.Text)
		}
	}
	assert.True(t, strings.HasPrefix(d.line(2), "衛生福利部"))
	assert.Contains(t, d.line(2), ellipsis)
	assert.Contains(t, d.line(3), `evil\u202egnp.exe\nnext`, "a name cannot hide how it is written")
}

func TestAnEmptyTableSaysWhyAndOffersAWayOut(t *testing.T) {
	d := newDesk(t, 0)
	did := 0
	d.SetPlaceholder(theme.FolderOpenIcon(), "This folder is empty", "Drop files here to upload them.", "Upload…", func() { did++ })
	require.True(t, d.empty.Visible())
	test.Tap(d.empty.button)
	assert.Equal(t, 1, did)
	d.pressAt(fyne.NewPos(450, 100), desktop.MouseButtonSecondary, 0)
	assert.Equal(t, []int{-1}, d.menus, "the empty space keeps its menu")
	shot(t, d.window, "empty")
	d.src.rows = 1
	d.Refresh()
	assert.False(t, d.empty.Visible())
}

func TestChangingTheThemeRedrawsCellsInItsColours(t *testing.T) {
	d := newDesk(t, 5)
	d.src.cell = hanCell
	d.Refresh()
	light := d.drawn()[2].cells[4].text.Color
	fyne.CurrentApp().Settings().SetTheme(NewTheme(preferences.AppearanceDark))
	d.Refresh()
	dark := d.drawn()[2].cells[4].text.Color
	assert.Equal(t, lightColors[theme.ColorNameError], light)
	assert.Equal(t, darkColors[theme.ColorNameError], dark)
}

func TestPicturesOfATable(t *testing.T) {
	for name, a := range map[string]preferences.Appearance{"light": preferences.AppearanceLight, "dark": preferences.AppearanceDark} {
		d := newDesk(t, 40)
		fyne.CurrentApp().Settings().SetTheme(NewTheme(a))
		d.src.cell = hanCell
		d.SetSort(0, true)
		d.click(1, 0)
		d.click(2, shift)
		d.body.setHover(4)
		d.Refresh()
		shot(t, d.window, "table-"+name)
		assert.True(t, d.Focused())
	}
}

func BenchmarkScrollStep(b *testing.B) {
	d := newDesk(b, 1_000_000)
	d.src.cell = hanCell
	d.window.Resize(fyne.NewSize(900, 625))
	b.ResetTimer()
	for range b.N {
		d.body.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -30)})
	}
}

func BenchmarkFullRefresh(b *testing.B) {
	d := newDesk(b, 1_000_000)
	turn := 0
	d.src.cell = func(row, col int) Cell {
		return Cell{Text: fmt.Sprintf("%d/%d of turn %d 報告", row, col, turn)}
	}
	d.window.Resize(fyne.NewSize(900, 625))
	b.ResetTimer()
	for range b.N {
		turn++
		d.Refresh()
	}
}
