package state

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// UnprovenIn are the objects of an account in a folder, or further down, about
// which the user has still to decide, in the order of the transfers.
func (t *Transfers) UnprovenIn(account string, folder client.Location) []Unproven {
	var all []Unproven
	last := t.lastWriters(account)
	for row, r := range t.rows {
		if r.account != account || !folder.Holds(r.Job.At()) || t.decided[r.Job.ID] != undecided || last[r.Job.At()] != row {
			continue
		}
		if u, ok := t.Unproven(row); ok {
			all = append(all, u)
		}
	}
	return all
}

// lastWriters are the rows of an account's uploads that wrote last to where they
// went, or are about to: what lies there is theirs.
func (t *Transfers) lastWriters(account string) map[client.Location]int {
	last := map[client.Location]int{}
	for row, r := range t.rows {
		if r.account != account || r.Job.Op != transfer.Upload || !r.writes() && r.Receipt == nil {
			continue
		}
		if before, ok := last[r.Job.At()]; !ok || r.after(t.rows[before]) {
			last[r.Job.At()] = row
		}
	}
	return last
}

// writes reports whether a row is writing, or about to end.
func (r transferring) writes() bool {
	return r.Phase == transfer.Sending || r.Phase == transfer.Verifying
}

// after reports whether a row wrote after another, to the same place.
func (r transferring) after(other transferring) bool {
	switch {
	case r.writes() || other.writes():
		return r.writes()
	case r.Receipt.VerifiedAt.Equal(other.Receipt.VerifiedAt):
		return r.nth > other.nth
	}
	return r.Receipt.VerifiedAt.After(other.Receipt.VerifiedAt)
}

// WarningAbout says how many objects of a folder wait for a decision and what is
// wrong with them, "" for none; what is only not yet verified is a warning.
func WarningAbout(all []Unproven) (text string, role explain.Role) {
	is := map[transfer.Verdict]int{}
	for _, u := range all {
		is[u.receipt.Verdict]++
	}
	switch n := len(all); n {
	case 0:
		return "", explain.RoleNormal
	case is[transfer.NotEncrypted]:
		return i18n.N(n, "%s object here is NOT encrypted", "%s objects here are NOT encrypted", explain.Count(n)), explain.RoleBad
	case is[transfer.NotYetVerified]:
		return i18n.N(n, "%s object here is not yet verified", "%s objects here are not yet verified", explain.Count(n)), explain.RoleWarn
	default:
		return i18n.N(n, "%s object here is not encrypted as asked", "%s objects here are not encrypted as asked", explain.Count(n)), explain.RoleBad
	}
}

// SelectUnproven selects the transfers that left the objects.
func (t *Transfers) SelectUnproven(all []Unproven) {
	var rows []int
	for _, u := range all {
		if row, ok := t.find(u.id); ok {
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		t.Selection.SetSelected(rows)
		t.Selection.MoveTo(rows[0])
	}
}

// At is where the object is.
func (u Unproven) At() client.Location { return u.receipt.At }

// QuestionAbout asks whether to delete several such objects; see
// [Unproven.Question].
func QuestionAbout(all []Unproven) (title, body string) {
	if len(all) == 1 {
		return all[0].Question()
	}
	var lines []string
	for _, u := range all {
		lines = append(lines, i18n.T("%s (%s) lies on the server, %s.", u.receipt.At.String(), explain.Size(u.receipt.Size), lies(u.receipt)))
	}
	lines = append(explain.Shorten(lines), i18n.T("These objects are deleted and nothing else. The files on this computer stay."))
	return i18n.N(len(all), "Delete %s object from the server?", "Delete %s objects from the server?", explain.Count(len(all))), strings.Join(lines, "\n")
}
