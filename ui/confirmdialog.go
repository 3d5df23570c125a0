package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/state/confirm"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// confirmDialog shows a confirm.Transfer: what each file gets and why, and the
// choices that are left.
type confirmDialog struct {
	ui      *UI
	model   *confirm.Transfer
	dialog  *widgets.Dialog
	lines   *fyne.Container
	encrypt *widgets.Check
	choice  *widgets.Select
	key     *widgets.Combo
	keyRow  *widgets.Field
	there   *widgets.Select
	labels  []string
}

const confirmStart = 1 // the index of the button that begins

func (u *UI) showConfirm(c *confirm.Transfer) {
	d := &confirmDialog{ui: u, model: c, lines: widgets.NewColumn(theme.Padding())}
	d.makeChoices()
	column := widgets.NewColumn(theme.Padding(), d.lines)
	if c.Op == transfer.Upload {
		column.Add(widget.NewSeparator())
		column.Add(container.NewBorder(nil, nil, d.encrypt, nil, d.choice))
		column.Add(d.keyRow)
	}
	column.Add(d.there)
	d.dialog = widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: c.Headline(), Content: column, Size: fyne.NewSize(620, 380), OnClosed: c.Cancel,
		Actions: []widgets.Action{
			{Label: i18n.T("Cancel"), Cancel: true},
			{Label: beginning[c.Op](), Default: true, Importance: widget.HighImportance, Do: func() bool {
				c.Start()
				return true // it closes once the plan was handed over
			}},
		},
	})
	u.confirm = d
	c.OnChange = d.refresh
	c.OnClose = d.dialog.Close
	d.refresh()
}

// beginning is the button that begins.
var beginning = map[transfer.Op]func() string{
	transfer.Upload:   func() string { return i18n.T("Upload") },
	transfer.Download: func() string { return i18n.T("Download") },
	transfer.Copy:     func() string { return i18n.T("Copy") },
	transfer.Move:     func() string { return i18n.T("Move") },
}

func (d *confirmDialog) makeChoices() {
	c := d.model
	d.encrypt = widgets.NewCheck(i18n.T("Encrypt"), func(on bool) {
		widgets.FlushTyping()
		c.SetEncrypt(on)
	})
	for _, choice := range confirm.EncryptionChoices() {
		d.labels = append(d.labels, choice.Label())
	}
	d.choice = widgets.NewSelect(d.labels, func(string) {
		widgets.FlushTyping() // the key typed is of the choice before
		_, key := c.Choice()
		c.SetChoice(confirm.EncryptionChoices()[d.choice.SelectedIndex()], key)
	})
	d.key = widgets.NewCombo(nil)
	d.key.PlaceHolder = i18n.T("Key id, ARN or alias; empty for the AWS managed key")
	d.key.OnChanged = d.ui.typing(func(text string) {
		if choice, _ := c.Choice(); choice == confirm.ChooseSSEKMS {
			c.SetChoice(choice, client.KeyID(text))
		}
	}).Set
	d.keyRow = widgets.NewField(i18n.T("KMS key"), d.key, i18n.T("Sent exactly as it stands here."))
	d.there = widgets.NewSelect([]string{i18n.T("Overwrite files that are there already"), i18n.T("Skip files that are there already")}, func(string) {
		if d.there.SelectedIndex() == 1 {
			c.SetOverwrite(transfer.OverwriteSkip)
		} else {
			c.SetOverwrite(transfer.OverwriteAlways)
		}
	})
}

func (d *confirmDialog) refresh() {
	c := d.model
	d.dialog.SetTitle(c.Headline())
	d.lines.RemoveAll()
	for _, line := range c.Lines() {
		d.lines.Add(drawLine(line))
	}
	if c.Planning() {
		d.lines.Add(widgets.NewNote(i18n.T("Looking at the files…"), widgets.RoleMuted))
	}
	choice, _ := c.Choice()
	d.encrypt.Checked = c.Encrypts()
	d.encrypt.Refresh()
	for i, known := range confirm.EncryptionChoices() {
		if known == choice && d.choice.SelectedIndex() != i {
			d.choice.Selected = d.labels[i] // SetSelected would choose again
			d.choice.Refresh()
		}
	}
	setVisible(d.keyRow, choice == confirm.ChooseSSEKMS)
	d.keyRow.SetError(c.KeyProblem())
	d.key.SetOptions(c.KeyChoices())
	setVisible(d.there, c.MayOverwrite())
	if d.there.SelectedIndex() < 0 {
		d.there.Selected = d.there.Options[0]
		if c.Overwrite() == transfer.OverwriteSkip {
			d.there.Selected = d.there.Options[1]
		}
		d.there.Refresh()
	}
	d.dialog.Enable(confirmStart, c.WhyNotStart())
	d.dialog.Relayout()
}

// drawLine is a line of a confirmation with its names below.
func drawLine(line explain.Line) fyne.CanvasObject {
	column := widgets.NewColumn(-theme.Padding() * 2)
	if line.Text != "" {
		text := widgets.NewNote(line.Text, role(line.Role))
		if line.Role == explain.RoleNormal {
			column.Add(text)
		} else {
			sign := widget.NewIcon(role(line.Role).Icon())
			column.Add(container.NewBorder(nil, nil, sign, nil, text))
		}
	}
	if len(line.More) > 0 {
		separator := ",  "
		if line.Role == explain.RoleBad {
			separator = "\n" // a reason each
		}
		column.Add(container.NewBorder(nil, nil, widget.NewLabel("  "), nil,
			widgets.NewNote(strings.Join(printable(line.More), separator), widgets.RoleMuted)))
	}
	return column
}

// printable makes names safe to show: no line breaks, nothing that reorders.
func printable(all []string) []string {
	out := make([]string, len(all))
	for i, text := range all {
		out[i] = widgets.Printable(text)
	}
	return out
}

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

func (u *UI) showDeletion(m *browser.Deletion) {
	lines := widgets.NewColumn(theme.Padding())
	d := widgets.ShowDialog(u.window, widgets.DialogParams{
		Title: m.Question(), Content: lines, Size: fyne.NewSize(480, 240), OnClosed: m.Cancel,
		Actions: []widgets.Action{
			{Label: i18n.T("Cancel"), Cancel: true, Default: true},
			{Label: i18n.T("Delete"), Icon: theme.DeleteIcon(), Importance: widget.DangerImportance, Do: func() bool {
				m.Start()
				return true
			}},
		},
	})
	m.OnClose = d.Close
	m.OnChange = func() {
		d.SetTitle(m.Question())
		lines.RemoveAll()
		for _, line := range m.Lines() {
			lines.Add(drawLine(line))
		}
		d.Enable(confirmStart, m.WhyNotStart())
		d.Relayout()
	}
	m.OnChange()
}
