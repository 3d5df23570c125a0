package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget = (*Check)(nil)
	_ fyne.Widget = (*Select)(nil)
	_ fyne.Widget = (*Button)(nil)
)

// Check is a tick box which hands on Enter and Esc like Entry.
type Check struct{ widget.Check }

// NewCheck makes a tick box; changed is called when the user or SetChecked turns it.
func NewCheck(text string, changed func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey hands on what a tick box has no use for.
func (c *Check) TypedKey(ev *fyne.KeyEvent) {
	if handsOn(ev.Name) && offerKey(c, nil, ev.Name) {
		return
	}
	c.Check.TypedKey(ev)
}

// Select is a choice of one from a list, which hands on Enter and Esc like Entry.
type Select struct{ widget.Select }

// NewSelect makes a choice; changed is called when the user or SetSelected chose.
func NewSelect(options []string, changed func(string)) *Select {
	s := &Select{}
	s.Options, s.OnChanged = options, changed
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey hands on what a choice has no use for.
func (s *Select) TypedKey(ev *fyne.KeyEvent) {
	if handsOn(ev.Name) && offerKey(s, nil, ev.Name) {
		return
	}
	s.Select.TypedKey(ev)
}

// Button is a button that answers to Enter as to Space while it has the
// keyboard, and hands on Esc.
type Button struct{ widget.Button }

// NewButton makes a button; icon may be nil.
func NewButton(text string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = text, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey taps by Enter and hands on what a button has no use for.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter:
		b.Tapped(nil)
	case handsOn(ev.Name):
		offerKey(b, nil, ev.Name)
	default:
		b.Button.TypedKey(ev)
	}
}
