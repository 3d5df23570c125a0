package widgets

import "fyne.io/fyne/v2"

// The toolkit gives a key to the focused widget and to nothing else, so Esc and
// Enter would never reach a dialog. The widgets of this package hand on the keys
// they have no use for: first to their OnKey, then to the dialog they are in,
// then to the window. A key that no widget has comes to the window's TakeKeys.

// openDialogs are the dialogs shown, oldest first. They belong to the toolkit's
// goroutine.
var openDialogs []*Dialog

// TakeKeys gives a window's keys that no widget took to rest, unless something
// is over the window: then they are the dialog's, wherever the last click
// went.
func TakeKeys(c fyne.Canvas, rest func(key fyne.KeyName)) {
	c.SetOnTypedKey(func(ev *fyne.KeyEvent) {
		if top := c.Overlays().Top(); top != nil {
			if d := dialogOn(top); d != nil {
				d.key(ev.Name)
			} else if hide := escapes[top]; hide != nil && ev.Name == fyne.KeyEscape {
				hide()
			}
			return
		}
		rest(ev.Name)
	})
}

// escapes are the overlays of the toolkit's own dialogs and what Esc does there.
var escapes = map[fyne.CanvasObject]func(){}

// Escapable lets Esc hide the toolkit's own dialog that was just shown on a
// canvas; the answer is called when it was closed.
func Escapable(c fyne.Canvas, hide func()) (closed func()) {
	top := c.Overlays().Top()
	escapes[top] = hide
	return func() { delete(escapes, top) }
}

// offerKey hands a key on for the widget o; taken says that somebody used it.
func offerKey(o fyne.CanvasObject, onKey func(fyne.KeyName) bool, key fyne.KeyName) (taken bool) {
	if onKey != nil && onKey(key) {
		return true
	}
	if d := dialogOf(o); d != nil {
		return d.key(key)
	}
	if key == fyne.KeyReturn || key == fyne.KeyEnter {
		return false // what Enter means to a window is meant for its list
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil || c.OnTypedKey() == nil {
		return false
	}
	c.OnTypedKey()(&fyne.KeyEvent{Name: key})
	return true
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
	return dialogOn(c.Overlays().Top())
}

// dialogOn is the dialog of an overlay, or nil.
func dialogOn(overlay fyne.CanvasObject) *Dialog {
	for _, d := range openDialogs {
		if d.overlay == overlay && overlay != nil {
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
