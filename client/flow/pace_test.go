package flow

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// moves is how long n bytes take.
func moves(ctx context.Context, t *testing.T, l Lane, n int) time.Duration {
	t.Helper()
	began := time.Now()
	for n > 0 {
		piece := min(n, l.Piece())
		assert.NoError(t, l.Wait(ctx, piece))
		n -= piece
	}
	return time.Since(began)
}

func TestUpAndDownHaveLimitsOfTheirOwnBesideTheCommonOne(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := NewPace(Rates{Up: 1 << 20, Down: 4 << 20})
		assert.InDelta(t, 10, moves(ctx, t, p.Up(), 10<<20).Seconds(), 0.2)
		assert.InDelta(t, 2.5, moves(ctx, t, p.Down(), 10<<20).Seconds(), 0.2)
		p.Set(Rates{All: 1 << 20})
		done := make(chan time.Duration)
		for _, l := range []Lane{p.Up(), p.Down()} {
			go func() { done <- moves(ctx, t, l, 5<<20) }()
		}
		assert.InDelta(t, 10, max(<-done, <-done).Seconds(), 0.2)
		p.Set(Rates{})
		assert.Zero(t, moves(ctx, t, p.Up(), 1<<30))
	})
}

func TestAHigherLimitFreesThoseWhoWaitAlready(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := NewPace(Rates{All: 10})
		done := make(chan time.Duration)
		go func() { done <- moves(ctx, t, p.Up(), 10_000) }()
		time.Sleep(time.Second)
		p.Set(Rates{})
		assert.Equal(t, time.Second, <-done)
	})
}

func TestALowerLimitHoldsForWhatIsTooMuchForIt(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := NewPace(Rates{})
		piece := p.Up().Piece()
		p.Set(Rates{All: 1 << 20})
		began := time.Now()
		assert.NoError(t, p.Up().Wait(ctx, piece))
		assert.InDelta(t, 1, time.Since(began).Seconds(), 0.2)
	})
}

func TestWhoIsStoppedWhileItIsPacedGoesAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := NewPace(Rates{Down: 1})
		ctx, stop := context.WithTimeout(ctx, time.Second)
		defer stop()
		began := time.Now()
		assert.ErrorIs(t, p.Down().Wait(ctx, 5000), context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(began))
	})
}
