package flow

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Most is the most requests under way at one endpoint, whatever pays.
const Most = 64

// Options are the habits of a Flow. The zero value waits for a server as long as it
// takes.
type Options struct {
	// GiveUp is how long an endpoint may serve nothing before requests fail instead of
	// waiting for it; 0 is for ever.
	GiveUp time.Duration
}

// A Flow is what transfers use of one endpoint. It is safe for concurrent use.
type Flow struct {
	bytes atomic.Int64 // moved since it was made

	mu        sync.Mutex
	limit     limit
	retries   retries
	under     int          // turns that are not resting
	returning []*returning // rested, and go on before anything new begins
	claims    []*claim     // that want turns
}

// New makes the flow of an endpoint.
func New(o Options) *Flow {
	f := &Flow{limit: newLimit(), retries: retries{left: mostRetries, giveUp: o.GiveUp, pause: firstProbe}}
	f.retries.due = time.AfterFunc(firstProbe, f.probe)
	f.retries.due.Stop()
	return f
}

// probe is when a request goes without budget.
func (f *Flow) probe() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.retries.probe(time.Now()) {
		f.limit.restart()
	}
	f.grant()
}

// Moved counts bytes that went or came; less than none are not counted.
func (f *Flow) Moved(n int64) {
	if n > 0 {
		f.bytes.Add(n)
	}
}

// A claim is somebody who wants turns. It belongs to the flow's mutex.
type claim struct {
	share   *Share
	held    int // turns
	wanted  int // more of them
	granted func(*Turn)
}

// want says how many turns a claim wants. The caller holds the mutex.
func (f *Flow) want(c *claim, n int) {
	if c.wanted == 0 && n > 0 {
		f.claims = append(f.claims, c)
	}
	if c.wanted > 0 && n <= 0 {
		f.claims = slices.DeleteFunc(f.claims, func(other *claim) bool { return other == c })
	}
	c.wanted = max(n, 0)
}

// grant gives out what is free: to requests that come back first, then to the
// claim that has least. The caller holds the mutex.
func (f *Flow) grant() {
	defer func() { f.limit.used = max(f.limit.used, f.under) }()
	for f.under < f.limit.most() {
		if i := slices.IndexFunc(f.returning, func(b *returning) bool { return b.share.hasRoom() }); i >= 0 {
			f.wakes(f.returning[i].share)
			close(f.returning[i].ready)
			f.returning = slices.Delete(f.returning, i, i+1)
			continue
		}
		c := f.poorest()
		if c == nil || !f.retries.mayBegin() {
			return
		}
		f.want(c, c.wanted-1)
		f.under++
		c.held++
		c.share.open++
		c.granted(&Turn{flow: f, claim: c})
	}
}

// poorest is the claim whose turn it is to get one more, nil for none. The caller
// holds the mutex.
func (f *Flow) poorest() (least *claim) {
	for _, c := range f.claims {
		if c.share.mayBegin() && (least == nil || c.held < least.held) {
			least = c
		}
	}
	return least
}

// ended takes in how a request ended. The caller does not hold the mutex.
func (f *Flow) ended(o client.Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	f.limit.ended(o, f.bytes.Load(), now)
	f.retries.ended(o, now)
	f.grant()
}
