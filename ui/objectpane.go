package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// The columns of the object table.
const (
	columnName       = "name"
	columnSize       = "size"
	columnModified   = "modified"
	columnClass      = "class"
	columnEncryption = "encryption"
)

// objectPane is the table of the folder shown and the line below it.
type objectPane struct {
	ui        *UI
	content   fyne.CanvasObject
	table     *widgets.RowTable
	alarm     *fyne.Container // about what is here and is not encrypted as asked
	alarmed   *widgets.Note
	alarmSign *widget.Icon
	foot      *widget.Label
	stop      *widgets.ToolButton
	file      fyne.Resource
	folder    fyne.Resource
}

func newObjectPane(u *UI) *objectPane {
	p := &objectPane{ui: u, file: theme.FileIcon(), folder: theme.FolderIcon(), foot: widget.NewLabel("")}
	p.table = widgets.NewRowTable(objectColumns(u.state.Preferences), p)
	p.table.Label = i18n.T("Objects")
	p.table.Selection = u.state.Browser.Selection()
	p.table.OnActivate = func(row int) { u.activate(row) }
	p.table.OnSelect = u.selectionChanged
	p.table.OnMenu = p.menu
	p.table.OnSort = p.sort
	p.table.OnHeaderMenu = p.headerMenu
	p.table.OnKey = u.tableKey
	p.table.OnShortcut = p.shortcut
	p.table.OnSearch = u.state.Browser.Search
	p.foot.Truncation = fyne.TextTruncateEllipsis
	p.stop = widgets.NewFlatButton(i18n.T("Stop"), theme.MediaStopIcon(), i18n.T("Stop listing"), u.state.Browser.Stop)
	p.content = container.NewBorder(p.newAlarm(), container.NewBorder(nil, nil, nil, p.stop, p.foot), nil, nil, p.table)
	return p
}

// newAlarm is the bar above the list that is there until the user has
// decided about every object here that is not encrypted as asked.
func (p *objectPane) newAlarm() fyne.CanvasObject {
	p.alarmed, p.alarmSign = widgets.NewNote("", widgets.RoleBad), widget.NewIcon(nil)
	show := widgets.NewToolButton(i18n.T("Show"), nil, i18n.T("Select them and their transfers"), p.ui.showUnproven)
	remove := widgets.NewToolButton(i18n.T("Delete…"), theme.DeleteIcon(), "", p.ui.askRemoveUnproven)
	p.alarm = container.NewBorder(nil, widget.NewSeparator(), p.alarmSign, container.NewHBox(show, remove), p.alarmed)
	p.alarm.Hide()
	return p.alarm
}

func (p *objectPane) refreshAlarm() {
	text, r := transfers.WarningAbout(p.ui.state.UnprovenHere())
	if visible := text != ""; visible != p.alarm.Visible() {
		setVisible(p.alarm, visible)
		p.content.Refresh() // the list gives its room
	}
	p.alarmed.Set(text, role(r))
	p.alarmSign.SetResource(role(r).Icon())
}

// showUnproven selects what waits for a decision, in both lists.
func (u *UI) showUnproven() {
	u.state.ShowUnproven()
	u.main.objects.table.ScrollTo(u.state.Browser.Selection().Cursor())
	u.main.transfers.table.ScrollTo(u.state.Transfers.Selection.Cursor())
	u.main.transfers.table.Refresh()
	u.selectionChanged()
}

// askRemoveUnproven asks before all of them are deleted.
func (u *UI) askRemoveUnproven() {
	if u.window.Canvas().Overlays().Top() != nil {
		return
	}
	u.askRemoveObjects(u.state.UnprovenHere())
}

