package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// pressOnNothing is a key while no widget has the keyboard, as after a click on
// an empty place.
func pressOnNothing(w fyne.Window, k fyne.KeyName) {
	w.Canvas().Unfocus()
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: k})
}

// part is the first object of a type within another, as it is drawn.
func part[T fyne.CanvasObject](t *testing.T, of fyne.CanvasObject) T {
	t.Helper()
	found, ok := within[T](of)
	require.True(t, ok, "there is no such part")
	return found
}

func within[T fyne.CanvasObject](of fyne.CanvasObject) (found T, ok bool) {
	if found, ok = of.(T); ok {
		return found, true
	}
	var parts []fyne.CanvasObject
	switch o := of.(type) {
	case *fyne.Container:
		parts = o.Objects
	case fyne.Widget:
		parts = test.WidgetRenderer(o).Objects()
	}
	for _, o := range parts {
		if found, ok = within[T](o); ok {
			return found, true
		}
	}
	return found, false
}

func TestEscAndEnterReachADialogWhereverTheLastClickWent(t *testing.T) {
	for name, click := range map[string]func(t *testing.T, w fyne.Window, top fyne.CanvasObject){
		"an empty place": func(*testing.T, fyne.Window, fyne.CanvasObject) {},
		"a text that can be selected": func(t *testing.T, _ fyne.Window, top fyne.CanvasObject) {
			g := part[*glass](t, top)
			g.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
			g.MouseUp(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
		},
		"a fold": func(t *testing.T, w fyne.Window, top fyne.CanvasObject) {
			w.Canvas().Focus(part[*Fold](t, top).head)
		},
		"the arrow of a list": func(t *testing.T, w fyne.Window, top fyne.CanvasObject) {
			w.Canvas().Focus(part[*Combo](t, top).ActionItem.(fyne.Focusable))
		},
	} {
		for _, key := range []fyne.KeyName{fyne.KeyEscape, fyne.KeyReturn} {
			if key == fyne.KeyReturn && (name == "a fold" || name == "the arrow of a list") {
				continue // Enter means what has the keyboard
			}
			t.Run(name+" "+string(key), func(t *testing.T) {
				w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
				TakeKeys(w.Canvas(), func(fyne.KeyName) { t.Error("the key is the dialog's") })
				done := ""
				ShowDialog(w, DialogParams{
					Title:   "t",
					Content: NewColumn(0, NewText("some words"), NewFold("more", widget.NewLabel("x")), NewCombo([]string{"a"})),
					Actions: []Action{
						{Label: "Cancel", Cancel: true, Do: func() bool { done = "cancel"; return false }},
						{Label: "OK", Default: true, Do: func() bool { done = "ok"; return false }},
					},
				})
				w.Canvas().Unfocus()
				click(t, w, w.Canvas().Overlays().Top())
				if w.Canvas().Focused() == nil {
					pressOnNothing(w, key)
				} else {
					typeKey(w, key)
				}
				assert.Equal(t, map[fyne.KeyName]string{fyne.KeyEscape: "cancel", fyne.KeyReturn: "ok"}[key], done)
			})
		}
	}
}

func TestKeysThatNoWidgetTookAreTheWindows(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	var got []fyne.KeyName
	TakeKeys(w.Canvas(), func(k fyne.KeyName) { got = append(got, k) })
	entry, button := NewEntry(), NewToolButton("b", nil, "", func() {})
	w.SetContent(container.NewVBox(entry, button))
	pressOnNothing(w, fyne.KeyF5)
	for _, o := range []fyne.Focusable{entry, button} {
		w.Canvas().Focus(o)
		typeKey(w, fyne.KeyF5)
	}
	w.Canvas().Focus(entry)
	typeKey(w, fyne.KeyReturn)
	assert.Equal(t, []fyne.KeyName{fyne.KeyF5, fyne.KeyF5, fyne.KeyF5}, got, "Enter in a field is no key of the window's")
}

func TestEscHidesTheToolkitsOwnDialogs(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	TakeKeys(w.Canvas(), func(fyne.KeyName) {})
	foreign := widget.NewModalPopUp(widget.NewLabel("files"), w.Canvas())
	foreign.Show()
	closed := Escapable(w.Canvas(), foreign.Hide)
	pressOnNothing(w, fyne.KeyReturn)
	require.NotNil(t, w.Canvas().Overlays().Top())
	pressOnNothing(w, fyne.KeyEscape)
	assert.Nil(t, w.Canvas().Overlays().Top())
	closed()
	assert.Empty(t, escapes)
}

func TestATextCanBeSelectedAndCopied(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	text := NewText("some words")
	w.SetContent(text)
	g := part[*glass](t, text)
	g.DoubleTapped(&fyne.PointEvent{Position: fyne.NewPos(10, 10)})
	assert.Same(t, g, w.Canvas().Focused())
	clipboard := fyne.CurrentApp().Clipboard()
	g.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clipboard})
	assert.Equal(t, "some", clipboard.Content())
	g.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(500, 10)}, Dragged: fyne.NewDelta(495, 0)})
	g.DragEnd()
	g.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clipboard})
	assert.Equal(t, "some words", clipboard.Content())
}

