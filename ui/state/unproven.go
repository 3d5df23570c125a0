package state

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
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
)

// An Unproven is an uploaded object that lies on the server and whose
// encryption is not what was asked, or cannot be shown to be.
type Unproven struct {
	transfers *Transfers
	id        string
	account   string
	receipt   transfer.Receipt
}

// isUnproven reports whether a row left such an object behind: one that is not
// as asked, or one that could not be looked at yet.
func isUnproven(r transfer.Row) bool {
	if r.Job.Op != transfer.Upload || r.Receipt == nil {
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
func (t *Transfers) Unproven(row int) (u Unproven, ok bool) {
	if row < 0 || row >= len(t.rows) {
		return Unproven{}, false
	}
	r := t.rows[row]
	if d := t.decided[r.Job.ID]; !isUnproven(r.Row) || d == deleted || d == deleting || d == replaced {
		return Unproven{}, false
	}
	return Unproven{transfers: t, id: r.Job.ID, account: r.account, receipt: *r.Receipt}, true
}

// WhyNotDelete says why the object of the rows cannot be deleted, "" when it
// can: only the one object of one row is.
func (t *Transfers) WhyNotDelete(rows []int) string {
	if len(rows) != 1 {
		return i18n.T("Select one transfer in the list below first.")
	}
	u, ok := t.Unproven(rows[0])
	if !ok {
		return i18n.T("This transfer left nothing on the server that is not encrypted as asked.")
	}
	return u.WhyNotDelete()
}

// WhyNotDelete says why the object cannot be deleted now, "" when it can.
func (u Unproven) WhyNotDelete() string {
	switch {
	case u.transfers.app.sessions[u.account] == nil:
		return i18n.T("Its account is not open any more.")
	case u.replaced():
		return i18n.T("Another upload has replaced it since.")
	case u.receipt.VersionID == "" && u.receipt.ETag == "":
		return i18n.T("Nothing is known of it by which it could be told from another object of its name: look at it in the list and delete it there.")
	}
	return ""
}

// replaced reports whether another transfer of the list has written to the same
// place since, or is about to: what lies there is that one's then.
func (u Unproven) replaced() bool {
	row, ok := u.transfers.lastWriters(u.account)[u.receipt.At]
	return ok && u.transfers.rows[row].Job.ID != u.id
}

// Question asks whether to delete the object: what lies there, and how it is
// encrypted by the receipt.
func (u Unproven) Question() (title, body string) {
	r := u.receipt
	lines := []string{
		i18n.T("%s (%s) lies on the server, %s.", r.At.String(), explain.Size(r.Size), lies(r)),
		i18n.T("Asked for was: %s", askedWords(r.Treatment)),
		i18n.T("This object is deleted and nothing else. The file on this computer stays."),
	}
	if r.VersionID != "" {
		lines = append(lines, i18n.T("The bucket keeps versions: exactly this version is deleted, and an older one comes back if there is one."))
	}
	return i18n.T("Delete %s from the server?", r.At.Base()), strings.Join(lines, "\n")
}

// lies is how an object lies on the server, in words that claim only what was
// reported.
func lies(r transfer.Receipt) string {
	switch {
	case r.Verdict == transfer.NotYetVerified:
		return i18n.T("and how it is encrypted is not yet verified")
	case r.Verdict == transfer.NotEncrypted:
		return i18n.T("stored without encryption")
	case r.Verdict == transfer.OtherKey && r.Reported.Type != r.Treatment.Type:
		return i18n.T("encrypted in another way than asked: %s", explain.Reported(r.Reported))
	case r.Verdict == transfer.OtherKey:
		return i18n.T("encrypted with another key: %s", explain.Reported(r.Reported))
	case !r.Reported.Told:
		return i18n.T("and the server does not say how it is encrypted")
	}
	return i18n.T("encrypted, and it cannot be told whether with the key asked for: %s", explain.Reported(r.Reported))
}

// Delete deletes exactly the object of the receipt, and nothing that somebody
// else put in its place.
func (u Unproven) Delete() {
	t := u.transfers
	s := t.app.sessions[u.account]
	if _, still := t.find(u.id); !still || s == nil || u.WhyNotDelete() != "" {
		return
	}
	was := client.Object{At: u.receipt.At, VersionID: u.receipt.VersionID, ETag: u.receipt.ETag, Modified: u.receipt.Modified}
	before := t.decided[u.id]
	t.decide(u.id, deleting)
	loop.Fetch(t.app.ctx, t.app.loop, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.DeleteOnly(ctx, was, u.receipt.Treatment.CustomerKeyMD5)
	}, func(_ struct{}, err error) {
		switch {
		case client.KindOf(err) == client.KindPrecondition:
			t.decide(u.id, replaced)
		case err != nil:
			t.decide(u.id, before)
		default:
			t.decide(u.id, deleted)
		}
		if err != nil {
			t.app.problem(err)
		}
		t.app.removed(u.account, was, err)
	})
}

// Keep leaves the object as it is. Its row goes on to say what was found.
func (u Unproven) Keep() { u.transfers.decide(u.id, kept) }

// Retry uploads the file again, over the object.
func (u Unproven) Retry() {
	if row, ok := u.transfers.find(u.id); ok {
		u.transfers.Do(Retry, []int{row})
	}
}

// WhyNotRetry says why the file cannot be uploaded again, "" when it can.
func (u Unproven) WhyNotRetry() string {
	row, _ := u.transfers.find(u.id)
	return u.transfers.WhyNot(Retry, []int{row})
}

func (t *Transfers) find(id string) (row int, ok bool) {
	for row, r := range t.rows {
		if r.Job.ID == id && isUnproven(r.Row) {
			return row, true
		}
	}
	return -1, false
}

// decide notes what the user did and shows it.
func (t *Transfers) decide(id string, d decision) {
	if d == undecided {
		delete(t.decided, id)
	} else {
		t.decided[id] = d
	}
	t.refresh()
}

// stands reports whether a retry of r would be stopped by the very object it
// left: an upload that may not overwrite would count as skipped, and what was
// found would be forgotten.
func (t *Transfers) stands(r transfer.Row) bool {
	return isUnproven(r) && !isUnverified(r) && r.Job.Overwrite != transfer.OverwriteAlways && t.decided[r.Job.ID] != deleted
}

// settled is the state of a row of which the user has decided; ok is false for
// others. It is never told as good.
func (t *Transfers) settled(r transfer.Row) (text string, role explain.Role, ok bool) {
	switch t.decided[r.Job.ID] {
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
