package s3store

import (
	"context"

	"github.com/aws/smithy-go/middleware"

	"github.com/bucketseal/bucketseal/client"
)

// errForbidden is the answer to a call that must not be sent.
type errForbidden struct{ operation string }

func (e *errForbidden) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errForbidden) Text() client.Text {
	return client.Say("%s is not sent to a server that is not AWS: one that does not know it may destroy the object or bucket instead",
		e.operation)
}

type shownKey struct{}

// knownBy lets one operation pass the guard: the server has shown that it knows the
// sub-resource, by an answer to its GET that nothing else could have given.
func knownBy(ctx context.Context, operation string) context.Context {
	return context.WithValue(ctx, shownKey{}, operation)
}

// addGuard puts the guard before everything else of an operation: what permits
// do not let go to this kind of endpoint does not leave the process.
func addGuard(at endpoint) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		operation := stack.ID()
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("bucketseal:Guard",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				if !permitFor(operation, at).sent && ctx.Value(shownKey{}) != operation {
					return middleware.InitializeOutput{}, middleware.Metadata{}, &errForbidden{operation}
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
	}
}
