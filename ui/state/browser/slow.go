package browser

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// slowEvery is how often the screen follows a server that lets people wait.
const slowEvery = 250 * time.Millisecond

// withMonitor gives the listing under way a monitor, so that a server which asks to slow
// down is not taken for a program that hangs.
func (b *Browser) withMonitor(ctx context.Context) context.Context {
	signal := make(chan struct{}, 1)
	b.monitor = &client.RequestMonitor{OnSlowDown: func(client.RequestState) {
		select {
		case signal <- struct{}{}:
		default: // told already
		}
	}}
	b.world.Loop.Watch(ctx, signal, slowEvery, b.changed)
	return client.WithMonitor(ctx, b.monitor)
}

// slowed reports whether the listing under way waits for a server that asked
// for patience.
func (b *Browser) slowed() bool {
	return b.busy && b.monitor != nil && b.monitor.State().Slow
}
