package flow

import (
	"context"
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// Spread carries out n pieces of a job, from 0: on its own turn, which ctx carries,
// and on as many more as the endpoint has to give, at most atOnce in all. A piece makes its requests with
// the context it is given, which carries its turn. The first error is returned, and
// is the cause of the context of the others.
func Spread(ctx context.Context, n, atOnce int, do func(ctx context.Context, i int) error) error {
	t := client.TurnOf(ctx).(*Turn)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &spread{n: n, do: do, ctx: ctx, cancel: cancel}
	s.claim = claim{share: t.claim.share, held: 1, granted: func(more *Turn) {
		s.others.Add(1)
		go s.help(more)
	}}
	s.want(t, min(n, atOnce)-1)
	own := client.WithTurn(ctx, t)
	for i, ok := s.next(t); ok; i, ok = s.next(t) {
		s.carry(own, i)
		if err := t.giveWay(ctx); err != nil {
			s.fail(err)
		}
	}
	s.want(t, -n)
	s.others.Wait()
	if s.err == nil && s.begun < n {
		return context.Cause(ctx)
	}
	return s.err
}

// A spread is a job in pieces under way.
type spread struct {
	n      int
	do     func(context.Context, int) error
	ctx    context.Context //nolint:containedctx // of this one call of Spread
	cancel context.CancelCauseFunc
	claim  claim
	others sync.WaitGroup // turns beside the job's own

	mu    sync.Mutex
	begun int // pieces
	err   error
}

// help carries pieces out on one more turn, as long as it is not too much.
func (s *spread) help(t *Turn) {
	defer s.others.Done()
	ctx := client.WithTurn(s.ctx, t)
	for i, ok := s.next(t); ok; i, ok = s.next(t) {
		s.carry(ctx, i)
		if t.flow.isOneTooMany(&s.claim) {
			break
		}
	}
	t.Done()
	s.want(t, 1)
}

// next is the next piece.
func (s *spread) next(t *Turn) (i int, ok bool) {
	s.mu.Lock()
	i = s.begun
	if ok = i < s.n && s.ctx.Err() == nil; ok {
		s.begun++
	}
	s.mu.Unlock()
	s.want(t, 0)
	return i, ok
}

// want changes how many turns there are wanted beside those there are: never more
// than pieces are left.
func (s *spread) want(t *Turn, more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.n - s.begun
	if s.ctx.Err() != nil {
		left = 0
	}
	f := t.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	f.want(&s.claim, min(s.claim.wanted+more, left))
	f.grant()
}

func (s *spread) carry(ctx context.Context, i int) {
	if err := s.do(ctx, i); err != nil {
		s.fail(err)
	}
}

// fail ends the whole.
func (s *spread) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		s.cancel(err)
	}
}
