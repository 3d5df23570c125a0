package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/uitest"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// menu finds an item of the main menu by its words.
func (s *screen) menu(menu, label string) *fyne.MenuItem {
	s.t.Helper()
	for _, m := range s.window.MainMenu().Items {
		for _, item := range m.Items {
			if m.Label == menu && textOf(item) == label {
				return item
			}
		}
	}
	s.t.Fatalf("there is no %s > %s", menu, label)
	return nil
}

// textOf is an item's text without its shortcut.
func textOf(item *fyne.MenuItem) string {
	text, _, _ := strings.Cut(item.Label, strings.Repeat(" ", menuGap-1))
	return text
}

// overlays is how many dialogs and menus are open.
func (s *screen) overlays() int { return len(s.window.Canvas().Overlays().List()) }

// press presses the button of that label in the topmost dialog, and waits for
// what comes of it.
func (s *screen) press(label string) {
	s.t.Helper()
	s.button(label).Tapped(&fyne.PointEvent{})
	s.loop.Pump()
}

// button is the button of that label in the topmost dialog.
func (s *screen) button(label string) fyne.Tappable {
	s.t.Helper()
	var found fyne.Tappable
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if b, ok := o.(*widgets.ToolButton); ok && b.Text == label && !b.Disabled() {
			found = b
		}
	}
	require.NotNil(s.t, found, "a button %s that can be pressed", label)
	return found
}

func TestTheMenuHasItsPlaceForTheRules(t *testing.T) {
	s := opens(t, preferences.Window{})
	item := s.menu("Tools", "Server-Side-Encryption")
	assert.Equal(t, "CustomDesktop:Shift+Control+E", item.Shortcut.ShortcutName())
	var names []string
	for _, m := range s.window.MainMenu().Items {
		names = append(names, m.Label)
	}
	assert.Equal(t, []string{"File", "Edit", "View", "Bucket", "Object", "Transfers", "Tools", "Help"}, names)
}

func TestAShortcutOfADisabledActionSaysWhyAndDoesNothing(t *testing.T) {
	s := opens(t, preferences.Window{})
	item := s.menu("File", "Upload…")
	assert.True(t, item.Disabled)
	s.picker.paths = []string{"/etc/hostname"}
	item.Action() // the toolkit's shortcut does not look at Disabled
	s.loop.Pump()
	assert.Equal(t, 0, s.overlays())
	assert.Equal(t, "Open a bucket first.", s.main.status.said.Text)
	assert.True(t, s.main.status.said.Visible())

	s.goTo("reports")
	assert.False(t, s.menu("File", "Upload…").Disabled, "the menu follows")
	s.perform(s.actions.refresh)
	assert.False(t, s.main.status.said.Visible(), "what was said is gone with the next action")
}

func TestAShortcutDoesNothingUnderADialog(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports")
	s.perform(s.actions.newFolder)
	require.Equal(t, 1, s.overlays())
	s.menu("File", "Add account…").Action()
	s.menu("Object", "New folder…").Action()
	assert.Equal(t, 1, s.overlays())
}

func TestKeysOfTheTable(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	table := s.main.objects.table
	s.state.Browser.Selection().Only(2)
	table.OnKey(fyne.KeyDelete, 0)
	s.loop.Pump()
	assert.Equal(t, 1, s.overlays())
	s.press("Cancel")
	assert.Equal(t, 0, s.overlays())
	table.OnKey(fyne.KeyF5, 0)
	s.loop.Pump()
	assert.Equal(t, "2026/", s.state.Browser.At().Key)
	table.OnActivate(0)
	s.loop.Pump()
	assert.Equal(t, "2026/11/", s.state.Browser.At().Key)
	table.OnKey(fyne.KeyBackspace, 0)
	s.loop.Pump()
	assert.Equal(t, "2026/", s.state.Browser.At().Key)
	s.state.Browser.Selection().SelectAll()
	table.OnKey(fyne.KeyEscape, 0)
	assert.Empty(t, s.state.Browser.Selected())
	table.OnKey(fyne.KeyF2, 0)
	assert.Equal(t, "Select objects or folders in the list first.", s.main.status.said.Text)
}

