package ui

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/uitest"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// opensRules opens the window of the rules by its menu item.
func opensRules(t *testing.T, all ...rules.Rule) (*screen, *rulesWindow) {
	t.Helper()
	s := opens(t, preferences.Window{})
	s.desk.SetRules(all...)
	s.goTo("reports/")
	s.perform(s.actions.rules)
	s.loop.Pump()
	w := s.rules
	require.NotNil(t, w)
	t.Cleanup(w.close)
	return s, w
}

func (s *screen) storedRules() []rules.Rule {
	all, err := s.desk.Rules().Rules()
	require.NoError(s.t, err)
	return all
}

// button finds a button by its label: in the topmost dialog of a window, or in
// the window when there is none.
func button(t *testing.T, w fyne.Window, label string) *widgets.ToolButton {
	t.Helper()
	root := w.Content()
	if top := w.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	found := findButton(root, label)
	require.NotNil(t, found, "a button %q", label)
	return found
}

func findButton(o fyne.CanvasObject, label string) *widgets.ToolButton {
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *widgets.ToolButton:
		if o.Text == label {
			return o
		}
		return nil
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, c := range children {
		if found := findButton(c, label); found != nil {
			return found
		}
	}
	return nil
}

func press(w fyne.Window, key fyne.KeyName) {
	if f := w.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: key})
		return
	}
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: key})
}

