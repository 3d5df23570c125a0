package flow

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Rates are the most bytes that may move in a second; 0 or less is no limit.
type Rates struct {
	All      int64 // up and down together
	Up, Down int64 // beside that
}

// A Pace is how many bytes a second may move, over all that share it. It is safe for
// concurrent use.
type Pace struct {
	all, up, down *rate.Limiter
	set           atomic.Pointer[chan struct{}] // closed when the rates become others
}

// Reads are cut to a tenth of a second's worth, so that a slow pace flows and
// does not look like a stalled connection.
const (
	pieceMin = 512
	pieceMax = 1 << 20
)

// NewPace makes a pace.
func NewPace(r Rates) *Pace {
	unlimited := func() *rate.Limiter { return rate.NewLimiter(rate.Inf, pieceMax) }
	p := &Pace{all: unlimited(), up: unlimited(), down: unlimited()}
	p.Set(r)
	return p
}

// Set sets the rates from now on, for those who wait as well.
func (p *Pace) Set(r Rates) {
	setRate(p.all, r.All)
	setRate(p.up, r.Up)
	setRate(p.down, r.Down)
	others := make(chan struct{})
	if was := p.set.Swap(&others); was != nil {
		close(*was)
	}
}

func setRate(l *rate.Limiter, bytesPerSecond int64) {
	if bytesPerSecond <= 0 {
		l.SetLimit(rate.Inf)
		l.SetBurst(pieceMax)
		return
	}
	l.SetBurst(int(min(max(bytesPerSecond/10, pieceMin), pieceMax)))
	l.SetLimit(rate.Limit(bytesPerSecond))
}

// Up is the way of what is uploaded.
func (p *Pace) Up() Lane { return Lane{p, p.up} }

// Down is the way of what is downloaded.
func (p *Pace) Down() Lane { return Lane{p, p.down} }

// A Lane is one direction of a Pace.
type Lane struct {
	pace *Pace
	own  *rate.Limiter
}

// Piece is the most bytes to move before Wait is asked again.
func (l Lane) Piece() int { return min(l.pace.all.Burst(), l.own.Burst()) }

// Wait blocks until n bytes may move. n is Piece at most, or was while another
// limit held: then it waits in turns. The error is the cause of ctx.
func (l Lane) Wait(ctx context.Context, n int) error {
	for _, limiter := range []*rate.Limiter{l.own, l.pace.all} {
		if err := l.pace.wait(ctx, limiter, n); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pace) wait(ctx context.Context, l *rate.Limiter, n int) error {
	for n > 0 && l.Limit() != rate.Inf {
		set := *p.set.Load()
		step := min(n, l.Burst())
		taken := l.ReserveN(time.Now(), step)
		if !taken.OK() {
			continue // the limit was lowered meanwhile
		}
		moves, err := until(ctx, taken.Delay(), set)
		if err != nil || !moves {
			taken.Cancel()
		}
		if err != nil {
			return err
		}
		if moves {
			n -= step
		}
	}
	return nil
}

// until waits for d; it says no when the rates became others before.
func until(ctx context.Context, d time.Duration, set <-chan struct{}) (bool, error) {
	if d <= 0 {
		return true, nil
	}
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true, nil
	case <-set:
		return false, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}
