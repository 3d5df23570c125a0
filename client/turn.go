package client

import (
	"context"
	"time"
)

// A Turn is the right of a transfer to have one request under way at its
// endpoint. It is handed down in the context ([WithTurn]); the room that speaks to
// the network tells it how each request ended and asks it before it sends one
// again, so that all transfers of an endpoint share what it can bear. A call whose
// context has none (somebody looks at a folder) waits for nobody. It is safe for
// concurrent use, and belongs to one call at a time.
type Turn interface {
	// Ended says how a request ended.
	Ended(Outcome)
	// Again waits until a request that failed may be sent again. The error says why it
	// will not be: ctx is over, or the endpoint has served nobody for too long.
	Again(ctx context.Context) error
	// Rest waits for d, while somebody else may use the connection. The error is the
	// cause of ctx.
	Rest(ctx context.Context, d time.Duration) error
}

// An Outcome is how a request ended, as far as it tells how an endpoint is.
type Outcome uint8

// The outcomes. A request that its caller stopped has none.
const (
	Served     Outcome = iota + 1 // answered whole, a refusal of this one request included
	Busy                          // asked to come again later: 429 or 503
	Silent                        // no byte moved for too long
	Broken                        // the connection failed or broke off, or the server failed
	outcomeEnd                    // not an outcome
)

// Outcomes is how many outcomes there are, for arrays by Outcome.
const Outcomes = int(outcomeEnd)

type turnKey struct{}

// WithTurn makes t the turn of the requests made with the context.
func WithTurn(ctx context.Context, t Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// TurnOf is the turn of a context, nil when it has none.
func TurnOf(ctx context.Context) Turn {
	t, _ := ctx.Value(turnKey{}).(Turn)
	return t
}

// Again waits for d, and for the endpoint's leave, before a request that failed is
// sent again. The error says why it will not be sent.
func Again(ctx context.Context, d time.Duration) error {
	if t := TurnOf(ctx); t != nil {
		if err := t.Again(ctx); err != nil {
			return err
		}
	}
	return Rest(ctx, d)
}

// Rest waits for d without keeping the connection of the context's turn. The error
// is the cause of ctx.
func Rest(ctx context.Context, d time.Duration) error {
	if t := TurnOf(ctx); t != nil {
		return t.Rest(ctx, d)
	}
	return Sleep(ctx, d)
}

// Sleep waits for d. The error is the cause of ctx.
func Sleep(ctx context.Context, d time.Duration) error {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
