package ui

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/ui/widgets"
)

// typingPause is how long the user has to stop typing before a text counts.
const typingPause = 250 * time.Millisecond

// later runs f on the screen's goroutine after a pause, unless it is stopped
// before.
func (u *UI) later(f func()) (stop func()) {
	ctx, cancel := context.WithCancel(u.state.Context())
	u.options.Loop.Start(ctx, func(ctx context.Context) func() {
		pause := time.NewTimer(u.options.pause())
		defer pause.Stop()
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		return f
	})
	return cancel
}

// typing is a text that counts once the typing paused, and before anything is
// done.
func (u *UI) typing(take func(text string)) *widgets.Typing { return widgets.NewTyping(u.later, take) }

func (o Options) pause() time.Duration {
	if o.TypingPause != 0 {
		return o.TypingPause
	}
	return typingPause
}
