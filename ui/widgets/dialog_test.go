package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// room is a window with nothing in it, in an appearance.
func room(t *testing.T, a preferences.Appearance, size fyne.Size) fyne.Window {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme(a))
	w := test.NewTempWindow(t, widget.NewLabel("behind"))
	w.SetPadded(false)
	w.Resize(size)
	t.Cleanup(func() { openDialogs = nil })
	return w
}

func typeKey(w fyne.Window, k fyne.KeyName) { w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k}) }

func TestEnterInAFieldMeansTheDefaultAndEscTheWayOut(t *testing.T) {
	for _, c := range []struct {
		key   fyne.KeyName
		saved int
	}{{fyne.KeyReturn, 1}, {fyne.KeyEnter, 1}, {fyne.KeyEscape, 0}} {
		w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
		saved, closed := 0, 0
		entry := NewEntry()
		d := ShowDialog(w, DialogParams{
			Title: "Rename", Content: entry, Focus: entry, OnClosed: func() { closed++ },
			Actions: []Action{
				{Label: "Cancel", Cancel: true},
				{Label: "Rename", Default: true, Do: func() bool { saved++; return false }},
			},
		})
		require.Same(t, entry, w.Canvas().Focused())
		test.Type(entry, "a.txt")
		typeKey(w, c.key)
		assert.Equal(t, c.saved, saved)
		assert.Equal(t, 1, closed)
		assert.True(t, d.Closed())
		assert.Nil(t, w.Canvas().Overlays().Top())
		assert.Empty(t, openDialogs)
		d.Close()
		assert.Equal(t, 1, closed, "closed once is closed")
	}
}

func TestADialogStaysOpenWhenItsActionSaysSo(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	entry := NewEntry()
	d := ShowDialog(w, DialogParams{Title: "t", Content: entry, Focus: entry, Actions: []Action{
		{Label: "Save", Default: true, Do: func() bool { return entry.Text == "" }},
	}})
	typeKey(w, fyne.KeyReturn)
	assert.False(t, d.Closed())
	entry.SetText("x")
	typeKey(w, fyne.KeyReturn)
	assert.True(t, d.Closed())
}

func TestADisabledActionIsNotRunByEnter(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	entry := NewEntry()
	d := ShowDialog(w, DialogParams{Title: "t", Content: entry, Focus: entry, Actions: []Action{{Label: "Save", Default: true}}})
	d.Enable(0, "The name is empty.")
	typeKey(w, fyne.KeyReturn)
	assert.False(t, d.Closed())
	assert.Equal(t, "The name is empty.", d.buttons[0].Tip())
	d.Enable(0, "")
	typeKey(w, fyne.KeyReturn)
	assert.True(t, d.Closed())
}

func TestKeysGoToTheDialogOnTop(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	lower := ShowDialog(w, DialogParams{Title: "lower", Content: widget.NewLabel("x"), Actions: []Action{{Label: "Close", Cancel: true}}})
	upper := ShowDialog(w, DialogParams{Title: "upper", Content: widget.NewLabel("y"), Actions: []Action{{Label: "Close", Cancel: true}}})
	typeKey(w, fyne.KeyEscape)
	assert.True(t, upper.Closed())
	assert.False(t, lower.Closed())
	typeKey(w, fyne.KeyEscape)
	assert.True(t, lower.Closed())
}

func TestEveryControlHandsOnEsc(t *testing.T) {
	for name, o := range map[string]fyne.Focusable{
		"entry": NewEntry(), "password": NewPasswordEntry(), "lines": NewMultiLineEntry(), "combo": NewCombo([]string{"a"}),
		"check": NewCheck("c", nil), "select": NewSelect([]string{"a"}, nil), "button": NewButton("b", nil, func() {}),
		"tool": NewToolButton("b", nil, "", func() {}), "table": NewRowTable(testColumns, nil).Focusable(),
	} {
		w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
		d := ShowDialog(w, DialogParams{Title: "t", Content: o.(fyne.CanvasObject), Focus: o, Actions: []Action{{Label: "Close", Cancel: true}}})
		typeKey(w, fyne.KeyEscape)
		assert.True(t, d.Closed(), name)
	}
}

func TestADangerousQuestionIsAnsweredNoByEnter(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(900, 600))
	deleted := 0
	c := Confirm{Title: "Delete 3 files?", Body: "3 files, 1.2 GB, are deleted.", Yes: "Delete", No: "Cancel", Danger: true, OnYes: func() { deleted++ }}
	d := ShowConfirm(w, c)
	shot(t, w, "confirm")
	assert.Equal(t, widget.DangerImportance, d.buttons[1].Importance)
	typeKey(w, fyne.KeyReturn)
	assert.True(t, d.Closed())
	assert.Zero(t, deleted)

	d = ShowConfirm(w, c)
	test.Tap(d.buttons[1])
	assert.True(t, d.Closed())
	assert.Equal(t, 1, deleted)

	c.Danger = false
	ShowConfirm(w, c)
	typeKey(w, fyne.KeyReturn)
	assert.Equal(t, 2, deleted, "a harmless question is answered yes")
}

