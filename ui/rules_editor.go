package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// ruleDialog shows a rulelist.Editor inside the window of the rules. Its
// fields are named as in the manuals people hold.
type ruleDialog struct {
	of     *rulesWindow
	model  *rulelist.Editor
	dialog *widgets.Dialog
	fields map[rules.Field]*widgets.Field

	bucket      *widgets.Combo
	file        *widgets.Entry
	account     *widgets.Select
	kind        *widgets.Select
	keyType     *widgets.Select
	keyTypeRow  *widgets.Field
	typedKey    *widgets.Entry
	listedKey   *widgets.Select
	customerKey *widgets.Entry
	bucketKey   *widgets.Check
	context     *widgets.Entry
	enabled     *widgets.Check
	advanced    *widgets.Fold
	headline    *widgets.Note
	sign        *widget.Icon
	buckets     *fyne.Container
}

const ruleSave = 1 // the index of the button that saves

func (w *rulesWindow) showEditor(e *rulelist.Editor) {
	d := &ruleDialog{of: w, model: e, fields: map[rules.Field]*widgets.Field{}}
	title := i18n.T("Edit rule")
	if e.IsNew() {
		title = i18n.T("Add rule")
	}
	d.dialog = widgets.ShowDialog(w.window, widgets.DialogParams{
		Title: title, Content: d.form(), Size: fyne.NewSize(760, 540), Focus: d.bucket,
		OnClosed: func() {
			e.Close()
			w.editor = nil
			w.list.table.RequestFocus()
		},
		Actions: []widgets.Action{
			{Label: i18n.T("Cancel"), Cancel: true},
			{Label: i18n.T("Save changes"), Default: true, Importance: widget.HighImportance, Do: func() bool { e.Save(); return true }},
		},
	})
	w.editor = d
	e.OnChange = d.refresh
	e.OnSaved = d.dialog.Close
	d.refresh()
}

func (d *ruleDialog) form() fyne.CanvasObject {
	e := d.model
	d.bucket = widgets.NewCombo(e.Buckets())
	d.bucket.Text, d.bucket.OnChanged = e.Bucket(), e.SetBucket
	d.bucket.CursorColumn = len([]rune(e.Bucket()))
	d.file = entryOf(widgets.NewEntry(), e.File(), e.SetFile)
	d.account = d.accounts()
	d.kind = d.kinds()
	d.keyType = d.keyTypes()
	d.keyTypeRow = widgets.NewField(i18n.T("KMS key type"), d.keyType, "")
	d.typedKey = entryOf(widgets.NewEntry(), e.TypedKey(), e.SetTypedKey)
	d.listedKey = widgets.NewSelect(nil, func(string) { e.ChooseKey(d.listedKey.SelectedIndex()) })
	d.customerKey = entryOf(widgets.NewPasswordEntry(), e.CustomerKey(), e.SetCustomerKey)
	d.bucketKey = widgets.NewCheck(i18n.T("Bucket Key"), e.SetBucketKey)
	d.bucketKey.Checked = e.BucketKey()
	d.context = entryOf(widgets.NewMultiLineEntry(), e.Context(), e.SetContext)
	d.context.SetMinRowsVisible(2)
	d.enabled = widgets.NewCheck(i18n.T("Enabled"), e.SetEnabled)
	d.enabled.Checked = e.Enabled()
	d.advanced = widgets.NewFold(i18n.T("Advanced"), widgets.NewColumn(theme.Padding(), d.bucketKey,
		d.field(rules.FieldContext, i18n.T("Encryption context"), d.context, i18n.T("NAME=VALUE, one on each line. It is kept and logged readable: put no secrets here."))))
	if e.BucketKey() || e.Context() != "" {
		d.advanced.Open()
	}
	d.headline, d.sign, d.buckets = widgets.NewNote("", widgets.RoleNormal), widget.NewIcon(nil), widgets.NewColumn(0)
	generate := widgets.NewToolButton(i18n.T("Generate"), theme.ViewRefreshIcon(), i18n.T("Make a random key"), e.Generate)
	return widgets.NewColumn(theme.Padding(),
		container.NewGridWithColumns(2, // side by side, so that what the rule matches is seen on small screens too
			d.field(rules.FieldBucket, i18n.T("Bucket name or mask"), d.bucket, i18n.T("* any run, ? one character; empty = all buckets")),
			d.field(rules.FieldKey, i18n.T("Remote file name or mask"), d.file, i18n.T("Empty = all files. * also stands for /: *.log fits a/b.log"))),
		widgets.NewField(i18n.T("Account"), d.account, ""),
		d.field(rules.FieldType, i18n.T("Encryption type"), d.kind, ""),
		d.keyTypeRow,
		d.field(rules.FieldKMSKey, i18n.T("KMS master key ARN or key ID"), container.NewStack(d.typedKey, d.listedKey), ""),
		d.field(rulelist.FieldCustomerKey, i18n.T("SSE-C key"), container.NewBorder(nil, nil, nil, generate, d.customerKey), ""),
		d.advanced, d.enabled, widget.NewSeparator(),
		container.NewBorder(nil, nil, d.sign, nil, d.headline), d.buckets)
}

func (d *ruleDialog) field(f rules.Field, label string, input fyne.CanvasObject, hint string) *widgets.Field {
	d.fields[f] = widgets.NewField(label, input, hint)
	return d.fields[f]
}

