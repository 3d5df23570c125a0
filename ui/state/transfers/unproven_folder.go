package transfers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// UnprovenIn are the objects of an account in a folder, or further down, about
// which the user has still to decide, in the order of the transfers.
func (l *List) UnprovenIn(account string, folder client.Location) []Unproven {
	var all []Unproven
	for _, e := range l.engines {
		if e.Account != account {
			continue
		}
		for _, o := range e.left {
			if u := (Unproven{l, o}); folder.Holds(o.to.at) && o.decision == undecided && !u.replaced() {
				all = append(all, u)
			}
		}
	}
	slices.SortFunc(all, func(a, b Unproven) int { return cmp.Compare(l.row(a.left.spot), l.row(b.left.spot)) })
	return all
}

// WarningAbout says how many objects of a folder wait for a decision and what is
// wrong with them, "" for none; what is only not yet verified is a warning.
func WarningAbout(all []Unproven) (text string, role explain.Role) {
	var found []transfer.Verdict
	for _, u := range all {
		found = append(found, u.left.receipt.Verdict)
	}
	return explain.Unproven(found)
}

// SelectUnproven selects the transfers that left the objects.
func (l *List) SelectUnproven(all []Unproven) {
	var rows []int
	for _, u := range all {
		if u.isThere() {
			rows = append(rows, l.row(u.left.spot))
		}
	}
	if len(rows) > 0 {
		l.Selection.SetSelected(rows)
		l.Selection.MoveTo(rows[0])
	}
}

// At is where the object is.
func (u Unproven) At() client.Location { return u.left.receipt.At }

// QuestionAbout asks whether to delete several such objects; see
// [Unproven.Question].
func QuestionAbout(all []Unproven) (title, body string) {
	if len(all) == 1 {
		return all[0].Question()
	}
	var lines []string
	for _, u := range all {
		lines = append(lines, i18n.T("%s (%s) lies on the server, %s.", u.left.receipt.At.String(), explain.Size(u.left.receipt.Size), explain.Stored(u.left.receipt)))
	}
	lines = append(explain.Shorten(lines), i18n.T("These objects are deleted and nothing else. The files on this computer stay."))
	return i18n.N(len(all), "Delete %s object from the server?", "Delete %s objects from the server?", explain.Count(len(all))), strings.Join(lines, "\n")
}
