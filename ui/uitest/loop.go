// Package uitest lets tests turn the screen by hand: a loop that runs only when
// it is pumped, a store and a desk in memory. Nothing here is part of the
// program.
package uitest

import (
	"context"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/bucketseal/bucketseal/ui/state/loop"
)

var _ loop.Loop = (*Loop)(nil)

// Loop is a loop.Loop without goroutines: work waits until the test runs it,
// and what it answers waits until the test applies it. The zero Loop is ready.
type Loop struct {
	mu      sync.Mutex // Start may be called by a driver's goroutine
	work    []job
	answers []answer
	watches []watch
}

type job struct {
	ctx  context.Context
	work func(context.Context) func()
}

type answer struct {
	ctx   context.Context
	apply func()
}

type watch struct {
	ctx     context.Context
	signal  <-chan struct{}
	every   time.Duration
	refresh func()
}

// Start keeps work for Work.
func (l *Loop) Start(ctx context.Context, work func(context.Context) (apply func())) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.work = append(l.work, job{ctx, work})
}

// Watch keeps the signal for Until.
func (l *Loop) Watch(ctx context.Context, signal <-chan struct{}, every time.Duration, refresh func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watches = append(l.watches, watch{ctx, signal, every, refresh})
}

// MostRefreshes is how many refreshes a second all watches together may cause.
func (l *Loop) MostRefreshes() (n float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.watches {
		if w.ctx.Err() == nil {
			n += float64(time.Second) / float64(w.every)
		}
	}
	return n
}

// Work runs what was started and keeps the answers; it returns how much it ran.
func (l *Loop) Work() int {
	l.mu.Lock()
	todo := l.work
	l.work = nil
	l.mu.Unlock()
	for _, j := range todo {
		if apply := j.work(j.ctx); apply != nil {
			l.answers = append(l.answers, answer{j.ctx, apply})
		}
	}
	return len(todo)
}

// Apply applies the answers whose question was not withdrawn.
func (l *Loop) Apply() {
	todo := l.answers
	l.answers = nil
	for _, a := range todo {
		if a.ctx.Err() == nil {
			a.apply()
		}
	}
}

// Pump works and applies until nothing is left to do.
func (l *Loop) Pump() {
	for l.Work() > 0 || len(l.answers) > 0 {
		l.Apply()
	}
}

// Until pumps and follows the signals watched until cond holds; the test fails
// when it does not within half a minute.
func (l *Loop) Until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		l.Pump()
		if cond() {
			return
		}
		cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(limit)}}
		alive := []watch{{}}
		for _, w := range l.watches {
			if w.ctx.Err() == nil {
				cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(w.signal)})
				alive = append(alive, w)
			}
		}
		i, _, _ := reflect.Select(cases)
		if i == 0 {
			t.Fatalf("waited in vain: %s", what)
		}
		alive[i].refresh()
	}
}

// UntilStarted waits until another goroutine has started work.
func (l *Loop) UntilStarted() {
	for {
		l.mu.Lock()
		n := len(l.work)
		l.mu.Unlock()
		if n > 0 {
			return
		}
		runtime.Gosched()
	}
}
