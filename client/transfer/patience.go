package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// The pauses between two tries of a proof: each twice the one before.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 8 * time.Second
)

// errNoPatience ends the time of a proof.
var errNoPatience = client.Say("the time for the proof is up").Err()

// proofTime is a context for one proof, whatever it asks of whom: all of it
// together may take no longer than the engine's patience, the store's own
// repetitions included.
func (e *Engine) proofTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, e.cfg.Patience, errNoPatience)
}

// patiently asks until there is an answer, a failure that will not pass, or no
// time left in ctx, which is a proofTime; it returns the last failure that came
// of asking. The row says meanwhile why it is not done.
func (e *Engine) patiently(ctx context.Context, it *item, passes func(client.Kind) bool, ask func() error) error {
	if isUp(ctx) {
		return errNoPatience // nobody was asked: that is no answer
	}
	defer e.again(it, nil)
	until, _ := ctx.Deadline()
	var last error
	for pause := firstPause; !isUp(ctx); pause = min(2*pause, longestPause) {
		err := ask()
		if err == nil || !isUp(ctx) || last == nil {
			last = err
		}
		if err == nil || ctx.Err() != nil || !passes(client.KindOf(err)) || time.Until(until) <= pause {
			break
		}
		e.again(it, err)
		if err := client.Again(ctx, pause); err != nil {
			if ctx.Err() != nil && !isUp(ctx) {
				return context.Cause(ctx)
			}
			break
		}
	}
	return last
}

// isUp reports whether a proofTime is over, and nobody stopped it before.
func isUp(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errNoPatience) }

// again notes why something is tried again, nil for no longer.
func (e *Engine) again(it *item, why error) {
	e.mu.Lock()
	if it.row.Again != why { //nolint:errorlint // the same value, not the same kind
		it.row.Again = why
		e.touched(it)
	}
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
