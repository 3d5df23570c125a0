package flow

import (
	"context"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Turn is the right to have one request under way.
type Turn struct {
	flow    *Flow
	claim   *claim
	resting int // calls that rest; the first gives the connection up, the last takes it again
}

var _ client.Turn = (*Turn)(nil)

// Done gives the turn back.
func (t *Turn) Done() {
	f := t.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	t.done()
	f.grant()
}

// done gives the turn back to nobody yet. The caller holds the mutex.
func (t *Turn) done() {
	t.flow.under--
	t.claim.held--
	t.claim.share.open--
}

// Ended says how a request ended.
func (t *Turn) Ended(o client.Outcome) { t.flow.ended(o) }

// Rest waits for d, while somebody else may use the connection.
func (t *Turn) Rest(ctx context.Context, d time.Duration) error {
	return t.away(ctx, func() error { return client.Sleep(ctx, d) })
}

// Again waits until a request that failed may be sent again.
func (t *Turn) Again(ctx context.Context) error {
	f := t.flow
	f.mu.Lock()
	wait := f.retries.ask(time.Now())
	f.mu.Unlock()
	if wait == nil {
		return nil
	}
	return t.away(ctx, func() error {
		select {
		case err := <-wait:
			return err
		case <-ctx.Done():
			f.mu.Lock()
			f.retries.leave(wait)
			f.mu.Unlock()
			return context.Cause(ctx)
		}
	})
}

// returning is a turn of a share that rested and waits to go on.
type returning struct {
	share *Share
	ready chan struct{}
}

// away waits without the connection, and then for it. When it fails it does not
// wait: what fails is about to be over.
func (t *Turn) away(ctx context.Context, wait func() error) error {
	t.leave()
	if err := wait(); err != nil {
		t.comeBack(false)
		return err
	}
	back := t.comeBack(true)
	if back == nil {
		return nil
	}
	select {
	case <-back.ready:
		return nil
	case <-ctx.Done():
		t.flow.insist(back)
		return context.Cause(ctx)
	}
}

func (t *Turn) leave() {
	f := t.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.resting++; t.resting == 1 {
		f.under--
		t.claim.share.resting++
		f.grant()
	}
}

// wakes is that a turn of a share rests no longer. The caller holds the mutex.
func (f *Flow) wakes(s *Share) {
	f.under++
	s.resting--
}

// comeBack takes the connection again: at once, or when the one returned is ready.
func (t *Turn) comeBack(patiently bool) *returning {
	f := t.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.resting--; t.resting > 0 {
		return nil
	}
	share := t.claim.share
	if !patiently || f.under < f.limit.most() && share.hasRoom() {
		f.wakes(share)
		return nil
	}
	back := &returning{share, make(chan struct{})}
	f.returning = append(f.returning, back)
	return back
}

// insist takes the connection though it is not ready, unless it has become so.
func (f *Flow) insist(back *returning) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.Index(f.returning, back); i >= 0 {
		f.returning = slices.Delete(f.returning, i, i+1)
		f.wakes(back.share)
	}
}

// giveWay lets others go on first where there are more than there should be.
func (t *Turn) giveWay(ctx context.Context) error {
	f := t.flow
	f.mu.Lock()
	many := f.under > f.limit.most()
	f.mu.Unlock()
	if !many {
		return nil
	}
	return t.away(ctx, func() error { return nil })
}

// isOneTooMany reports whether a turn of the claim should rather be somebody
// else's.
func (f *Flow) isOneTooMany(c *claim) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.under > f.limit.most() || slices.ContainsFunc(f.claims, func(other *claim) bool {
		mayHave := other.share == c.share || other.share.mayBegin()
		return other != c && mayHave && other.held+1 < c.held
	})
}
