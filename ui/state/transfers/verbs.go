package transfers

import (
	"slices"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
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

// fits says whether a verb applies to a row of an engine.
func (e *engine) fits(v Verb, r *transfer.Row) bool {
	p, o := r.Phase, e.left[r.Nth]
	switch v {
	case Retry:
		return (p == transfer.Failed || p == transfer.Cancelled || p == transfer.Skipped) &&
			(o == nil || !o.isBarred())
	case Keep:
		return o != nil && o.decision == undecided
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
	return p.Over() && (o == nil || o.decision != undecided && o.decision != deleting)
}

// ranksOf are the ranks in which a verb finds rows that it applies to.
var ranksOf = map[Verb][]rank{
	Retry: {failed, over}, Keep: {failed, over}, Accept: {failed}, Clear: {over}, Remove: {failed, over},
	Cancel: {running, waits}, Pause: {running, waits}, Resume: {waits},
}

// fitting is to how many rows of an engine a verb applies: of those that are
// named, or in passing of all.
func (e *engine) fitting(v Verb, named bool) int {
	s := e.core().Summary()
	p := func(of transfer.Phase) int { return s.Phases[of] }
	switch v {
	case Retry:
		left := e.kinds.passed
		if named {
			left = e.kinds.barred
		}
		return p(transfer.Failed) + p(transfer.Cancelled) + p(transfer.Skipped) - left
	case Keep:
		return e.kinds.decided[undecided]
	case Accept:
		return len(e.stale)
	case Cancel:
		return s.Open()
	case Pause:
		return p(transfer.Queued) + p(transfer.Sending)
	case Resume:
		return p(transfer.Paused)
	case Clear:
		return p(transfer.Done) - s.Doubtful
	}
	return s.Rows() - s.Open() - e.kinds.decided[undecided] - e.kinds.decided[deleting]
}

// asAsked reports whether nothing is to be said against the outcome of a row that
// is done.
func asAsked(r *transfer.Row) bool {
	return r.Receipt == nil || r.Job.Op != transfer.Upload || r.Receipt.Verdict.AsAsked()
}

// WhyNot says why a verb cannot be used on the rows, "" when it can on at least
// one. No rows means all, of which it is asked at each refresh.
func (l *List) WhyNot(v Verb, rows []int) string {
	if l.can(v, rows) {
		return ""
	}
	switch v {
	case Retry:
		for _, row := range rows {
			if o := l.unprovenIn(row); o != nil && o.blocksRetry() {
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

// can reports whether a verb applies to one of the rows at least. The counters
// answer for all rows; a few of many are looked at where they may fit.
func (l *List) can(v Verb, rows []int) bool {
	named := len(rows) > 0
	if !slices.ContainsFunc(l.engines, func(e *engine) bool { return l.reaches(v, e) && e.fitting(v, named) > 0 }) {
		return false
	}
	return l.areAll(rows) || slices.ContainsFunc(rows, func(row int) bool { _, ok := l.fits(v, row); return ok })
}

// areAll reports whether rows, of which each is named once, are all there are. No
// rows mean all.
func (l *List) areAll(rows []int) bool { return len(rows) == 0 || len(rows) == l.Rows() }

// reaches reports whether a verb can do anything to an engine's rows: who tries
// again needs the account.
func (l *List) reaches(v Verb, e *engine) bool {
	return v != Retry || l.world.Successor(e.Session) != nil
}

// fits reports whether a verb applies to a row, and which that is.
func (l *List) fits(v Verb, row int) (s spot, ok bool) {
	if !slices.Contains(ranksOf[v], l.rankAt(row)) {
		return s, false
	}
	if s, ok = l.at(row); !ok || !l.reaches(v, s.engine) {
		return s, false
	}
	r, ok := s.engine.core().Nth(s.nth)
	return s, ok && s.engine.fits(v, &r)
}

// Do does a verb to the rows it applies to. No rows means all.
func (l *List) Do(v Verb, rows []int) {
	if named := len(rows) > 0; l.areAll(rows) {
		for _, e := range l.engines {
			if l.reaches(v, e) && e.fitting(v, named) > 0 {
				l.do(v, e, l.every(v, e, named))
			}
		}
	} else {
		l.doTo(v, rows)
	}
	l.Refresh()
}

// every are the ids of an engine's rows that a verb applies to. What was decided
// is not undone in passing, only where the rows were named.
func (l *List) every(v Verb, e *engine, named bool) []string {
	return e.core().IDs(func(r *transfer.Row) bool {
		if o := e.left[r.Nth]; v == Retry && !named && o != nil && o.decision != undecided {
			return false
		}
		return e.fits(v, r)
	})
}

// doTo does a verb to those of the rows it applies to.
func (l *List) doTo(v Verb, rows []int) {
	ids := map[*engine][]string{}
	for _, row := range rows {
		if s, ok := l.fits(v, row); ok {
			r, _ := s.engine.core().Nth(s.nth)
			ids[s.engine] = append(ids[s.engine], r.Job.ID)
		}
	}
	for e, some := range ids {
		l.do(v, e, some)
	}
}

// do does a verb to rows of an engine.
func (l *List) do(v Verb, e *engine, ids []string) {
	if len(ids) == 0 { // an engine takes that for all
		return
	}
	switch v {
	case Retry:
		l.retry(e, ids)
	case Accept:
		e.core().Accept(ids...)
	case Cancel:
		e.core().Cancel(ids...)
	case Pause:
		e.core().Pause(ids...)
	case Resume:
		e.core().Resume(ids...)
	case Clear, Remove:
		e.core().Clear(ids...)
	case Keep:
		for _, id := range ids {
			if r, ok := e.core().Row(id); ok && e.left[r.Nth] != nil {
				e.left[r.Nth].decide(kept)
			}
		}
	}
}

// retry begins transfers anew. Those of an account that was changed since go on
// as the account is now: its secret may have been what was wrong.
func (l *List) retry(e *engine, ids []string) {
	now := l.world.Successor(e.Session)
	if now == e.Session {
		e.core().Retry(ids...)
		return
	}
	again := func(yield func(transfer.Job) bool) {
		for _, id := range ids {
			if row, ok := e.core().Row(id); ok && !yield(row.Job) {
				return
			}
		}
	}
	if _, err := now.Transfers().Submit(again); err != nil {
		l.world.Problem(explain.Error(err))
		return
	}
	e.core().Clear(ids...)
}
