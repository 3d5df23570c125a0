package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*Text)(nil)

// Text is a wrapped text that can be selected and copied. The toolkit's own
// selectable label keeps every key while it has the keyboard, so that Esc and
// Enter are lost to the dialog it is in; this one hands them on.
type Text struct{ widget.Label }

// NewText makes a text wrapped at words.
func NewText(text string) *Text {
	t := &Text{}
	t.Text, t.Wrapping, t.Selectable = text, fyne.TextWrapWord, true
	t.ExtendBaseWidget(t)
	return t
}

// CreateRenderer lays a glass over what the toolkit draws, which takes the mouse
// and the keyboard.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := t.Label.CreateRenderer()
	for _, o := range r.Objects() {
		if s, ok := o.(selecting); ok {
			g := &glass{inner: s}
			g.ExtendBaseWidget(g)
			return &textRenderer{r, g}
		}
	}
	return r
}

type textRenderer struct {
	fyne.WidgetRenderer
	glass *glass
}

func (r *textRenderer) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject{}, r.WidgetRenderer.Objects()...), r.glass)
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.glass.Resize(size)
}

// selecting is the part of the toolkit's label that selects.
type selecting interface {
	fyne.Focusable
	fyne.Shortcutable
	fyne.DoubleTappable
	fyne.Draggable
	fyne.SecondaryTappable
	desktop.Mouseable
	desktop.Cursorable
}

var _ selecting = (*glass)(nil)

// glass hands on to the selecting part what it is given, and the keyboard to
// itself.
type glass struct {
	widget.BaseWidget
	inner selecting
}

func (g *glass) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

func (g *glass) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(g); c != nil {
		c.Focus(g)
	}
}

func (g *glass) MouseDown(ev *desktop.MouseEvent) { g.inner.MouseDown(ev); g.focus() }
func (g *glass) MouseUp(ev *desktop.MouseEvent)   { g.inner.MouseUp(ev) }
func (g *glass) Dragged(ev *fyne.DragEvent)       { g.inner.Dragged(ev); g.focus() }
func (g *glass) DragEnd()                         { g.inner.DragEnd() }

func (g *glass) DoubleTapped(ev *fyne.PointEvent) { g.inner.DoubleTapped(ev); g.focus() }

func (g *glass) TappedSecondary(ev *fyne.PointEvent) { g.inner.TappedSecondary(ev) }

func (g *glass) Cursor() desktop.Cursor { return g.inner.Cursor() }

// FocusGained and FocusLost are what the part sees of the keyboard.
func (g *glass) FocusGained() { g.inner.FocusGained() }
func (g *glass) FocusLost()   { g.inner.FocusLost() }

func (g *glass) TypedRune(rune) {}

func (g *glass) TypedKey(ev *fyne.KeyEvent) {
	if handsOn(ev.Name) {
		offerKey(g, nil, ev.Name)
	}
}

func (g *glass) TypedShortcut(s fyne.Shortcut) { g.inner.TypedShortcut(s) }
