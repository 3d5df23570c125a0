package widgets

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget            = (*tableHeader)(nil)
	_ fyne.Tappable          = (*tableHeader)(nil)
	_ fyne.SecondaryTappable = (*tableHeader)(nil)
	_ fyne.Draggable         = (*tableHeader)(nil)
	_ fyne.Scrollable        = (*tableHeader)(nil) // so that it clips like the body
	_ desktop.Mouseable      = (*tableHeader)(nil)
	_ desktop.Hoverable      = (*tableHeader)(nil)
	_ desktop.Cursorable     = (*tableHeader)(nil)
)

// tableHeader is the row of titles: drag an edge to resize its column, click it
// twice to fit, click a title to sort, right-click for the choice of columns.
type tableHeader struct {
	widget.BaseWidget
	table *RowTable

	nearEdge  bool    // the pointer is over an edge
	dragged   int     // place of the column being resized, or -1
	sign      float32 // 1 if it grows when the pointer goes right, else -1
	startX    float32
	startW    float32
	edge      int // place of the edge last clicked, or -1
	edgeAt    time.Time
	edgePress bool // the button went down on an edge: no sorting
}

func newTableHeader(t *RowTable) *tableHeader {
	h := &tableHeader{table: t, dragged: -1, edge: -1}
	h.ExtendBaseWidget(h)
	return h
}

// MouseDown begins a resize, or fits the column at the second click on its edge.
func (h *tableHeader) MouseDown(ev *desktop.MouseEvent) {
	if ev.Button != desktop.MouseButtonPrimary {
		return
	}
	i := h.table.edgeAt(ev.Position.X)
	h.edgePress = i >= 0
	if i < 0 {
		h.edge = -1
		return
	}
	now := h.table.Now()
	if i == h.edge && now.Sub(h.edgeAt) <= fyne.CurrentApp().Driver().DoubleTapDelay() {
		h.edge = -1
		h.table.fitColumn(i)
		h.resized(i)
		return
	}
	h.edge, h.edgeAt = i, now
	h.dragged, h.sign = h.table.heldBy(i)
	if h.dragged >= 0 {
		h.startX, h.startW = ev.Position.X, h.table.placed[h.dragged].w
	}
}

// MouseUp is part of desktop.Mouseable; a resize ends in DragEnd.
func (h *tableHeader) MouseUp(*desktop.MouseEvent) {
	if h.dragged >= 0 && h.dragged < len(h.table.placed) && h.table.placed[h.dragged].w == h.startW {
		h.dragged = -1
	}
}

// Dragged resizes the column whose edge is held.
func (h *tableHeader) Dragged(ev *fyne.DragEvent) {
	if h.dragged < 0 || h.dragged >= len(h.table.placed) {
		return
	}
	h.table.resizeColumn(h.dragged, h.startW+h.sign*(ev.Position.X-h.startX))
}

// DragEnd tells the screen the new width.
func (h *tableHeader) DragEnd() {
	if i := h.dragged; i >= 0 {
		h.dragged = -1
		h.resized(i)
	}
}

func (h *tableHeader) resized(i int) {
	if t := h.table; t.OnResized != nil && i < len(t.placed) {
		col := t.placed[i].col
		t.OnResized(col, t.columns[col].Width)
	}
}

// Tapped asks for the rows to be sorted.
func (h *tableHeader) Tapped(ev *fyne.PointEvent) {
	t := h.table
	t.RequestFocus()
	i := t.columnAt(ev.Position.X)
	if h.edgePress || i < 0 || t.OnSort == nil {
		return
	}
	if col := t.placed[i].col; t.columns[col].Sorts {
		t.OnSort(col)
	}
}

// TappedSecondary asks for the choice of columns.
func (h *tableHeader) TappedSecondary(ev *fyne.PointEvent) {
	t := h.table
	if t.OnHeaderMenu == nil {
		return
	}
	col := -1
	if i := t.columnAt(ev.Position.X); i >= 0 {
		col = t.placed[i].col
	}
	t.OnHeaderMenu(col, ev.AbsolutePosition)
}

// Scrolled scrolls the rows below.
func (h *tableHeader) Scrolled(ev *fyne.ScrollEvent) { h.table.body.Scrolled(ev) }

// MouseIn is part of desktop.Hoverable.
func (h *tableHeader) MouseIn(ev *desktop.MouseEvent) { h.MouseMoved(ev) }

