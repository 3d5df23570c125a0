package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget       = (*crumb)(nil)
	_ fyne.Tappable     = (*crumb)(nil)
	_ desktop.Hoverable = (*crumb)(nil)
)

// crumb is one segment of a PathBar.
type crumb struct {
	widget.BaseWidget
	bar     *PathBar
	segment int
	text    string
	hovered bool
}

func newCrumb(bar *PathBar) *crumb {
	c := &crumb{bar: bar}
	c.ExtendBaseWidget(c)
	return c
}

// set is called while the bar lays out, so it does not refresh the bar.
func (c *crumb) set(segment int, text string) {
	if c.segment == segment && c.text == text {
		return
	}
	c.segment, c.text = segment, text
	c.Refresh()
}

// Tapped tells the bar's OnSegment.
func (c *crumb) Tapped(*fyne.PointEvent) {
	if c.bar.OnSegment != nil {
		c.bar.OnSegment(c.segment)
	}
}

// MouseIn is part of desktop.Hoverable.
func (c *crumb) MouseIn(*desktop.MouseEvent) { c.hover(true) }

// MouseMoved is part of desktop.Hoverable.
func (c *crumb) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (c *crumb) MouseOut() { c.hover(false) }

func (c *crumb) hover(in bool) {
	c.hovered = in
	c.Refresh()
}

// CreateRenderer is called by the toolkit.
func (c *crumb) CreateRenderer() fyne.WidgetRenderer {
	return &crumbRenderer{crumb: c, back: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", color.Black)}
}

type crumbRenderer struct {
	crumb *crumb
	back  *canvas.Rectangle
	text  *canvas.Text
}

func (r *crumbRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	h := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(cellPad, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(max(0, size.Width-2*cellPad), h))
}

func (r *crumbRenderer) MinSize() fyne.Size {
	return r.text.MinSize().AddWidthHeight(2*cellPad, 2)
}

func (r *crumbRenderer) Refresh() {
	c := r.crumb
	r.text.Text = c.text
	r.text.TextSize = theme.SizeForWidget(theme.SizeNameText, c)
	r.text.Color = theme.ColorForWidget(theme.ColorNameForeground, c)
	r.back.FillColor = color.Transparent
	if c.hovered {
		r.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, c)
	}
	r.back.CornerRadius = theme.SizeForWidget(theme.SizeNameSelectionRadius, c)
	r.Layout(c.Size())
	canvas.Refresh(c)
}

func (r *crumbRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.back, r.text} }

func (r *crumbRenderer) Destroy() {}
