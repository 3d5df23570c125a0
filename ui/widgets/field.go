package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*Field)(nil)

// Field is a labelled input with what is to be said about it right below: its
// hint, or in its place a warning or an error, in words and with a sign.
type Field struct {
	widget.BaseWidget
	label *widget.Label
	input fyne.CanvasObject
	note  *Note
	sign  *canvas.Image
	hint  string
	role  Role // RoleMuted while the hint is shown
}

// NewField makes a field; a label left empty takes no room (for a tick box).
func NewField(label string, input fyne.CanvasObject, hint string) *Field {
	f := &Field{
		label: widget.NewLabel(label), input: input, note: NewNote("", RoleMuted),
		sign: canvas.NewImageFromResource(nil), hint: hint,
	}
	f.sign.FillMode = canvas.ImageFillContain
	f.sign.SetMinSize(fyne.NewSquareSize(iconSize))
	f.ExtendBaseWidget(f)
	f.Clear()
	return f
}

// SetError says below the field what is wrong with its value; empty clears.
func (f *Field) SetError(text string) { f.say(text, RoleBad) }

// SetWarning says what is odd about the value; it is no reason to refuse it.
func (f *Field) SetWarning(text string) { f.say(text, RoleWarn) }

// SetGood says that the value was looked at and is as it should be.
func (f *Field) SetGood(text string) { f.say(text, RoleGood) }

// Clear shows the hint again.
func (f *Field) Clear() { f.say("", RoleMuted) }

// SetHint changes what is shown while nothing is wrong.
func (f *Field) SetHint(hint string) {
	f.hint = hint
	if f.role == RoleMuted {
		f.Clear()
	}
}

// Label is the label.
func (f *Field) Label() string { return f.label.Text }

// Says is the text below the field and its role.
func (f *Field) Says() (string, Role) { return f.note.Text(), f.role }

func (f *Field) say(text string, role Role) {
	if text == "" {
		text, role = f.hint, RoleMuted
	}
	if f.role == role && f.note.Text() == text {
		return // it is said already: a form says all its remarks anew at each key
	}
	f.role = role
	f.note.Set(text, role)
	setVisible(f.note, text != "")
	f.sign.Resource = role.Icon()
	setVisible(f.sign, role != RoleMuted)
	f.sign.Refresh()
	f.Refresh()
	if d := dialogOf(f); d != nil {
		d.Relayout() // a longer text may need a higher dialog
	}
}

// CreateRenderer is called by the toolkit.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	setVisible(f.label, f.label.Text != "")
	note := container.NewBorder(nil, nil, f.sign, nil, f.note)
	return &fieldRenderer{f, NewColumn(-theme.Padding(), f.label, f.input, note), note}
}

type fieldRenderer struct {
	field *Field
	box   *fyne.Container
	note  *fyne.Container
}

func (r *fieldRenderer) Layout(size fyne.Size) { r.box.Resize(size) }

func (r *fieldRenderer) MinSize() fyne.Size { return r.box.MinSize() }

func (r *fieldRenderer) Refresh() {
	setVisible(r.field.label, r.field.label.Text != "")
	setVisible(r.note, r.field.note.Visible())
	r.box.Refresh()
}

func (r *fieldRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.box} }

func (r *fieldRenderer) Destroy() {}
