package client

import (
	"context"
	"sync"
	"time"
)

// A Pulse tells whoever waits for calls how they are getting on: since when the
// server has not been heard of, and which try is under way. It goes down with
// the context ([WithPulse]); the room that speaks to the network feels it. Time
// in which nothing was asked of the server (a file is being read, a limit kept)
// is no silence. The zero Pulse is ready and safe for concurrent use; a nil one
// feels nothing.
type Pulse struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// OnSlowDown, when not nil, is told each time the server asks to slow down; it
	// is called on the goroutine of the call and must not wait.
	OnSlowDown func(Standing)

	mu      sync.Mutex
	open    int       // requests under way
	heard   time.Time // last sign of life
	missed  bool      // the last request ended without an answer that is of use
	busy    bool      // it was answered: the server asks for patience
	slow    bool      // and in so many words
	attempt int
	most    int
}

// A Standing is what a Pulse knows at a moment. The zero Standing is: nothing
// to worry about.
type Standing struct {
	Silent  time.Duration // since the last sign of life, 0 when nothing is waited for
	Busy    bool          // the server answers, and asks to come again later
	Slow    bool          // it asks to slow down
	Attempt int           // the try under way or to come, from 1; 0 when none failed
	Most    int           // so many tries at most
}

type pulseKey struct{}

// WithPulse lets p feel the calls made with the context.
func WithPulse(ctx context.Context, p *Pulse) context.Context {
	return context.WithValue(ctx, pulseKey{}, p)
}

// PulseOf is the Pulse of a context, nil when nobody feels it.
func PulseOf(ctx context.Context) *Pulse {
	p, _ := ctx.Value(pulseKey{}).(*Pulse)
	return p
}

func (p *Pulse) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// feel changes p under its mutex.
func (p *Pulse) feel(change func(now time.Time)) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p.now())
}

// Asked says that a request goes out: try attempt of most. Each is followed by
// one Ended.
func (p *Pulse) Asked(attempt, most int) {
	p.feel(func(now time.Time) {
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
func (p *Pulse) Moved() { p.feel(func(now time.Time) { p.heard = now }) }

// Answered says that the server answered; busy, that it asks for patience.
func (p *Pulse) Answered(busy bool) {
	p.feel(func(now time.Time) {
		p.heard, p.missed, p.busy, p.slow = now, busy, busy, false
		if !busy {
			p.attempt = 0
		}
	})
}

// SlowDown says that an answer asks to slow down, and that it will be tried
// again.
func (p *Pulse) SlowDown() {
	p.feel(func(time.Time) { p.missed, p.busy, p.slow = true, true, true })
	if p != nil && p.OnSlowDown != nil {
		p.OnSlowDown(p.Standing())
	}
}

// Missed says that the connection failed or was given up.
func (p *Pulse) Missed() { p.feel(func(time.Time) { p.missed, p.busy = true, false }) }

// Ended says that a request is over, whatever came of it.
func (p *Pulse) Ended() { p.feel(func(time.Time) { p.open-- }) }

// Standing is how things stand now.
func (p *Pulse) Standing() (s Standing) {
	p.feel(func(now time.Time) {
		if p.open == 0 && !p.missed {
			return
		}
		s = Standing{Silent: now.Sub(p.heard), Busy: p.busy, Slow: p.slow, Attempt: p.attempt, Most: p.most}
	})
	return s
}
