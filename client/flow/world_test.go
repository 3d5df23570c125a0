package flow

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

// A server answers requests in a test, by a clock that the test's bubble has.
type server struct {
	latency time.Duration // of each request, whatever the load
	cores   chan struct{} // nil is as many as one likes
	takes   time.Duration // of a core, for each request
	most    int32         // requests at once; beyond it says Busy, 0 is no limit
	fails   atomic.Uint32 // a client.Outcome for every request; 0 is none
	stormy  bool          // one request in twenty is refused, at times twenty in a row, one in a hundred stands still, and now and then all is slow

	under, peak, asked, served atomic.Int32
}

func (s *server) ask() client.Outcome {
	nth := s.asked.Add(1)
	n := s.under.Add(1)
	defer s.under.Add(-1)
	for peak := s.peak.Load(); n > peak && !s.peak.CompareAndSwap(peak, n); peak = s.peak.Load() {
	}
	if o := client.Outcome(s.fails.Load()); o != 0 {
		time.Sleep(s.latency)
		return o
	}
	if s.most > 0 && n > s.most {
		return client.Busy
	}
	switch {
	case s.stormy && nth%100 == 0:
		time.Sleep(time.Second)
		return client.Silent
	case s.stormy && (nth%20 == 7 || nth%2000 >= 100 && nth%2000 < 120):
		return client.Busy
	case s.stormy && time.Now().UnixMilli()/170%3 == 0:
		time.Sleep(s.latency)
	}
	time.Sleep(s.latency)
	if s.cores != nil {
		s.cores <- struct{}{}
		time.Sleep(s.takes)
		<-s.cores
	}
	s.served.Add(1)
	return client.Served
}

// untilServed asks as a store does: again after a failure, with a pause.
func (s *server) untilServed(ctx context.Context) error {
	turn := client.TurnOf(ctx)
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		o := s.ask()
		turn.Ended(o)
		if o == client.Served {
			return nil
		}
		if err := client.Again(ctx, pause); err != nil {
			return err
		}
	}
}

// An engine carries jobs out as transfer.Engine does: as many as there are turns.
type engine struct {
	share *Share
	mu    sync.Mutex
	jobs  []func(ctx context.Context, t *Turn)
	open  sync.WaitGroup
	ctx   context.Context //nolint:containedctx // of the test
}

func newEngine(ctx context.Context, f *Flow, most int) *engine {
	e := &engine{ctx: ctx}
	e.share = f.Join(most, e.dispatch)
	return e
}

func (e *engine) submit(n int, job func(ctx context.Context, t *Turn)) {
	e.open.Add(n)
	e.mu.Lock()
	for range n {
		e.jobs = append(e.jobs, job)
	}
	e.mu.Unlock()
	e.dispatch()
}

func (e *engine) dispatch() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		t := e.share.Next()
		job := e.next(t)
		if job == nil {
			return
		}
		go e.work(job, t)
	}
}

// work does one job after the other, as long as there is a turn.
func (e *engine) work(job func(context.Context, *Turn), t *Turn) {
	for job != nil {
		job(client.WithTurn(e.ctx, t), t)
		e.open.Done()
		e.mu.Lock()
		t = e.share.After(t)
		job = e.next(t)
		e.mu.Unlock()
	}
}

// next is the job that has a turn.
func (e *engine) next(t *Turn) (job func(context.Context, *Turn)) {
	switch {
	case t == nil:
	case len(e.jobs) == 0:
		e.share.Enough(t)
	default:
		job, e.jobs = e.jobs[0], e.jobs[1:]
	}
	return job
}

// small is a file of one request.
func (s *server) small(t *testing.T) func(context.Context, *Turn) {
	return func(ctx context.Context, _ *Turn) { assert.NoError(t, s.untilServed(ctx)) }
}

// large is a file of so many parts.
func (s *server) large(t *testing.T, parts int) func(context.Context, *Turn) {
	return func(ctx context.Context, _ *Turn) {
		assert.NoError(t, Spread(ctx, parts, parts, func(ctx context.Context, _ int) error { return s.untilServed(ctx) }))
	}
}

// inBubble runs a test by a clock of its own.
func inBubble(t *testing.T, test func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, t.Context()) })
}
