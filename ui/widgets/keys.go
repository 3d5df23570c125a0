package widgets

import "fyne.io/fyne/v2"

// The toolkit gives a key to the focused widget and to nothing else, so Esc and
// Enter would never reach a dialog. The widgets of this package hand on the keys
// they have no use for: first to their OnKey, then to the dialog they are in.

// openDialogs are the dialogs shown, oldest first. They belong to the toolkit's
// goroutine.
var openDialogs []*Dialog

// offerKey hands a key on for the widget o; taken says that somebody used it.
func offerKey(o fyne.CanvasObject, onKey func(fyne.KeyName) bool, key fyne.KeyName) (taken bool) {
	if onKey != nil && onKey(key) {
		return true
	}
	if d := dialogOf(o); d != nil {
		return d.key(key)
	}
	return false
}

// dialogOf is the dialog on top of the canvas o is on, or nil.
func dialogOf(o fyne.CanvasObject) *Dialog {
	if len(openDialogs) == 0 {
		return nil
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	top := c.Overlays().Top()
	for _, d := range openDialogs {
		if d.overlay == top && top != nil {
			return d
		}
	}
	return nil
}

// handsOn tells whether a field of one line has no use for the key itself.
func handsOn(key fyne.KeyName) bool {
	switch key {
	case fyne.KeyEscape, fyne.KeyReturn, fyne.KeyEnter,
		fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6,
		fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12:
		return true
	}
	return false
}
