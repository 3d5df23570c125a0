package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// accountDialog shows a accounts.Editor.
type accountDialog struct {
	ui         *UI
	model      *accounts.Editor
	dialog     *widgets.Dialog
	preset     *widgets.Select
	addressing *widgets.Select
	entries    map[accounts.Field]*widgets.Entry
	fields     map[accounts.Field]*widgets.Field
	result     *widgets.Note
	more       *widgets.Fold
	scroll     *container.Scroll
	shown      accounts.Field // the field a test pointed at, once it was shown
}

// The indexes of the dialog's buttons.
const (
	accountTest = 0
	accountCopy = 1
	accountSave = 3
)

func (u *UI) addAccount() { u.showAccount(u.state.Accounts.Add()) }

func (u *UI) editAccount() {
	if e, ok := u.state.Accounts.Edit(u.state.Current()); ok {
		u.showAccount(e)
	}
}

func (u *UI) showAccount(e *accounts.Editor) {
	d := &accountDialog{ui: u, model: e, entries: map[accounts.Field]*widgets.Entry{}, fields: map[accounts.Field]*widgets.Field{}}
	content := d.form()
	title, secret := i18n.T("Edit account"), i18n.T("Leave empty to keep the one stored.")
	if e.IsNew() {
		title, secret = i18n.T("Add account"), ""
	}
	d.fields[accounts.FieldSecret].SetHint(secret)
	d.dialog = widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: title, Content: content, Fixed: true, Scroll: d.scroll, Size: fyne.NewSize(560, 600), Focus: d.entries[accounts.FieldName],
		Actions: []widgets.Action{
			{Label: i18n.T("Test"), Icon: theme.SearchIcon(), Left: true, Do: func() bool { e.Test(); return true }},
			{Label: i18n.T("Copy"), Icon: theme.ContentCopyIcon(), Left: true, Do: func() bool {
				m, _, _ := e.Tested()
				u.app.Clipboard().SetContent(m.Text())
				return true
			}},
			{Label: i18n.T("Cancel"), Cancel: true},
			{Label: i18n.T("Save"), Default: true, Importance: widget.HighImportance, Do: func() bool { e.Save(); return true }},
		},
	})
	u.account = d
	e.OnChange = d.refresh
	e.OnSaved = d.dialog.Close
	d.refresh()
}

func (d *accountDialog) form() fyne.CanvasObject {
	e := d.model
	var presets []string
	for _, p := range accounts.Presets() {
		presets = append(presets, p.Label())
	}
	d.preset = widgets.NewSelect(presets, func(string) { e.SetPreset(accounts.Presets()[d.preset.SelectedIndex()]) })
	d.addressing = widgets.NewSelect([]string{i18n.T("Automatic"), i18n.T("Path (server/bucket)"), i18n.T("Virtual host (bucket.server)")}, func(string) {
		e.SetAddressing(addressings[d.addressing.SelectedIndex()])
	})
	d.result = widgets.NewNote("", widgets.RoleMuted)
	token := d.field(accounts.FieldToken, i18n.T("Session token"), i18n.T("Only for temporary credentials."))
	access, secret := d.field(accounts.FieldAccessKey, i18n.T("Access key id"), ""), d.field(accounts.FieldSecret, i18n.T("Secret access key"), "")
	for _, f := range []*widgets.Field{token, access, secret} {
		setVisible(f, e.SignsIn() == "")
	}
	d.more = widgets.NewFold(i18n.T("More"), widgets.NewColumn(theme.Padding(),
		d.field(accounts.FieldRegion, i18n.T("Region"), i18n.T("Most compatible services take any.")),
		widgets.NewField(i18n.T("How buckets are addressed"), d.addressing, ""),
		d.field(accounts.FieldCAFile, i18n.T("CA file"), i18n.T("A PEM file of the certificate authority, for services with a certificate of their own.")),
		d.field(accounts.FieldKMSEndpoint, i18n.T("KMS endpoint"), i18n.T("The address of a key service beside the storage; leave empty if you do not know it.")),
		token))
	form := widgets.NewColumn(theme.Padding(),
		d.field(accounts.FieldName, i18n.T("Name"), i18n.T("What you call it here.")),
		widgets.NewField(i18n.T("Service"), d.preset, ""),
		d.field(accounts.FieldEndpoint, i18n.T("Endpoint"), i18n.T("The address of the service, beginning with https://. Empty is AWS itself.")),
		access, secret, d.more)
	d.scroll = container.NewVScroll(container.NewPadded(form))
	// What a test found stays in sight, wherever the form is scrolled to.
	return container.NewBorder(nil, widgets.NewColumn(0, d.result), nil, nil, d.scroll)
}

