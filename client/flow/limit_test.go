package flow

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestManySmallFilesAtADistantServerSoonGoManyAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond}
		e := newEngine(ctx, New(Options{}), Most)
		e.submit(10_000, s.small(t))
		time.Sleep(time.Second + s.latency/2)
		assert.Equal(t, int32(Most), s.under.Load(), "requests under way after a second")
		assert.Greater(t, s.served.Load(), int32(3000))
		e.open.Wait()
		assert.Equal(t, int32(10_000), s.asked.Load())
	})
}

func TestAServerThatCanDoNoMoreIsNotAskedByMoreAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 200 * time.Microsecond, cores: make(chan struct{}, 2), takes: time.Millisecond}
		e := newEngine(ctx, New(Options{}), Most)
		e.submit(20_000, s.small(t))
		e.open.Wait()
		assert.LessOrEqual(t, s.peak.Load(), int32(16), "twice what it began with was tried, and did not pay")
	})
}

func TestALimitGoesDownWhileTheServerAsksToSlowDownAndUpAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond}
		f := New(Options{})
		e := newEngine(ctx, f, Most)
		e.submit(40_000, s.small(t))
		time.Sleep(2 * time.Second)
		s.fails.Store(uint32(client.Busy))
		time.Sleep(10 * time.Second)
		assert.Equal(t, 1, f.mostNow())
		s.fails.Store(0)
		time.Sleep(10 * time.Second)
		assert.Greater(t, f.mostNow(), 32)
		e.open.Wait()
	})
}

func TestAServerThatTakesTenAtOnceIsAskedByAboutThat(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond, most: 10}
		e := newEngine(ctx, New(Options{}), Most)
		e.submit(10_000, s.small(t))
		e.open.Wait()
		assert.LessOrEqual(t, s.asked.Load(), int32(13_000), "requests for 10,000 files")
	})
}

func TestALimitIsFoundInAStorm(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond, stormy: true}
		f := New(Options{})
		e := newEngine(ctx, f, Most)
		e.submit(20_000, s.small(t))
		time.Sleep(2 * time.Second)
		assert.Greater(t, f.mostNow(), 48)
		e.open.Wait()
	})
}

func TestALimitOfTheUsersIsKept(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &server{latency: 10 * time.Millisecond}
		e := newEngine(ctx, New(Options{}), 3)
		e.submit(1000, s.small(t))
		e.submit(2, s.large(t, 100))
		e.open.Wait()
		assert.Equal(t, int32(3), s.peak.Load())
	})
}

func (f *Flow) mostNow() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.limit.most()
}
