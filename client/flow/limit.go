package flow

import (
	"math"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A limit is how many requests may be under way, found out by doing. It measures
// what is moved in a window of time, tries more, and keeps that where it paid;
// first it doubles, then it goes up by a half now and then. Where a server asks
// to slow down, or falls silent, it goes down by half of the share of requests that
// this happened to, window by window. It belongs to the flow's mutex, and knows no
// clock but the times it is given.
type limit struct {
	at     float64 // requests under way at most, 1 to Most
	window window
	used   int // requests under way in this window, at its fullest
	did    average
	// A trial is a limit that has yet to pay.
	trial   bool
	from    float64       // the limit before the trial
	before  float64       // the work a second that it did
	doubles float64       // so high it is doubled, not raised by a half
	pause   time.Duration // before another trial, after one that did not pay
	resumes time.Time     // no trial before
}

// A window is what happened since a moment.
type window struct {
	since    time.Time
	bytes    int64 // moved before it
	ended    [client.Outcomes]int
	settling bool // what it shows is not counted: the limit changed at its begin
}

// An average is what was done in the windows since the limit changed, the last of them
// above all: one by itself lies where the machine or the server has something else to do,
// or a request stands still.
type average struct {
	windows    int
	work, took float64 // the latter in seconds
}

func (a *average) add(work float64, took time.Duration) {
	if a.windows == remembered {
		a.windows, a.work, a.took = a.windows/2, a.work/2, a.took/2
	}
	a.windows++
	a.work += work
	a.took += took.Seconds()
}

// rate is the work a second.
func (a *average) rate() float64 { return a.work / a.took }

const (
	firstLimit = 8
	// remembered are the windows of an average at most, and convinced is after how many
	// a trial is given up that does not pay.
	remembered, convinced = 8, 3
	// shortest and longest are the bounds of a window; within them it lasts until so
	// many rounds of the requests under way have ended, since they end in batches, and
	// at least the fewest that say something.
	shortest, longest = 150 * time.Millisecond, 2 * time.Second
	rounds, fewest    = 4, 16
	// settles is the least time after a change before what follows from it counts.
	settles = 50 * time.Millisecond
	// pays is the share of a raise that must be found again in the work done, paysSoon
	// before a trial has had all of its windows.
	pays, paysSoon = 0.2, 0.5
	// tolerable is the share of requests refused up to which a server is not
	// overrun: those are sent again, and wait before.
	tolerable = 0.1
	// aRequest is how many bytes cost as much as a request does.
	aRequest = 256 << 10
	// The pauses between trials that do not pay, each twice the one before.
	firstPause, longestPause = time.Second, 16 * time.Second
)

func newLimit() limit { return limit{at: firstLimit, doubles: Most} }

// most is how many requests may be under way.
func (l *limit) most() int { return max(1, int(l.at)) }

// ended counts a request that ended, at a moment when so many bytes have moved in
// all.
func (l *limit) ended(o client.Outcome, bytes int64, now time.Time) {
	if l.window.since.IsZero() {
		l.open(bytes, now, true)
	}
	l.window.ended[o]++
	w := &l.window
	took, seen := now.Sub(w.since), w.seen()
	least, enough := shortest, max(rounds*l.most(), fewest)
	if w.settling {
		least, enough = settles, l.most()
	}
	if took < least || seen < enough && took < longest {
		return
	}
	changed := l.judge(w.work(bytes), took, now)
	l.open(bytes, now, changed)
}

// open begins another window.
func (l *limit) open(bytes int64, now time.Time, settling bool) {
	l.window = window{since: now, bytes: bytes, settling: settling}
	l.used = 0
}

// judge draws the conclusion from a window in which so much work was done, and reports
// whether the limit is another now.
func (l *limit) judge(work float64, took time.Duration, now time.Time) (changed bool) {
	was := l.at
	if !l.window.settling {
		l.did.add(work, took)
	}
	switch share := l.window.refused(); {
	case share > tolerable:
		l.doubles = min(l.doubles, l.at/2)
		l.at = max(1, l.at*(1-share/2))
		l.trial, l.resumes = false, now.Add(shortest)
	case l.window.settling:
		return false
	case l.used < l.most(): // there is not so much to do
		if l.trial {
			l.at, l.trial = max(l.from, float64(l.used)), false
		}
	case l.trial && !l.paid():
		if l.did.windows < convinced {
			return false
		}
		l.at, l.trial, l.doubles = l.from, false, 0
		l.pause = min(max(2*l.pause, firstPause), longestPause)
		l.resumes = now.Add(l.pause)
	default:
		if l.trial {
			l.pause = 0
		}
		l.try(now)
	}
	if l.at != was {
		l.did = average{}
	}
	return l.at != was
}

// paid reports whether a trial does so much more than was done before. Before all of
// its windows are there it must do more, or the luckiest of them would decide.
func (l *limit) paid() bool {
	share := pays
	if l.did.windows < convinced {
		share = paysSoon
	}
	return l.did.rate() >= l.before*(1+share*(l.at/l.from-1))
}

// restart begins as if the endpoint were a new one, which it may be after an outage.
func (l *limit) restart() {
	l.at, l.trial, l.doubles, l.pause, l.resumes = 1, false, Most, 0, time.Time{}
}

// try raises the limit, if it is time and there is room.
func (l *limit) try(now time.Time) {
	l.trial = false
	if now.Before(l.resumes) || l.at >= Most {
		return
	}
	l.trial, l.from, l.before = true, l.at, l.did.rate()
	if l.at*2 <= l.doubles {
		l.at *= 2
	} else {
		l.at = math.Min(l.at+math.Max(1, l.at/2), Most)
	}
}

// seen is how many requests ended.
func (w *window) seen() (n int) {
	for _, k := range w.ended {
		n += k
	}
	return n
}

// refused is the share of requests that were asked to come later or fell silent,
// the first not counted, which may be chance, unless it is all there is.
func (w *window) refused() float64 {
	refused, seen := w.ended[client.Busy]+w.ended[client.Silent], w.seen()
	if refused < seen {
		refused = max(refused-1, 0)
	}
	return float64(refused) / float64(max(seen, 1))
}

// work is what was done: requests served, and bytes moved.
func (w *window) work(bytes int64) float64 {
	return float64(w.ended[client.Served]) + float64(bytes-w.bytes)/aRequest
}