// MouseMoved notes whether an edge is near, for Cursor.
func (h *tableHeader) MouseMoved(ev *desktop.MouseEvent) {
	h.nearEdge = h.table.edgeAt(ev.Position.X) >= 0
}

// MouseOut is part of desktop.Hoverable.
func (h *tableHeader) MouseOut() { h.nearEdge = false }

// Cursor is the double arrow over an edge.
func (h *tableHeader) Cursor() desktop.Cursor {
	if h.nearEdge || h.dragged >= 0 {
		return desktop.HResizeCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer is called by the toolkit.
func (h *tableHeader) CreateRenderer() fyne.WidgetRenderer {
	r := &headerRenderer{header: h, back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent)}
	r.gather()
	return r
}

const sortArrowWidth float32 = 16

var _ fyne.WidgetRenderer = (*headerRenderer)(nil)

type headerRenderer struct {
	header  *tableHeader
	back    *canvas.Rectangle
	line    *canvas.Rectangle
	titles  []*canvas.Text
	arrows  []*canvas.Text
	edges   []*canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *headerRenderer) Layout(fyne.Size) { r.draw() }

func (r *headerRenderer) MinSize() fyne.Size { return fyne.NewSize(1, headerHeight()) }

func (r *headerRenderer) Refresh() {
	r.draw()
	canvas.Refresh(r.header)
}

func (r *headerRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *headerRenderer) Destroy() {}

func (r *headerRenderer) gather() {
	r.objects = []fyne.CanvasObject{r.back, r.line}
	for i := range r.titles {
		r.objects = append(r.objects, r.titles[i], r.arrows[i], r.edges[i])
	}
}

func (r *headerRenderer) draw() {
	h, t := r.header, r.header.table
	for len(r.titles) < len(t.placed) {
		r.titles = append(r.titles, canvas.NewText("", color.Black))
		r.arrows = append(r.arrows, canvas.NewText("", color.Black))
		r.edges = append(r.edges, canvas.NewRectangle(color.Transparent))
		r.gather()
	}
	size := h.Size()
	textSize := theme.SizeForWidget(theme.SizeNameText, h)
	th := h.Theme()
	t.fit.use(textSize, th.Font(fyne.TextStyle{}), th.Font(fyne.TextStyle{Bold: true}))
	separator := theme.ColorForWidget(theme.ColorNameSeparator, h)
	text := theme.ColorForWidget(theme.ColorNameForeground, h)
	r.back.FillColor = theme.ColorForWidget(theme.ColorNameHeaderBackground, h)
	r.back.Resize(size)
	r.line.FillColor = separator
	r.line.Move(fyne.NewPos(0, size.Height-1))
	r.line.Resize(fyne.NewSize(size.Width, 1))

	high := fyne.MeasureText("永g", textSize, fyne.TextStyle{Bold: true}).Height
	y := (size.Height - high) / 2
	for i := range r.titles {
		shown := i < len(t.placed)
		setVisible(r.titles[i], shown)
		setVisible(r.edges[i], shown)
		setVisible(r.arrows[i], shown && t.placed[i].col == t.sortCol)
		if !shown {
			continue
		}
		p := t.placed[i]
		c := t.columns[p.col]
		left, room := p.x-t.scrollX+cellPad, p.w-2*cellPad
		if p.col == t.sortCol {
			room -= sortArrowWidth
		}
		title := r.titles[i]
		title.Text, _ = t.fit.fit(c.Title, room, true)
		title.TextStyle = fyne.TextStyle{Bold: true}
		title.TextSize, title.Color, title.Alignment = textSize, text, c.Align
		title.Move(fyne.NewPos(left, y))
		title.Resize(fyne.NewSize(max(0, room), high))

		arrow := r.arrows[i]
		arrow.Text = "▼"
		if t.sortUp {
			arrow.Text = "▲"
		}
		arrow.TextSize, arrow.Color = textSize-4, text
		after := fyne.MeasureText(title.Text, textSize, title.TextStyle).Width
		if c.Align != fyne.TextAlignLeading {
			after = room
		}
		arrow.Move(fyne.NewPos(left+after+4, y+3))
		arrow.Resize(fyne.NewSize(sortArrowWidth, high))

		r.edges[i].FillColor = separator
		r.edges[i].Move(fyne.NewPos(p.x-t.scrollX+p.w-1, 4))
		r.edges[i].Resize(fyne.NewSize(1, max(0, size.Height-8)))
	}
}
