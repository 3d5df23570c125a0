package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// rulesPane is what the window of the rules holds.
type rulesPane struct {
	of      *rulesWindow
	content fyne.CanvasObject
	table   *widgets.RowTable
	remarks *widgets.Note
	bucket  *widgets.Combo
	file    *widgets.Entry
	verdict *widgets.Note
	sign    *widget.Icon
	help    *fyne.Container // the remarks and their sign
	buttons []rulesButton
	cancel  *widgets.ToolButton
	save    *widgets.ToolButton
	on, off fyne.Resource
}

// rulesButton is a button and why it cannot be used now.
type rulesButton struct {
	*widgets.ToolButton
	whyNot func() string
}

// The columns of the list of rules.
const (
	ruleNumber = iota
	ruleOn
	ruleAccount
	ruleBucket
	ruleFile
	ruleEncryption
	ruleKey
	ruleMatches
)

func newRulesPane(w *rulesWindow) *rulesPane {
	p := &rulesPane{of: w, on: theme.CheckButtonCheckedIcon(), off: theme.CheckButtonIcon()}
	p.table = widgets.NewRowTable([]widgets.Column{
		{ID: "number", Title: "#", Width: 34, Align: fyne.TextAlignTrailing},
		{ID: "on", Title: i18n.T("On"), Width: 72},
		{ID: "account", Title: i18n.T("Account"), Width: 86, Min: 60},
		{ID: "bucket", Title: i18n.T("Bucket mask"), Width: 116, Min: 90},
		{ID: "file", Title: i18n.T("File mask"), Width: 96, Min: 76},
		{ID: "encryption", Title: i18n.T("Encryption"), Width: 114, Min: 110},
		{ID: "key", Title: i18n.T("Key"), Width: 150, Min: 110, Stretch: true},
		{ID: "matches", Title: i18n.T("Matches now"), Width: 150, Min: 120},
	}, p)
	p.table.Label = i18n.T("Encryption rules")
	p.table.Selection = w.model.Selection()
	p.table.OnActivate = func(int) { w.edit() }
	p.table.OnSelect = p.enable
	p.table.OnKey = func(key fyne.KeyName, _ fyne.KeyModifier) { w.key(key) }
	p.table.OnMenu = p.menu
	p.content = container.NewBorder(
		container.NewVBox(widgets.NewNote(i18n.T("The first enabled rule that matches wins; without one the bucket's default applies. Rules are kept on this computer."), widgets.RoleMuted), p.tools()),
		p.foot(), nil, nil, p.table)
	p.content = container.NewPadded(p.content)
	return p
}

func (p *rulesPane) tools() fyne.CanvasObject {
	w, m := p.of, p.of.model
	button := func(label string, icon fyne.Resource, tip string, whyNot func() string, do func()) fyne.CanvasObject {
		b := widgets.NewToolButton(label, icon, tip, do)
		p.buttons = append(p.buttons, rulesButton{b, whyNot})
		return b
	}
	return container.NewHBox(
		button(i18n.T("Add"), theme.ContentAddIcon(), i18n.T("Add a rule (Insert)"), m.WhyNotChange, w.add),
		button(i18n.T("Edit"), theme.DocumentCreateIcon(), i18n.T("Change the rule (Enter)"), m.WhyNotOne, w.edit),
		button(i18n.T("Duplicate"), theme.ContentCopyIcon(), i18n.T("Put a copy of the rule below it"), m.WhyNotOne, m.Duplicate),
		button(i18n.T("Delete"), theme.DeleteIcon(), i18n.T("Take the rules off the list (Del)"), m.WhyNotSelected, p.delete),
		widget.NewSeparator(),
		button(i18n.C("rules", "Up"), theme.MoveUpIcon(), i18n.T("Let it win over the rule above"), func() string { return m.WhyNotMove(-1) }, func() { m.Move(-1) }),
		button(i18n.C("rules", "Down"), theme.MoveDownIcon(), i18n.T("Let the rule below win over it"), func() string { return m.WhyNotMove(1) }, func() { m.Move(1) }),
		layout.NewSpacer(),
		button(i18n.T("Import…"), theme.FolderOpenIcon(), i18n.T("Add the rules of an exported file"), m.WhyNotChange, w.importRules),
		button(i18n.T("Export…"), theme.DocumentSaveIcon(), i18n.T("Write the rules to a file, without SSE-C keys"), m.WhyNotExport, w.exportRules))
}

