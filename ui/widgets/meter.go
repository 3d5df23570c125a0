package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*Meter)(nil)

// Meter is a bar that fills, with words on it which are read over both parts. It
// looks like the bars in a RowTable.
type Meter struct {
	widget.BaseWidget
	wide float32
	part float64
	text string
}

// NewMeter makes an empty one of a width.
func NewMeter(wide float32) *Meter {
	m := &Meter{wide: wide}
	m.ExtendBaseWidget(m)
	return m
}

// Set is how much is filled, 0 to 1, and the words.
func (m *Meter) Set(part float64, text string) {
	if part == m.part && text == m.text {
		return
	}
	m.part, m.text = part, text
	m.Refresh()
}

// Text is the words.
func (m *Meter) Text() string { return m.text }

// CreateRenderer is called by the toolkit.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{of: m, ground: canvas.NewRectangle(nil), fill: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type meterRenderer struct {
	of           *Meter
	ground, fill *canvas.Rectangle
	text         *canvas.Text
}

func (r *meterRenderer) Layout(size fyne.Size) {
	high := r.text.MinSize().Height + 2
	y := (size.Height - high) / 2
	for _, o := range []fyne.CanvasObject{r.ground, r.fill, r.text} {
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, high))
	}
	r.fill.Resize(fyne.NewSize(size.Width*float32(r.of.part), high))
}

func (r *meterRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.of.wide, theme.TextSize()+2*theme.InnerPadding())
}

func (r *meterRenderer) Refresh() {
	r.ground.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, r.of)
	r.fill.FillColor = theme.ColorForWidget(theme.ColorNameFocus, r.of)
	r.text.Text, r.text.Alignment = r.of.text, fyne.TextAlignCenter
	r.text.Color, r.text.TextSize = theme.ColorForWidget(theme.ColorNameForeground, r.of), theme.CaptionTextSize()
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *meterRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.fill, r.text}
}

func (r *meterRenderer) Destroy() {}
