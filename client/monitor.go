package client

import (
	"context"
	"sync"
	"time"
)

// A RequestMonitor tells whoever waits for requests how they are getting on: for
// how long the server has not answered, and which attempt is under way. It is
// handed down in the context ([WithMonitor]); the room that speaks to the network
// reports to it. Time in which nothing was asked of the server (a file is being
// read, a rate limit kept) is no silence. The zero RequestMonitor is ready and
// safe for concurrent use; a nil one ignores all reports.
type RequestMonitor struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// OnSlowDown, when not nil, is told each time the server asks to slow down; it
	// is called on the goroutine of the call and must not wait.
	OnSlowDown func(RequestState)

	mu      sync.Mutex
	open    int       // requests under way
	heard   time.Time // last sign of life
	missed  bool      // the last request ended without an answer that is of use
	busy    bool      // it was answered: the server asks for patience
	slow    bool      // and in so many words
	attempt int
	most    int
}

// A RequestState is what a RequestMonitor knows at a moment. The zero value means
// that all is well, or that nothing was asked.
type RequestState struct {
	Silent  time.Duration // since the last sign of life, 0 when nothing is waited for
	Busy    bool          // the server answers, and asks to come again later
	Slow    bool          // it asks to slow down
	Attempt int           // the try under way or to come, from 1; 0 when none failed
	Most    int           // so many tries at most
}

type monitorKey struct{}

// WithMonitor makes p the monitor of the requests made with the context.
func WithMonitor(ctx context.Context, p *RequestMonitor) context.Context {
	return context.WithValue(ctx, monitorKey{}, p)
}

// MonitorOf is the RequestMonitor of a context, nil when it has none.
func MonitorOf(ctx context.Context) *RequestMonitor {
	p, _ := ctx.Value(monitorKey{}).(*RequestMonitor)
	return p
}

func (p *RequestMonitor) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// update changes p under its mutex.
func (p *RequestMonitor) update(change func(now time.Time)) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p.now())
}

// Asked says that a request goes out: try attempt of most. Each is followed by
// one Ended.
func (p *RequestMonitor) Asked(attempt, most int) {
	p.update(func(now time.Time) {
		if p.open == 0 && !p.missed {
			p.heard = now // nothing was waited for until now
		}
		p.open++
		if attempt > 1 {
			p.attempt, p.most = attempt, most
		}
	})
}

// Moved says that bytes went or came.
func (p *RequestMonitor) Moved() { p.update(func(now time.Time) { p.heard = now }) }

// Answered says that the server answered; busy, that it asks for patience.
func (p *RequestMonitor) Answered(busy bool) {
	p.update(func(now time.Time) {
		p.heard, p.missed, p.busy, p.slow = now, busy, busy, false
		if !busy {
			p.attempt = 0
		}
	})
}

// SlowDown says that an answer asks to slow down, and that it will be tried
// again.
func (p *RequestMonitor) SlowDown() {
	p.update(func(time.Time) { p.missed, p.busy, p.slow = true, true, true })
	if p != nil && p.OnSlowDown != nil {
		p.OnSlowDown(p.State())
	}
}

// Missed says that the connection failed or was given up.
func (p *RequestMonitor) Missed() { p.update(func(time.Time) { p.missed, p.busy = true, false }) }

// Ended says that a request is over, whatever came of it.
func (p *RequestMonitor) Ended() { p.update(func(time.Time) { p.open-- }) }

// State is how the requests are getting on now.
func (p *RequestMonitor) State() (s RequestState) {
	p.update(func(now time.Time) {
		if p.open == 0 && !p.missed {
			return
		}
		s = RequestState{Silent: now.Sub(p.heard), Busy: p.busy, Slow: p.slow, Attempt: p.attempt, Most: p.most}
	})
	return s
}
