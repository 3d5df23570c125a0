package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// field is the one text field of the topmost dialog.
func (s *screen) field() *widgets.Entry {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if e, ok := o.(*widgets.Entry); ok {
			return e
		}
	}
	s.t.Fatal("no text field is there")
	return nil
}

func TestF2RenamesWhatIsSelected(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.state.Browser.Selection().Only(2)
	old := s.state.Browser.Selected()[0]
	s.main.objects.table.OnKey(fyne.KeyF2, 0)
	require.Equal(t, 1, s.overlays())
	entry := s.field()
	assert.Equal(t, old.At.Base(), entry.Text)
	assert.Equal(t, old.At.Base(), entry.SelectedText(), "typing replaces it")
	entry.SetText("renamed.bin")
	s.press("Rename")
	s.waitIdle()
	assert.Contains(t, s.store.Names("reports"), "2026/renamed.bin")
	assert.NotContains(t, s.store.Names("reports"), old.At.Key)
	assert.Equal(t, 0, s.overlays())
}

func TestCtrlCAndCtrlVCopyFromFolderToFolder(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.state.Browser.Selection().Only(0)
	clip := s.app.Clipboard()
	assert.True(t, s.main.objects.shortcut(&fyne.ShortcutCopy{Clipboard: clip}))
	assert.Equal(t, "s3://reports/2026/11/", clip.Content(), "other programs have the location")
	assert.Contains(t, s.main.status.said.Text, "1 copied: paste it")
	s.goTo("photos")
	s.edit(&fyne.ShortcutPaste{Clipboard: clip}) // Edit > Paste, while nothing has the keyboard
	s.loop.Pump()
	require.Equal(t, 1, s.overlays())
	s.press("Copy")
	s.waitIdle()
	assert.Equal(t, []string{"11/a.csv"}, s.store.Names("photos"))
	s.state.Browser.Selection().Only(0)
	assert.True(t, s.main.objects.shortcut(&fyne.ShortcutCut{Clipboard: clip}))
	assert.Contains(t, s.main.status.said.Text, "1 cut: it is moved")
	s.goTo("備份")
	s.perform(s.actions.paste)
	s.loop.Pump()
	s.press("Move")
	s.waitIdle()
	assert.Empty(t, s.store.Names("photos"))
	assert.Equal(t, []string{"11/a.csv"}, s.store.Names("備份"))
	assert.False(t, s.main.objects.shortcut(&fyne.ShortcutUndo{}))
}

func TestWhatIsThereAlreadyStaysUnlessPasteIsToldOtherwise(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.store.Fill(100, "photos/2026/notes.txt")
	s.goTo("reports")
	s.state.Browser.Selection().Only(0)
	s.perform(s.actions.copy)
	s.goTo("photos")
	s.perform(s.actions.paste)
	s.loop.Pump()
	var asks *widgets.Select
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if all, ok := o.(*widgets.Select); ok {
			asks = all
		}
	}
	require.NotNil(t, asks)
	assert.Equal(t, "Skip files that are there already", asks.Selected)
}

func TestTheRenameAndPasteQuestionsFit(t *testing.T) {
	inEveryDress(t, "rename", func(t *testing.T, s *screen) {
		s.goTo("reports/2026/")
		s.state.Browser.Selection().Only(2)
		s.perform(s.actions.rename)
		s.field().SetText("notes.txt")
	})
	inEveryDress(t, "paste", func(t *testing.T, s *screen) {
		s.store.Fill(100, "photos/2026/notes.txt")
		s.goTo("reports")
		s.state.Browser.Selection().Only(0)
		s.perform(s.actions.cut)
		s.goTo("photos")
		s.perform(s.actions.paste)
		s.loop.Pump()
	})
	inEveryDress(t, "object-menu", func(t *testing.T, s *screen) {
		s.goTo("reports/2026/")
		s.state.Browser.Selection().Only(2)
		s.main.objects.menu(2, fyne.NewPos(300, 200))
	})
}

func TestADoubleClickOnAnObjectDownloadsIt(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.state.Browser.Selection().Only(2)
	s.picker.paths = []string{t.TempDir()}
	s.main.objects.table.OnActivate(2)
	s.waitIdle()
	assert.Nil(t, s.properties, "properties are for who asks for them")
	assert.Equal(t, transfer.Download, s.state.Transfers.Row(0).Op)
}

func TestAToolThatCannotBeUsedSaysWhyInTheStatusLine(t *testing.T) {
	s := opens(t, preferences.Window{})
	for i, a := range s.main.tools.actions {
		if a == s.actions.upload {
			s.main.tools.buttons[i].Tapped(&fyne.PointEvent{})
		}
	}
	assert.Equal(t, "Open a bucket first.", s.main.status.said.Text)
	s.flash("")
	for i, a := range s.main.transfers.actions {
		if a == s.actions.retryFailed {
			s.main.transfers.buttons[i].Tapped(&fyne.PointEvent{})
		}
	}
	assert.Equal(t, s.actions.retryFailed.why(), s.main.status.said.Text)
	assert.NotEmpty(t, s.main.status.said.Text)
}

func TestMenusPrintTheKeysThatTheListsTakeThemselves(t *testing.T) {
	s := opens(t, preferences.Window{})
	assert.True(t, strings.HasSuffix(s.menu("Object", "Rename…").Label, " F2"))
	assert.True(t, strings.HasSuffix(s.menu("Edit", "Paste").Label, " Ctrl+V"))
}

func TestNamesAndKeysAreCutInTheirMiddle(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	for row := range s.state.Browser.Rows() {
		assert.True(t, s.main.objects.Cell(row, 0).Middle, "a folder and an object")
		assert.True(t, s.main.objects.Cell(row, 4).Key, "the key of an encryption")
	}
}