func TestDroppedFilesAreUploadedAfterTheQuestion(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports")
	elsewhere, err := storage.ParseURI("https://example.org/x")
	require.NoError(t, err)
	s.OnDropped(fyne.Position{}, []fyne.URI{storage.NewFileURI(s.file("a.csv", 3)), elsewhere})
	s.loop.Pump()
	require.Equal(t, 1, s.overlays())
	s.OnDropped(fyne.Position{}, []fyne.URI{storage.NewFileURI(s.file("b.csv", 3))})
	s.loop.Pump()
	assert.Equal(t, 1, s.overlays(), "one question after the other")
	s.press("Upload")
	assert.Equal(t, 0, s.overlays())
	s.waitIdle()
	assert.Contains(t, s.store.Names("reports"), "a.csv")
	assert.NotContains(t, s.store.Names("reports"), "b.csv")
	assert.Same(t, s.main.rows, s.main.body.Objects[0], "the transfers are shown")
	s.perform(s.actions.clear)
	assert.Same(t, s.main.sides, s.main.body.Objects[0], "and give their place away")
}

func TestWithoutAFileDialogPathsAreTyped(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports")
	s.picker.err = ErrNoPicker
	s.perform(s.actions.upload)
	s.loop.Pump()
	require.Equal(t, 1, s.overlays())
	entry, ok := s.window.Canvas().Focused().(*pathEntry)
	require.True(t, ok, "the field has the keyboard")
	assert.False(t, entry.AcceptsTab())
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	assert.Equal(t, 1, s.overlays(), "nothing was typed")
	test.Type(entry, s.file("a.csv", 3)+"\n  \""+s.file("b.csv", 3)+"\"\n")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.loop.Pump()
	require.Equal(t, 1, s.overlays(), "the confirmation")
	s.press("Upload")
	s.waitIdle()
	assert.Subset(t, s.store.Names("reports"), []string{"a.csv", "b.csv"})

	s.picker.err = errors.New("the portal crashed")
	s.perform(s.actions.upload)
	s.loop.Pump()
	assert.Equal(t, 1, s.overlays(), "another error is shown")
}

func TestTypedPaths(t *testing.T) {
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	assert.Equal(t, []string{"/a b", filepath.Join(home, "x"), home, "/c"}, typedPaths("\"/a b\"\n\n~/x\n ~ \nfile:///c/\n"))
	assert.Empty(t, typedPaths(" \n"))
}

func TestADownloadGoesWhereItWasAsked(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	into := t.TempDir()
	s.picker.paths = []string{into}
	s.state.Browser.Selection().Only(2)
	s.perform(s.actions.download)
	s.waitIdle()
	assert.FileExists(t, filepath.Join(into, "notes.txt"))
	s.main.transfers.explain(0)
	assert.Equal(t, 1, s.overlays())
}

