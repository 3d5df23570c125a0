package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget    = (*Entry)(nil)
	_ fyne.Focusable = (*Entry)(nil)
)

// Entry is a text field that hands on Enter, Esc and the function keys: to OnKey,
// and inside a Dialog to its default and cancel actions. In a field of many
// lines Enter stays a new line.
type Entry struct {
	widget.Entry
	// OnKey is called with such a key; it returns whether it used it.
	OnKey func(key fyne.KeyName) (taken bool)
	// OnBlur is called when the field lost the keyboard.
	OnBlur func()
}

// NewEntry makes a field of one line.
func NewEntry() *Entry {
	e := &Entry{}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.ExtendBaseWidget(e)
	return e
}

// NewPasswordEntry makes a field that shows dots, with an eye to reveal them.
func NewPasswordEntry() *Entry {
	e := NewEntry()
	e.Password = true
	e.ExtendBaseWidget(e)
	return e
}

// NewMultiLineEntry makes a field of many lines.
func NewMultiLineEntry() *Entry {
	e := &Entry{}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.ExtendBaseWidget(e)
	return e
}

// CreateRenderer is the toolkit's, with the wheel taken ([wheel]).
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	return wheeled(e, e.MultiLine, e.Entry.CreateRenderer())
}

// TypedKey hands on what the field has no use for.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	enter := ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter
	if handsOn(ev.Name) && !(enter && e.MultiLine) && !(enter && e.OnSubmitted != nil) {
		if offerKey(e, e.OnKey, ev.Name) {
			return
		}
	}
	e.Entry.TypedKey(ev)
}

// FocusLost calls OnBlur.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.OnBlur != nil {
		e.OnBlur()
	}
}

var _ fyne.Widget = (*Combo)(nil)

// Combo is a field with a list to choose from, which hands on keys like Entry.
type Combo struct {
	widget.SelectEntry
	OnKey func(key fyne.KeyName) (taken bool)
}

// NewCombo makes a field with a list of options.
func NewCombo(options []string) *Combo {
	c := &Combo{}
	c.ExtendBaseWidget(c)
	c.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	c.SetOptions(options)
	if old, ok := c.ActionItem.(*widget.Button); ok { // the toolkit's would keep Esc to itself
		b := NewButton("", old.Icon, old.OnTapped)
		b.Importance = old.Importance
		c.ActionItem = b
	}
	return c
}

// CreateRenderer is the toolkit's, with the wheel taken ([wheel]).
func (c *Combo) CreateRenderer() fyne.WidgetRenderer {
	return wheeled(c, false, c.SelectEntry.CreateRenderer())
}

// TypedKey hands on what the field has no use for.
func (c *Combo) TypedKey(ev *fyne.KeyEvent) {
	if handsOn(ev.Name) && offerKey(c, c.OnKey, ev.Name) {
		return
	}
	c.SelectEntry.TypedKey(ev)
}
