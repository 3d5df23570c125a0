package s3store

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// unsigned are headers that the SDK signs and that front ends between us and a
// server do not let through as they are: Cloudflare, Google and nginx rewrite
// Accept-Encoding, strict ones drop what only Amazon's statistics read. With them
// every signature would be wrong there. They are sent; S3 asks for no signature
// over them.
var unsigned = []string{"Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request"}

type setAside struct{}

// addUnsigned sets the unsigned headers aside while a request is signed.
func addUnsigned(stack *middleware.Stack) error {
	const signing = "Signing"
	aside := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if r, ok := in.Request.(*smithyhttp.Request); ok {
			kept := http.Header{}
			for _, name := range unsigned {
				if v := r.Header.Get(name); v != "" {
					kept.Set(name, v)
					r.Header.Del(name)
				}
			}
			ctx = middleware.WithStackValue(ctx, setAside{}, kept)
		}
		return next.HandleFinalize(ctx, in)
	}
	back := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if r, ok := in.Request.(*smithyhttp.Request); ok {
			kept, _ := middleware.GetStackValue(ctx, setAside{}).(http.Header)
			for name := range kept {
				r.Header.Set(name, kept.Get(name))
			}
		}
		return next.HandleFinalize(ctx, in)
	}
	return errors.Join(
		stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("bucketseal:Aside", aside), signing, middleware.Before),
		stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("bucketseal:Back", back), signing, middleware.After),
	)
}