// objectColumns are the columns as the user left them.
func objectColumns(p preferences.Window) []widgets.Column {
	all := []widgets.Column{
		{ID: columnName, Title: i18n.T("Name"), Width: 160, Min: 140, Stretch: true, Sorts: true},
		{ID: columnSize, Title: i18n.T("Size"), Width: 90, Min: 72, Align: fyne.TextAlignTrailing, Sorts: true, Yields: 3},
		{ID: columnModified, Title: i18n.T("Modified"), Width: 140, Min: 124, Sorts: true, Yields: 2},
		{ID: columnClass, Title: i18n.T("Storage class"), Width: 110, Min: 104, Sorts: true, Yields: 1},
		{ID: columnEncryption, Title: i18n.T("Encryption"), Width: 190, Min: 170, Hidden: p.HideEncryption},
	}
	for i := range all {
		for _, c := range p.Columns {
			if c.ID != all[i].ID {
				continue
			}
			if c.Width > 0 && c.Width < widestScreen {
				all[i].Width = c.Width
			}
			if c.ID != columnEncryption && c.ID != columnName {
				all[i].Hidden = c.Hidden
			}
		}
	}
	return all
}

// Rows is the number of rows.
func (p *objectPane) Rows() int { return p.ui.state.Browser.Rows() }

// Cell is one cell of the object table.
func (p *objectPane) Cell(row, col int) widgets.Cell {
	r := p.ui.state.Browser.Row(row)
	switch col {
	case 0:
		if r.IsFolder {
			return widgets.Cell{Text: r.Name, Icon: p.folder, Middle: true}
		}
		return widgets.Cell{Text: r.Name, Icon: p.file, Middle: true}
	case 1:
		return widgets.Cell{Text: r.Size}
	case 2:
		return widgets.Cell{Text: r.Modified}
	case 3:
		return widgets.Cell{Text: r.Class, Role: widgets.RoleMuted}
	}
	return widgets.Cell{Text: r.Encryption, Role: role(r.EncryptionRole), Key: true}
}

func (p *objectPane) refresh() {
	b := p.ui.state.Browser
	p.placeholder()
	p.refreshAlarm()
	by, down := b.Order()
	p.table.SetSort(map[browser.SortBy]int{browser.SortByName: 0, browser.SortBySize: 1, browser.SortByModified: 2, browser.SortByClass: 3}[by], !down)
	p.table.Refresh()
	p.refreshFoot()
	b.Visible(p.table.VisibleRows())
}

// placeholder says why there are no rows, with the button that helps most.
func (p *objectPane) placeholder() {
	u, b := p.ui, p.ui.state.Browser
	m := b.Empty()
	hint := strings.Join(m.Hints, "\n")
	if m.Body != "" {
		hint = m.Body + "\n" + hint
	}
	var help *action
	switch {
	case u.state.Session() == nil && len(u.state.Accounts.All()) == 0:
		help = u.actions.addAccount
	case u.state.Session() == nil || b.At().Bucket == "":
	case b.Problem() != nil:
		help = u.actions.refresh
	case b.Filter() != "" && b.Total() > 0:
		p.table.SetPlaceholder(theme.SearchIcon(), m.Title, hint, i18n.T("Clear filter"), func() { b.SetFilter("") })
		return
	case !b.Listing():
		help = u.actions.upload
	}
	if help == nil {
		p.table.SetPlaceholder(nil, m.Title, hint, "", nil)
		return
	}
	p.table.SetPlaceholder(help.icon, m.Title, hint, help.label, func() { u.perform(help) })
}

func (p *objectPane) refreshFoot() {
	b := p.ui.state.Browser
	p.foot.SetText(b.Progress())
	if b.Listing() {
		p.stop.Show()
	} else {
		p.stop.Hide()
	}
}

func (p *objectPane) sort(col int) {
	if by := []browser.SortBy{browser.SortByName, browser.SortBySize, browser.SortByModified, browser.SortByClass}; col < len(by) {
		p.ui.state.Browser.Sort(by[col])
	}
}

