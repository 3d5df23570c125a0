package transfers

import (
	"context"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// A decision is what the user did about an object that is on the server and
// is not proved to be encrypted as asked.
type decision int

const (
	undecided decision = iota
	deleting
	deleted
	replaced // another object has taken its place
	kept
	decisions = iota
)

// An unprovenObject is an uploaded object that is on the server and whose encryption is
// not what was asked, or cannot be shown to be.
type unprovenObject struct {
	spot
	to         place
	receipt    transfer.Receipt
	failed     bool // its row has failed, and was not cancelled
	overwrites bool // a retry is not stopped by it, see [unprovenObject.blocksRetry]
	replaced   bool // another upload wrote to its place since
	decision   decision
}

func (o *unprovenObject) write() write { return write{o.receipt.VerifiedAt, o.spot} }

// tellers count the unproven objects of an engine.
type tellers struct {
	decided [decisions]int
	failed  [decisions]int // of those, the ones whose row has failed
	passed  int            // not retried with all others, see [unprovenObject.isPassed]
	barred  int            // not retried at all, see [unprovenObject.isBarred]
}

func (t *tellers) count(o *unprovenObject, n int) {
	t.decided[o.decision] += n
	if o.failed {
		t.failed[o.decision] += n
	}
	if o.isPassed() {
		t.passed += n
	}
	if o.isBarred() {
		t.barred += n
	}
}

// noteUnproven notes what a row left that is over. was is what it did before, nil when
// nobody looked then.
func (l *List) noteUnproven(s spot, row transfer.Row, was *writer) {
	o := &unprovenObject{
		spot: s, to: place{s.engine.Account, row.Job.At()}, receipt: *row.Receipt, failed: row.Phase == transfer.Failed,
		overwrites: isUnverified(row) || row.Job.Overwrite == transfer.OverwriteAlways,
	}
	o.replaced = was != nil && !was.rival.at.IsZero() && was.rival.after(o.write())
	s.engine.left[s.nth] = o
	s.engine.kinds.count(o, 1)
	l.link(o)
}

// take forgets an unproven object.
func (l *List) take(o *unprovenObject) {
	o.engine.kinds.count(o, -1)
	delete(o.engine.left, o.nth)
	l.unlink(o)
}

func (l *List) link(o *unprovenObject) { l.left[o.to] = append(l.left[o.to], o) }

func (l *List) unlink(o *unprovenObject) {
	rest := slices.DeleteFunc(l.left[o.to], func(other *unprovenObject) bool { return other == o })
	if l.left[o.to] = rest; len(rest) == 0 {
		delete(l.left, o.to)
	}
}

// An Unproven is such an object, to be decided about.
type Unproven struct {
	list *List
	left *unprovenObject
}

// isUnproven reports whether a row left such an object behind: one that is not
// as asked, or one that could not be looked at yet.
func isUnproven(r transfer.Row) bool {
	if !r.Job.Op.WritesObject() || r.Receipt == nil {
		return false
	}
	switch kind := client.KindOf(r.Err); r.Phase {
	case transfer.Failed:
		return kind == client.KindEncryptionNotAsAsked || kind == client.KindNotYetVerified
	case transfer.Cancelled:
		return isUnverified(r)
	}
	return false
}

// isUnverified reports whether nothing is known of a row's object but that it
// is stored.
func isUnverified(r transfer.Row) bool {
	return r.Receipt != nil && r.Receipt.Verdict == transfer.NotYetVerified
}

// Unproven is the object a row left on the server; ok is false when the row
// left none, or it is deleted.
func (l *List) Unproven(row int) (u Unproven, ok bool) {
	o := l.unprovenIn(row)
	if o == nil || o.decision == deleted || o.decision == deleting || o.decision == replaced {
		return Unproven{}, false
	}
	return Unproven{l, o}, true
}

// unprovenIn is what a row left, nil for nothing.
func (l *List) unprovenIn(row int) *unprovenObject {
	if len(l.left) == 0 {
		return nil
	}
	s, ok := l.at(row)
	if !ok {
		return nil
	}
	return s.engine.left[s.nth]
}

// WhyNotDelete says why the object of the rows cannot be deleted, "" when it
// can: only the one object of one row is.
func (l *List) WhyNotDelete(rows []int) string {
	if len(rows) != 1 {
		return i18n.T("Select one transfer in the list below first.")
	}
	u, ok := l.Unproven(rows[0])
	if !ok {
		return i18n.T("This transfer left nothing on the server that is not encrypted as asked.")
	}
	return u.WhyNotDelete()
}

// WhyNotDelete says why the object cannot be deleted now, "" when it can.
func (u Unproven) WhyNotDelete() string {
	switch {
	case u.session() == nil || !slices.Contains(u.list.engines, u.left.engine):
		return i18n.T("Its account is not open any more.")
	case u.replaced():
		return i18n.T("Another upload has replaced it since.")
	case u.left.receipt.VersionID == "" && u.left.receipt.ETag == "":
		return i18n.T("Nothing is known of it by which it could be told from another object of its name: look at it in the list and delete it there.")
	}
	return ""
}

// session is the one by which the object is deleted, nil while its account is not
// open.
func (u Unproven) session() *session.Session { return u.list.world.Successor(u.left.engine.Session) }

// replaced reports whether another transfer of the list has written to the same
// place since, or is about to: what is there is that one's then.
func (u Unproven) replaced() bool { return u.left.replaced || u.list.writing[u.left.to] > 0 }

// Question asks whether to delete the object: what is there, and how it is
// encrypted by the receipt.
func (u Unproven) Question() (title, body string) {
	r := u.left.receipt
	lines := []string{
		i18n.T("%s (%s) lies on the server, %s.", r.At.String(), explain.Size(r.Size), explain.Stored(r)),
		i18n.T("Asked for was: %s", askedWords(r.Treatment)),
		i18n.T("This object is deleted and nothing else. The file on this computer stays."),
	}
	if r.VersionID != "" {
		lines = append(lines, i18n.T("The bucket keeps versions: exactly this version is deleted, and an older one comes back if there is one."))
	}
	return i18n.T("Delete %s from the server?", r.At.Base()), strings.Join(lines, "\n")
}

// Delete deletes exactly the object of the receipt, and nothing that somebody
// else put in its place.
func (u Unproven) Delete() {
	s, o := u.session(), u.left
	if !u.isThere() || s == nil || u.WhyNotDelete() != "" {
		return
	}
	was := client.Object{At: o.receipt.At, VersionID: o.receipt.VersionID, ETag: o.receipt.ETag, Modified: o.receipt.Modified}
	before := o.decision
	u.decide(deleting)
	loop.Do(u.list.world.Context, u.list.world.Loop, func(ctx context.Context) error {
		return s.DeleteOnly(ctx, was, o.receipt.Treatment.CustomerKeyMD5)
	}, func(err error) {
		switch {
		case client.KindOf(err) == client.KindPrecondition:
			u.decide(replaced)
		case err != nil:
			u.decide(before)
		default:
			u.decide(deleted)
		}
		if err != nil {
			u.list.world.Problem(explain.Error(err))
		}
		u.list.world.Removed(o.to.account, was, err)
	})
}

// Keep leaves the object as it is. Its row goes on to say what was found.
func (u Unproven) Keep() { u.decide(kept) }

// Retry uploads the file again, over the object.
func (u Unproven) Retry() {
	if u.isThere() {
		u.list.Do(Retry, []int{u.list.row(u.left.spot)})
	}
}

// WhyNotRetry says why the file cannot be uploaded again, "" when it can.
func (u Unproven) WhyNotRetry() string {
	if !u.isThere() {
		return u.list.WhyNot(Retry, []int{rowselect.None})
	}
	return u.list.WhyNot(Retry, []int{u.list.row(u.left.spot)})
}

// isThere reports whether the row is in the list still, as it was.
func (u Unproven) isThere() bool { return u.left.engine.left[u.left.nth] == u.left }

// decide notes what the user did and shows it.
func (u Unproven) decide(d decision) {
	if u.isThere() {
		u.left.decide(d)
	}
	u.list.Refresh()
}

func (o *unprovenObject) decide(d decision) {
	o.engine.kinds.count(o, -1)
	o.decision = d
	o.engine.kinds.count(o, 1)
}

// blocksRetry reports whether a retry would be stopped by the very object that was
// left: an upload that may not overwrite would count as skipped, and what was
// found would be forgotten.
func (o *unprovenObject) blocksRetry() bool { return !o.overwrites && o.decision != deleted }

// isBarred reports whether its row cannot be retried.
func (o *unprovenObject) isBarred() bool { return o.decision == deleting || o.blocksRetry() }

// isPassed reports whether a retry of all leaves this one alone: what was decided
// is not undone in passing.
func (o *unprovenObject) isPassed() bool { return o.decision != undecided || o.blocksRetry() }

// decided is the state of a row of which the user has decided; ok is false for
// others. It is never told as good.
func (o *unprovenObject) decided(r transfer.Row) (text string, role explain.Role, ok bool) {
	if o == nil {
		return "", explain.RoleNormal, false
	}
	switch o.decision {
	case deleting:
		return i18n.T("Deleting from the server…"), explain.RoleMuted, true
	case deleted:
		return i18n.T("Deleted from the server"), explain.RoleMuted, true
	case replaced:
		return i18n.T("Replaced by another object since: nothing was deleted"), explain.RoleMuted, true
	case kept:
		if isUnverified(r) {
			return i18n.T("Kept, not yet verified"), explain.RoleWarn, true
		}
		return i18n.T("Kept: %s", failure(r)), explain.RoleWarn, true
	}
	return "", explain.RoleNormal, false
}
