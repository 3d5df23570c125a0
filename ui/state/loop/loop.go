// Package loop is the screen's goroutine as the models of ui/state see it: a
// [Loop] runs what may wait elsewhere and brings the answer back, [Fetch] and
// [Do] are its two usual ways.
//
// It promises that a model needs neither a goroutine nor a lock of its own, and
// that an answer to a question which the user has turned away from, or which
// the end of the program cut short, is never applied: its context has died. The
// window implements a Loop with the toolkit; tests use one they turn by hand
// (ui/uitest). It knows no model, no session and no toolkit.
package loop

import (
	"context"
	"time"
)

// A Loop is the screen's goroutine as seen by the models, and the only way by
// which they get work done elsewhere. Safe for concurrent use.
type Loop interface {
	// Start runs work away from the screen. The closure it returns (nil for
	// none) then runs on the screen's goroutine, unless ctx has died by then:
	// so a stale answer is never applied.
	Start(ctx context.Context, work func(context.Context) (apply func()))
	// Watch calls refresh on the screen's goroutine after signal fired, at most
	// once in every, until ctx dies.
	Watch(ctx context.Context, signal <-chan struct{}, every time.Duration, refresh func())
}

// Fetch runs get away from the screen and hands its answer to done on the
// screen's goroutine, unless ctx has died by then.
func Fetch[T any](ctx context.Context, loop Loop, get func(context.Context) (T, error), done func(T, error)) {
	loop.Start(ctx, func(ctx context.Context) func() {
		value, err := get(ctx)
		return func() { done(value, err) }
	})
}

// Do runs work away from the screen and hands its error to done on the screen's
// goroutine, unless ctx has died by then.
func Do(ctx context.Context, loop Loop, work func(context.Context) error, done func(error)) {
	loop.Start(ctx, func(ctx context.Context) func() {
		err := work(ctx)
		return func() { done(err) }
	})
}