func TestClosingAsksWhileFilesAreTransferred(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports")
	s.store.Hold(memstore.PutObject)
	s.picker.paths = []string{s.file("a.csv", 3)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	s.press("Upload")
	s.loop.Until(t, "it runs", func() bool { return s.state.Transfers.Tally().Running == 1 })
	s.OnClose()
	require.Equal(t, 1, s.overlays())
	s.press("Keep running")
	assert.False(t, s.closing)
	assert.Equal(t, 1, s.state.Transfers.Tally().Running)
	s.OnClose()
	s.press("Cancel transfers and quit")
	assert.True(t, s.closing)
	assert.Positive(t, s.desk.Saved, "the window's size is remembered")
	assert.NotContains(t, s.store.Names("reports"), "a.csv")
}

// lasting is a journal that outlives the program.
type lasting struct{ transfer.Memory }

func (*lasting) Lasts() bool { return true }

func TestClosingPausesWhereTransfersAreKept(t *testing.T) {
	s := opens(t, preferences.Window{}, func(d *uitest.Desk) {
		d.Journal = func(client.Account) transfer.Journal { return &lasting{} }
	}).goTo("reports")
	s.store.Hold(memstore.PutObject)
	s.picker.paths = []string{s.file("a.csv", 3)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	s.press("Upload")
	s.loop.Until(t, "it runs", func() bool { return s.state.Transfers.Tally().Running == 1 })
	s.OnClose()
	s.press("Pause transfers and quit")
	assert.True(t, s.closing)
	s.loop.Pump()
	s.state.Transfers.Refresh()
	assert.Equal(t, 1, s.state.Transfers.Tally().Paused)
}

func TestTheLanguageChangesAtOnce(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.state.Browser.Selection().Only(1)
	s.setLanguage("zh-Hant")
	assert.Equal(t, i18n.TraditionalChinese, i18n.Current())
	assert.NotEqual(t, "File", s.window.MainMenu().Items[0].Label)
	assert.Len(t, s.state.Browser.Selected(), 1, "what was on the screen still is")
	p, err := s.desk.Preferences()
	require.NoError(t, err)
	assert.Empty(t, p.Language, "it is saved away from the screen")
	s.loop.Pump()
	p, err = s.desk.Preferences()
	require.NoError(t, err)
	assert.Equal(t, "zh-Hant", p.Language)
	s.setAppearance(preferences.AppearanceDark)
	assert.Equal(t, preferences.AppearanceDark, s.app.Settings().Theme().(*widgets.Theme).Appearance())
}

func TestTheFilterWaitsForTheEndOfTheTyping(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	test.Type(s.main.filter.entry, "note")
	assert.Equal(t, 6, s.state.Browser.Rows())
	s.loop.Pump()
	assert.Equal(t, 1, s.state.Browser.Rows())
	s.main.filter.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	assert.Equal(t, 6, s.state.Browser.Rows())
	assert.Empty(t, s.main.filter.entry.Text)
}

func TestLocationsAreCopied(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	s.state.Browser.Selection().SetSelected([]int{0, 2})
	require.True(t, s.main.objects.shortcut(&fyne.ShortcutCopy{}))
	assert.Equal(t, "s3://reports/2026/11/\ns3://reports/2026/notes.txt", s.app.Clipboard().Content())
}

func TestAnAccountIsAddedInItsDialog(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.perform(s.actions.addAccount)
	s.press("Save")
	require.Equal(t, 1, s.overlays(), "something is missing")
	for _, f := range []accounts.Field{accounts.FieldName, accounts.FieldAccessKey, accounts.FieldSecret} {
		said, _ := s.account.fields[f].Says()
		assert.NotEmpty(t, said, "the error is at its field")
		s.account.entries[f].SetText("value")
	}
	s.press("Test")
	s.press("Save")
	assert.Equal(t, 0, s.overlays())
	assert.Equal(t, "value", s.state.Current())
	assert.Equal(t, "value", s.main.tools.accounts.Selected)
}

func TestAnAccountThatSignsInByAProfileOpensAndIsRenamed(t *testing.T) {
	s := opens(t, preferences.Window{}, func(d *uitest.Desk) {
		work := client.Account{Name: "work", SignIn: client.SignIn{Kind: client.ProfileSignIn, Profile: "lab"}}
		d.Add(work, uitest.NewStore("logs"))
	})
	s.state.Open("work")
	s.loop.Pump()
	s.goTo("logs")
	s.perform(s.actions.editAccount)
	assert.False(t, s.account.fields[accounts.FieldAccessKey].Visible())
	assert.False(t, s.account.fields[accounts.FieldSecret].Visible())
	assert.Contains(t, s.account.result.Text(), `by the profile "lab"`)
	s.account.entries[accounts.FieldName].SetText("lab")
	s.press("Save")
	assert.Equal(t, 0, s.overlays())
	assert.Equal(t, "lab", s.state.CurrentName())
}

func TestColumnsAreChosenAndRemembered(t *testing.T) {
	s := opens(t, preferences.Window{Columns: []preferences.Column{{ID: columnClass, Width: 77, Hidden: true}}})
	columns := s.main.objects.table.Columns()
	assert.True(t, columns[3].Hidden)
	assert.InDelta(t, 77, columns[3].Width, 0.1)
	assert.False(t, columns[4].Hidden, "encryption is what the program is for")
	assert.True(t, s.actions.showEncryption.checked())
	s.toggleEncryption()
	assert.True(t, s.main.objects.table.Columns()[4].Hidden, "and it costs requests")
	assert.False(t, s.actions.showEncryption.checked())
	s.main.objects.headerMenu(0, fyne.Position{})
	assert.Equal(t, 1, s.overlays())
}

func TestABucketIsDeletedOnlyByItsName(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("photos")
	s.perform(s.actions.removeBucket)
	entry := s.window.Canvas().Focused().(*widgets.Entry)
	test.Type(entry, "photo")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	assert.Equal(t, 1, s.overlays())
	test.Type(entry, "s")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.loop.Pump()
	assert.Equal(t, 0, s.overlays())
	assert.NotContains(t, s.state.Browser.BucketNames(), "photos")
}

func TestTheScreensLoopComesBackToTheScreenUnlessTheQuestionDied(t *testing.T) {
	testApp()
	loop := &screenLoop{}
	var mu sync.Mutex
	var said []string
	say := func(text string) func() {
		return func() {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, text)
		}
	}
	dead, kill := context.WithCancel(t.Context())
	kill()
	done := make(chan struct{})
	loop.Start(dead, func(context.Context) func() { return say("stale") })
	loop.Start(t.Context(), func(context.Context) func() {
		return func() { say("fresh")(); close(done) }
	})
	<-done

	signal := make(chan struct{})
	refreshed := make(chan struct{}, 100)
	watching, stop := context.WithCancel(t.Context())
	defer stop()
	loop.Watch(watching, signal, time.Nanosecond, func() { refreshed <- struct{}{} })
	for range 3 {
		signal <- struct{}{}
		<-refreshed
	}
	worked := make(chan struct{})
	loop.ended.Store(true)
	loop.Start(t.Context(), func(context.Context) func() {
		defer close(worked)
		return say("too late")
	})
	<-worked
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, []string{"fresh"}, said)
}