func (p *objectPane) menu(row int, at fyne.Position) {
	p.ui.selectionChanged()
	a := &p.ui.actions
	if row < 0 {
		p.ui.popUp(at, a.upload, a.uploadFolder, a.newFolder, nil, a.paste, nil, a.deleted, nil, a.refresh, a.showEncryption)
		return
	}
	p.ui.popUp(at, a.open, a.download, nil, a.cut, a.copy, a.paste, nil, a.rename, a.remove, nil, a.copyLocation, a.versions, a.properties)
}

// headerMenu chooses the columns.
func (p *objectPane) headerMenu(_ int, at fyne.Position) {
	var all []*action
	for _, c := range p.table.Columns()[1:] {
		all = append(all, &action{label: c.Title, checked: func() bool { return !c.Hidden }, run: func() {
			if c.ID == columnEncryption {
				p.ui.toggleEncryption()
				return
			}
			p.showColumn(c.ID, c.Hidden)
		}})
	}
	p.ui.popUp(at, all...)
}

func (p *objectPane) showColumn(id string, show bool) {
	columns := p.table.Columns()
	for i := range columns {
		if columns[i].ID == id {
			columns[i].Hidden = !show
		}
	}
	p.table.SetColumns(columns)
}

// shortcut takes Ctrl+C, Ctrl+X and Ctrl+V.
func (p *objectPane) shortcut(s fyne.Shortcut) bool {
	a := &p.ui.actions
	switch s.(type) {
	case *fyne.ShortcutCopy:
		p.ui.perform(a.copy)
	case *fyne.ShortcutCut:
		p.ui.perform(a.cut)
	case *fyne.ShortcutPaste:
		p.ui.perform(a.paste)
	default:
		return false
	}
	return true
}

// tableKey does what keys without Ctrl or Alt mean in the object table: the
// toolkit never makes shortcuts of them.
func (u *UI) tableKey(key fyne.KeyName, mods fyne.KeyModifier) {
	switch key {
	case fyne.KeyF5:
		u.perform(u.actions.refresh)
	case fyne.KeyDelete:
		u.perform(u.actions.remove)
	case fyne.KeyBackspace:
		u.perform(u.actions.up)
	case fyne.KeyF7:
		u.perform(u.actions.newFolder)
	case fyne.KeyF2:
		u.perform(u.actions.rename)
	case fyne.KeyEscape:
		u.state.Browser.Selection().Clear()
		u.main.objects.table.Refresh()
		u.selectionChanged()
	}
	_ = mods
}

// key is what a key means that no widget of the main window took.
func (u *UI) key(key fyne.KeyName) {
	switch key {
	case fyne.KeyF5, fyne.KeyF2, fyne.KeyF7:
		u.tableKey(key, 0)
	}
}

// activate opens a folder, and downloads an object.
func (u *UI) activate(row int) {
	if !u.state.Browser.OpenRow(row) && row < u.state.Browser.Rows() {
		u.perform(u.actions.download)
	}
}

func (u *UI) openSelected() {
	if row := u.state.Browser.Selection().Cursor(); row >= 0 {
		u.activate(row)
	}
}

// copyObjects notes what is selected, and has its locations for other programs.
func (u *UI) copyObjects() {
	u.state.Copy()
	n := u.putLocations()
	u.flash(i18n.N(n, "%d copied: paste it into a folder, of another account too.", "%d copied: paste them into a folder, of another account too.", n))
}

// cutObjects is copyObjects of what is moved once it is pasted.
func (u *UI) cutObjects() {
	u.state.Cut()
	n := u.putLocations()
	u.flash(i18n.N(n, "%d cut: it is moved once it is pasted into a folder.", "%d cut: they are moved once they are pasted into a folder.", n))
}

// putLocations has the system's clipboard hold the locations of what is selected.
func (u *UI) putLocations() int {
	var lines []string
	for _, o := range u.state.Browser.Selected() {
		lines = append(lines, o.At.String())
	}
	u.app.Clipboard().SetContent(strings.Join(lines, "\n"))
	return len(lines)
}

func (u *UI) copyLocations() {
	n := u.putLocations()
	u.flash(i18n.N(n, "%d location copied.", "%d locations copied.", n))
}
