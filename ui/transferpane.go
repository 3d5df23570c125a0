package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// transferPane is the list of transfers and the buttons about them.
type transferPane struct {
	ui      *UI
	content fyne.CanvasObject
	table   *widgets.RowTable
	tally   *widget.Label
	notices *noticeStrip
	total   *widgets.Meter // of all that is under way, hidden when no bytes are
	buttons []*widgets.ToolButton
	actions []*action
	icons   map[transfer.Op]fyne.Resource

	formatted   transfers.Row // the row that was drawn last, in words
	formattedAt int           // its place, -1 for none
	rows        []int         // what is selected, as of spans
	spans       []rowselect.Span
}

func newTransferPane(u *UI) *transferPane {
	p := &transferPane{ui: u, formattedAt: -1, icons: map[transfer.Op]fyne.Resource{
		transfer.Upload: theme.UploadIcon(), transfer.Download: theme.DownloadIcon(),
		transfer.Copy: theme.ContentCopyIcon(), transfer.Move: theme.ContentCutIcon(),
		transfer.Restore: theme.HistoryIcon(), transfer.Meta: theme.DocumentCreateIcon(), transfer.Class: theme.StorageIcon(), transfer.Encrypt: theme.ViewRefreshIcon(), transfer.Delete: theme.DeleteIcon(),
	}, tally: widget.NewLabel(""), total: widgets.NewMeter(240)}
	p.table = widgets.NewRowTable([]widgets.Column{
		{ID: "name", Title: i18n.T("Name"), Width: 130, Min: 110, Stretch: true},
		{ID: "state", Title: i18n.T("State"), Width: 250, Min: 250, Stretch: true}, // holds every verdict whole
		{ID: "content", Title: i18n.T("Content"), Width: 84, Min: 84},
		{ID: "progress", Title: i18n.T("Progress"), Width: 130, Min: 120, Yields: 5},
		{ID: "speed", Title: i18n.T("Speed"), Width: 80, Min: 76, Align: fyne.TextAlignTrailing, Yields: 3},
		{ID: "left", Title: i18n.T("Time left"), Width: 74, Min: 74, Align: fyne.TextAlignTrailing, Yields: 2},
		{ID: "target", Title: i18n.T("Where"), Width: 120, Min: 110, Yields: 1},
		{ID: "rule", Title: i18n.T("Asked for"), Width: 110, Min: 100, Yields: 4},
	}, p)
	p.table.Label = i18n.T("Transfers")
	p.table.Selection = &u.state.Transfers.Selection
	p.table.OnActivate = p.explain
	p.table.OnSelect = u.refresh
	p.table.OnMenu = func(row int, at fyne.Position) {
		a := &u.actions
		if row < 0 {
			u.popUp(at, a.retryFailed, a.pauseAll, a.resumeAll, a.cancelAll, nil, a.clear)
			return
		}
		if t := u.state.Transfers; t.WhyNot(transfers.Keep, p.selected()) == "" || t.WhyNotDelete(p.selected()) == "" {
			u.popUp(at, a.detail, nil, a.removeObject, a.keep, a.retry, nil, a.dismiss, a.clear)
			return
		}
		if u.state.Transfers.WhyNot(transfers.Accept, p.selected()) == "" {
			u.popUp(at, a.detail, nil, a.retry, a.accept, nil, a.dismiss, a.clear)
			return
		}
		u.popUp(at, a.detail, nil, a.retry, a.pause, a.resume, a.cancel, nil, a.dismiss, a.clear)
	}
	p.table.OnKey = func(key fyne.KeyName, _ fyne.KeyModifier) {
		switch key {
		case fyne.KeyDelete:
			u.perform(u.actions.cancel)
		case fyne.KeyF5:
			u.perform(u.actions.refresh)
		}
	}
	p.tally.Truncation = fyne.TextTruncateEllipsis
	head := container.NewHBox()
	for _, a := range []*action{u.actions.pauseAll, u.actions.resumeAll, u.actions.retryFailed, u.actions.cancelAll, u.actions.clear} {
		b := widgets.NewFlatButton("", a.icon, a.label, func() { u.perform(a) })
		b.OnRefused = u.flash
		p.buttons, p.actions = append(p.buttons, b), append(p.actions, a)
		head.Add(b)
	}
	title := widget.NewLabelWithStyle(i18n.T("Transfers"), fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	p.notices = newNoticeStrip(u)
	p.content = container.NewBorder(container.NewVBox(
		container.NewBorder(nil, nil, title, container.NewHBox(layout.NewSpacer(), p.total, head), p.tally), p.notices.content), nil, nil, nil, p.table)
	return p
}

// Rows is the number of transfers.
func (p *transferPane) Rows() int { return p.ui.state.Transfers.Rows() }

// Cell is one cell of the transfers. The table asks for those of a row one after
// the other, so its words are made once.
func (p *transferPane) Cell(row, col int) widgets.Cell {
	if row != p.formattedAt {
		p.formatted, p.formattedAt = p.ui.state.Transfers.Row(row), row
	}
	r := &p.formatted
	switch col {
	case 0:
		return widgets.Cell{Text: r.Name, Icon: p.icons[r.Op], Middle: true}
	case 1:
		c := widgets.Cell{Text: r.State, Role: role(r.Role), Key: true}
		if r.Role != explain.RoleNormal && r.Role != explain.RoleMuted {
			c.Icon = c.Role.Icon()
		}
		return c
	case 2:
		return widgets.Cell{Text: r.Content}
	case 3:
		return widgets.Cell{Text: r.Progress, Bar: r.Moving, Part: r.Part}
	case 4:
		return widgets.Cell{Text: r.Speed}
	case 5:
		return widgets.Cell{Text: r.ETA}
	case 6:
		return widgets.Cell{Text: r.Target}
	}
	return widgets.Cell{Text: r.Rule, Key: true}
}

func (p *transferPane) refresh() {
	p.formattedAt = -1
	n := p.ui.state.Transfers.Tally()
	p.tally.SetText(n.String())
	p.total.Set(n.Part(), n.Total())
	resized := p.notices.refresh()
	if moves := n.Moves(); moves != p.total.Visible() {
		setVisible(p.total, moves)
		resized = true
	}
	if resized { // the list gives its room
		p.content.Refresh()
	}
	for i, b := range p.buttons {
		b.EnableIf(p.actions[i].why())
	}
	p.table.Refresh()
}

// selected are the selected rows, not to be changed. A dozen buttons and menu items
// ask for them at each refresh, so they are listed once for each selection.
func (p *transferPane) selected() []int {
	selection := &p.ui.state.Transfers.Selection
	if spans := selection.Spans(); !slices.Equal(spans, p.spans) {
		p.spans, p.rows = spans, slices.Collect(selection.All())
	}
	return p.rows
}

// explain shows why a transfer failed, or what its proof says; and for an
// object that is not encrypted as asked, what may be done with it.
func (p *transferPane) explain(row int) {
	if row >= p.Rows() {
		return
	}
	t := p.ui.state.Transfers
	m, r := t.Explain(row), role(t.Row(row).Role)
	o, ok := t.Unproven(row)
	if !ok {
		p.ui.showMessage(m, r)
		return
	}
	remove := widgets.Action{Label: p.ui.actions.removeObject.label, Importance: widget.DangerImportance, Do: func() bool {
		p.ui.problem.Close() // before the question, which would be closed with it
		p.ui.askRemoveObject(o)
		return false
	}}
	keep := widgets.Action{Label: p.ui.actions.keep.label, Do: func() bool { o.Keep(); return false }}
	retry := widgets.Action{Label: p.ui.actions.retry.label, Do: func() bool { o.Retry(); return false }}
	p.ui.showMessage(m, r, remove, keep, retry)
	p.ui.problem.Enable(1, o.WhyNotDelete())
	p.ui.problem.Enable(2, t.WhyNot(transfers.Keep, []int{row}))
	p.ui.problem.Enable(3, o.WhyNotRetry())
}

// askRemoveObject asks before an object is deleted from the server that is not
// encrypted as asked.
func (u *UI) askRemoveObject(o transfers.Unproven) { u.askRemoveObjects([]transfers.Unproven{o}) }

func (u *UI) askRemoveObjects(all []transfers.Unproven) {
	if len(all) == 0 {
		return
	}
	title, body := transfers.QuestionAbout(all)
	yes := i18n.T("Delete the object")
	if len(all) > 1 {
		yes = i18n.T("Delete the objects")
	}
	widgets.ShowConfirm(u.window, widgets.Confirm{
		Title: title, Body: body, Yes: yes, No: i18n.T("Cancel"), Danger: true, OnYes: func() {
			for _, o := range all {
				o.Delete()
			}
		},
	})
}
