package widgets

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/stretchr/testify/assert"
)

const (
	ctrl  = fyne.KeyModifierShortcutDefault // Control, and Command on a Mac
	shift = fyne.KeyModifierShift
)

func TestAClickSelectsAtOnceAndTakesTheFocus(t *testing.T) {
	d := newDesk(t, 1000)
	d.click(3, 0)
	assert.Equal(t, []int{3}, d.selected())
	assert.True(t, d.Focused())
	assert.Same(t, d.Focusable(), d.window.Canvas().Focused())
	assert.Equal(t, 1, d.told)
	assert.Empty(t, d.opened)
}

func TestShiftAndCtrlClicksSelectAsEverywhere(t *testing.T) {
	d := newDesk(t, 1000)
	d.click(2, 0)
	d.click(5, shift)
	assert.Equal(t, []int{2, 3, 4, 5}, d.selected())
	d.click(8, ctrl)
	d.click(3, ctrl)
	assert.Equal(t, []int{2, 4, 5, 8}, d.selected())
	d.click(1, ctrl|shift)
	assert.Equal(t, []int{1, 2, 3, 4, 5, 8}, d.selected())
	d.click(7, 0)
	assert.Equal(t, []int{7}, d.selected())
}

func TestASecondClickAtOnceOpensAndAThirdDoesNotOpenAgain(t *testing.T) {
	d := newDesk(t, 1000)
	for range 3 {
		d.press(4, desktop.MouseButtonPrimary, 0)
		d.now = d.now.Add(50 * time.Millisecond)
	}
	assert.Equal(t, []int{4}, d.opened)
}

func TestWhatADoubleClickOpensHasTheKeyboardOnceTheButtonIsLetGo(t *testing.T) {
	d := newDesk(t, 1000)
	d.press(4, desktop.MouseButtonPrimary, 0)
	ev := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: d.at(4)}, Button: desktop.MouseButtonPrimary}
	d.body.MouseDown(ev)
	d.body.MouseUp(ev)
	assert.Empty(t, d.opened, "the driver takes the keyboard from a dialog that opens by now")
	d.body.Tapped(&ev.PointEvent)
	d.body.Tapped(&ev.PointEvent)
	assert.Equal(t, []int{4}, d.opened)
}

func TestTwoSlowClicksOrClicksOnTwoRowsDoNotOpen(t *testing.T) {
	d := newDesk(t, 1000)
	d.click(4, 0)
	d.click(4, 0)
	d.press(5, desktop.MouseButtonPrimary, 0)
	d.press(4, desktop.MouseButtonPrimary, ctrl)
	d.press(4, desktop.MouseButtonPrimary, ctrl)
	assert.Empty(t, d.opened)
}

func TestTheRightButtonKeepsASelectionItHits(t *testing.T) {
	d := newDesk(t, 1000)
	d.click(2, 0)
	d.click(4, shift)
	d.press(3, desktop.MouseButtonSecondary, 0)
	assert.Equal(t, []int{2, 3, 4}, d.selected())
	d.press(9, desktop.MouseButtonSecondary, 0)
	assert.Equal(t, []int{9}, d.selected())
	assert.Equal(t, []int{3, 9}, d.menus)
}

func TestTheRightButtonBesideTheRowsAsksForTheFoldersMenu(t *testing.T) {
	d := newDesk(t, 3)
	d.click(1, 0)
	d.pressAt(fyne.NewPos(60, 300), desktop.MouseButtonSecondary, 0)
	assert.Equal(t, []int{-1}, d.menus)
	assert.Empty(t, d.selected())
}

func TestAClickBesideTheRowsClearsButWithCtrlItKeeps(t *testing.T) {
	d := newDesk(t, 3)
	d.click(1, 0)
	d.pressAt(fyne.NewPos(60, 300), desktop.MouseButtonPrimary, ctrl)
	assert.Equal(t, []int{1}, d.selected())
	d.pressAt(fyne.NewPos(60, 300), desktop.MouseButtonPrimary, 0)
	assert.Empty(t, d.selected())
}

func TestClickingFarDownSelectsTheRowUnderThePointer(t *testing.T) {
	d := newDesk(t, 1_000_000)
	for _, row := range []int{1_000, 100_000, 999_999} {
		d.ScrollTo(row)
		first, _ := d.VisibleRows()
		d.click(row, 0)
		assert.Equal(t, []int{row}, d.selected())
		again, _ := d.VisibleRows()
		assert.Equal(t, first, again, "a click does not scroll")
	}
}

func TestArrowsMoveAndShiftExtends(t *testing.T) {
	d := newDesk(t, 1000)
	d.key(fyne.KeyDown, 0)
	assert.Equal(t, []int{0}, d.selected())
	d.key(fyne.KeyDown, 0)
	d.key(fyne.KeyDown, shift)
	d.key(fyne.KeyDown, shift)
	assert.Equal(t, []int{1, 2, 3}, d.selected())
	d.key(fyne.KeyUp, shift)
	assert.Equal(t, []int{1, 2}, d.selected())
	d.key(fyne.KeyUp, 0)
	assert.Equal(t, []int{1}, d.selected())
}