func TestTheClicksOfTheManualEncryptAnUploadAndProveIt(t *testing.T) {
	s, w := opensRules(t)
	assert.Equal(t, "Server-Side-Encryption", w.window.Title())
	assert.Equal(t, "Here: no rule: bucket default", s.state.Status()[2].Text)

	test.Tap(button(t, w.window, "Add"))
	assert.Equal(t, "reports", w.editor.bucket.Text, "the bucket that is open")
	assert.Equal(t, "Server-Side-Encryption with Customer Keys Stored in AWS KMS (SSE-KMS)", w.editor.kind.Selected)
	assert.Equal(t, "Enter KMS master key ARN", w.editor.keyType.Selected)
	assert.True(t, button(t, w.window, "Save changes").Disabled())
	test.Type(w.editor.typedKey, "11111111-2222-3333-4444-555555555555")
	test.Tap(button(t, w.window, "Save changes"))
	require.Nil(t, w.editor, "the editor has closed")
	assert.Empty(t, s.storedRules())
	test.Tap(button(t, w.window, "Save changes"))
	s.loop.Pump()
	require.Len(t, s.storedRules(), 1)
	assert.Nil(t, s.rules, "the window has closed")
	assert.Contains(t, s.state.Status()[2].Text, "Here: rule 1, reports -> SSE-KMS, key 11111111")

	s.picker.paths = []string{s.file("a.csv", 12)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	s.confirmStart()
	s.waitIdle()
	row, ok := s.state.Browser.Search("a.csv", 0)
	require.True(t, ok)
	s.state.Browser.Selection().Only(row)
	s.perform(s.actions.properties)
	p := propertiesOpen(t, s, "Properties: a.csv")
	assert.Equal(t, "As asked", p.badge.Text())
}

func TestTheWindowOfTheRulesIsThereOnce(t *testing.T) {
	s, w := opensRules(t)
	s.ShowRules()
	assert.Same(t, w, s.rules)
	w.close()
	assert.Nil(t, s.rules)
	s.ShowRules()
	assert.NotSame(t, w, s.rules)
	s.rules.close()
}

func TestEnterSavesARuleThatIsRightAndEscGivesItUp(t *testing.T) {
	_, w := opensRules(t)
	w.add()
	press(w.window, fyne.KeyReturn)
	require.NotNil(t, w.editor, "Enter does nothing while a key is missing")
	w.editor.typedKey.SetText("k")
	w.window.Canvas().Focus(w.editor.typedKey)
	press(w.window, fyne.KeyReturn)
	require.Nil(t, w.editor)
	assert.Equal(t, 1, w.model.Rows())

	w.add()
	press(w.window, fyne.KeyEscape)
	assert.Nil(t, w.editor)
	assert.Equal(t, 1, w.model.Rows())
	press(w.window, fyne.KeyReturn)
	require.NotNil(t, w.editor, "Enter in the list edits")
	assert.False(t, w.editor.model.IsNew())
	press(w.window, fyne.KeyEscape)
}

func TestOnlyTheFieldsOfTheChosenTypeAreShown(t *testing.T) {
	_, w := opensRules(t)
	w.add()
	d := w.editor
	shown := func() []bool {
		return []bool{
			d.keyTypeRow.Visible(), d.fields[rules.FieldKMSKey].Visible(), d.fields[rulelist.FieldCustomerKey].Visible(),
			d.advanced.Visible(), d.bucketKey.Visible(),
		}
	}
	for i, want := range [][]bool{
		{false, false, false, false, false}, // bucket default
		{false, false, false, false, false}, // SSE-S3
		{true, true, false, true, true},     // SSE-KMS
		{true, true, false, true, false},    // DSSE-KMS
		{false, false, true, false, false},  // SSE-C
	} {
		d.kind.SetSelectedIndex(i)
		assert.Equal(t, want, shown(), rulelist.TypeLabel(rulelist.Types()[i]))
	}
	d.kind.SetSelectedIndex(2)
	d.keyType.SetSelectedIndex(0)
	assert.False(t, d.fields[rules.FieldKMSKey].Visible(), "an AWS managed key has no id")
}

func TestTheEditorSpeaksAtTheFields(t *testing.T) {
	s, w := opensRules(t)
	w.add()
	d := w.editor
	d.bucket.SetText("a/b")
	text, r := d.fields[rules.FieldBucket].Says()
	assert.Contains(t, text, "A bucket name has no slash")
	assert.Equal(t, widgets.RoleBad, r)
	d.bucket.SetText("reports")
	d.typedKey.SetText("k")
	text, r = d.fields[rules.FieldKMSKey].Says()
	assert.Contains(t, text, "sent as it stands")
	assert.Equal(t, widgets.RoleWarn, r)

	d.kind.SetSelectedIndex(4)
	test.Tap(button(t, w.window, "Generate"))
	assert.False(t, d.customerKey.Password, "a generated key is shown, to be copied")
	assert.Len(t, d.customerKey.Text, 44)
	d.customerKey.SetText("0123456789abcdef0123456789abcdef")
	text, r = d.fields[rulelist.FieldCustomerKey].Says()
	assert.Contains(t, text, "Key MD5 ")
	assert.Equal(t, widgets.RoleGood, r)

	d.kind.SetSelectedIndex(2)
	d.keyType.SetSelectedIndex(1)
	assert.Equal(t, "Asking the key service…", d.listedKey.PlaceHolder)
	s.loop.Pump()
	require.Len(t, d.listedKey.Options, 1)
	d.listedKey.SetSelectedIndex(0)
	assert.False(t, button(t, w.window, "Save changes").Disabled())
	d.account.SetSelectedIndex(1)
	assert.Equal(t, "TWCC prod", d.model.Account())
}

func TestADeniedListOfKeysTurnsBackToTyping(t *testing.T) {
	s, w := opensRules(t)
	s.store.Before(memstore.Failing(client.KindDenied, memstore.ListKeys))
	w.add()
	w.editor.keyType.SetSelectedIndex(1)
	s.loop.Pump()
	assert.Equal(t, "Enter KMS master key ARN", w.editor.keyType.Selected)
	assert.True(t, w.editor.typedKey.Visible())
	text, _ := w.editor.fields[rules.FieldKMSKey].Says()
	assert.Contains(t, text, "may not list keys")
}

func TestClosingWithUnsavedChangesAsks(t *testing.T) {
	change := func(w *rulesWindow) {
		w.list.table.SetCursor(0)
		w.model.Toggle()
	}
	for name, c := range map[string]struct {
		answer string
		open   bool
		off    bool
	}{
		"cancel":  {"Cancel", true, false},
		"discard": {"Discard changes", false, false},
		"save":    {"Save changes", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeSSES3})
			change(w)
			press(w.window, fyne.KeyEscape)
			w.askClose() // it does not ask twice
			require.Len(t, w.window.Canvas().Overlays().List(), 1)
			test.Tap(button(t, w.window, c.answer))
			s.loop.Pump()
			assert.Equal(t, c.open, s.rules != nil)
			assert.Equal(t, c.off, s.storedRules()[0].Disabled)
		})
	}
}

