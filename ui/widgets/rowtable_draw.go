package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

var _ fyne.WidgetRenderer = (*bodyRenderer)(nil)

// bodyRenderer draws the visible rows with a pool of canvas objects which only
// grows. A cell that shows what it showed before is not touched again.
type bodyRenderer struct {
	body    *tableBody
	rows    []*rowObjects
	ring    *frame
	cursor  *frame
	objects []fyne.CanvasObject
	look    look
}

// look is the theme's part of a drawing, asked once per draw.
type look struct {
	role      [RoleMuted + 1]color.Color
	selected  color.Color
	hover     color.Color
	focus     color.Color
	bar, rail color.Color
	size      float32
	textY     float32
	epoch     int // counts theme changes, so that cells know theirs is old
}

// rowObjects draws one row.
type rowObjects struct {
	back  *canvas.Rectangle
	cells []*cellObjects
}

// cellObjects draws one cell. rail, bar and icon are made when first needed.
type cellObjects struct {
	text  *canvas.Text
	icon  *canvas.Image
	rail  *canvas.Rectangle
	bar   *canvas.Rectangle
	shown Cell
	width float32
	epoch int
}

// CreateRenderer is called by the toolkit.
func (b *tableBody) CreateRenderer() fyne.WidgetRenderer {
	r := &bodyRenderer{body: b, ring: newFrame(2), cursor: newFrame(1)}
	r.gather()
	return r
}

func (r *bodyRenderer) Layout(fyne.Size) { r.draw() }

func (r *bodyRenderer) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

func (r *bodyRenderer) Refresh() {
	r.draw()
	canvas.Refresh(r.body)
}

func (r *bodyRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *bodyRenderer) Destroy() {}

func (r *bodyRenderer) draw() {
	t := r.body.table
	r.dress()
	first, end := t.view.visible()
	r.grow(end-first, len(t.placed))
	for i, row := range r.rows {
		if n := first + i; n < end {
			r.drawRow(row, n)
		} else {
			row.hide()
		}
	}
	r.drawFocus()
}

// dress asks the theme for colours and sizes.
func (r *bodyRenderer) dress() {
	b := r.body
	named := func(n fyne.ThemeColorName) color.Color { return theme.ColorForWidget(n, b) }
	next := look{
		selected: named(theme.ColorNameSelection),
		hover:    named(theme.ColorNameHover),
		focus:    named(theme.ColorNamePrimary),
		bar:      named(theme.ColorNameFocus),
		rail:     named(theme.ColorNameSeparator),
		size:     theme.SizeForWidget(theme.SizeNameText, b),
		epoch:    r.look.epoch,
		textY:    r.look.textY,
	}
	for role := range next.role {
		next.role[role] = Role(role).colorFor(b)
	}
	th := b.Theme()
	regular, bold := th.Font(fyne.TextStyle{}), th.Font(fyne.TextStyle{Bold: true})
	fonts := [2]fyne.Resource{regular, bold}
	if next != r.look || fonts != b.table.fit.font || b.table.fit.size != next.size {
		next.epoch++
		b.table.fit.use(next.size, regular, bold)
		next.textY = (b.table.view.row - fyne.MeasureText("永g", next.size, fyne.TextStyle{}).Height) / 2
	}
	r.look = next
}

// grow makes the pool at least rows x columns and gathers its objects.
func (r *bodyRenderer) grow(rows, columns int) {
	grown := false
	for len(r.rows) < rows {
		r.rows = append(r.rows, &rowObjects{back: canvas.NewRectangle(color.Transparent)})
		grown = true
	}
	for _, row := range r.rows {
		for len(row.cells) < columns {
			row.cells = append(row.cells, &cellObjects{text: canvas.NewText("", color.Black)})
			grown = true
		}
	}
	if grown {
		r.gather()
	}
}

// gather lists the objects from back to front.
func (r *bodyRenderer) gather() {
	r.objects = r.objects[:0]
	for _, row := range r.rows {
		r.objects = append(r.objects, row.back)
		for _, c := range row.cells {
			if c.rail != nil {
				r.objects = append(r.objects, c.rail, c.bar)
			}
			if c.icon != nil {
				r.objects = append(r.objects, c.icon)
			}
			r.objects = append(r.objects, c.text)
		}
	}
	r.objects = append(r.objects, r.cursor.objects()...)
	r.objects = append(r.objects, r.ring.objects()...)
}

func (r *bodyRenderer) drawRow(row *rowObjects, n int) {
	t := r.body.table
	y := t.view.y(n)
	fill := color.Color(color.Transparent)
	switch {
	case t.Selection.Contains(n):
		fill = r.look.selected
	case r.body.hover == n:
		fill = r.look.hover
	}
	row.back.FillColor = fill
	row.back.Move(fyne.NewPos(0, y))
	row.back.Resize(fyne.NewSize(r.body.Size().Width, t.view.row))
	row.back.Show()
	for i, c := range row.cells {
		if i >= len(t.placed) {
			c.hide()
			continue
		}
		p := t.placed[i]
		r.drawCell(c, t.source.Cell(n, p.col), t.columns[p.col].Align, p.x-t.scrollX, y, p.w)
	}
}

// drawFocus draws the ring around the table and the frame around the cursor.
func (r *bodyRenderer) drawFocus() {
	b, t := r.body, r.body.table
	size := b.Size()
	r.ring.place(fyne.NewPos(0, 0), size, r.look.focus)
	r.ring.setVisible(b.focused)
	row := t.Selection.Cursor()
	first, end := t.view.visible()
	r.cursor.place(fyne.NewPos(2, t.view.y(row)), fyne.NewSize(max(0, size.Width-4), t.view.row), r.look.focus)
	r.cursor.setVisible(b.focused && row >= first && row < end)
}

func (row *rowObjects) hide() {
	row.back.Hide()
	for _, c := range row.cells {
		c.hide()
	}
}

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible == o.Visible() {
		return
	}
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}