func TestCtrlMovesTheCursorAloneAndCtrlSpaceToggles(t *testing.T) {
	d := newDesk(t, 1000)
	d.key(fyne.KeyDown, 0)
	d.key(fyne.KeyDown, ctrl)
	d.key(fyne.KeyDown, ctrl)
	assert.Equal(t, []int{0}, d.selected())
	d.key(fyne.KeySpace, ctrl)
	assert.Equal(t, []int{0, 2}, d.selected())
	d.key(fyne.KeySpace, 0)
	assert.Equal(t, []int{2}, d.selected())
}

func TestHomeEndAndPagesScrollAlong(t *testing.T) {
	d := newDesk(t, 1_000_000)
	d.key(fyne.KeyEnd, 0)
	assert.Equal(t, []int{999_999}, d.selected())
	assert.Contains(t, d.line(999_999), "r999999c0")
	d.key(fyne.KeyPageUp, 0)
	assert.Equal(t, []int{999_999 - d.view.page()}, d.selected())
	d.key(fyne.KeyHome, shift)
	assert.Equal(t, 999_999-d.view.page()+1, d.Selection.Count())
	assert.Contains(t, d.line(0), "r0c0")
	d.key(fyne.KeyPageDown, 0)
	assert.Equal(t, []int{d.view.page()}, d.selected())
}

func TestCtrlASelectsAMillionRows(t *testing.T) {
	d := newDesk(t, 1_000_000)
	d.key(fyne.KeyA, ctrl)
	assert.Equal(t, 1_000_000, d.Selection.Count())
	assert.Equal(t, 1, d.told)
	d.key(fyne.KeyA, ctrl)
	assert.Equal(t, 1, d.told, "nothing changed, nobody is told")
}

func TestEnterOpensAndTheMenuKeysAskForTheMenu(t *testing.T) {
	d := newDesk(t, 1000)
	d.key(fyne.KeyReturn, 0)
	assert.Empty(t, d.opened, "no cursor, nothing to open")
	d.key(fyne.KeyDown, 0)
	d.key(fyne.KeyReturn, 0)
	d.key(fyne.KeyEnter, 0)
	assert.Equal(t, []int{0, 0}, d.opened)
	d.key(desktop.KeyMenu, 0)
	d.key(fyne.KeyF10, shift)
	assert.Equal(t, []int{0, 0}, d.menus)
	assert.Empty(t, d.keys)
}

func TestKeysTheTableHasNoUseForGoToTheScreen(t *testing.T) {
	d := newDesk(t, 10)
	want := []fyne.KeyName{fyne.KeyF2, fyne.KeyF5, fyne.KeyDelete, fyne.KeyBackspace, fyne.KeyF7, fyne.KeyEscape, fyne.KeyF10}
	for _, k := range append(want, fyne.KeyA, fyne.KeyMinus, desktop.KeyShiftLeft, desktop.KeyControlRight, fyne.KeySpace) {
		d.key(k, 0)
	}
	assert.Equal(t, want, d.keys, "letters are typed, and Shift alone is no key")
}

func TestAShortcutNobodyTakesReachesTheCanvas(t *testing.T) {
	d := newDesk(t, 10)
	var reached, offered int
	var canvas fyne.ShortcutHandler
	canvas.AddShortcut(&fyne.ShortcutCopy{}, func(fyne.Shortcut) { reached++ })
	d.canvas = func() fyne.Shortcutable { return &canvas }
	d.body.TypedShortcut(&fyne.ShortcutCopy{})
	assert.Equal(t, 1, reached)
	d.OnShortcut = func(fyne.Shortcut) bool { offered++; return true }
	d.body.TypedShortcut(&fyne.ShortcutCopy{})
	assert.Equal(t, 1, reached)
	assert.Equal(t, 1, offered)
}

func TestTypingLettersSearchesAndAPauseBeginsAnew(t *testing.T) {
	d := newDesk(t, 1000)
	var asked []string
	d.OnSearch = func(typed string, from int) (int, bool) {
		asked = append(asked, typed)
		return 500 + from, typed != "xy"
	}
	d.body.TypedRune('報')
	d.body.TypedRune('告')
	d.now = d.now.Add(2 * time.Second)
	d.body.TypedRune(' ')
	d.body.TypedRune('x')
	at := d.Selection.Cursor()
	d.body.TypedRune('y')
	assert.Equal(t, []string{"報", "報告", "x", "xy"}, asked)
	assert.Equal(t, at, d.Selection.Cursor(), "no such name: the cursor stays")
}

func TestTheSelectionEndsWithTheList(t *testing.T) {
	d := newDesk(t, 1000)
	d.key(fyne.KeyA, ctrl)
	d.src.rows = 2
	d.Refresh()
	assert.Equal(t, []int{0, 1}, d.selected())
	d.src.rows = 5
	d.Selection.Clear()
	d.Refresh()
	assert.Empty(t, d.selected())
	d.SetSelected([]int{4, 2, 9})
	assert.Equal(t, []int{2, 4}, d.selected())
	d.SetCursor(3)
	assert.Equal(t, []int{3}, d.selected())
	assert.Equal(t, 1, d.told, "only what the user does is told")
}
