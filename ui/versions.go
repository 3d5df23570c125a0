package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/versions"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// versionsDialog shows a versions.Versions.
type versionsDialog struct {
	ui      *UI
	model   *versions.Versions
	dialog  *widgets.Dialog
	table   *widgets.RowTable
	note    *widgets.Note
	actions []versionsAction
}

// versionsAction is a button of the dialog, by its number, and why it cannot be used.
type versionsAction struct {
	widgets.Action
	whyNot func(rows []int) string
}

// The columns of the list of versions.
const (
	versionName     = "name"
	versionModified = "modified"
	versionSize     = "size"
	versionWhat     = "what"
	versionID       = "id"
)

func (u *UI) showVersions() {
	u.openVersions(u.state.Browser.Selected()[0].At, i18n.T("Versions of %s", widgets.Printable(u.state.Browser.Selected()[0].At.Base())))
}

func (u *UI) showDeleted() {
	at := u.state.Browser.At()
	u.openVersions(at, i18n.T("Deleted in %s", widgets.Printable(at.String())))
}

func (u *UI) openVersions(at client.Location, title string) {
	d := &versionsDialog{ui: u, model: u.state.Versions(at), note: widgets.NewNote("", widgets.RoleMuted)}
	d.table = widgets.NewRowTable(d.columns(), d)
	d.table.Label = title
	d.table.OnSelect = d.enable
	d.makeActions()
	var actions []widgets.Action
	for _, a := range d.actions {
		a.Left = true
		actions = append(actions, a.Action)
	}
	d.dialog = widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: title, Content: container.NewBorder(nil, d.note, nil, nil, d.table), Fixed: true, Size: fyne.NewSize(720, 420), OnClosed: d.model.Close,
		Actions: append(actions, widgets.Action{Label: i18n.T("Close"), Cancel: true, Default: true}),
	})
	d.model.OnChange = d.refresh
	d.refresh()
}

func (d *versionsDialog) columns() []widgets.Column {
	when := i18n.T("Modified")
	if d.model.Deleted {
		when = i18n.T("Deleted")
	}
	all := []widgets.Column{
		{ID: versionModified, Title: when, Width: 140, Min: 124},
		{ID: versionSize, Title: i18n.T("Size"), Width: 84, Min: 72, Align: fyne.TextAlignTrailing, Hidden: d.model.Deleted},
		{ID: versionWhat, Title: i18n.T("Version"), Width: 120, Min: 110, Hidden: d.model.Deleted},
		{ID: versionID, Title: i18n.T("Version ID"), Width: 200, Min: 120, Stretch: !d.model.Deleted},
	}
	return append([]widgets.Column{{ID: versionName, Title: i18n.T("Name"), Width: 260, Min: 140, Stretch: true, Hidden: !d.model.Deleted}}, all...)
}

func (d *versionsDialog) makeActions() {
	m := d.model
	keep := func(do func([]int)) func() bool {
		return func() bool {
			do(d.selected())
			return true
		}
	}
	undelete := versionsAction{widgets.Action{Label: i18n.T("Undelete"), Icon: theme.ContentUndoIcon(), Do: keep(m.Undelete)}, m.WhyNotUndelete}
	if m.Deleted {
		d.actions = []versionsAction{undelete}
		return
	}
	d.actions = []versionsAction{
		{widgets.Action{Label: i18n.T("Download…"), Icon: theme.DownloadIcon(), Do: d.download}, m.WhyNotDownload},
		{widgets.Action{Label: i18n.T("Restore"), Icon: theme.HistoryIcon(), Do: func() bool {
			m.Restore(d.selected()) // it is a row of the transfers, which the dialog would hide
			return false
		}}, m.WhyNotRestore},
		undelete,
		{widgets.Action{Label: i18n.T("Delete…"), Icon: theme.DeleteIcon(), Do: keep(d.askDelete)}, m.WhyNotDelete},
	}
}

// download asks for a folder; the download is a row of the transfers.
func (d *versionsDialog) download() bool {
	rows := d.selected()
	d.ui.openFolder(d.ui.window, i18n.T("Download into a folder"), func(path string) {
		d.model.Download(rows, path)
		d.dialog.Close()
	})
	return true
}

func (d *versionsDialog) askDelete(rows []int) {
	title, body := d.model.Question(rows)
	widgets.ShowConfirm(d.ui.window, widgets.Confirm{
		Title: title, Body: body, Yes: i18n.T("Delete"), No: i18n.T("Cancel"), Danger: true, OnYes: func() { d.model.Delete(rows) },
	})
}

func (d *versionsDialog) selected() (rows []int) {
	for row := range d.table.Selection.All() {
		if row < d.model.Rows() {
			rows = append(rows, row)
		}
	}
	return rows
}

// Rows is the number of rows.
func (d *versionsDialog) Rows() int { return d.model.Rows() }

// Cell is one cell of the table.
func (d *versionsDialog) Cell(row, col int) widgets.Cell {
	r := d.model.Row(row)
	switch col {
	case 0:
		return widgets.Cell{Text: r.Name}
	case 1:
		return widgets.Cell{Text: r.Modified}
	case 2:
		return widgets.Cell{Text: r.Size}
	case 3:
		return widgets.Cell{Text: r.What, Role: role(r.Role)}
	}
	return widgets.Cell{Text: r.ID, Role: widgets.RoleMuted}
}

func (d *versionsDialog) refresh() {
	text, r := d.model.Note()
	d.note.Set(text, role(r))
	if m, retry := d.model.Empty(); retry {
		d.table.SetPlaceholder(nil, m.Title, strings.Join(append([]string{m.Body}, m.Hints...), "\n"), i18n.T("Try again"), d.model.Load)
	} else {
		d.table.SetPlaceholder(nil, m.Title, strings.Join(m.Hints, "\n"), "", nil)
	}
	if d.table.Selection.Cursor() >= d.model.Rows() {
		d.table.Selection.Clear()
	}
	d.table.Refresh()
	d.enable()
}

// enable says of each button why it cannot be used.
func (d *versionsDialog) enable() {
	rows := d.selected()
	for i, a := range d.actions {
		d.dialog.Enable(i, a.whyNot(rows))
	}
}
