package transfer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRateIsTheAverageOfTheLastSeconds(t *testing.T) {
	var m meter
	now := time.Unix(1_000_000, 0)
	assert.Zero(t, m.rate(now))
	for range 100 { // 1000 bytes every 100 ms
		m.add(1000, now)
		now = now.Add(100 * time.Millisecond)
	}
	assert.InDelta(t, 10_000, m.rate(now), 1000)
	assert.InDelta(t, 5_000, m.rate(now.Add(5*time.Second)), 1000, "five silent seconds")
	assert.Zero(t, m.rate(now.Add(time.Minute)))

	m.add(4096, now.Add(time.Minute))
	m.reset()
	m.add(500, now)
	assert.InDelta(t, 500, m.rate(now), 1, "the first instant counts as a second")
}

func TestPaceHoldsAllReadersToOneLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(100_000)
		began := time.Now()
		done := make(chan struct{})
		for range 4 {
			go func() {
				for range 25 { // 4 x 25 x 10 kB = 1 MB
					assert.NoError(t, p.wait(t.Context(), 10_000))
				}
				done <- struct{}{}
			}()
		}
		for range 4 {
			<-done
		}
		assert.InDelta(t, 10, time.Since(began).Seconds(), 0.2)
		assert.LessOrEqual(t, p.piece(), 10_000, "a reader never waits long for one piece")
	})
}

func TestPaceCanBeChangedAndLifted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0)
		began := time.Now()
		for range 100 {
			require.NoError(t, p.wait(t.Context(), 1<<20))
		}
		assert.Zero(t, time.Since(began), "no limit, no waiting")
		p.set(1000)
		require.NoError(t, p.wait(t.Context(), 3000), "more than one burst waits in turns")
		assert.Greater(t, time.Since(began), 2*time.Second)
		p.set(-1)
		began = time.Now()
		require.NoError(t, p.wait(t.Context(), 1<<20))
		assert.Zero(t, time.Since(began))
	})
}

func TestPaceGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(512)
		ctx, stop := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			stop(errCancelled)
		}()
		require.ErrorIs(t, p.wait(ctx, 1<<20), errCancelled)
	})
}

func TestPartsAreEnoughForAnySize(t *testing.T) {
	for _, c := range []struct{ size, wished, want int64 }{
		{0, 8 << 20, 8 << 20},
		{80 << 30, 8 << 20, 9 << 20},
		{8 << 20 * 10_000, 8 << 20, 8 << 20},
		{8<<20*10_000 + 1, 8 << 20, 9 << 20},
		{5 << 40, 8 << 20, 525 << 20},
		{1, 64 << 20, 64 << 20},
	} {
		got := partSizeFor(c.size, c.wished)
		assert.Equal(t, c.want, got, "%d bytes", c.size)
		assert.LessOrEqual(t, len(spans(c.size, got)), mostParts)
	}
	assert.Empty(t, spans(0, 10))
	assert.Equal(t, []span{{1, 0, 10}, {2, 10, 10}, {3, 20, 5}}, spans(25, 10))
}