func TestClosingWhileARuleIsEditedAsksToo(t *testing.T) {
	s, w := opensRules(t)
	w.add()
	w.askClose()
	assert.Nil(t, s.rules, "nothing was entered yet")

	s.ShowRules()
	s.loop.Pump()
	w = s.rules
	w.add()
	w.editor.file.SetText("*.csv")
	w.askClose()
	assert.True(t, button(t, w.window, "Save changes").Disabled(), "a rule that is not right cannot be saved")
	test.Tap(button(t, w.window, "Cancel"))
	w.editor.typedKey.SetText("k")
	w.askClose()
	test.Tap(button(t, w.window, "Save changes"))
	s.loop.Pump()
	assert.Nil(t, s.rules)
	require.Len(t, s.storedRules(), 1)
	assert.Equal(t, "*.csv", s.storedRules()[0].Key)
}

func TestTheProgramDoesNotEndWithUnsavedRules(t *testing.T) {
	s, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeSSES3})
	w.list.table.SetCursor(0)
	w.model.Toggle()
	s.OnClose()
	s.loop.Pump()
	assert.False(t, s.closing)
	test.Tap(button(t, w.window, "Discard changes"))
	s.OnClose()
	assert.True(t, s.closing)
}

func TestAListClosedWhileItIsBeingStoredIsStored(t *testing.T) {
	s, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeSSES3})
	w.list.table.SetCursor(0)
	w.model.Toggle()
	w.model.Save()
	w.close()
	s.loop.Pump()
	assert.True(t, s.storedRules()[0].Disabled)
	assert.Nil(t, s.rules)
}

func TestTheButtonsOfAnEditorThatGrewAreInTheWindow(t *testing.T) {
	_, w := opensRules(t)
	w.window.Resize(fyne.NewSize(900, 600))
	w.add()
	w.editor.advanced.Open()
	w.editor.bucket.SetText("a/b")
	w.editor.file.SetText("/x")
	b := button(t, w.window, "Save changes")
	bottom := fyne.CurrentApp().Driver().AbsolutePositionForObject(b).Y + b.Size().Height
	assert.LessOrEqual(t, bottom, float32(600))
}

func TestWhatANewRuleMatchesIsSeenWithoutScrollingOnASmallScreen(t *testing.T) {
	_, w := opensRules(t)
	w.window.Resize(fyne.NewSize(900, 600))
	w.add()
	d := w.editor
	cancel := button(t, w.window, "Cancel")
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	assert.LessOrEqual(t, place(d.buckets).Y+d.buckets.Size().Height, place(cancel).Y)
}

func TestAConflictOffersToReloadOrToKeepMine(t *testing.T) {
	for answer, want := range map[string]client.EncryptionType{"Reload": client.TypeSSES3, "Keep mine": client.TypeInherit, "Cancel": client.TypeSSES3} {
		s, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeInherit})
		w.list.table.SetCursor(0)
		w.model.Toggle()
		s.desk.SetRules(rules.Rule{ID: "2", Type: client.TypeSSES3})
		w.model.Save()
		s.loop.Pump()
		test.Tap(button(t, w.window, answer))
		s.loop.Pump()
		require.Len(t, s.storedRules(), 1)
		assert.Equal(t, want, s.storedRules()[0].Type, answer)
		assert.Equal(t, answer == "Keep mine", s.rules == nil, answer)
	}
}

func TestADamagedListOfRulesCannotBeSavedOver(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.desk.Fail = func(call string) error {
		if call == "rules" {
			return errors.New("rules.json is damaged")
		}
		return nil
	}
	s.ShowRules()
	s.loop.Pump()
	w := s.rules
	t.Cleanup(w.close)
	for _, label := range []string{"Add", "Edit", "Duplicate", "Delete", "Up", "Down", "Import…", "Export…", "Save changes"} {
		b := button(t, w.window, label)
		assert.True(t, b.Disabled(), label)
		assert.Equal(t, "The rules could not be read: nothing can be changed.", b.Tip(), label)
	}
	w.key(fyne.KeyInsert)
	assert.Nil(t, w.editor)
	s.desk.Fail = nil
	w.model.Load()
	s.loop.Pump()
	assert.False(t, button(t, w.window, "Add").Disabled())
	assert.Equal(t, 2, w.model.Rows())
}