func (p *rulesPane) foot() fyne.CanvasObject {
	w, m := p.of, p.of.model
	p.remarks = widgets.NewNote("", widgets.RoleWarn)
	p.help = container.NewBorder(nil, nil, widget.NewIcon(widgets.RoleWarn.Icon()), nil, p.remarks)
	p.bucket, p.file = widgets.NewCombo(nil), widgets.NewEntry()
	p.bucket.PlaceHolder, p.file.PlaceHolder = i18n.T("Bucket"), i18n.T("File name, such as 2026/a.csv")
	p.verdict = widgets.NewNote("", widgets.RoleMuted)
	p.sign = widget.NewIcon(nil)
	test := func(string) { m.SetTest(p.bucket.Text, p.file.Text) }
	p.bucket.OnChanged, p.file.OnChanged = test, test
	escape := func(key fyne.KeyName) bool {
		if key == fyne.KeyEscape {
			w.key(key)
		}
		return key == fyne.KeyEscape
	}
	p.bucket.OnKey, p.file.OnKey = escape, escape

	p.cancel = widgets.NewToolButton(i18n.T("Cancel"), nil, "", w.askClose)
	p.save = widgets.NewToolButton(i18n.T("Save changes"), nil, i18n.T("Store the list: uploads follow it from then on"), m.Save)
	p.save.Importance = widget.HighImportance
	p.buttons = append(p.buttons, rulesButton{p.save, m.WhyNotSave})
	return widgets.NewColumn(theme.Padding(), p.help,
		container.NewBorder(nil, nil, widget.NewLabel(i18n.T("Test a name")), nil, container.NewGridWithColumns(2, p.bucket, p.file)),
		container.NewBorder(nil, nil, p.sign, nil, p.verdict),
		widget.NewSeparator(),
		container.NewHBox(layout.NewSpacer(), p.cancel, p.save))
}

// Rows is the number of rules.
func (p *rulesPane) Rows() int { return p.of.model.Rows() }

// Cell is one cell of the list.
func (p *rulesPane) Cell(row, col int) widgets.Cell {
	r := p.of.model.Row(row)
	c := widgets.Cell{Role: role(r.Role)}
	switch col {
	case ruleNumber:
		c.Text = r.Number
	case ruleOn:
		c.Text, c.Icon = i18n.C("rule", "off"), p.off
		if r.On {
			c.Text, c.Icon = i18n.C("rule", "on"), p.on
		}
	case ruleAccount:
		c.Text = r.Account
	case ruleBucket:
		c.Text = r.Bucket
	case ruleFile:
		c.Text = r.File
	case ruleEncryption:
		c.Text = r.Encryption
	case ruleKey:
		c.Text, c.Middle = r.Key, true
	case ruleMatches:
		c.Text = r.MatchesNow
	}
	return c
}

func (p *rulesPane) refresh() {
	m := p.of.model
	p.placeholder()
	p.table.Refresh()
	remarks := m.Remarks()
	p.remarks.Set(strings.Join(printable(remarks), "\n"), widgets.RoleWarn)
	setVisible(p.help, len(remarks) > 0)
	if names := p.of.ui.state.Browser.BucketNames(); len(names) > 0 {
		p.bucket.SetOptions(names)
	}
	text, r := m.Test()
	p.verdict.Set(widgets.Printable(text), role(r))
	p.sign.SetResource(role(r).Icon())
	p.enable()
	p.content.Refresh()
}

// placeholder says why there are no rules, with the button that helps.
func (p *rulesPane) placeholder() {
	w, m := p.of, p.of.model.Empty()
	hint := strings.Join(m.Hints, "\n")
	if m.Body != "" {
		hint = m.Body + "\n" + hint
	}
	switch {
	case w.model.Failed():
		p.table.SetPlaceholder(theme.ErrorIcon(), m.Title, hint, i18n.T("Try again"), w.model.Load)
	case w.model.WhyNotChange() != "":
		p.table.SetPlaceholder(nil, m.Title, hint, "", nil)
	default:
		p.table.SetPlaceholder(lockIcon, m.Title, hint, i18n.T("Add rule"), w.add)
	}
}

func (p *rulesPane) enable() {
	for _, b := range p.buttons {
		b.EnableIf(b.whyNot())
	}
}

func (p *rulesPane) delete() { p.of.model.Delete() }

func (p *rulesPane) menu(row int, at fyne.Position) {
	p.enable()
	w, m := p.of, p.of.model
	items := []*action{{label: i18n.T("Add"), icon: theme.ContentAddIcon(), whyNot: m.WhyNotChange, run: w.add}}
	if row >= 0 {
		items = []*action{
			{label: i18n.T("Edit"), icon: theme.DocumentCreateIcon(), whyNot: m.WhyNotOne, run: w.edit},
			{label: i18n.T("Duplicate"), icon: theme.ContentCopyIcon(), whyNot: m.WhyNotOne, run: m.Duplicate},
			{label: i18n.T("Switch on or off"), whyNot: m.WhyNotSelected, run: m.Toggle},
			{label: i18n.T("Delete"), icon: theme.DeleteIcon(), whyNot: m.WhyNotSelected, run: p.delete},
		}
	}
	menu := fyne.NewMenu("")
	for _, a := range items {
		item := fyne.NewMenuItem(a.label, a.run)
		item.Icon, item.Disabled = a.icon, a.why() != ""
		menu.Items = append(menu.Items, item)
	}
	written(menu.Items)
	widget.ShowPopUpMenuAtPosition(menu, w.window.Canvas(), at)
}

var _ widgets.Source = (*rulesPane)(nil)