func TestAButtonOfTheMainWindowTellsWhatItDoesOrWhyItCannot(t *testing.T) {
	s := opens(t, preferences.Window{})
	b := findButton(s.main.tools.content, "Upload")
	require.NotNil(t, b)
	tips := func() []string {
		var said []string
		for _, o := range test.LaidOutObjects(s.window.Content()) {
			if n, ok := o.(*widgets.Note); ok && n.Visible() {
				said = append(said, n.Text())
			}
		}
		return said
	}
	at := &desktop.MouseEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(300, 20)}}
	b.MouseIn(at)
	assert.Contains(t, tips(), "Open a bucket first.")
	b.MouseOut()
	assert.NotContains(t, tips(), "Open a bucket first.")
	s.goTo("reports")
	b.MouseIn(at)
	assert.Contains(t, tips(), "Upload…")
}

func TestAFailedTestOfAnAccountPointsAtTheFieldToLookAt(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.perform(s.actions.addAccount)
	d := s.account
	for f, text := range map[accounts.Field]string{
		accounts.FieldName: "lab", accounts.FieldEndpoint: "https://127.0.0.1:9000", accounts.FieldAccessKey: "AK", accounts.FieldSecret: "hidden",
	} {
		d.entries[f].SetText(text)
	}
	s.desk.Fail = func(call string) error {
		if call == "test account" {
			return &client.Error{Op: "ListBuckets", Kind: client.KindTLS, Err: errors.New("tls: failed to verify certificate")}
		}
		return nil
	}
	assert.False(t, d.more.IsOpen())
	s.press("Test")
	assert.True(t, d.more.IsOpen())
	assert.Same(t, d.entries[accounts.FieldCAFile], s.window.Canvas().Focused())
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	top, field := at(d.scroll).Y, at(d.fields[accounts.FieldCAFile]).Y
	assert.GreaterOrEqual(t, field, top, "it is in sight")
	assert.LessOrEqual(t, field+d.fields[accounts.FieldCAFile].Size().Height, top+d.scroll.Size().Height)
	assert.NotContains(t, d.result.Text(), "failed to verify", "the words of a library are for the clipboard")
	s.press("Copy")
	assert.Contains(t, s.app.Clipboard().Content(), "failed to verify")

	s.window.Canvas().Focus(d.entries[accounts.FieldName])
	d.entries[accounts.FieldCAFile].SetText("/etc/hostname")
	assert.Same(t, d.entries[accounts.FieldName], s.window.Canvas().Focused(), "it points once, not while the user types")
	assert.Equal(t, "Secrets are kept in: the keyring of this computer", d.result.Text())
	s.desk.Fail = nil
	s.press("Test")
	assert.Equal(t, "It works: the server accepts the account.", d.result.Text())
}

func TestAnErrorUnderMoreIsNotHidden(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.perform(s.actions.addAccount)
	assert.False(t, s.account.more.IsOpen())
	s.account.model.Set(accounts.FieldKMSEndpoint, "no address")
	assert.True(t, s.account.more.IsOpen())
	said, _ := s.account.fields[accounts.FieldKMSEndpoint].Says()
	assert.NotEmpty(t, said)
}

func TestTheLimitInForceIsTickedInTheMenu(t *testing.T) {
	s := opens(t, preferences.Window{})
	ticked := func() (labels []string) {
		for _, a := range s.actions.limits {
			if a.checked() {
				labels = append(labels, a.label)
			}
		}
		return labels
	}
	assert.Equal(t, []string{"No limit"}, ticked())
	s.perform(s.actions.limits[4])
	s.loop.Pump()
	assert.Equal(t, []string{"10 MiB/s"}, ticked())
}
