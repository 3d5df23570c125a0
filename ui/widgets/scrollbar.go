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
	_ fyne.Widget       = (*scrollBar)(nil)
	_ fyne.Draggable    = (*scrollBar)(nil)
	_ desktop.Mouseable = (*scrollBar)(nil)
	_ desktop.Hoverable = (*scrollBar)(nil)
)

const (
	barWidth   float32 = 12
	leastThumb float32 = 28 // however long the list is, the thumb can be caught
)

// scrollBar shows and sets a place between 0 and 1, in float64: with a million
// rows one pixel of it is thousands of rows, but the place told to it is exact.
type scrollBar struct {
	widget.BaseWidget
	horizontal bool
	onMove     func(fraction float64)
	onPage     func(pages int)

	share, fraction float64
	grab            float32 // where on the thumb it is held
	held, hovered   bool
}

func newScrollBar(horizontal bool, onMove func(float64), onPage func(int)) *scrollBar {
	s := &scrollBar{horizontal: horizontal, onMove: onMove, onPage: onPage, share: 1}
	s.ExtendBaseWidget(s)
	s.Hide()
	return s
}

// set shows that share of the whole is seen, at fraction of the way. A bar with
// nothing to scroll hides.
func (s *scrollBar) set(share, fraction float64) {
	changed := share != s.share || fraction != s.fraction
	s.share, s.fraction = share, fraction
	setVisible(s, share < 1)
	if changed {
		s.Refresh()
	}
}

// along is the coordinate of p in the bar's direction.
func (s *scrollBar) along(p fyne.Position) float32 {
	if s.horizontal {
		return p.X
	}
	return p.Y
}

func (s *scrollBar) length() float32 {
	if s.horizontal {
		return s.Size().Width
	}
	return s.Size().Height
}

// thumb is where the thumb begins and how long it is.
func (s *scrollBar) thumb() (at, length float32) {
	total := s.length()
	length = min(max(float32(s.share)*total, leastThumb), total)
	return float32(s.fraction) * (total - length), length
}

// MouseDown takes hold of the thumb, or pages towards the pointer.
func (s *scrollBar) MouseDown(ev *desktop.MouseEvent) {
	if ev.Button != desktop.MouseButtonPrimary {
		return
	}
	at, length := s.thumb()
	switch p := s.along(ev.Position); {
	case p < at:
		s.onPage(-1)
	case p > at+length:
		s.onPage(1)
	default:
		s.held, s.grab = true, p-at
		s.Refresh()
	}
}

// MouseUp lets go.
func (s *scrollBar) MouseUp(*desktop.MouseEvent) { s.DragEnd() }

// Dragged moves the thumb with the pointer.
func (s *scrollBar) Dragged(ev *fyne.DragEvent) {
	_, length := s.thumb()
	way := s.length() - length
	if !s.held || way <= 0 {
		return
	}
	s.onMove(min(max(float64((s.along(ev.Position)-s.grab)/way), 0), 1))
}

// DragEnd lets go.
func (s *scrollBar) DragEnd() {
	s.held = false
	s.Refresh()
}

// MouseIn is part of desktop.Hoverable.
func (s *scrollBar) MouseIn(*desktop.MouseEvent) {
	s.hovered = true
	s.Refresh()
}

// MouseMoved is part of desktop.Hoverable.
func (s *scrollBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (s *scrollBar) MouseOut() {
	s.hovered = false
	s.Refresh()
}

// CreateRenderer is called by the toolkit.
func (s *scrollBar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{bar: s, rail: canvas.NewRectangle(color.Transparent), thumb: canvas.NewRectangle(color.Transparent)}
	return r
}

var _ fyne.WidgetRenderer = (*barRenderer)(nil)

type barRenderer struct {
	bar         *scrollBar
	rail, thumb *canvas.Rectangle
}

func (r *barRenderer) Layout(size fyne.Size) {
	s := r.bar
	r.rail.Resize(size)
	at, length := s.thumb()
	inset := float32(3)
	if s.hovered || s.held {
		inset = 1.5
	}
	thick := barWidth - 2*inset
	r.thumb.CornerRadius = thick / 2
	if s.horizontal {
		r.thumb.Move(fyne.NewPos(at, inset))
		r.thumb.Resize(fyne.NewSize(length, thick))
		return
	}
	r.thumb.Move(fyne.NewPos(inset, at))
	r.thumb.Resize(fyne.NewSize(thick, length))
}

func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(barWidth) }

func (r *barRenderer) Refresh() {
	r.rail.FillColor = theme.ColorForWidget(theme.ColorNameScrollBarBackground, r.bar)
	r.thumb.FillColor = theme.ColorForWidget(theme.ColorNameScrollBar, r.bar)
	r.Layout(r.bar.Size())
	canvas.Refresh(r.bar)
}

func (r *barRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.rail, r.thumb}
}

func (r *barRenderer) Destroy() {}
