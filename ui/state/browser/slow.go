package browser

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// slowEvery is how often the screen follows a server that lets people wait.
const slowEvery = 250 * time.Millisecond

// withPulse gives the listing under way a pulse, so that a server which asks to slow
// down is not taken for a program that hangs.
func (b *Browser) withPulse(ctx context.Context) context.Context {
	signal := make(chan struct{}, 1)
	b.pulse = &client.Pulse{OnSlowDown: func(client.Standing) {
		select {
		case signal <- struct{}{}:
		default: // told already
		}
	}}
	b.world.Loop.Watch(ctx, signal, slowEvery, b.changed)
	return client.WithPulse(ctx, b.pulse)
}

// slowed reports whether the listing under way waits for a server that asked
// for patience.
func (b *Browser) slowed() bool {
	return b.busy && b.pulse != nil && b.pulse.Standing().Slow
}
