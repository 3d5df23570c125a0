package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Widget       = (*ToolButton)(nil)
	_ desktop.Hoverable = (*ToolButton)(nil)
)

// ToolButton is a button with icon, text and a tooltip, which says why while it
// is disabled. Tips are shown in dialogs and in a window WithTips. It answers to
// Enter and hands on Esc like Button.
type ToolButton struct {
	widget.Button
	// OnRefused is told why it is disabled when it is tapped all the same; nil for nobody.
	OnRefused func(reason string)

	tips   tipper
	tip    string
	reason string // why it is disabled
}

// NewToolButton makes a button; icon, text or tip may be left empty.
func NewToolButton(text string, icon fyne.Resource, tip string, tapped func()) *ToolButton {
	b := &ToolButton{tip: tip}
	b.Text, b.Icon, b.OnTapped = text, icon, tapped
	b.tips.owner = b
	b.ExtendBaseWidget(b)
	return b
}

// NewFlatButton is a ToolButton without a ground of its own, for tool bars.
func NewFlatButton(text string, icon fyne.Resource, tip string, tapped func()) *ToolButton {
	b := NewToolButton(text, icon, tip, tapped)
	b.Importance = widget.LowImportance
	return b
}

// DisableBecause disables the button and shows the reason as its tooltip.
func (b *ToolButton) DisableBecause(reason string) {
	b.reason = reason
	b.Button.Disable()
}

// Enable makes the button usable and its tooltip its own again.
func (b *ToolButton) Enable() {
	b.reason = ""
	b.Button.Enable()
}

// EnableIf enables the button if there is no reason against it.
func (b *ToolButton) EnableIf(reason string) {
	if reason == "" {
		b.Enable()
	} else {
		b.DisableBecause(reason)
	}
}

// Tip is the tooltip shown now.
func (b *ToolButton) Tip() string {
	if b.Disabled() && b.reason != "" {
		return b.reason
	}
	return b.tip
}

// MouseIn is part of desktop.Hoverable.
func (b *ToolButton) MouseIn(ev *desktop.MouseEvent) {
	b.Button.MouseIn(ev)
	b.tips.enter(b.Tip(), ev.AbsolutePosition)
}

// MouseMoved is part of desktop.Hoverable.
func (b *ToolButton) MouseMoved(ev *desktop.MouseEvent) {
	b.Button.MouseMoved(ev)
	b.tips.at = ev.AbsolutePosition
}

// MouseOut is part of desktop.Hoverable.
func (b *ToolButton) MouseOut() {
	b.Button.MouseOut()
	b.tips.leave()
}

// Tapped does what the button is for; its tip is in the way then.
func (b *ToolButton) Tapped(ev *fyne.PointEvent) {
	b.tips.leave()
	if b.Disabled() && b.OnRefused != nil {
		b.OnRefused(b.reason)
	}
	b.Button.Tapped(ev)
}

// TypedKey taps by Enter and hands on what a button has no use for.
func (b *ToolButton) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter:
		b.Tapped(nil)
	case handsOn(ev.Name):
		offerKey(b, nil, ev.Name)
	default:
		b.Button.TypedKey(ev)
	}
}
