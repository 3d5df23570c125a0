package transfer

import (
	"context"

	"golang.org/x/time/rate"
)

// A pace is the limit on bytes a second that all jobs share.
type pace struct{ limiter *rate.Limiter }

// Reads are cut to a tenth of a second's worth, so that a slow pace flows and
// does not look like a stalled connection.
const (
	pieceMin = 512
	pieceMax = 1 << 20
)

func newPace(bytesPerSecond int64) *pace {
	p := &pace{rate.NewLimiter(rate.Inf, pieceMax)}
	p.set(bytesPerSecond)
	return p
}

func (p *pace) set(bytesPerSecond int64) {
	if bytesPerSecond <= 0 {
		p.limiter.SetLimit(rate.Inf)
		p.limiter.SetBurst(pieceMax)
		return
	}
	p.limiter.SetBurst(int(min(max(bytesPerSecond/10, pieceMin), pieceMax)))
	p.limiter.SetLimit(rate.Limit(bytesPerSecond))
}

// piece is the most bytes to move before asking wait again.
func (p *pace) piece() int { return p.limiter.Burst() }

// wait blocks until n bytes may move. n is piece at most, or was while another
// limit held: then it waits in turns.
func (p *pace) wait(ctx context.Context, n int) error {
	for n > 0 {
		step := min(n, p.limiter.Burst())
		if err := p.limiter.WaitN(ctx, step); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if step > p.limiter.Burst() {
				continue // the limit was lowered meanwhile
			}
			return err
		}
		n -= step
	}
	return nil
}
