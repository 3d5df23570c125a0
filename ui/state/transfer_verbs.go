package state

import (
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"slices"
)

// A Verb is what a user does to transfers.
type Verb string

// The verbs. Keep leaves an object that is not encrypted as asked where it is;
// Accept downloads again and takes a file whose checksum in the metadata is
// stale; Clear takes the rows off the list that are done as asked, Remove any
// that is over and waits for no decision.
const (
	Retry  Verb = "retry"
	Cancel Verb = "cancel"
	Pause  Verb = "pause"
	Resume Verb = "resume"
	Keep   Verb = "keep"
	Accept Verb = "accept"
	Clear  Verb = "clear"
	Remove Verb = "remove"
)

// fits says to which rows a verb applies.
func (t *Transfers) fits(v Verb, r transfer.Row) bool {
	p := r.Phase
	switch v {
	case Retry:
		return (p == transfer.Failed || p == transfer.Cancelled || p == transfer.Skipped) &&
			t.decided[r.Job.ID] != deleting && !t.stands(r)
	case Keep:
		return isUnproven(r) && t.decided[r.Job.ID] == undecided
	case Accept:
		return r.Acceptable()
	case Cancel:
		return !p.Over()
	case Pause:
		return p == transfer.Queued || p == transfer.Sending
	case Resume:
		return p == transfer.Paused
	case Clear:
		return p == transfer.Done && asAsked(r)
	}
	return p.Over() && !t.undecided(r)
}

// asAsked reports whether nothing is to be said against the outcome of a row that
// is done.
func asAsked(r transfer.Row) bool {
	return r.Receipt == nil || r.Job.Op == transfer.Download || r.Receipt.Verdict.AsAsked()
}

// undecided reports whether a row left something on the server about which the
// user has still to decide.
func (t *Transfers) undecided(r transfer.Row) bool {
	d := t.decided[r.Job.ID]
	return isUnproven(r) && (d == undecided || d == deleting)
}

// WhyNot says why a verb cannot be used on the rows, "" when it can on at least
// one. No rows means all.
func (t *Transfers) WhyNot(v Verb, rows []int) string {
	if len(t.chosen(v, rows)) > 0 {
		return ""
	}
	switch v {
	case Retry:
		for _, row := range rows {
			if row >= 0 && row < len(t.rows) && t.stands(t.rows[row].Row) {
				return i18n.T("The object is there now and this upload may not overwrite it: delete it first.")
			}
		}
		return i18n.T("Nothing here has failed or was cancelled.")
	case Pause, Cancel:
		return i18n.T("Nothing here is running or waiting.")
	case Resume:
		return i18n.T("Nothing here is paused.")
	case Accept:
		return i18n.T("No download here failed because of a checksum in the metadata.")
	case Keep:
		return i18n.T("Nothing here waits for a decision about its encryption.")
	}
	if v == Clear {
		return i18n.T("Nothing here is finished as asked.")
	}
	return i18n.T("Nothing here can be removed: it is not over, or waits for a decision about its encryption.")
}

// Do does a verb to the rows it applies to. No rows means all.
func (t *Transfers) Do(v Verb, rows []int) {
	for s, ids := range t.chosen(v, rows) {
		e := s.Transfers()
		switch v {
		case Retry:
			t.retry(s, ids)
		case Accept:
			for _, id := range ids {
				delete(t.seen, id)
			}
			e.Accept(ids...)
		case Cancel:
			e.Cancel(ids...)
		case Pause:
			e.Pause(ids...)
		case Resume:
			e.Resume(ids...)
		case Clear, Remove:
			e.Clear(ids...)
		case Keep:
			for _, id := range ids {
				t.decided[id] = kept
			}
		}
	}
	t.refresh()
}

// retry begins transfers anew. Those of an account that was changed since go on
// as the account is now: its secret may have been what was wrong.
func (t *Transfers) retry(s *session.Session, ids []string) {
	for _, id := range ids {
		delete(t.seen, id)
		delete(t.decided, id)
	}
	now := t.app.successor(s)
	if now == s {
		s.Transfers().Retry(ids...)
		return
	}
	var again []transfer.Job
	for _, id := range ids {
		if row, ok := s.Transfers().Row(id); ok {
			again = append(again, row.Job)
		}
	}
	if _, err := now.Transfers().Submit(slices.Values(again)); err != nil {
		t.app.problem(err)
		return
	}
	s.Transfers().Clear(ids...)
}

// chosen are the ids a verb applies to, by whose they are.
func (t *Transfers) chosen(v Verb, rows []int) map[*session.Session][]string {
	ids := map[*session.Session][]string{}
	if len(rows) == 0 {
		for row, r := range t.rows {
			if v != Retry || t.decided[r.Job.ID] == undecided { // what was decided is not undone in passing
				rows = append(rows, row)
			}
		}
	}
	for _, row := range rows {
		if row < 0 || row >= len(t.rows) {
			continue
		}
		if r := t.rows[row]; t.fits(v, r.Row) && (v != Retry || t.app.successor(r.session) != nil) {
			ids[r.session] = append(ids[r.session], r.Job.ID)
		}
	}
	return ids
}
