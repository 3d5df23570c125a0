package widgets

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

var (
	_ fyne.Widget     = (*RowTable)(nil)
	_ fyne.Accessible = (*RowTable)(nil)
)

// Source gives a RowTable its content. It is asked for the visible cells on
// every draw, on the toolkit's goroutine: answer from memory.
type Source interface {
	Rows() int
	// Cell is asked with a row below Rows() and the index of a column in the
	// slice given to NewRowTable, whatever columns are shown.
	Cell(row, col int) Cell
}

// Cell is what one cell shows.
type Cell struct {
	Text string        // one line; cut with an ellipsis where it is too long
	Icon fyne.Resource // before the text, or nil
	Role Role
	Bold bool
	// Middle has the text cut in its middle, where its end tells it from others: names.
	Middle bool
	// Key has its last word cut so, which is a key: the words before it stay.
	Key  bool
	Bar  bool    // draw a progress bar behind the text, which should be RoleNormal then
	Part float64 // how much of the bar is filled, 0 to 1
}

// Column describes one column. ID names it in the callbacks' stead where widths
// are stored; the table does not look at it.
type Column struct {
	ID      string
	Title   string
	Width   float32 // the width of a Stretch column is its least width
	Min     float32 // a table too narrow makes it as narrow as this, unless the user gave it its width; 0 = it keeps its Width
	Align   fyne.TextAlign
	Stretch bool // takes the space the others leave
	Sorts   bool // a click on the title calls OnSort
	Hidden  bool
	Yields  int // where not even the Min of all fit it is left out, the column with 1 first; 0 = never

	given bool // its Width is the user's, of this run
}

// RowTable is a table of equal rows with multiple selection, made for a million
// of them: only what is seen is asked for and drawn.
//
// Mouse: click, Ctrl- and Shift-click select; a second click at once activates;
// the right button keeps a selection it hits. Keys: arrows, Page Up and Down,
// Home, End, with Shift to extend and Ctrl to move only; Space selects; Ctrl+A;
// Enter activates; the Menu key or Shift+F10 opens the menu; letters search.
//
// Set the callbacks before the table is shown; any may be nil. All are called
// on the toolkit's goroutine.
type RowTable struct {
	widget.BaseWidget

	// Label says to a screen reader what is listed.
	Label string
	// Selection is what is selected. The screen may own it and put its own here.
	Selection *rowselect.Model

	// OnActivate is called by Enter on the cursor's row and by a double click.
	OnActivate func(row int)
	// OnClick is called by a plain click on a row, also on one that is selected
	// already.
	OnClick func(row int)
	// OnSelect is called after the user changed the selection or the cursor.
	OnSelect func()
	// OnMenu asks for the context menu at a position of the canvas; the row is
	// selected already. On empty space row is -1 and nothing is selected.
	OnMenu func(row int, at fyne.Position)
	// OnSort is called by a click on a column's title.
	OnSort func(col int)
	// OnHeaderMenu is called by a right click on the header; col -1 is beyond the last.
	OnHeaderMenu func(col int, at fyne.Position)
	// OnResized is called when the user let go of a column's edge.
	OnResized func(col int, width float32)
	// OnKey is called for a key the table has no use for: F2, F5, Delete,
	// Backspace, F7, Escape...
	OnKey func(key fyne.KeyName, mods fyne.KeyModifier)
	// OnShortcut is offered Copy, Cut, Paste and the like first; one it does not
	// take goes to the canvas.
	OnShortcut func(s fyne.Shortcut) (taken bool)
	// OnSearch finds the row whose name begins with typed, from row from on and
	// round; ok is false when there is none.
	OnSearch func(typed string, from int) (row int, ok bool)

	// Now and Modifiers are the clock and the keyboard; tests replace them.
	Now       func() time.Time
	Modifiers func() fyne.KeyModifier

	canvas  func() fyne.Shortcutable // who gets the shortcuts nobody took
	source  Source
	columns []Column
	sortCol int
	sortUp  bool
	view    viewport
	placed  []placedColumn
	scrollX float32
	wide    float32 // of all columns together
	fit     fitter

	header *tableHeader
	body   *tableBody
	vbar   *scrollBar
	hbar   *scrollBar
	empty  *placeholder
}

