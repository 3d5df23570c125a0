package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// An action is one thing the user can ask for, from wherever: menu, tool bar,
// context menu, key.
type action struct {
	label    string
	icon     fyne.Resource
	shortcut fyne.Shortcut
	key      string        // what does it too, and is no shortcut: the lists take it themselves
	whyNot   func() string // why it cannot be done now, "" when it can; nil is always
	run      func()
	checked  func() bool // a tick in the menu; nil for none
}

func (a *action) why() string {
	if a.whyNot == nil {
		return ""
	}
	return a.whyNot()
}

// actions are all there are.
type actions struct {
	upload, uploadFolder, download, newFolder, remove, refresh, stop, properties              *action
	open, copyLocation, selectAll, filter, editPath, back, forward, up                        *action
	addAccount, editAccount, removeAccount, openBucket, newBucket, removeBucket, rules, about *action
	copyText, cutText, pasteText, showEncryption, quit                                        *action
	retryFailed, retry, accept, cancel, cancelAll, pauseAll, resumeAll, pause, resume, detail *action
	cut, copy, paste, rename, versions, deleted                                               *action
	removeObject, keep, clear, dismiss                                                        *action
	english, chinese, systemLanguage, light, dark, systemLook                                 *action
	limits                                                                                    []*action // of the speed
}

// perform does an action, or says why it cannot be done. A menu's shortcut
// fires whatever is on the screen and though its item is disabled, so this is
// where it is stopped.
func (u *UI) perform(a *action) {
	if u.window.Canvas().Overlays().Top() != nil {
		return
	}
	widgets.FlushTyping() // what is done is done to the rows that the filter typed leaves
	if why := a.why(); why != "" {
		u.flash(why)
		return
	}
	u.flash("")
	a.run()
}

func ctrl(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

func ctrlShift(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}
}

func alt(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierAlt}
}

// makeActions makes them in the language in force.
func (u *UI) makeActions() {
	u.actions = actions{}
	u.makeFileActions()
	u.makeViewActions()
	u.makeTransferActions()
	u.makeLimitActions()
	u.makeLookActions()
}

func (u *UI) makeFileActions() {
	b, a := u.state.Browser, &u.actions
	a.upload = &action{label: i18n.T("Upload…"), icon: theme.UploadIcon(), shortcut: ctrl(fyne.KeyU), whyNot: b.WhyNotUpload, run: u.chooseUpload}
	a.uploadFolder = &action{label: i18n.T("Upload folder…"), icon: theme.FolderOpenIcon(), shortcut: ctrlShift(fyne.KeyU), whyNot: b.WhyNotUpload, run: u.chooseUploadFolder}
	a.download = &action{label: i18n.T("Download…"), icon: theme.DownloadIcon(), shortcut: ctrl(fyne.KeyD), whyNot: b.WhyNotSelected, run: u.chooseDownload}
	a.newFolder = &action{label: i18n.T("New folder…"), icon: theme.FolderNewIcon(), shortcut: ctrlShift(fyne.KeyN), whyNot: b.WhyNotUpload, run: u.askNewFolder}
	a.rename = &action{label: i18n.T("Rename…"), key: "F2", whyNot: b.WhyNotRename, run: u.askRename}
	a.versions = &action{label: i18n.T("Versions…"), icon: theme.HistoryIcon(), whyNot: b.WhyNotOne, run: u.showVersions}
	a.deleted = &action{label: i18n.T("Deleted objects…"), whyNot: b.WhyNotUpload, run: u.showDeleted}
	a.cut = &action{label: i18n.T("Cut"), icon: theme.ContentCutIcon(), key: ctrlText("X"), whyNot: b.WhyNotSelected, run: u.cutObjects}
	a.copy = &action{label: i18n.T("Copy"), icon: theme.ContentCopyIcon(), key: ctrlText("C"), whyNot: b.WhyNotSelected, run: u.copyObjects}
	a.paste = &action{label: i18n.T("Paste"), icon: theme.ContentPasteIcon(), key: ctrlText("V"), whyNot: u.state.WhyNotPaste, run: u.state.Paste}
	a.remove = &action{label: i18n.T("Delete…"), icon: theme.DeleteIcon(), key: "Del", whyNot: b.WhyNotSelected, run: b.Delete}
	a.open = &action{label: i18n.T("Open"), whyNot: b.WhyNotSelected, run: u.openSelected}
	a.properties = &action{label: i18n.T("Properties"), icon: theme.InfoIcon(), shortcut: alt(fyne.KeyReturn), whyNot: b.WhyNotOne, run: func() { u.ShowProperties(b.Selected()[0]) }}
	a.copyLocation = &action{label: i18n.T("Copy location"), shortcut: ctrlShift(fyne.KeyC), whyNot: b.WhyNotSelected, run: u.copyLocations}
	a.addAccount = &action{label: i18n.T("Add account…"), icon: theme.ContentAddIcon(), run: u.addAccount}
	a.editAccount = &action{label: i18n.T("Edit account…"), whyNot: u.state.WhyNotEditAccount, run: u.editAccount}
	a.removeAccount = &action{label: i18n.T("Remove account…"), whyNot: u.state.WhyNotRemoveAccount, run: u.askRemoveAccount}
	a.openBucket = &action{label: i18n.T("Open bucket…"), icon: theme.FolderOpenIcon(), whyNot: b.WhyNotRefresh, run: u.askBucket}
	a.newBucket = &action{label: i18n.T("New bucket…"), whyNot: b.WhyNotRefresh, run: u.askNewBucket}
	a.removeBucket = &action{label: i18n.T("Delete bucket…"), whyNot: b.WhyNotRemoveBucket, run: u.askRemoveBucket}
	a.rules = &action{label: i18n.T("Server-Side-Encryption"), shortcut: ctrlShift(fyne.KeyE), run: u.ShowRules}
	a.about = &action{label: i18n.T("About Bucketseal"), run: u.showAbout}
	a.quit = &action{label: i18n.T("Quit"), shortcut: ctrl(fyne.KeyQ), run: u.OnClose}
}

