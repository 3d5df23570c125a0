package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// TypedKey moves the cursor, activates, or hands the key to OnKey. The event
// has no modifiers, so they are asked from the keyboard; keys with Ctrl come as
// shortcuts instead.
func (b *tableBody) TypedKey(ev *fyne.KeyEvent) {
	mods := b.table.Modifiers()
	if b.move(ev.Name, mods) {
		return
	}
	t := b.table
	cursor := t.Selection.Cursor()
	switch {
	case ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter:
		if cursor >= 0 && t.OnActivate != nil {
			t.OnActivate(cursor)
		}
	case ev.Name == desktop.KeyMenu || ev.Name == fyne.KeyF10 && mods&fyne.KeyModifierShift != 0:
		b.menuByKey()
	case ev.Name == fyne.KeySpace:
		if !b.searching() && cursor >= 0 {
			b.change(func(sel *rowselect.Model) { sel.Only(cursor) })
		}
	case types(ev.Name): // comes as a rune too; TypedRune searches
	case t.OnKey != nil:
		t.OnKey(ev.Name, mods)
	default:
		offerKey(b, nil, ev.Name)
	}
}

// types tells whether a key writes a letter or only modifies another key.
func types(key fyne.KeyName) bool {
	switch key {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight, desktop.KeyControlLeft, desktop.KeyControlRight,
		desktop.KeyAltLeft, desktop.KeyAltRight, desktop.KeySuperLeft, desktop.KeySuperRight, desktop.KeyCapsLock:
		return true
	}
	return len(key) == 1
}

// TypedShortcut takes Select All and the movements with Ctrl, offers the rest to
// OnShortcut and then to the canvas, which a focused widget would keep them from.
func (b *tableBody) TypedShortcut(s fyne.Shortcut) {
	t := b.table
	switch s := s.(type) {
	case *fyne.ShortcutSelectAll:
		b.change(func(sel *rowselect.Model) { sel.SelectAll() })
		return
	case *desktop.CustomShortcut:
		if s.Modifier&fyne.KeyModifierShortcutDefault != 0 && s.Modifier&fyne.KeyModifierAlt == 0 {
			if s.KeyName == fyne.KeySpace && t.Selection.Cursor() >= 0 {
				b.change(func(sel *rowselect.Model) { sel.Toggle(sel.Cursor()) })
				return
			}
			if b.move(s.KeyName, s.Modifier) {
				return
			}
		}
	}
	if t.OnShortcut != nil && t.OnShortcut(s) {
		return
	}
	if c := b.table.canvas(); c != nil {
		c.TypedShortcut(s)
	}
}

// canvasShortcuts is the canvas as a taker of shortcuts, or nil: the canvas of
// the toolkit's test driver takes none.
func canvasShortcuts(o fyne.CanvasObject) fyne.Shortcutable {
	c, _ := fyne.CurrentApp().Driver().CanvasForObject(o).(fyne.Shortcutable)
	return c
}

// TypedRune searches for the row whose name begins with the letters typed
// within a second of each other.
func (b *tableBody) TypedRune(r rune) {
	t := b.table
	if t.OnSearch == nil {
		return
	}
	if !b.searching() {
		if r == ' ' {
			return // TypedKey selects with it
		}
		b.typed = ""
	}
	b.typed += string(r)
	b.typedAt = t.Now()

	from := max(t.Selection.Cursor(), 0)
	if len([]rune(b.typed)) == 1 {
		from = t.Selection.Cursor() + 1 // the same letter again goes to the next
	}
	if row, ok := t.OnSearch(b.typed, from); ok {
		b.change(func(sel *rowselect.Model) { sel.Only(row) })
		t.ScrollTo(row)
	}
}

func (b *tableBody) searching() bool {
	return b.typed != "" && b.table.Now().Sub(b.typedAt) < searchPause
}

// move does what key means to the cursor, if anything: with Shift it extends
// the selection, with Ctrl it moves the cursor alone.
func (b *tableBody) move(key fyne.KeyName, mods fyne.KeyModifier) bool {
	t := b.table
	t.sync()
	at, last := t.Selection.Cursor(), t.view.rows-1
	to := at
	switch key {
	case fyne.KeyUp:
		to = at - 1
		if at < 0 {
			to = last
		}
	case fyne.KeyDown:
		to = at + 1
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = last
	case fyne.KeyPageUp:
		to = at - t.view.page()
	case fyne.KeyPageDown:
		to = at + t.view.page()
	case fyne.KeyLeft, fyne.KeyRight:
		if t.wide <= b.Size().Width {
			return false // for the screen: it may move between folders
		}
		step := t.view.row * 2
		if key == fyne.KeyLeft {
			step = -step
		}
		t.scrollXBy(step)
		return true
	default:
		return false
	}
	if last < 0 {
		return true
	}
	to = min(max(to, 0), last)
	ctrl := mods&fyne.KeyModifierShortcutDefault != 0
	b.change(func(sel *rowselect.Model) {
		switch {
		case mods&fyne.KeyModifierShift != 0:
			sel.Extend(to, ctrl)
		case ctrl:
			sel.MoveTo(to)
		default:
			sel.Only(to)
		}
	})
	t.ScrollTo(to)
	return true
}

// menuByKey opens the menu under the cursor's row, or at the top left.
func (b *tableBody) menuByKey() {
	t := b.table
	if t.OnMenu == nil {
		return
	}
	row := t.Selection.Cursor()
	at := fyne.NewPos(cellPad, cellPad)
	if row >= 0 {
		t.ScrollTo(row)
		b.selectForMenu(row)
		at.Y = t.view.y(row) + t.view.row
	}
	t.OnMenu(row, fyne.CurrentApp().Driver().AbsolutePositionForObject(b).Add(at))
}
