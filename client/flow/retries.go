package flow

import (
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// retries is the budget for requests that are sent again: each takes one, each
// request served puts a part of one back. Where none is left they wait; one goes
// after a while, and if nothing is served meanwhile the endpoint has an outage:
// nothing begins, one request asks now and then, until one is served. It belongs to
// the flow's mutex.
type retries struct {
	left    float64
	waiting []chan error
	giveUp  time.Duration // 0 is never

	due    *time.Timer   // the next request that goes without budget
	armed  bool          // it is set
	pause  time.Duration // until it
	probed bool          // one has gone so
	served bool          // something, since then
	begin  bool          // one request may begin in spite of the outage
	outage Outage        // zero for none
	since  time.Time     // nothing was served, zero for not
	last   client.Outcome
}

const (
	// mostRetries is what a budget begins with and never exceeds.
	mostRetries = 64
	// perServed is what a request served adds: one in five may be sent again.
	perServed = 0.2
	// afterOutage is what there is at least when an outage is over.
	afterOutage = 16
	// The pauses between requests that go without budget, each twice the one before
	// while nothing is served.
	firstProbe, longestProbe = time.Second, 30 * time.Second
)

// ask takes one, or gives what to wait for. What comes there is why it never will.
func (r *retries) ask(now time.Time) chan error {
	if r.left >= 1 && len(r.waiting) == 0 {
		r.left--
		return nil
	}
	wait := make(chan error, 1)
	if r.outage.GaveUp {
		wait <- r.outage.Err()
		return wait
	}
	r.waiting = append(r.waiting, wait)
	r.arm(now)
	return wait
}

// leave is for who waits no longer.
func (r *retries) leave(wait chan error) {
	r.waiting = slices.DeleteFunc(r.waiting, func(other chan error) bool { return other == wait })
}

// ended takes in how a request ended.
func (r *retries) ended(o client.Outcome, now time.Time) {
	if o != client.Served {
		r.last = o
		if r.since.IsZero() {
			r.since = now
		}
		return
	}
	r.left = min(r.left+perServed, mostRetries)
	if !r.outage.IsZero() {
		r.left = max(r.left, afterOutage)
		r.rest()
	}
	r.since, r.served, r.outage = time.Time{}, true, Outage{}
	for r.left >= 1 && len(r.waiting) > 0 {
		r.left--
		r.release(nil)
	}
	if len(r.waiting) > 0 {
		r.arm(now)
	} else {
		r.rest()
	}
}

// mayBegin reports whether a request may begin that was not sent before; it is asked
// when one is about to.
func (r *retries) mayBegin() bool {
	if r.outage.IsZero() || r.outage.GaveUp {
		return true
	}
	may := r.begin
	r.begin = false
	return may
}

// probe lets one request go without budget, and judges what came of the one before:
// it reports whether the endpoint has an outage.
func (r *retries) probe(now time.Time) (down bool) {
	if !r.armed {
		return false // stopped as it went off
	}
	r.armed = false
	if r.served {
		r.pause = firstProbe
	}
	if r.probed && !r.served {
		r.pause = min(2*r.pause, longestProbe)
		r.outage = Outage{Since: r.since, Last: r.last}
		if r.giveUp > 0 && now.Sub(r.since) >= r.giveUp {
			r.giveIn()
			return true
		}
	}
	r.probed, r.served = true, false
	down = !r.outage.IsZero()
	if len(r.waiting) > 0 {
		r.release(nil)
	} else {
		r.begin = down
	}
	if len(r.waiting) > 0 || down {
		r.arm(now)
	} else {
		r.rest()
	}
	return down
}

// giveIn lets everything fail that waits.
func (r *retries) giveIn() {
	r.outage.GaveUp = true
	for len(r.waiting) > 0 {
		r.release(r.outage.Err())
	}
	r.rest()
}

// release lets the first that waits go on, or fail.
func (r *retries) release(err error) {
	r.waiting[0] <- err
	r.waiting = r.waiting[1:]
}

func (r *retries) arm(now time.Time) {
	if !r.armed {
		r.armed = true
		r.due.Reset(r.pause)
	}
	if !r.outage.IsZero() {
		r.outage.Next = now.Add(r.pause)
	}
}

func (r *retries) rest() {
	r.due.Stop()
	r.armed, r.probed, r.begin, r.pause = false, false, false, firstProbe
}
