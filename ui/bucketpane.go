package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// bucketPane lists the buckets of the open account. A lock marks those in which
// a rule asks for encryption.
type bucketPane struct {
	ui      *UI
	content fyne.CanvasObject
	table   *widgets.RowTable
	rows    []browser.BucketRow
	shown   string // the bucket the cursor was put on
	sealed  fyne.Resource
	open    fyne.Resource
}

func newBucketPane(u *UI) *bucketPane {
	p := &bucketPane{ui: u, sealed: lockIcon, open: theme.StorageIcon()}
	p.table = widgets.NewRowTable([]widgets.Column{
		{ID: "bucket", Title: i18n.T("Buckets"), Stretch: true, Width: 100},
	}, p)
	p.table.Label = i18n.T("Buckets")
	p.table.OnActivate = p.activate
	p.table.OnClick = p.activate // also on the bucket that is open: its root
	p.table.OnSelect = func() {
		if row := p.table.Selection.Cursor(); row >= 0 && p.table.Selection.Count() == 1 {
			p.activate(row)
		}
	}
	p.table.OnMenu = func(row int, at fyne.Position) {
		if row < 0 {
			u.popUp(at, u.actions.openBucket, u.actions.newBucket, u.actions.refresh)
			return
		}
		p.activate(row)
		u.popUp(at, u.actions.upload, u.actions.uploadFolder, u.actions.newFolder, nil, u.actions.rules, nil, u.actions.newBucket, u.actions.removeBucket)
	}
	p.table.OnKey = func(key fyne.KeyName, _ fyne.KeyModifier) {
		if key == fyne.KeyF5 {
			u.perform(u.actions.refresh)
		}
	}
	p.table.OnSearch = func(typed string, from int) (int, bool) { return searchBuckets(p.rows, typed, from) }
	p.content = p.table
	return p
}

func (p *bucketPane) activate(row int) {
	b := p.ui.state.Browser
	if row < len(p.rows) && (p.rows[row].Name != b.At().Bucket || b.At().Key != "") {
		p.shown = p.rows[row].Name
		b.Open(client.Location{Bucket: p.rows[row].Name})
	}
}

// Rows and Cell are the table's source.
func (p *bucketPane) Rows() int { return len(p.rows) }

// Cell is the name with a lock where a rule seals.
func (p *bucketPane) Cell(row, _ int) widgets.Cell {
	r := p.rows[row]
	c := widgets.Cell{Text: r.Name, Icon: p.open, Bold: r.Current}
	if r.Sealed {
		c.Icon = p.sealed
	}
	return c
}

func (p *bucketPane) refresh() {
	b := p.ui.state.Browser
	p.rows = b.Buckets()
	if m, empty := b.BucketsEmpty(); empty {
		help := p.ui.actions.openBucket
		p.table.SetPlaceholder(nil, m.Title, first(m.Hints), help.label, func() { p.ui.perform(help) })
	} else {
		p.table.SetPlaceholder(nil, "", "", "", nil)
	}
	p.table.Refresh()
	if at := b.At().Bucket; at != p.shown {
		p.shown = at
		p.table.Selection.Clear()
		for i, r := range p.rows {
			if r.Name == at {
				p.table.SetCursor(i)
			}
		}
	}
}

func searchBuckets(rows []browser.BucketRow, typed string, from int) (int, bool) {
	for i := range rows {
		row := (from + i) % len(rows)
		if len(rows[row].Name) >= len(typed) && rows[row].Name[:len(typed)] == typed {
			return row, true
		}
	}
	return 0, false
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