// NewRowTable makes a table of the columns over a source, which may be nil and
// set later.
func NewRowTable(columns []Column, source Source) *RowTable {
	t := &RowTable{
		Selection: &rowselect.Model{},
		Now:       time.Now,
		Modifiers: keyboardModifiers,
		columns:   slices.Clone(columns),
		source:    source,
		sortCol:   -1,
	}
	t.view.row = rowHeight()
	t.header = newTableHeader(t)
	t.body = newTableBody(t)
	t.canvas = func() fyne.Shortcutable { return canvasShortcuts(t.body) }
	t.vbar = newScrollBar(false, t.scrollToFraction, t.scrollPages)
	t.hbar = newScrollBar(true, t.scrollXToFraction, t.scrollXPages)
	t.empty = newPlaceholder()
	t.ExtendBaseWidget(t)
	return t
}

// SetColumns replaces the columns; indexes given before mean the new ones now.
func (t *RowTable) SetColumns(columns []Column) {
	t.columns = slices.Clone(columns)
	t.Refresh()
}

// Columns is a copy of the columns, with the widths the user gave them.
func (t *RowTable) Columns() []Column { return slices.Clone(t.columns) }

// SetSort shows the arrow of the sort order in a column; col -1 shows none. The
// rows are sorted by their owner.
func (t *RowTable) SetSort(col int, up bool) {
	t.sortCol, t.sortUp = col, up
	t.header.Refresh()
}

// SetPlaceholder says what to show while there are no rows: an icon, a title,
// what to do about it, and a button for that. Parts left empty are not shown.
func (t *RowTable) SetPlaceholder(icon fyne.Resource, title, hint, action string, onAction func()) {
	t.empty.set(icon, title, hint, action, onAction)
	t.Refresh()
}

// SetSelected selects these rows and no others; OnSelect is not called.
func (t *RowTable) SetSelected(rows []int) {
	t.sync()
	t.Selection.SetSelected(rows)
	t.body.Refresh()
}

// SetCursor puts the keyboard's cursor on a row, selects only it and scrolls it
// into view; OnSelect is not called.
func (t *RowTable) SetCursor(row int) {
	t.sync()
	t.Selection.Only(row)
	t.ScrollTo(row)
}

// ScrollTo scrolls as little as needed to see row.
func (t *RowTable) ScrollTo(row int) {
	t.sync()
	t.view.show(row)
	t.scrolled()
}

// RowAt is the row under a place of the canvas; inside is false where the place
// is not over the rows' part of the table, and row -1 below the last.
func (t *RowTable) RowAt(at fyne.Position) (row int, inside bool) {
	at = at.Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(t.body))
	if size := t.body.Size(); at.X < 0 || at.Y < 0 || at.X >= size.Width || at.Y >= size.Height {
		return -1, false
	}
	t.sync()
	return t.view.rowAt(at.Y), true
}

// VisibleRows is the half-open range of the rows of which something is seen.
func (t *RowTable) VisibleRows() (first, end int) { return t.view.visible() }

// RequestFocus gives the keyboard to the table.
func (t *RowTable) RequestFocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(t.body); c != nil {
		c.Focus(t.body)
	}
}

// Focused tells whether the table has the keyboard.
func (t *RowTable) Focused() bool { return t.body.focused }

// Focusable is the part of the table which takes the keyboard, for canvas.Focus
// and to compare with canvas.Focused.
func (t *RowTable) Focusable() fyne.Focusable { return t.body }

// AccessibilityLabel is the Label.
func (t *RowTable) AccessibilityLabel() string { return t.Label }

// AccessibilityRole is that of a container: the toolkit has no word for tables.
func (t *RowTable) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// MinSize is room for the header and three rows.
func (t *RowTable) MinSize() fyne.Size {
	return fyne.NewSize(120, headerHeight()+3*rowHeight())
}

func (t *RowTable) rowCount() int {
	if t.source == nil {
		return 0
	}
	return t.source.Rows()
}

// sync takes over the number of rows and keeps position and selection inside.
func (t *RowTable) sync() {
	n := t.rowCount()
	t.view.rows = n
	t.view.clamp()
	t.Selection.SetRows(n)
}

func (t *RowTable) scrollToFraction(f float64) {
	t.view.setFraction(f)
	t.scrolled()
}

func (t *RowTable) scrollPages(n int) {
	t.view.scrollBy(float32(n) * t.view.height)
	t.scrolled()
}

// scrolled redraws after the view moved up or down.
func (t *RowTable) scrolled() {
	t.vbar.set(t.view.share(), t.view.fraction())
	t.body.Refresh()
}

// rowHeight is 25 px with the compact theme and follows the text size.
func rowHeight() float32 { return theme.TextSize() + 12 }

func headerHeight() float32 { return theme.TextSize() + 13 }

func keyboardModifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return 0
}
