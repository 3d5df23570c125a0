package widgets

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

var (
	_ fyne.Widget            = (*tableBody)(nil)
	_ fyne.Focusable         = (*tableBody)(nil)
	_ fyne.Shortcutable      = (*tableBody)(nil)
	_ fyne.Scrollable        = (*tableBody)(nil) // also what makes the driver clip it
	_ fyne.Tappable          = (*tableBody)(nil)
	_ fyne.SecondaryTappable = (*tableBody)(nil)
	_ desktop.Mouseable      = (*tableBody)(nil)
	_ desktop.Hoverable      = (*tableBody)(nil)
)

// tableBody is the part of a RowTable with the rows. It owns all their input:
// the driver gives an event to the deepest object that could take it and to no
// other, so nothing drawn in a cell may take any. It selects when the button
// goes down, and counts double clicks itself, because the toolkit would hold
// back every single click to wait for a second.
type tableBody struct {
	widget.BaseWidget
	table   *RowTable
	focused bool
	hover   int // row under the pointer, or -1

	tips   tipper
	tipRow int // the cell the tip is for: its row
	tipCol int // and the place of its column, or -1

	clicked   int // row of the last plain click, or -1
	clickedAt time.Time
	opens     int    // row of a double click whose button is still down, or -1
	typed     string // letters of the search going on
	typedAt   time.Time
}

// searchPause ends a search by typing: the next letter begins a new one.
const searchPause = time.Second

func newTableBody(t *RowTable) *tableBody {
	b := &tableBody{table: t, hover: -1, clicked: -1, opens: -1, tipCol: -1}
	b.tips.owner = b
	b.ExtendBaseWidget(b)
	return b
}

// MouseDown selects, and counts clicks: the second one at once on a row activates it.
func (b *tableBody) MouseDown(ev *desktop.MouseEvent) {
	b.dropTip()
	b.table.RequestFocus()
	row := b.table.view.rowAt(ev.Position.Y)
	if ev.Button == desktop.MouseButtonSecondary {
		b.selectForMenu(row)
		return
	}
	if ev.Button != desktop.MouseButtonPrimary {
		return
	}
	now := b.table.Now()
	again := row >= 0 && row == b.clicked && now.Sub(b.clickedAt) <= fyne.CurrentApp().Driver().DoubleTapDelay()
	toggles := ev.Modifier&fyne.KeyModifierShortcutDefault != 0
	extends := ev.Modifier&fyne.KeyModifierShift != 0
	b.clicked, b.clickedAt, b.opens = row, now, -1
	if toggles || extends {
		b.clicked = -1
	}
	b.change(func(sel *rowselect.Model) {
		switch {
		case row < 0 && (toggles || extends): // a slip beside the rows keeps the selection
		case row < 0:
			sel.Clear()
		case extends:
			sel.Extend(row, toggles)
		case toggles:
			sel.Toggle(row)
		default:
			sel.Only(row)
		}
	})
	switch {
	case row < 0 || toggles || extends:
	case again:
		b.clicked, b.opens = -1, row
	case b.table.OnClick != nil:
		b.table.OnClick(row)
	}
}

// MouseUp is part of desktop.Mouseable.
func (b *tableBody) MouseUp(*desktop.MouseEvent) {}

// Tapped activates the row of a double click. Before that the driver takes the keyboard
// from whatever is not under the pointer: from the field of a dialog that this opens.
func (b *tableBody) Tapped(*fyne.PointEvent) {
	row := b.opens
	b.opens = -1
	if row >= 0 && row < b.table.rowCount() && b.table.OnActivate != nil {
		b.table.OnActivate(row)
	}
}

// TappedSecondary opens the menu when the right button is let go, so that the
// release does not land on the menu.
func (b *tableBody) TappedSecondary(ev *fyne.PointEvent) {
	row := b.table.view.rowAt(ev.Position.Y)
	b.selectForMenu(row)
	if b.table.OnMenu != nil {
		b.table.OnMenu(row, ev.AbsolutePosition)
	}
}

// selectForMenu keeps the selection if row is in it, else selects only row.
func (b *tableBody) selectForMenu(row int) {
	b.change(func(sel *rowselect.Model) {
		switch {
		case row < 0:
			sel.Clear()
		case sel.Contains(row):
			sel.MoveTo(row)
		default:
			sel.Only(row)
		}
	})
}

// change runs f on the selection and tells the screen if it made a difference.
func (b *tableBody) change(f func(*rowselect.Model)) {
	t := b.table
	t.sync()
	before, cursor := t.Selection.Spans(), t.Selection.Cursor()
	f(t.Selection)
	if cursor == t.Selection.Cursor() && slices.Equal(before, t.Selection.Spans()) {
		return
	}
	b.Refresh()
	if t.OnSelect != nil {
		t.OnSelect()
	}
}

// Scrolled moves the view; a wheel with Shift arrives here as sideways.
func (b *tableBody) Scrolled(ev *fyne.ScrollEvent) {
	t := b.table
	if ev.Scrolled.DX != 0 && t.wide > b.Size().Width {
		t.scrollXBy(-ev.Scrolled.DX)
	}
	if ev.Scrolled.DY != 0 {
		t.view.scrollBy(-ev.Scrolled.DY)
		b.hover = t.view.rowAt(ev.Position.Y)
		b.dropTip()
		t.scrolled()
	}
}

// MouseIn is part of desktop.Hoverable.
func (b *tableBody) MouseIn(ev *desktop.MouseEvent) { b.MouseMoved(ev) }

// MouseMoved marks the row under the pointer; a cell that was cut tells all of
// its text in a tip.
func (b *tableBody) MouseMoved(ev *desktop.MouseEvent) {
	row := b.table.view.rowAt(ev.Position.Y)
	b.setHover(row)
	col := b.table.columnAt(ev.Position.X)
	if row < 0 {
		col = -1
	}
	if row == b.tipRow && col == b.tipCol {
		return
	}
	b.tips.leave()
	b.tipRow, b.tipCol = row, col
	if col >= 0 {
		b.tips.enter(b.table.hiddenText(row, col), ev.AbsolutePosition)
	}
}

// MouseOut is part of desktop.Hoverable.
func (b *tableBody) MouseOut() {
	b.setHover(-1)
	b.dropTip()
}

func (b *tableBody) dropTip() {
	b.tips.leave()
	b.tipCol = -1
}

func (b *tableBody) setHover(row int) {
	if row == b.hover {
		return
	}
	b.hover = row
	b.Refresh()
}

// FocusGained draws the ring.
func (b *tableBody) FocusGained() {
	b.focused = true
	b.Refresh()
}

// FocusLost takes the ring away and forgets letters typed.
func (b *tableBody) FocusLost() {
	b.focused = false
	b.typed = ""
	b.Refresh()
}