func entryOf(e *widgets.Entry, text string, set func(string)) *widgets.Entry {
	e.Text, e.OnChanged = text, set
	return e
}

func (d *ruleDialog) accounts() *widgets.Select {
	names := append([]string{""}, d.model.Accounts()...)
	labels := append([]string{i18n.T("All accounts")}, d.model.Accounts()...)
	return choiceOf(names, labels, d.model.Account(), d.model.SetAccount)
}

func (d *ruleDialog) kinds() *widgets.Select {
	var labels []string
	for _, t := range rulelist.Types() {
		labels = append(labels, rulelist.TypeLabel(t))
	}
	return choiceOf(rulelist.Types(), labels, d.model.Type(), d.model.SetType)
}

func (d *ruleDialog) keyTypes() *widgets.Select {
	var labels []string
	for _, t := range rulelist.KMSKeyTypes() {
		labels = append(labels, t.Label())
	}
	return choiceOf(rulelist.KMSKeyTypes(), labels, d.model.KeyType(), d.model.SetKeyType)
}

// choiceOf is a choice among values with labels.
func choiceOf[T comparable](values []T, labels []string, now T, set func(T)) *widgets.Select {
	var s *widgets.Select
	s = widgets.NewSelect(labels, func(string) {
		if i := s.SelectedIndex(); i >= 0 {
			set(values[i])
		}
	})
	for i, v := range values {
		if v == now {
			s.Selected = labels[i]
		}
	}
	return s
}

// show selects a label without choosing it again.
func show(s *widgets.Select, label string) {
	if s.Selected != label {
		s.Selected = label
		s.Refresh()
	}
}

func (d *ruleDialog) refresh() {
	e := d.model
	show(d.keyType, e.KeyType().Label())
	setVisible(d.keyTypeRow, e.UsesKMS())
	setVisible(d.fields[rules.FieldKMSKey], e.UsesKMS() && e.KeyType() != rulelist.KeyManaged)
	setVisible(d.typedKey, e.KeyType() != rulelist.KeyListed)
	setVisible(d.listedKey, e.KeyType() == rulelist.KeyListed)
	setVisible(d.fields[rulelist.FieldCustomerKey], e.UsesCustomerKey())
	setVisible(d.bucketKey, e.UsesBucketKey())
	setVisible(d.advanced, e.UsesKMS())
	d.showKeys()
	if e.CustomerKey() != d.customerKey.Text { // generated: shown, to be copied
		d.customerKey.Password = false
		d.customerKey.SetText(e.CustomerKey())
	}
	if names := e.Buckets(); len(names) > 0 {
		d.bucket.SetOptions(names)
	}
	d.showRemarks()
	d.showPreview()
	d.dialog.Enable(ruleSave, e.WhyNotSave())
	d.dialog.Relayout()
	d.of.center()
}

func (d *ruleDialog) showKeys() {
	e := d.model
	d.listedKey.PlaceHolder = i18n.T("Choose a key")
	if e.AskingKeys() {
		d.listedKey.PlaceHolder = i18n.T("Asking the key service…")
	}
	d.listedKey.Options = e.Keys()
	if i := e.ListedKey(); i >= 0 {
		d.listedKey.Selected = d.listedKey.Options[i]
	}
	d.listedKey.Refresh()
	d.fields[rules.FieldKMSKey].SetHint(i18n.T("A key id, an ARN or alias/NAME: sent exactly as it stands here."))
	if e.KeyType() == rulelist.KeyListed {
		d.fields[rules.FieldKMSKey].SetHint(i18n.T("The keys this account may see."))
	}
}

// showRemarks says below each field what is wrong or odd about it.
func (d *ruleDialog) showRemarks() {
	e := d.model
	remarks := e.Remarks(false)
	note, r := e.CustomerKeyNote()
	for f, field := range d.fields {
		m := remarks[f]
		switch {
		case m.Warning:
			field.SetWarning(widgets.Printable(m.Text))
		case m.Text != "":
			field.SetError(widgets.Printable(m.Text))
		case f == rulelist.FieldCustomerKey && r == explain.RoleGood:
			field.SetGood(note)
		case f == rulelist.FieldCustomerKey:
			field.SetHint(note)
			field.Clear()
		default:
			field.Clear()
		}
	}
}

// showPreview says what the rule matches now; buckets that an earlier rule
// takes are grey and name it.
func (d *ruleDialog) showPreview() {
	headline, r, buckets := d.model.Preview()
	d.headline.Set(headline, role(r))
	d.sign.SetResource(role(r).Icon())
	var free, taken []string
	for _, b := range buckets {
		if b.TakenBy > 0 {
			taken = append(taken, b.Text())
		} else {
			free = append(free, b.Text())
		}
	}
	d.buckets.RemoveAll()
	if len(free) > 0 {
		d.buckets.Add(widgets.NewNote(few(free), widgets.RoleNormal))
	}
	if len(taken) > 0 {
		d.buckets.Add(widgets.NewNote(i18n.T("Taken by earlier rules: %s", few(taken)), widgets.RoleMuted))
	}
}

// few joins names, so many as can be looked at.
func few(names []string) string {
	const most = 40
	names = printable(names)
	if more := len(names) - most; more > 0 {
		return i18n.T("%s and %d more", strings.Join(names[:most], ",  "), more)
	}
	return strings.Join(names, ",  ")
}
