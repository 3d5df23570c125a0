package ui

import (
	"context"
	"time"
)

// typingPause is how long the user has to stop typing before a text counts.
const typingPause = 250 * time.Millisecond

// later runs f on the screen's goroutine after a pause, unless it is called
// again with the same slot before.
func (u *UI) later(slot *context.CancelFunc, f func()) {
	if *slot != nil {
		(*slot)()
	}
	ctx, cancel := context.WithCancel(u.state.Context())
	*slot = cancel
	u.options.Loop.Start(ctx, func(ctx context.Context) func() {
		pause := time.NewTimer(u.options.pause())
		defer pause.Stop()
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		return f
	})
}

func (o Options) pause() time.Duration {
	if o.TypingPause != 0 {
		return o.TypingPause
	}
	return typingPause
}
