package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var _ fyne.Widget = (*CopyValue)(nil)

// CopyValue is a row of a name, a value that can be selected, and a button
// which copies it. Rows in a column line up: all names are equally wide.
type CopyValue struct {
	widget.BaseWidget
	// OnCopied is called after the value went to the clipboard.
	OnCopied func(value string)

	name  *Note
	value *Text
	copy  *ToolButton
}

// copyNameWidth is the width of the names.
const copyNameWidth float32 = 170

// NewCopyValue makes a row; tip is the tooltip of the copy button. A row with an
// empty value has no button.
func NewCopyValue(name, value, tip string) *CopyValue {
	v := &CopyValue{name: NewNote(name, RoleMuted), value: NewText("")}
	v.value.Wrapping = fyne.TextWrapBreak // keys and ARNs have no spaces to wrap at
	v.copy = NewFlatButton("", theme.ContentCopyIcon(), tip, v.toClipboard)
	v.ExtendBaseWidget(v)
	v.Set(value, RoleNormal)
	return v
}

// Set changes the value and says in which role it is shown.
func (v *CopyValue) Set(value string, role Role) {
	v.value.Importance = map[Role]widget.Importance{
		RoleNormal: widget.MediumImportance, RoleGood: widget.SuccessImportance,
		RoleWarn: widget.WarningImportance, RoleBad: widget.DangerImportance, RoleMuted: widget.MediumImportance, // the toolkit draws "low" like disabled: too faint to read
	}[role]
	v.value.SetText(value)
	setVisible(v.copy, value != "")
	v.Refresh()
}

// Value is the value.
func (v *CopyValue) Value() string { return v.value.Text }

func (v *CopyValue) toClipboard() {
	fyne.CurrentApp().Clipboard().SetContent(v.value.Text)
	if v.OnCopied != nil {
		v.OnCopied(v.value.Text)
	}
}

// CreateRenderer is called by the toolkit.
func (v *CopyValue) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(copyLayout{}, v.name, v.value, container.NewVBox(v.copy)))
}

// copyLayout places name, value and button; the value takes the rest and gives
// the row its height.
type copyLayout struct{}

func (copyLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	button := o[2].MinSize().Width
	rest := max(0, size.Width-copyNameWidth-button)
	o[0].Resize(fyne.NewSize(copyNameWidth, size.Height))
	o[1].Move(fyne.NewPos(copyNameWidth, 0))
	o[1].Resize(fyne.NewSize(rest, size.Height))
	o[2].Move(fyne.NewPos(copyNameWidth+rest, 0))
	o[2].Resize(fyne.NewSize(button, size.Height))
}

func (copyLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := max(o[0].MinSize().Height, o[1].MinSize().Height, o[2].MinSize().Height)
	return fyne.NewSize(copyNameWidth+120, h)
}
