package state

import (
	"math"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
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
	seen    map[string]bool     // ids of rows whose end was told of
	decided map[string]decision // by id, of the rows that are isUnproven
	past    map[string]bool     // ids of rows that were over when nothing was under way: no part of the total
}

// transferring is a row and whose it is.
type transferring struct {
	transfer.Row
	account string
	session *session.Session
	nth     int // in the order of submission, account by account
}

// rank is where a row stands: what runs first, then what asks for a decision or
// has failed, then what waits, then what is over.
func (r transferring) rank() int {
	switch r.Phase {
	case transfer.Sending, transfer.Verifying:
		return 0
	case transfer.Failed:
		return 1
	case transfer.Queued, transfer.Paused:
		return 2
	}
	return 3
}

// refresh looks at every engine. Selection and cursor stay on their rows.
func (t *Transfers) refresh() {
	selected, cursor := t.selected()
	decided := t.decided
	t.rows, t.decided = t.rows[:0], map[string]decision{}
	for _, held := range t.app.held() {
		for _, row := range held.session.Transfers().Rows(0, math.MaxInt) {
			t.rows = append(t.rows, transferring{row, held.account, held.session, len(t.rows)})
			if d, ok := decided[row.Job.ID]; ok && isUnproven(row) { // a retry begins anew
				t.decided[row.Job.ID] = d
			}
			t.ended(row, held.account)
		}
	}
	t.app.letGo()
	slices.SortStableFunc(t.rows, func(a, b transferring) int { return a.rank() - b.rank() })
	t.Selection.SetRows(len(t.rows))
	var again []int
	for row, r := range t.rows {
		if selected[r.Job.ID] {
			again = append(again, row)
		}
		if r.Job.ID == cursor {
			t.Selection.MoveTo(row)
		}
	}
	t.Selection.SetSelected(again)
	t.rest()
	if t.OnChange != nil {
		t.OnChange()
	}
	t.app.changed()
}

// selected are the ids of the rows selected and of the one the cursor is on.
func (t *Transfers) selected() (ids map[string]bool, cursor string) {
	ids = map[string]bool{}
	for row := range t.Selection.All() {
		ids[t.rows[row].Job.ID] = true
	}
	if c := t.Selection.Cursor(); c >= 0 && c < len(t.rows) {
		cursor = t.rows[c].Job.ID
	}
	return ids, cursor
}

// ended tells of a row that is over, once.
func (t *Transfers) ended(row transfer.Row, account string) {
	if !row.Phase.Over() || t.seen[row.Job.ID] {
		return
	}
	t.seen[row.Job.ID] = true
	t.app.ended(account, row)
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
func (t *Transfers) Explain(row int) explain.Message {
	r := t.rows[row].Row
	m := explain.Error(r.Err)
	if r.Err == nil {
		m = explain.Message{Title: t.Row(row).State}
	}
	if r.Receipt != nil {
		m.Facts = facts(*r.Receipt)
	}
	if isUnproven(r) {
		text := lies(*r.Receipt)
		m.Body = i18n.T("%s is on the server, %s.", r.Job.At().Base(), text)
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
	file := r.Job.From
	if r.Job.Op == transfer.Download {
		file = r.Job.To
	}
	lines := []string{file.String() + " " + arrow(r.Job.Op) + " " + r.Job.At().String()}
	if because := r.Job.Treatment.Because; !because.IsZero() {
		lines = append(lines, explain.Sentence(because.String()))
	}
	if m.Body != "" && !slices.Contains(lines, m.Body) {
		lines = append(lines, m.Body)
	}
	m.Body = strings.Join(lines, "\n")
	return m
}
