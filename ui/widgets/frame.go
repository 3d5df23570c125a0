package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// frame is a rectangle of four thin bars. A stroked rectangle would do, but the
// toolkit's software painter shifts one whose beginning is clipped away.
type frame struct {
	sides [4]*canvas.Rectangle // top, bottom, left, right
	width float32
}

func newFrame(width float32) *frame {
	f := &frame{width: width}
	for i := range f.sides {
		f.sides[i] = canvas.NewRectangle(color.Transparent)
	}
	return f
}

// place draws the frame inside the given box, in a colour.
func (f *frame) place(at fyne.Position, size fyne.Size, c color.Color) {
	w := f.width
	boxes := [4][4]float32{
		{at.X, at.Y, size.Width, w},
		{at.X, at.Y + size.Height - w, size.Width, w},
		{at.X, at.Y, w, size.Height},
		{at.X + size.Width - w, at.Y, w, size.Height},
	}
	for i, b := range boxes {
		f.sides[i].FillColor = c
		f.sides[i].Move(fyne.NewPos(b[0], b[1]))
		f.sides[i].Resize(fyne.NewSize(max(0, b[2]), max(0, b[3])))
	}
}

func (f *frame) setVisible(visible bool) {
	for _, s := range f.sides {
		setVisible(s, visible)
	}
}

func (f *frame) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{f.sides[0], f.sides[1], f.sides[2], f.sides[3]}
}
