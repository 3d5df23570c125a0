package s3store

import (
	"context"
	"reflect"

	"github.com/aws/smithy-go/middleware"

	"github.com/bucketseal/bucketseal/client"
)

// errForbidden is the answer to a call that must not be sent.
type errForbidden struct{ operation string }

func (e *errForbidden) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errForbidden) Text() client.Text {
	return client.Say("%s is not sent, since nothing says that this server knows it: one that does not may destroy the object or bucket instead",
		e.operation)
}

// addGuard puts the guard before everything else of an operation: what the server is not
// known to be able to do does not leave the process. What becomes of a question teaches
// what it can do.
func (a *abilities) addGuard(stack *middleware.Stack) error {
	operation := stack.ID()
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("bucketseal:Guard",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			bucket := bucketOf(in.Parameters)
			if !a.lets(operation, bucket) {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &errForbidden{operation}
			}
			out, m, err := next.HandleInitialize(ctx, in)
			a.learn(operation, bucket, err)
			return out, m, err
		}), middleware.Before)
}

// bucketOf is the bucket that the input of an operation names, "" for none.
func bucketOf(input any) string {
	v := reflect.Indirect(reflect.ValueOf(input))
	if v.Kind() != reflect.Struct {
		return ""
	}
	field := v.FieldByName("Bucket")
	if !field.IsValid() {
		return ""
	}
	if name, ok := field.Interface().(*string); ok && name != nil {
		return *name
	}
	return ""
}
