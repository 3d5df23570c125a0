package transfer

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// The pauses between two tries of a proof: each twice the one before.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 8 * time.Second
)

// patiently asks until there is an answer, a failure that will not pass, or no
// patience left; it returns the last failure. The row says meanwhile why it is
// not done.
func (e *Engine) patiently(ctx context.Context, it *item, passes func(client.Kind) bool, ask func() error) error {
	defer e.again(it, nil)
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := ask()
		if err == nil || ctx.Err() != nil || !passes(client.KindOf(err)) || time.Since(begun)+pause > e.cfg.Patience {
			return err
		}
		e.again(it, err)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// again notes why something is tried again, nil for no longer.
func (e *Engine) again(it *item, why error) {
	e.mu.Lock()
	it.row.Again = why
	e.mu.Unlock()
	e.signal()
}

// afterWriting is how HEAD of what was just written may fail and be right a
// moment later: a store may be consistent only then.
func afterWriting(k client.Kind) bool { return k.Temporary() || k == client.KindNotFound }

// unasked reports whether a failure means that the question reached nobody who
// could answer it.
func unasked(k client.Kind) bool {
	switch k {
	case client.KindTLS, client.KindBadCredentials, client.KindExpired, client.KindClockSkew, client.KindCancelled:
		return true
	}
	return k.Temporary()
}