func TestADialogFitsIntoItsWindow(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(500, 300))
	lines := NewColumn(0)
	for range 100 {
		lines.Add(widget.NewLabel("line"))
	}
	d := ShowDialog(w, DialogParams{Title: "long", Content: lines, Size: fyne.NewSize(2000, 2000), Actions: []Action{{Label: "Close"}}})
	size := d.popup.Content.Size()
	assert.LessOrEqual(t, size.Width, float32(500))
	assert.LessOrEqual(t, size.Height, float32(300))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.buttons[0])
	assert.Less(t, at.Y+d.buttons[0].Size().Height, float32(300), "the buttons stay in sight")
}

func TestADialogGrowsForAnErrorThatNeedsMoreLines(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 500))
	f := NewField("Name", NewEntry(), "A hint.")
	d := ShowDialog(w, DialogParams{Title: "t", Content: NewColumn(0, f), Actions: []Action{{Label: "Save"}}, Size: fyne.NewSize(300, 120)})
	before := d.popup.Content.Size().Height
	f.SetError("The name is too long for what is wanted here: at most three letters are allowed, in any of the alphabets that there are.")
	assert.Greater(t, d.popup.Content.Size().Height, before)
	assert.GreaterOrEqual(t, d.scroll.Size().Height, d.scroll.Content.MinSize().Height, "nothing is hidden")
	assert.GreaterOrEqual(t, f.note.Size().Height, f.note.MinSize().Height)
	top := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.popup.Content).Y
	assert.InDelta(t, (500-d.popup.Content.Size().Height)/2, top, 12, "it stays in the middle")
}

var aProblem = Problem{
	Title:      "無法上傳「報告（第三季）最終版.pdf」",
	Cause:      "The server does not know the key arn:aws:kms:ap-northeast-1:000000000000:key/1b2c3d4e-0000-4444-8888-123456789abc, or you may not use it.",
	Hint:       "Check the key ID in Tools > Server-Side-Encryption, or ask the owner of the key for kms:GenerateDataKey.",
	Details:    "PutObject: 400 KMS.NotFoundException\nrequest id tx00000abc-0065",
	CloseLabel: "Close", CopyLabel: "Copy", DetailsLabel: "Details",
}

func TestAProblemSaysWhyAndCanBeCopied(t *testing.T) {
	for name, a := range map[string]preferences.Appearance{"light": preferences.AppearanceLight, "dark": preferences.AppearanceDark} {
		w := room(t, a, fyne.NewSize(900, 600))
		p, tried := aProblem, 0
		p.Actions = []Action{{Label: "Retry", Importance: widget.HighImportance, Do: func() bool { tried++; return false }}}
		d := ShowProblem(w, p)
		shot(t, w, "problem-"+name)
		require.Len(t, d.buttons, 3)
		test.Tap(d.buttons[0])
		text := fyne.CurrentApp().Clipboard().Content()
		for _, part := range []string{p.Title, p.Cause, p.Hint, p.Details} {
			assert.Contains(t, text, part)
		}
		assert.False(t, d.Closed(), "copying does not close")
		test.Tap(d.buttons[1])
		assert.Equal(t, 1, tried)
		assert.True(t, d.Closed())
	}
}

func TestAProblemWithoutActionsClosesByEnter(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(600, 400))
	d := ShowProblem(w, Problem{Title: "No answer", CloseLabel: "Close"})
	assert.Len(t, d.buttons, 1)
	typeKey(w, fyne.KeyReturn)
	assert.True(t, d.Closed())
}

func TestAProblemToldOverADialogStaysWhenThatDialogCloses(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(900, 600))
	below := ShowDialog(w, DialogParams{Title: "Deleting", Content: NewText("a.csv"), Actions: []Action{{Label: "Cancel", Cancel: true}}})
	told := ShowProblem(w, aProblem)
	above := ShowProblem(w, Problem{Title: "And another", CloseLabel: "Close"})
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	size, at := told.popup.Content.Size(), place(told.popup.Content)
	below.Close()
	assert.Equal(t, size, told.popup.Content.Size())
	assert.Equal(t, at, place(told.popup.Content))
	for _, d := range []*Dialog{above, told} {
		assert.False(t, d.Closed())
		assert.Same(t, d.overlay, w.Canvas().Overlays().Top(), "it is seen, in its order")
		typeKey(w, fyne.KeyReturn)
		assert.True(t, d.Closed())
	}
	assert.Nil(t, w.Canvas().Overlays().Top())
	assert.Empty(t, openDialogs)
}