func TestRulesAreImportedAndExportedByTheFileDialog(t *testing.T) {
	s, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeSSES3})
	path := filepath.Join(t.TempDir(), "rules.json")
	s.picker.paths = []string{path}
	test.Tap(button(t, w.window, "Export…"))
	s.loop.Pump()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(b), "SSE-S3")
	test.Tap(button(t, w.window, "Import…"))
	s.loop.Pump()
	assert.Equal(t, 2, w.model.Rows())

	require.NoError(t, os.WriteFile(path, []byte("no"), 0o600))
	test.Tap(button(t, w.window, "Import…"))
	s.loop.Pump()
	assert.Equal(t, 2, w.model.Rows())
	require.NotNil(t, w.window.Canvas().Overlays().Top(), "it is said over the window of the rules")
	test.Tap(button(t, w.window, "Close"))
}

func TestKeysAndMenusOfTheListOfRules(t *testing.T) {
	_, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeSSES3}, rules.Rule{ID: "2", Bucket: "a", Type: client.TypeInherit})
	w.list.table.SetCursor(0)
	w.list.table.OnSelect()
	assert.True(t, button(t, w.window, "Up").Disabled())
	test.Tap(button(t, w.window, "Down"))
	assert.Equal(t, "2", w.list.Cell(1, ruleNumber).Text)
	assert.Equal(t, "SSE-S3", w.list.Cell(1, ruleEncryption).Text)
	w.list.table.OnKey(fyne.KeyDelete, 0)
	assert.Equal(t, 1, w.model.Rows())
	for _, row := range []int{-1, 0} {
		w.list.table.OnMenu(row, fyne.NewPos(50, 150))
		top := w.window.Canvas().Overlays().Top()
		require.IsType(t, &widget.PopUpMenu{}, findMenu(top))
		w.window.Canvas().Overlays().Remove(top)
	}
	w.key(fyne.KeyInsert)
	require.NotNil(t, w.editor)
	w.key(fyne.KeyEscape) // the dialog has the keys now
	require.NotNil(t, w.editor)
}

func findMenu(o fyne.CanvasObject) fyne.CanvasObject {
	if m, ok := o.(*widget.PopUpMenu); ok {
		return m
	}
	if c, ok := o.(*fyne.Container); ok {
		for _, child := range c.Objects {
			if m := findMenu(child); m != nil {
				return m
			}
		}
	}
	if w, ok := o.(fyne.Widget); ok {
		for _, child := range test.WidgetRenderer(w).Objects() {
			if m := findMenu(child); m != nil {
				return m
			}
		}
	}
	return nil
}

func TestTheWindowOfTheRulesFollowsTheBucketsOfTheAccount(t *testing.T) {
	s, w := opensRules(t, rules.Rule{ID: "1", Type: client.TypeSSES3})
	assert.Equal(t, "3 of 3 buckets", w.list.Cell(0, ruleMatches).Text)
	w.add()
	require.NoError(t, s.store.MakeBucket(t.Context(), "fourth"))
	s.state.Browser.RefreshBuckets()
	s.loop.Pump()
	assert.Equal(t, "4 of 4 buckets", w.list.Cell(0, ruleMatches).Text)
	assert.Contains(t, w.editor.model.Buckets(), "fourth")
}

func TestANameIsTestedWhileItIsTyped(t *testing.T) {
	_, w := opensRules(t, rules.Rule{ID: "1", Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: uitest.Key})
	w.list.bucket.SetText("reports")
	w.list.file.SetText("a.csv")
	assert.Equal(t, "rule 1, reports* -> SSE-KMS, key "+string(uitest.Key), w.list.verdict.Text())
	w.list.bucket.SetText("other")
	assert.Equal(t, "no rule matches: bucket default", w.list.verdict.Text())
}
