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
	texts := container.New(&column{widest: 420, gap: theme.Padding(), middle: true, small: true},
		p.icon, p.title, p.hint, container.NewHBox(layout.NewSpacer(), p.button, layout.NewSpacer()))
	return widget.NewSimpleRenderer(texts)
}
