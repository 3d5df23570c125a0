package state

import (
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/widgets/rowselect"
)

// Transfers are the rows of all open accounts' transfers, as they stood at the
// last refresh.
type Transfers struct {
	// OnChange is called after the rows changed; nil for none.
	OnChange func()
	// Selection is what is selected among the rows; the table may change it.
	Selection rowselect.Model

	app     *App
	rows    []transferring
	seen    map[string]bool     // ids of uploads the browser was told of
	decided map[string]decision // by id, of the rows that are isUnproven
}

// transferring is a row and whose it is.
type transferring struct {
	transfer.Row
	account string
}

func (t *Transfers) engine(account string) *transfer.Engine {
	if s := t.app.sessions[account]; s != nil {
		return s.Transfers()
	}
	return nil
}

// refresh looks at every engine.
func (t *Transfers) refresh() {
	selected := map[string]bool{}
	for row := range t.Selection.All() {
		selected[t.rows[row].Job.ID] = true
	}
	decided := t.decided
	t.rows, t.decided = t.rows[:0], map[string]decision{}
	names := make([]string, 0, len(t.app.sessions))
	for name := range t.app.sessions {
		names = append(names, name)
	}
	slices.Sort(names)
	var again []int
	for _, name := range names {
		for _, row := range t.engine(name).Snapshot() {
			if selected[row.Job.ID] {
				again = append(again, len(t.rows))
			}
			t.rows = append(t.rows, transferring{row, name})
			if d, ok := decided[row.Job.ID]; ok && isUnproven(row) { // a retry begins anew
				t.decided[row.Job.ID] = d
			}
			t.land(row, name)
		}
	}
	t.Selection.SetRows(len(t.rows))
	t.Selection.SetSelected(again)
	if t.OnChange != nil {
		t.OnChange()
	}
	t.app.changed()
}

// land shows an object in the folder it was uploaded to, as soon as it is
// verified, without listing the folder again.
func (t *Transfers) land(row transfer.Row, account string) {
	if row.Receipt == nil || row.Job.Op != transfer.Upload || row.Phase != transfer.Done || t.seen[row.Job.ID] {
		return
	}
	t.seen[row.Job.ID] = true
	if account == t.app.current {
		t.app.Browser.landed(*row.Receipt)
	}
}

// Rows is the number of rows.
func (t *Transfers) Rows() int { return len(t.rows) }

// Row is a row as text.
func (t *Transfers) Row(row int) TransferRow {
	r := transferRow(t.rows[row].Row)
	if text, role, ok := t.settled(t.rows[row].Row); ok {
		r.State, r.Role = text, role
	}
	return r
}

// Transfer is the row itself, for details.
func (t *Transfers) Transfer(row int) transfer.Row { return t.rows[row].Row }

// Explain is why the transfer of a row failed, or what its verdict means, with
// what its receipt holds.
func (t *Transfers) Explain(row int) Message {
	r := t.rows[row].Row
	m := Explain(r.Err)
	if r.Err == nil {
		m = Message{Title: t.Row(row).State}
	}
	if r.Receipt != nil {
		m.Facts = facts(*r.Receipt)
	}
	if isUnproven(r) {
		text := lies(*r.Receipt)
		m.Body = i18n.T("%s is on the server, %s.", r.Job.Remote.Base(), text)
		switch t.decided[r.Job.ID] {
		case deleted, deleting, replaced:
			m.Body = t.Row(row).State
			m.Hints = []string{i18n.T("Retry uploads the file again.")}
		case kept:
			m.Hints = []string{i18n.T("You kept it as it is. You may still delete it or retry.")}
		}
		return m
	}
	if r.Receipt != nil {
		return m
	}
	lines := []string{r.Job.Local + " " + arrow(r.Job.Op) + " " + r.Job.Remote.String()}
	if r.Job.Because != "" {
		lines = append(lines, remark(inReasons(r.Job.Because)))
	}
	if m.Body != "" && !slices.Contains(lines, m.Body) {
		lines = append(lines, m.Body)
	}
	m.Body = joinLines(lines)
	return m
}

// A Tally counts the transfers by what people ask: how many run, wait, failed,
// are done.
type Tally struct {
	Running, Waiting, Paused, Failed, Kept, Done, Other int
	Up, Down                                            float64 // bytes a second
}

// Tally counts the rows.
func (t *Transfers) Tally() Tally {
	var n Tally
	for _, r := range t.rows {
		switch r.Phase {
		case transfer.Sending, transfer.Verifying:
			n.Running++
			if r.Job.Op == transfer.Upload {
				n.Up += r.Rate
			} else {
				n.Down += r.Rate
			}
		case transfer.Queued:
			n.Waiting++
		case transfer.Paused:
			n.Paused++
		case transfer.Failed:
			switch t.decided[r.Job.ID] {
			case deleted, replaced:
				n.Other++
			case kept:
				n.Kept++
			default:
				n.Failed++
			}
		case transfer.Done:
			n.Done++
		default:
			n.Other++
		}
	}
	return n
}

// Open is how many transfers are not over.
func (n Tally) Open() int { return n.Running + n.Waiting + n.Paused }

// String is the head of the transfers pane.
func (n Tally) String() string {
	var parts []string
	add := func(n int, text string) {
		if n > 0 {
			parts = append(parts, i18n.T(text, count(n)))
		}
	}
	add(n.Running, i18n.M("Running %s"))
	add(n.Waiting, i18n.M("Waiting %s"))
	add(n.Paused, i18n.M("Paused %s"))
	add(n.Failed, i18n.M("Failed %s"))
	add(n.Kept, i18n.M("Kept, not verified %s"))
	add(n.Done, i18n.M("Done %s"))
	add(n.Other, i18n.M("Stopped or skipped %s"))
	return strings.Join(parts, "  |  ")
}