func (u *UI) makeViewActions() {
	b, a := u.state.Browser, &u.actions
	a.refresh = &action{label: i18n.T("Refresh"), icon: theme.ViewRefreshIcon(), shortcut: ctrl(fyne.KeyR), whyNot: b.WhyNotRefresh, run: b.Refresh}
	a.stop = &action{label: i18n.T("Stop listing"), icon: theme.MediaStopIcon(), whyNot: b.WhyNotStop, run: b.Stop}
	a.back = &action{label: i18n.T("Back"), icon: theme.NavigateBackIcon(), shortcut: alt(fyne.KeyLeft), whyNot: whyNot(b.CanBack, i18n.T("There is no folder to go back to.")), run: b.Back}
	a.forward = &action{label: i18n.T("Forward"), icon: theme.NavigateNextIcon(), shortcut: alt(fyne.KeyRight), whyNot: whyNot(b.CanForward, i18n.T("There is no folder to go forward to.")), run: b.Forward}
	a.up = &action{label: i18n.T("Up"), icon: theme.MoveUpIcon(), shortcut: alt(fyne.KeyUp), whyNot: whyNot(b.CanUp, i18n.T("This is the top.")), run: b.Up}
	a.filter = &action{label: i18n.T("Filter"), icon: theme.SearchIcon(), shortcut: ctrl(fyne.KeyF), whyNot: b.WhyNotUpload, run: func() { u.main.focusFilter() }}
	a.editPath = &action{label: i18n.T("Go to…"), shortcut: ctrl(fyne.KeyL), whyNot: b.WhyNotRefresh, run: func() { u.main.path.Edit() }}
	a.selectAll = &action{label: i18n.T("Select all"), key: ctrlText("A"), run: func() { u.edit(&fyne.ShortcutSelectAll{}) }}
	a.copyText = &action{label: i18n.T("Copy"), icon: theme.ContentCopyIcon(), key: ctrlText("C"), run: func() { u.edit(&fyne.ShortcutCopy{Clipboard: u.app.Clipboard()}) }}
	a.cutText = &action{label: i18n.T("Cut"), icon: theme.ContentCutIcon(), key: ctrlText("X"), run: func() { u.edit(&fyne.ShortcutCut{Clipboard: u.app.Clipboard()}) }}
	a.pasteText = &action{label: i18n.T("Paste"), icon: theme.ContentPasteIcon(), key: ctrlText("V"), run: func() { u.edit(&fyne.ShortcutPaste{Clipboard: u.app.Clipboard()}) }}
	a.showEncryption = &action{
		label: i18n.T("Show encryption"), run: u.toggleEncryption,
		checked: func() bool { return !u.state.Preferences.HideEncryption },
	}
}

