package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// item is an action in a menu.
func (u *UI) item(a *action) *fyne.MenuItem {
	m := fyne.NewMenuItem(a.label, func() { u.perform(a) })
	m.Icon, m.Shortcut = a.icon, a.shortcut
	if a.shortcut == nil && a.key != "" && !nativeBar {
		m.Shortcut = onlyWritten(a.key)
	}
	m.Disabled = a.why() != ""
	if a.checked != nil {
		m.Checked = a.checked()
	}
	return m
}

func (u *UI) items(all ...*action) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, a := range all {
		if a == nil {
			items = append(items, fyne.NewMenuItemSeparator())
			continue
		}
		items = append(items, u.item(a))
	}
	return items
}

// submenu is an item that opens more.
func (u *UI) submenu(label string, all ...*action) *fyne.MenuItem {
	m := fyne.NewMenuItem(label, nil)
	m.ChildMenu = fyne.NewMenu("", u.items(all...)...)
	return m
}

// mainMenu is the menu bar as things are. Alt+Return and the like work from
// here too, since a menu's shortcuts come first.
func (u *UI) mainMenu() *fyne.MainMenu {
	a := &u.actions
	quit := u.item(a.quit)
	quit.IsQuit = true
	view := u.items(a.refresh, a.stop, nil, a.back, a.forward, a.up, a.editPath, a.filter, nil, a.showEncryption, nil)
	view = append(view,
		u.submenu(i18n.T("Language"), a.systemLanguage, a.english, a.chinese),
		u.submenu(i18n.T("Appearance"), a.systemLook, a.light, a.dark))
	return fyne.NewMainMenu(
		barMenu(i18n.T("File"), append(u.items(a.addAccount, a.editAccount, a.removeAccount, nil, a.upload, a.uploadFolder, a.download, nil), quit)),
		barMenu(i18n.T("Edit"), u.items(a.cutText, a.copyText, a.pasteText, nil, a.selectAll)),
		barMenu(i18n.T("View"), view),
		barMenu(i18n.T("Bucket"), u.items(a.openBucket, a.newBucket, a.removeBucket)),
		barMenu(i18n.T("Object"), u.items(a.open, a.download, a.newFolder, nil, a.rename, a.copyLocation, a.remove, nil, a.versions, a.deleted, a.properties)),
		barMenu(i18n.T("Transfers"), append([]*fyne.MenuItem{u.submenu(i18n.T("Speed limit"), a.limits...), fyne.NewMenuItemSeparator()}, // long: it opens from the top
			u.items(a.detail, a.retry, a.pause, a.resume, a.cancel, nil,
				a.removeObject, a.keep, a.dismiss, nil, a.retryFailed, a.pauseAll, a.resumeAll, a.cancelAll, nil, a.clear)...)),
		barMenu(i18n.T("Tools"), u.items(a.rules)),
		barMenu(i18n.T("Help"), u.items(a.about)),
	)
}

// barMenu is a menu of the menu bar.
func barMenu(title string, items []*fyne.MenuItem) *fyne.Menu {
	if !nativeBar {
		items = written(items)
	}
	return fyne.NewMenu(title, items...)
}

// refreshMenu brings ticks and disabled items up to date. The toolkit draws a
// menu anew, and closes it when it is open, so nothing is touched unless
// something changed.
func (u *UI) refreshMenu() {
	have := u.window.MainMenu()
	if have != nil && takeOver(have.Items, u.mainMenu().Items) {
		have.Refresh()
	}
}

// takeOver copies ticks and disabled states from b, of the same shape, to a.
func takeOver(a, b []*fyne.Menu) (changed bool) {
	for i, menu := range b {
		for j, y := range menu.Items {
			x := a[i].Items[j] //nolint:gosec // both are mainMenu's work: of one shape
			if x.Disabled != y.Disabled || x.Checked != y.Checked {
				x.Disabled, x.Checked = y.Disabled, y.Checked
				changed = true
			}
			if x.ChildMenu != nil && takeOver([]*fyne.Menu{x.ChildMenu}, []*fyne.Menu{y.ChildMenu}) {
				changed = true
			}
		}
	}
	return changed
}

// popUp shows a context menu.
func (u *UI) popUp(at fyne.Position, all ...*action) {
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", written(u.items(all...))...), u.window.Canvas(), at)
}
