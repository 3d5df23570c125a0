package flow

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestABrokenServerIsAskedNowAndThenNotEightTimesAsOften(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond}
		s.fails.Store(uint32(client.Broken))
		f := New(Options{})
		e := newEngine(ctx, f, Most)
		began := time.Now()
		e.submit(1000, s.small(t))
		time.Sleep(time.Hour)
		assert.LessOrEqual(t, s.asked.Load(), int32(300), "in an hour, by 1,000 files")
		o := f.Outage()
		assert.WithinDuration(t, began, o.Since, time.Second)
		assert.WithinDuration(t, time.Now().Add(longestProbe), o.Next, longestProbe)
		assert.Contains(t, o.Text().String(), "has failed each time")

		s.fails.Store(0)
		e.open.Wait()
		assert.True(t, f.Outage().IsZero())
		assert.Equal(t, int32(1000), s.served.Load())
		assert.Less(t, time.Since(began), time.Hour+2*time.Minute)
	})
}

func TestAThirdOfFailuresCostsRequestsOnlyAsTheBudgetAllows(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond}
		f := New(Options{})
		e := newEngine(ctx, f, Most)
		e.submit(5000, func(ctx context.Context, turn *Turn) {
			for n := s.asked.Load(); n%3 == 0; n = s.asked.Load() {
				s.asked.Add(1)
				turn.Ended(client.Broken)
				if !assert.NoError(t, client.Again(ctx, 10*time.Millisecond)) {
					return
				}
			}
			assert.NoError(t, s.untilServed(ctx))
		})
		e.open.Wait()
		assert.True(t, f.Outage().IsZero())
		assert.Equal(t, int32(5000), s.served.Load())
	})
}

func TestAServerThatIsNotWaitedForAnyLongerFailsWhatWaits(t *testing.T) {
	for o, want := range map[client.Outcome]client.Kind{
		client.Busy: client.KindThrottled, client.Silent: client.KindStalled, client.Broken: client.KindNetwork,
	} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			s := &server{latency: 10 * time.Millisecond}
			s.fails.Store(uint32(o))
			f := New(Options{GiveUp: 2 * time.Minute})
			e := newEngine(ctx, f, Most)
			began, failed := time.Now(), 0
			e.submit(500, func(ctx context.Context, _ *Turn) {
				err := s.untilServed(ctx)
				e.mu.Lock()
				failed++
				e.mu.Unlock()
				assert.Equal(t, want, client.KindOf(err))
			})
			e.open.Wait()
			assert.Equal(t, 500, failed)
			assert.Less(t, time.Since(began), 3*time.Minute)
			assert.True(t, f.Outage().GaveUp)
			require.NotEmpty(t, f.Outage().Text().String())
		})
	}
}

func TestWhoIsStoppedWhileItWaitsForTheBudgetGoesAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := New(Options{})
		f.retries.left = 0
		ctx, stop := context.WithCancel(ctx)
		turn := f.Join(Most, func() {}).Next()
		done := make(chan error, 1)
		go func() { done <- turn.Again(ctx) }()
		time.Sleep(time.Millisecond)
		stop()
		assert.ErrorIs(t, <-done, context.Canceled)
		assert.Empty(t, f.retries.waiting)
		turn.Done()
		assert.Zero(t, f.under)
		time.Sleep(time.Minute) // the timer finds nobody
		assert.True(t, f.Outage().IsZero())
	})
}