func (u *UI) makeTransferActions() {
	t, a := u.state.Transfers, &u.actions
	all := func(label string, icon fyne.Resource, v transfers.Verb) *action {
		return &action{label: label, icon: icon, whyNot: func() string { return t.WhyNot(v, nil) }, run: func() { t.Do(v, nil) }}
	}
	some := func(label string, icon fyne.Resource, v transfers.Verb) *action {
		return &action{label: label, icon: icon, whyNot: func() string {
			rows := u.main.transfers.selected()
			if len(rows) == 0 {
				return i18n.T("Select transfers in the list below first.")
			}
			return t.WhyNot(v, rows)
		}, run: func() { t.Do(v, u.main.transfers.selected()) }}
	}
	a.retryFailed = all(i18n.T("Retry all failed"), theme.ViewRefreshIcon(), transfers.Retry)
	a.pauseAll = all(i18n.T("Pause all"), theme.MediaPauseIcon(), transfers.Pause)
	a.resumeAll = all(i18n.T("Resume all"), theme.MediaPlayIcon(), transfers.Resume)
	a.cancelAll = all(i18n.T("Cancel all"), theme.CancelIcon(), transfers.Cancel)
	a.clear = all(i18n.T("Clear finished"), theme.ContentClearIcon(), transfers.Clear)
	a.dismiss = some(i18n.T("Remove from the list"), theme.ContentRemoveIcon(), transfers.Remove)
	a.retry = some(i18n.T("Retry"), theme.ViewRefreshIcon(), transfers.Retry)
	a.accept = some(i18n.T("Download without this comparison"), theme.DownloadIcon(), transfers.Accept)
	a.pause = some(i18n.T("Pause"), theme.MediaPauseIcon(), transfers.Pause)
	a.resume = some(i18n.T("Resume"), theme.MediaPlayIcon(), transfers.Resume)
	a.cancel = some(i18n.C("transfers", "Cancel"), theme.CancelIcon(), transfers.Cancel)
	a.keep = some(i18n.T("Keep it"), theme.ConfirmIcon(), transfers.Keep)
	a.removeObject = &action{
		label: i18n.T("Delete the object…"), icon: theme.DeleteIcon(),
		whyNot: func() string { return t.WhyNotDelete(u.main.transfers.selected()) },
		run: func() {
			if o, ok := t.Unproven(u.main.transfers.selected()[0]); ok {
				u.askRemoveObject(o)
			}
		},
	}
	a.detail = &action{label: i18n.T("Details"), icon: theme.InfoIcon(), whyNot: func() string {
		if len(u.main.transfers.selected()) != 1 {
			return i18n.T("Select one transfer in the list below first.")
		}
		return ""
	}, run: func() { u.main.transfers.explain(u.main.transfers.selected()[0]) }}
}

// limits are the speeds to choose from, in bytes a second; 0 is none.
var limits = []int64{0, 100 << 20, 50 << 20, 20 << 20, 10 << 20, 5 << 20, 2 << 20, 1 << 20, 512 << 10}

func (u *UI) makeLimitActions() {
	for _, n := range limits {
		label := i18n.T("No limit")
		if n > 0 {
			label = i18n.T("%s/s", explain.Size(n))
		}
		u.actions.limits = append(u.actions.limits, &action{
			label: label, run: func() { u.state.SetLimitRate(n) }, checked: func() bool { return u.state.LimitRate == n },
		})
	}
}

func (u *UI) makeLookActions() {
	a := &u.actions
	language := func(label, code string) *action {
		return &action{label: label, run: func() { u.setLanguage(code) }, checked: func() bool { return u.state.Preferences.Language == code }}
	}
	look := func(label string, l preferences.Appearance) *action {
		return &action{label: label, run: func() { u.setAppearance(l) }, checked: func() bool { return u.state.Preferences.Appearance == l }}
	}
	a.systemLanguage = language(i18n.T("As the system"), "")
	a.english = language(i18n.English.Name(), string(i18n.English))
	a.chinese = language(i18n.TraditionalChinese.Name(), string(i18n.TraditionalChinese))
	a.systemLook = look(i18n.T("As the system"), preferences.AppearanceSystem)
	a.light = look(i18n.T("Light"), preferences.AppearanceLight)
	a.dark = look(i18n.T("Dark"), preferences.AppearanceDark)
}

// whyNot makes a reason of a question.
func whyNot(can func() bool, reason string) func() string {
	return func() string {
		if can() {
			return ""
		}
		return reason
	}
}

// edit hands an editing command to whatever has the keyboard: a menu item must
// not carry these shortcuts, or it would steal them from text fields.
func (u *UI) edit(s fyne.Shortcut) {
	if focused, ok := u.window.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(s)
		return
	}
	u.main.objects.shortcut(s)
}
