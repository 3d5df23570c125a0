package state

import (
	"context"
	"time"
)

// A Loop is the screen's goroutine as seen by the models, and the only way by
// which they get work done elsewhere. The window implements it; tests use one
// they turn by hand.
type Loop interface {
	// Start runs work away from the screen. The closure it returns (nil for
	// none) then runs on the screen's goroutine, unless ctx has died by then:
	// so a stale answer is never applied.
	Start(ctx context.Context, work func(context.Context) (apply func()))
	// Watch calls refresh on the screen's goroutine after signal fired, at most
	// once in every, until ctx dies.
	Watch(ctx context.Context, signal <-chan struct{}, every time.Duration, refresh func())
}

// fetch runs get away from the screen and hands its answer to done on it.
func fetch[T any](ctx context.Context, loop Loop, get func(context.Context) (T, error), done func(T, error)) {
	loop.Start(ctx, func(ctx context.Context) func() {
		value, err := get(ctx)
		return func() { done(value, err) }
	})
}

// do runs work away from the screen and hands its error to done on it.
func do(ctx context.Context, loop Loop, work func(context.Context) error, done func(error)) {
	loop.Start(ctx, func(ctx context.Context) func() {
		err := work(ctx)
		return func() { done(err) }
	})
}
