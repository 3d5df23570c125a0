package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// accountDialog shows a state.AccountEditor.
type accountDialog struct {
	ui         *UI
	model      *state.AccountEditor
	dialog     *widgets.Dialog
	preset     *widgets.Select
	addressing *widgets.Select
	entries    map[state.AccountField]*widgets.Entry
	fields     map[state.AccountField]*widgets.Field
	result     *widgets.Note
	more       *widgets.Fold
	scroll     *container.Scroll
	shown      state.AccountField // the field a test pointed at, once it was shown
}

// The indexes of the dialog's buttons.
const (
	accountTest = 0
	accountCopy = 1
	accountSave = 3
)

func (u *UI) addAccount() { u.showAccount(u.state.NewAccount()) }

func (u *UI) editAccount() {
	if e, ok := u.state.EditAccount(u.state.Current()); ok {
		u.showAccount(e)
	}
}

func (u *UI) showAccount(e *state.AccountEditor) {
	d := &accountDialog{ui: u, model: e, entries: map[state.AccountField]*widgets.Entry{}, fields: map[state.AccountField]*widgets.Field{}}
	content := d.form()
	title, secret := i18n.T("Edit account"), i18n.T("Leave empty to keep the one stored.")
	if e.IsNew() {
		title, secret = i18n.T("Add account"), ""
	}
	d.fields[state.FieldSecret].SetHint(secret)
	d.dialog = widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: title, Content: content, Fixed: true, Scroll: d.scroll, Size: fyne.NewSize(560, 600), Focus: d.entries[state.FieldName],
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
	for _, p := range state.Presets() {
		presets = append(presets, p.Label())
	}
	d.preset = widgets.NewSelect(presets, func(string) { e.SetPreset(state.Presets()[d.preset.SelectedIndex()]) })
	d.addressing = widgets.NewSelect([]string{i18n.T("Automatic"), i18n.T("Path (server/bucket)"), i18n.T("Virtual host (bucket.server)")}, func(string) {
		e.SetAddressing(addressings[d.addressing.SelectedIndex()])
	})
	d.result = widgets.NewNote("", widgets.RoleMuted)
	d.more = widgets.NewFold(i18n.T("More"), widgets.NewColumn(theme.Padding(),
		d.field(state.FieldRegion, i18n.T("Region"), i18n.T("Most compatible services take any.")),
		widgets.NewField(i18n.T("How buckets are addressed"), d.addressing, ""),
		d.field(state.FieldCAFile, i18n.T("CA file"), i18n.T("A PEM file of the certificate authority, for services with a certificate of their own.")),
		d.field(state.FieldKMSEndpoint, i18n.T("KMS endpoint"), i18n.T("The address of a key service beside the storage; leave empty if you do not know it.")),
		d.field(state.FieldToken, i18n.T("Session token"), i18n.T("Only for temporary credentials."))))
	form := widgets.NewColumn(theme.Padding(),
		d.field(state.FieldName, i18n.T("Name"), i18n.T("What you call it here.")),
		widgets.NewField(i18n.T("Service"), d.preset, ""),
		d.field(state.FieldEndpoint, i18n.T("Endpoint"), i18n.T("The address of the service, beginning with https://. Empty is AWS itself.")),
		d.field(state.FieldAccessKey, i18n.T("Access key id"), ""),
		d.field(state.FieldSecret, i18n.T("Secret access key"), ""),
		d.more)
	d.scroll = container.NewVScroll(container.NewPadded(form))
	// What a test found stays in sight, wherever the form is scrolled to.
	return container.NewBorder(nil, widgets.NewColumn(0, d.result), nil, nil, d.scroll)
}

// folded are the fields under More.
var folded = []state.AccountField{state.FieldRegion, state.FieldCAFile, state.FieldKMSEndpoint, state.FieldToken}

var addressings = []client.Addressing{client.AddressingAuto, client.AddressingPath, client.AddressingVirtual}

func (d *accountDialog) field(f state.AccountField, label, hint string) *widgets.Field {
	entry := widgets.NewEntry()
	if f == state.FieldSecret || f == state.FieldToken {
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
	if w := e.Warning(); w != "" && problems[state.FieldEndpoint] == "" {
		d.fields[state.FieldEndpoint].SetWarning(w)
	}
	for i, p := range state.Presets() {
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
	case !done:
		d.result.Set(i18n.T("Secrets are kept in: %s", d.ui.state.SecretsKeptIn()), widgets.RoleMuted)
	case ok:
		d.result.Set(m.Title, widgets.RoleGood)
	default:
		m.Details = "" // codes and the server's own words are for the clipboard
		d.result.Set(m.Text(), widgets.RoleBad)
	}
}