// folded are the fields under More.
var folded = []accounts.Field{accounts.FieldRegion, accounts.FieldCAFile, accounts.FieldKMSEndpoint, accounts.FieldToken}

var addressings = []client.Addressing{client.AddressingAuto, client.AddressingPath, client.AddressingVirtual}

func (d *accountDialog) field(f accounts.Field, label, hint string) *widgets.Field {
	entry := widgets.NewEntry()
	if f == accounts.FieldSecret || f == accounts.FieldToken {
		entry = widgets.NewPasswordEntry()
	}
	entry.Text = d.model.Get(f)
	entry.OnChanged = func(text string) { d.model.Set(f, text) }
	d.entries[f] = entry
	d.fields[f] = widgets.NewField(label, entry, hint)
	return d.fields[f]
}

func (d *accountDialog) refresh() {
	e := d.model
	problems := e.Problems(false)
	for f, field := range d.fields {
		if text := e.Get(f); d.entries[f].Text != text {
			d.entries[f].SetText(text)
		}
		field.SetError(problems[f])
		if problems[f] != "" && slices.Contains(folded, f) {
			d.more.Open() // an error is not hidden
		}
	}
	if w := e.Warning(); w != "" && problems[accounts.FieldEndpoint] == "" {
		d.fields[accounts.FieldEndpoint].SetWarning(w)
	}
	for i, p := range accounts.Presets() {
		if p == e.Preset() && d.preset.SelectedIndex() != i {
			d.preset.Selected = d.preset.Options[i]
			d.preset.Refresh()
		}
	}
	for i, a := range addressings {
		if a == e.Addressing() && d.addressing.SelectedIndex() != i {
			d.addressing.Selected = d.addressing.Options[i]
			d.addressing.Refresh()
		}
	}
	d.showResult()
	nothing := i18n.T("There is nothing to copy: Test asks the server first.")
	if _, _, done := e.Tested(); done {
		nothing = ""
	}
	d.dialog.Enable(accountCopy, nothing)
	busy := ""
	if e.Testing() {
		busy = i18n.T("One moment, please.")
	}
	d.dialog.Enable(accountTest, busy)
	d.dialog.Enable(accountSave, busy)
	d.dialog.Relayout()
	d.point()
}

// point brings the field into sight that a failed test points at, once.
func (d *accountDialog) point() {
	wants := d.model.Wants()
	if wants == d.shown {
		return
	}
	d.shown = wants
	if wants == "" {
		return
	}
	if slices.Contains(folded, wants) {
		d.more.Open()
		d.scroll.Content.Refresh()
		d.scroll.Refresh() // what was folded takes its room before it is scrolled to
		d.scroll.ScrollToBottom()
	} else {
		d.scroll.ScrollToTop()
	}
	d.ui.window.Canvas().Focus(d.entries[wants])
}

func (d *accountDialog) showResult() {
	m, ok, done := d.model.Tested()
	switch {
	case d.model.Testing():
		d.result.Set(i18n.T("Asking the server…"), widgets.RoleMuted)
	case !done && d.model.SignsIn() != "":
		d.result.Set(d.model.SignsIn(), widgets.RoleMuted)
	case !done:
		d.result.Set(i18n.T("Secrets are kept in: %s", d.ui.state.SecretsKeptIn()), widgets.RoleMuted)
	case ok:
		d.result.Set(m.Title, widgets.RoleGood)
	default:
		m.Details = "" // codes and the server's own words are for the clipboard
		d.result.Set(m.Text(), widgets.RoleBad)
	}
}
