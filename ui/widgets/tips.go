package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Tooltips. A tip is drawn in a layer above the window's content, or above a
// dialog, that takes no input. It appears when the pointer has rested, which an
// animation of the toolkit measures: that needs no goroutine and ticks on the
// toolkit's own.

const (
	tipDelay  = 600 * time.Millisecond
	widestTip = float32(420)
	belowTip  = float32(18) // from the pointer down to the tip
)

var _ fyne.Widget = (*tipArea)(nil)

// tipArea is content with the layer of its tips above it.
type tipArea struct {
	widget.BaseWidget
	content fyne.CanvasObject
	layer   *fyne.Container
}

// WithTips is content with room for tooltips: give it to Window.SetContent.
// Without it the window shows none. Dialogs have theirs.
func WithTips(content fyne.CanvasObject) fyne.CanvasObject {
	a := &tipArea{content: content, layer: container.NewWithoutLayout()}
	a.ExtendBaseWidget(a)
	return a
}

// CreateRenderer is called by the toolkit.
func (a *tipArea) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(a.content, a.layer))
}

// tipLayerOf is where a tip for o is drawn now, or nil.
func tipLayerOf(o fyne.CanvasObject) (fyne.Canvas, *fyne.Container) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil, nil
	}
	if d := dialogOf(o); d != nil {
		return c, d.tips
	}
	if c.Overlays().Top() != nil {
		return c, nil
	}
	if a, ok := c.Content().(*tipArea); ok {
		return c, a.layer
	}
	return c, nil
}

// tipper shows the tips of one widget.
type tipper struct {
	owner fyne.CanvasObject
	text  string
	at    fyne.Position // of the pointer, on the canvas
	timer *fyne.Animation
	layer *fyne.Container // while a tip is shown
}

// enter begins to wait with a text for the pointer at a place of the canvas.
func (t *tipper) enter(text string, at fyne.Position) {
	t.leave()
	t.text, t.at = text, at
	if text == "" {
		return
	}
	t.timer = fyne.NewAnimation(tipDelay, func(done float32) {
		if done >= 1 {
			t.show()
		}
	})
	t.timer.Start()
}

// leave takes the tip away, or stops waiting.
func (t *tipper) leave() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if t.layer != nil {
		t.layer.RemoveAll()
		t.layer.Refresh() // a change of objects alone draws nothing anew
		t.layer = nil
	}
}

func (t *tipper) show() {
	c, layer := tipLayerOf(t.owner)
	if layer == nil || t.text == "" {
		return
	}
	layer.RemoveAll()
	tip := newTip(t.text)
	room := c.Size()
	pad := theme.Padding()
	size := tip.Size()
	at := t.at.AddXY(0, belowTip)
	at.X = max(pad, min(at.X, room.Width-size.Width-pad))
	if at.Y+size.Height > room.Height-pad {
		at.Y = max(pad, t.at.Y-size.Height-pad)
	}
	tip.Move(at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(layer)))
	layer.Add(tip)
	layer.Refresh()
	t.layer = layer
}

// newTip is the drawing of a tip at its size.
func newTip(text string) *fyne.Container {
	back := canvas.NewRectangle(theme.Color(theme.ColorNameMenuBackground))
	back.StrokeColor, back.StrokeWidth = theme.Color(theme.ColorNameInputBorder), 1
	back.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	note := NewNote(Printable(text), RoleNormal)
	wide := fyne.MeasureText(note.Text(), theme.TextSize(), fyne.TextStyle{}).Width + 2*theme.InnerPadding() + 2
	note.Resize(fyne.NewSize(min(wide, widestTip), 1)) // it wraps, and knows its height
	tip := container.NewStack(back, note)
	tip.Resize(fyne.NewSize(min(wide, widestTip), note.MinSize().Height))
	return tip
}
