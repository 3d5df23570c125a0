package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*placeholder)(nil)

// placeholder says why a list is empty and what to do about it. Only its button
// takes the mouse: a right click beside it still reaches the list.
type placeholder struct {
	widget.BaseWidget
	icon   *canvas.Image
	title  *widget.Label
	hint   *widget.Label
	button *widget.Button
	filled bool
}

func newPlaceholder() *placeholder {
	p := &placeholder{
		icon:   canvas.NewImageFromResource(nil),
		title:  widget.NewLabelWithStyle("", fyne.TextAlignCenter, fyne.TextStyle{Bold: true}),
		hint:   widget.NewLabelWithStyle("", fyne.TextAlignCenter, fyne.TextStyle{}),
		button: widget.NewButton("", nil),
	}
	p.icon.FillMode = canvas.ImageFillContain
	p.icon.SetMinSize(fyne.NewSquareSize(48))
	p.title.Wrapping = fyne.TextWrapWord
	p.hint.Wrapping = fyne.TextWrapWord
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

func (p *placeholder) set(icon fyne.Resource, title, hint, action string, onAction func()) {
	p.filled = icon != nil || title != "" || hint != "" || action != ""
	p.icon.Resource = icon
	setVisible(p.icon, icon != nil)
	p.title.SetText(title)
	setVisible(p.title, title != "")
	p.hint.SetText(hint)
	setVisible(p.hint, hint != "")
	p.button.OnTapped = onAction
	p.button.SetText(action)
	setVisible(p.button, action != "")
}

func (p *placeholder) show(empty bool) { setVisible(p, empty && p.filled) }

// CreateRenderer is called by the toolkit.
func (p *placeholder) CreateRenderer() fyne.WidgetRenderer {
	texts := container.New(&columnLayout{width: 420, gap: theme.Padding()},
		p.icon, p.title, p.hint, container.NewHBox(layout.NewSpacer(), p.button, layout.NewSpacer()))
	return widget.NewSimpleRenderer(texts)
}

// columnLayout stacks objects in the middle, no wider than width.
type columnLayout struct{ width, gap float32 }

func (l *columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := min(l.width, size.Width)
	var total float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Resize(fyne.NewSize(w, o.MinSize().Height)) // wrapped text knows its height then
		total += o.MinSize().Height + l.gap
	}
	y := max(0, (size.Height-total)/2)
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

func (l *columnLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }
