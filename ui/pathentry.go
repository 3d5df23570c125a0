package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/bucketseal/bucketseal/ui/widgets"
)

var (
	_ fyne.Widget   = (*pathEntry)(nil)
	_ fyne.Tabbable = (*pathEntry)(nil)
)

// pathEntry takes paths, one a line. Enter is done and Shift+Enter a new line
// (pasting brings its own); Tab goes on to the buttons, since no path holds one.
type pathEntry struct {
	widgets.Entry
	done func()
}

func newPathEntry(lines int, done func()) *pathEntry {
	e := &pathEntry{done: done}
	e.MultiLine = lines > 1
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.SetMinRowsVisible(lines)
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab is false: Tab leaves.
func (e *pathEntry) AcceptsTab() bool { return false }

// TypedKey is done by Enter.
func (e *pathEntry) TypedKey(ev *fyne.KeyEvent) {
	enter := ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter
	if enter && !e.shift() {
		e.done()
		return
	}
	e.Entry.TypedKey(ev)
}

func (e *pathEntry) shift() bool {
	d, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}