func TestDetailsEnlargeTheirDialogAndAreScrolledToWhereItCannotGrow(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 420))
	d := ShowProblem(w, Problem{Title: "t", Cause: "because", Details: "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight", DetailsLabel: "Details", CloseLabel: "Close"})
	before := d.popup.Content.Size().Height
	part[*Fold](t, d.overlay).Open()
	assert.Greater(t, d.popup.Content.Size().Height, before+60)
	assert.LessOrEqual(t, d.popup.Content.Size().Height, float32(420))
	d.Close()

	d = ShowProblem(w, Problem{Title: "t", Cause: "because", Details: longText(60), DetailsLabel: "Details", CloseLabel: "Close"})
	part[*Fold](t, d.overlay).Open()
	assert.Greater(t, d.scroll.Offset.Y, float32(0), "it cannot grow so far: its details are scrolled into sight")
	d.Close()
}

func longText(lines int) string {
	text := ""
	for range lines {
		text += "a line\n"
	}
	return text
}

func TestTheWheelOverAFieldScrollsItsDialog(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(500, 300))
	entry, combo, many := NewEntry(), NewCombo(nil), NewMultiLineEntry()
	many.SetText(longText(30))
	column := NewColumn(0, entry, combo, many, NewText(longText(40)))
	d := ShowDialog(w, DialogParams{Title: "t", Content: column, Size: fyne.NewSize(400, 260), Actions: []Action{{Label: "Close", Cancel: true}}})
	down := &fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -10)}
	for _, field := range []fyne.CanvasObject{entry, combo} {
		before := d.scroll.Offset.Y
		part[*wheel](t, field).Scrolled(down)
		assert.InDelta(t, before+10, d.scroll.Offset.Y, 0.5)
	}
	many.SetText(longText(31)) // the toolkit measures its content only now
	over := part[*wheel](t, many)
	before := d.scroll.Offset.Y
	over.Scrolled(down)
	assert.InDelta(t, before, d.scroll.Offset.Y, 0.5, "it scrolls itself first")
	assert.Greater(t, over.inner.Offset.Y, float32(0))
	for range 100 {
		over.Scrolled(down)
	}
	assert.Greater(t, d.scroll.Offset.Y, before, "and at its end what is around it")
}

func TestWhatWasTypedCountsBeforeAnActionIsDone(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	var waiting func()
	typing := NewTyping(func(f func()) func() { waiting = f; return func() { waiting = nil } }, nil)
	counts := ""
	typing.take = func(text string) { counts = text }
	entry := NewEntry()
	entry.OnChanged = typing.Set
	var used []string
	d := ShowDialog(w, DialogParams{Title: "t", Content: entry, Focus: entry, Actions: []Action{
		{Label: "OK", Default: true, Do: func() bool { used = append(used, counts); return true }},
	}})
	entry.SetText("pasted")
	typeKey(w, fyne.KeyReturn)
	entry.SetText("clicked")
	d.buttons[0].Tapped(nil)
	entry.SetText("paused")
	waiting()
	assert.Equal(t, "paused", counts)
	w.Canvas().Focus(entry)
	typeKey(w, fyne.KeyReturn)
	assert.Equal(t, []string{"pasted", "clicked", "paused"}, used)
	assert.Nil(t, waiting)
	assert.Empty(t, typings)
}
