package ui

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// This file is the program's whole policy of threads: work runs on goroutines
// started here, and what it has to say comes back by the one fyne.Do here.
// Nothing waits for the screen: on Windows it is blocked while the user drags
// a window.

var _ loop.Loop = (*screenLoop)(nil)

// screenLoop is the toolkit's goroutine. Once that has ended the toolkit would
// run everything on whatever goroutine asks, so answers are dropped then.
type screenLoop struct{ ended atomic.Bool }

// Start runs work on a goroutine of its own and what it returns on the
// screen's.
func (l *screenLoop) Start(ctx context.Context, work func(context.Context) (apply func())) {
	go func() {
		if apply := work(ctx); apply != nil {
			l.onScreen(func() {
				if ctx.Err() == nil {
					apply()
				}
			})
		}
	}()
}

// Watch refreshes after signal, at most once in every; signals that come while
// a refresh is on its way are one.
func (l *screenLoop) Watch(ctx context.Context, signal <-chan struct{}, every time.Duration, refresh func()) {
	go func() {
		var waiting atomic.Bool
		pause := time.NewTimer(0)
		defer pause.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-pause.C:
			}
			select {
			case <-ctx.Done():
				return
			case <-signal:
			}
			if !waiting.Swap(true) {
				l.onScreen(func() {
					waiting.Store(false)
					if ctx.Err() == nil {
						refresh()
					}
				})
			}
			pause.Reset(every)
		}
	}()
}

func (l *screenLoop) onScreen(f func()) {
	fyne.Do(func() {
		if !l.ended.Load() {
			f()
		}
	})
}
