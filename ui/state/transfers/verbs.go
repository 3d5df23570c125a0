package transfers

import (
	"context"
	"math"
	"slices"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
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
func (e *engine) fits(v Verb, c transfer.Change) bool {
	p, o := c.Phase, e.left[c.First]
	switch v {
	case Retry:
		return isRetryable(p) && (o == nil || !o.isBarred())
	case Keep:
		return o != nil && o.decision == undecided
	case Accept:
		return c.Acceptable
	case Cancel:
		return !p.Over()
	case Pause:
		return p == transfer.Queued || p == transfer.Sending
	case Resume:
		return p == transfer.Paused
	case Clear:
		return p == transfer.Done && !c.Doubtful
	}
	return p.Over() && (o == nil || o.decision != undecided && o.decision != deleting)
}

func isRetryable(p transfer.Phase) bool {
	return p == transfer.Failed || p == transfer.Cancelled || p == transfer.Skipped
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
	c := s.engine.core().Now(s.nth)
	return s, !c.Gone && s.engine.fits(v, c)
}

// Do does a verb to the rows it applies to. No rows means all. For very many rows it
// returns before that is done.
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

// every are an engine's rows for a verb: all but those of which it is known that it
// does not apply to them; the engine leaves others alone by itself. What was decided is
// not undone in passing, only where the rows were named.
func (l *List) every(v Verb, e *engine, named bool) []transfer.Range {
	fits := func(nth int) bool {
		if o := e.left[nth]; v == Retry && !named && o != nil && o.decision != undecided {
			return false
		}
		return e.fits(v, e.core().Now(nth))
	}
	all := transfer.Range{N: math.MaxInt} // those that nobody has looked at yet too
	noted := e.noted(all)
	if v == Keep || v == Accept {
		return transfer.Ranges(slices.Values(slices.DeleteFunc(noted, func(nth int) bool { return !fits(nth) })))
	}
	var ranges []transfer.Range
	next := 0
	for _, nth := range noted {
		if !fits(nth) {
			ranges = append(ranges, transfer.Range{First: next, N: nth - next})
			next = nth + 1
		}
	}
	return append(ranges, transfer.Range{First: next, N: all.N - next})
}

// doTo does a verb to those of the rows it applies to.
func (l *List) doTo(v Verb, rows []int) {
	nths := map[*engine][]int{}
	for _, row := range rows {
		if s, ok := l.fits(v, row); ok {
			nths[s.engine] = append(nths[s.engine], s.nth)
		}
	}
	for e, some := range nths {
		slices.Sort(some)
		l.do(v, e, transfer.Ranges(slices.Values(some)))
	}
}

// fewAtOnce is for how many rows a verb is done while the screen waits: the rest of
// what such a moment costs is less.
const fewAtOnce = 4096

// carry does what takes the longer the more rows an engine has: at once where those
// are few, else away from the screen's goroutine, in the order in which it was asked
// for.
func (l *List) carry(e *engine, verb func()) {
	if len(l.verbs) == 0 && e.sum.Rows() <= fewAtOnce {
		verb()
		return
	}
	if l.verbs = append(l.verbs, verb); len(l.verbs) == 1 {
		l.carryOn()
	}
}

func (l *List) carryOn() {
	verb := l.verbs[0]
	loop.Do(l.world.Context, l.world.Loop, func(context.Context) error { verb(); return nil }, func(error) {
		if l.verbs = l.verbs[1:]; len(l.verbs) > 0 {
			l.carryOn()
		}
		l.Refresh()
	})
}

// do does a verb to rows of an engine.
func (l *List) do(v Verb, e *engine, rows []transfer.Range) {
	if len(rows) == 0 { // an engine takes that for all
		return
	}
	core := e.core()
	switch v {
	case Retry:
		l.retry(e, rows)
	case Accept:
		l.carry(e, func() { core.Accept(rows...) })
	case Cancel:
		l.carry(e, func() { core.Cancel(rows...) })
	case Pause:
		l.carry(e, func() { core.Pause(rows...) })
	case Resume:
		l.carry(e, func() { core.Resume(rows...) })
	case Clear:
		l.carry(e, func() { core.ClearDone(rows...) })
	case Remove:
		l.carry(e, func() { core.Clear(rows...) })
	case Keep:
		for _, r := range rows {
			for nth := r.First; nth < r.End(); nth++ {
				e.left[nth].decide(kept)
			}
		}
	}
}

// retry begins transfers anew. Those of an account that was changed since go on
// as the account is now: its secret may have been what was wrong.
func (l *List) retry(e *engine, rows []transfer.Range) {
	now := l.world.Successor(e.Session)
	if now == e.Session {
		l.carry(e, func() { e.core().Retry(rows...) })
		return
	}
	loop.Fetch(l.world.Context, l.world.Loop, func(context.Context) ([]transfer.Range, error) {
		return goOver(e.core(), now.Transfers(), rows)
	}, func(gone []transfer.Range, err error) {
		if err != nil {
			l.world.Problem(explain.Error(err))
		}
		if len(gone) > 0 {
			e.core().Clear(gone...)
		}
		l.Refresh()
	})
}

// goOver submits to another engine what has failed in one, and says which rows that
// were.
func goOver(from, to *transfer.Engine, rows []transfer.Range) ([]transfer.Range, error) {
	const some = 256
	var gone []int
	jobs := func(yield func(transfer.Job) bool) {
		var window []transfer.Row
		for _, r := range rows {
			for next := r.First; next < r.End(); next = window[len(window)-1].Nth + 1 {
				if window = from.AppendRows(window[:0], next, some); len(window) == 0 {
					break
				}
				for _, row := range window {
					if !r.Holds(row.Nth) || !isRetryable(row.Phase) || row.Unread {
						continue
					}
					gone = append(gone, row.Nth)
					row.Job.ID = ""
					if !yield(row.Job) {
						return
					}
				}
			}
		}
	}
	if _, err := to.Submit(jobs); err != nil {
		return nil, err
	}
	return transfer.Ranges(slices.Values(gone)), nil
}
