package flow

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestOneLargeFileUsesAllThereIs(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 100 * time.Millisecond}
		e := newEngine(ctx, New(Options{}), Most)
		e.submit(1, s.large(t, 3000))
		e.open.Wait()
		assert.Equal(t, int32(Most), s.peak.Load())
		assert.Equal(t, int32(3000), s.served.Load())
	})
}

func TestALargeFileAndManySmallOnesShareByHalves(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		parts, files := &server{latency: 100 * time.Millisecond}, &server{latency: 10 * time.Millisecond}
		e := newEngine(ctx, New(Options{}), Most)
		e.submit(1, parts.large(t, 20_000))
		time.Sleep(5*time.Second + files.latency/2) // in the middle of requests
		assert.Equal(t, int32(Most), parts.under.Load())
		e.submit(20_000, files.small(t))
		time.Sleep(time.Second)
		assert.InDelta(t, Most/2, parts.under.Load(), 2)
		assert.InDelta(t, Most/2, files.under.Load(), 2)
		e.open.Wait()
	})
}

func TestTwoAccountsOfAnEndpointShareWhatItCanBear(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		var all Endpoints
		assert.NotSame(t, all.Of("https://b.example"), all.Of("https://a.example"))
		s, other := &server{latency: 10 * time.Millisecond}, &server{latency: 10 * time.Millisecond}
		one := newEngine(ctx, all.Of("https://a.example"), Most)
		two := newEngine(ctx, all.Of("https://a.example"), Most)
		one.submit(20_000, s.small(t))
		two.submit(20_000, other.small(t))
		time.Sleep(2*time.Second + s.latency/2)
		assert.InDelta(t, Most/2, s.under.Load(), 1)
		assert.InDelta(t, Most/2, other.under.Load(), 1)
		one.open.Wait()
		two.open.Wait()
	})
}

func TestWhoRestsLetsSomebodyElseHaveTheConnection(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := New(Options{})
		f.limit.at = 1
		e := newEngine(ctx, f, Most)
		var order []string
		e.submit(1, func(ctx context.Context, _ *Turn) {
			assert.NoError(t, client.Rest(ctx, time.Second))
			order = append(order, "rested")
		})
		e.submit(1, func(context.Context, *Turn) { order = append(order, "went between") })
		e.open.Wait()
		assert.Equal(t, []string{"went between", "rested"}, order)
	})
}

func TestWhoRestsTakesNobodysPlaceAmongThoseOfAUsersLimit(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond}
		e := newEngine(ctx, New(Options{}), 8)
		resting := func(ctx context.Context, _ *Turn) {
			assert.NoError(t, client.Rest(ctx, time.Second))
			assert.NoError(t, s.untilServed(ctx))
		}
		e.submit(2, resting)
		e.submit(100, s.small(t))
		time.Sleep(s.latency / 2)
		assert.Equal(t, int32(8), s.under.Load(), "beside the two that rest")
		time.Sleep(time.Second - s.latency)
		e.submit(1000, s.small(t))
		e.open.Wait()
		assert.Equal(t, int32(8), s.peak.Load(), "when they have come back too")
		assert.Equal(t, int32(1102), s.served.Load())
	})
}

func TestNotMoreThanAQuarterRestBesideThoseThatGoOn(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		e := newEngine(ctx, New(Options{}), 8)
		var begun atomic.Int32
		e.submit(100, func(ctx context.Context, _ *Turn) {
			begun.Add(1)
			assert.NoError(t, client.Rest(ctx, time.Second))
		})
		time.Sleep(time.Second / 2)
		assert.Equal(t, int32(10), begun.Load(), "a server that is down does not let everything begin")
		e.open.Wait()
		assert.Equal(t, int32(100), begun.Load())
	})
}

func TestWhoIsStoppedWhileItRestsGoesAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := New(Options{})
		f.limit.at = 1
		stopped := errors.New("stopped")
		ctx, stop := context.WithCancelCause(ctx)
		first := f.Join(Most, func() {}).Next()
		done := make(chan error, 1)
		go func() { done <- first.Rest(ctx, time.Hour) }()
		time.Sleep(time.Second)
		second := f.Join(Most, func() {}).Next() // has the connection
		stop(stopped)
		assert.ErrorIs(t, <-done, stopped)
		second.Done()
		first.Done()
		assert.Zero(t, f.under)
	})
}

func TestWhoWaitsToGoOnIsStoppedToo(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := New(Options{})
		f.limit.at = 1
		stopped := errors.New("stopped")
		ctx, stop := context.WithCancelCause(ctx)
		first := f.Join(Most, func() {}).Next()
		done := make(chan error, 1)
		go func() { done <- first.Rest(ctx, time.Second) }()
		time.Sleep(time.Millisecond)
		second := f.Join(Most, func() {}).Next()
		time.Sleep(time.Minute) // rested, and there is no connection
		stop(stopped)
		assert.ErrorIs(t, <-done, stopped)
		second.Done()
		first.Done()
		assert.Zero(t, f.under)
	})
}

func TestTheFirstPartThatFailsEndsTheFile(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := New(Options{})
		bad := errors.New("no such part")
		var begun atomic.Int32
		turn := f.Join(Most, func() {}).Next()
		err := Spread(client.WithTurn(ctx, turn), 1000, 1000, func(ctx context.Context, i int) error {
			begun.Add(1)
			if i == 20 {
				return bad
			}
			if err := client.Sleep(ctx, time.Second); err != nil {
				assert.ErrorIs(t, err, bad)
				return err
			}
			return nil
		})
		assert.ErrorIs(t, err, bad)
		assert.Less(t, begun.Load(), int32(40))
		turn.Done()
		assert.Zero(t, f.under)
	})
}

func TestOneFileTakesNoMoreTurnsThanItMay(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := New(Options{})
		var under, most atomic.Int32
		turn := f.Join(Most, func() {}).Next()
		err := Spread(client.WithTurn(ctx, turn), 500, 6, func(ctx context.Context, _ int) error {
			if now := under.Add(1); now > most.Load() {
				most.Store(now)
			}
			defer under.Add(-1)
			client.TurnOf(ctx).Ended(client.Served)
			return client.Sleep(ctx, 100*time.Millisecond)
		})
		assert.NoError(t, err)
		assert.Equal(t, int32(6), most.Load())
		turn.Done()
		assert.Zero(t, f.under)
	})
}

func TestAFileThatIsStoppedSaysWhy(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		stopped := errors.New("stopped")
		ctx, stop := context.WithCancelCause(ctx)
		turn := New(Options{}).Join(Most, func() {}).Next()
		stop(stopped)
		assert.ErrorIs(t, Spread(client.WithTurn(ctx, turn), 3, 3, func(context.Context, int) error { return nil }), stopped)
	})
}
