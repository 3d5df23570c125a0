package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Scrollable = (*wheel)(nil)

// wheel is over a field and takes nothing but the mouse wheel. The toolkit's
// fields scroll in themselves and keep the wheel even where there is nothing to
// scroll; this gives them what they have use for, and the rest to the dialog
// around.
type wheel struct {
	widget.BaseWidget
	field fyne.CanvasObject
	lines bool              // the field has many lines; a single one would go sideways
	inner *container.Scroll // of the field, nil for none
}

// wheeled is the renderer of a field with the wheel over it.
func wheeled(field fyne.CanvasObject, lines bool, r fyne.WidgetRenderer) fyne.WidgetRenderer {
	w := &wheel{field: field, lines: lines}
	for _, o := range r.Objects() {
		if s, ok := o.(*container.Scroll); ok {
			w.inner = s
		}
	}
	w.ExtendBaseWidget(w)
	return &wheeledRenderer{r, w}
}

type wheeledRenderer struct {
	fyne.WidgetRenderer
	wheel *wheel
}

func (r *wheeledRenderer) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject{}, r.WidgetRenderer.Objects()...), r.wheel)
}

func (r *wheeledRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.wheel.Resize(size)
}

// CreateRenderer is called by the toolkit.
func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// Scrolled scrolls the field as far as it goes, and then what is around it.
func (w *wheel) Scrolled(ev *fyne.ScrollEvent) {
	if w.inner != nil && (w.lines || ev.Scrolled.DY == 0) {
		before := w.inner.Offset
		w.inner.Scrolled(ev)
		if w.inner.Offset != before {
			return
		}
	}
	if d := dialogOf(w.field); d != nil && d.scroll != nil {
		d.scroll.Scrolled(ev)
	}
}
