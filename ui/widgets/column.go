package widgets

import "fyne.io/fyne/v2"

// NewColumn stacks objects from top to bottom over the whole width, with a gap
// between them. Unlike a box of the toolkit it gives each its width first and
// asks for its height then, as text that wraps needs.
func NewColumn(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	c := &fyne.Container{Layout: &column{gap: gap}, Objects: objects}
	c.Refresh()
	return c
}

// column is the layout of NewColumn and of the placeholder.
type column struct {
	gap    float32
	widest float32 // no object is wider; 0 = as wide as the column
	middle bool    // in the middle of the height
	small  bool    // claim no room
}

func (l *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := size.Width
	if l.widest > 0 {
		w = min(w, l.widest)
	}
	var total float32
	for _, o := range objects {
		if o.Visible() {
			o.Resize(fyne.NewSize(w, o.MinSize().Height))
			total += o.MinSize().Height + l.gap
		}
	}
	y := float32(0)
	if l.middle {
		y = max(0, (size.Height-total)/2)
	}
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		o.Move(fyne.NewPos((size.Width-w)/2, y))
		o.Resize(fyne.NewSize(w, h))
		y += h + l.gap
	}
}

func (l *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if l.small {
		return fyne.NewSize(1, 1)
	}
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		least := o.MinSize()
		size.Width = max(size.Width, least.Width)
		if size.Height > 0 {
			size.Height += l.gap
		}
		size.Height += least.Height
	}
	return size
}
