package s3store

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// A patience is how long calls for which somebody waits go on: a failure is
// tried a few times; a server that asks to slow down is asked again for more
// than a minute, slower each time. The wait ends at once with the call's
// context, and whoever waits sees the tries in a client.RequestMonitor.
type patience struct {
	aws.Retryer // which failures are worth a try
	failures    int
	backoff     func(int, error) (time.Duration, error) // tests: instead of waiting
	transfer    bool                                    // nobody sits before the screen: the pauses are those of transfers
}

const (
	// throttledTries: half a second doubles up to eight, 79 seconds in all.
	throttledTries = 14
	throttledFirst = 500 * time.Millisecond
	throttledMost  = 8 * time.Second
	// retryAfterMost is the longest Retry-After that is kept.
	retryAfterMost = 30 * time.Second
)

// MaxAttempts is the most tries of a call.
func (p patience) MaxAttempts() int { return max(throttledTries, p.failures) }

// RetryDelay is how long to wait after try number attempt; an error ends the
// tries.
func (p patience) RetryDelay(attempt int, err error) (time.Duration, error) {
	throttled := isThrottled(err)
	switch {
	case !throttled && attempt >= p.failures:
		return 0, err
	case p.transfer:
		return transferDelay(attempt, err)
	case !throttled || p.backoff != nil:
		return p.Retryer.RetryDelay(attempt, err)
	}
	return max(throttledDelay(attempt), retryAfter(err)), nil
}

// GetRetryToken lets every failure be tried again, and notes it.
func (p patience) GetRetryToken(ctx context.Context, failed error) (func(error) error, error) {
	if last, ok := ctx.Value(lastFailureKey{}).(*error); ok {
		*last = failed
	}
	return p.Retryer.GetRetryToken(ctx, failed)
}

type lastFailureKey struct{}

// addLastFailure lets a call whose time is up between two tries, or in the
// middle of one, say why those before failed: that its time is up, the caller
// knows.
func addLastFailure(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("LastFailure",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			var last error
			out, meta, err := next.HandleFinalize(context.WithValue(ctx, lastFailureKey{}, &last), in)
			if err != nil && last != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
				err = last
			}
			return out, meta, err
		}), "Retry", middleware.Before)
}

func throttledDelay(attempt int) time.Duration {
	delay := min(throttledFirst<<min(attempt-1, 8), throttledMost)
	return delay + rand.N(delay/4) //nolint:gosec // spreads clients, hides nothing
}

// pause waits as after try number attempt of a throttled call, for calls that
// are throttled by the content of their answer.
func (p patience) pause(ctx context.Context, attempt int) error {
	client.MonitorOf(ctx).SlowDown()
	delay := throttledDelay(attempt)
	if p.backoff != nil {
		delay, _ = p.backoff(attempt, nil)
	}
	return client.Again(ctx, delay)
}

// isThrottled reports whether a server asks to slow down: by code, by status,
// or by saying when to come again. The answer to a HEAD has no code, and S3
// throttles by 503.
func isThrottled(err error) bool {
	return asksToSlowDown(err, answerIn(err))
}

// asksToSlowDown is isThrottled where the answer is not part of the error yet.
func asksToSlowDown(err error, r *smithyhttp.Response) bool {
	var api smithy.APIError
	if errors.As(err, &api) && throttles[api.ErrorCode()] {
		return true
	}
	if r == nil {
		return false
	}
	headless := r.Request != nil && r.Request.Method == http.MethodHead
	return r.StatusCode == http.StatusTooManyRequests ||
		r.StatusCode == http.StatusServiceUnavailable && (headless || r.Header.Get("Retry-After") != "")
}

// retryAfter is the time a server asks for, in seconds; 0 for none.
func retryAfter(err error) time.Duration {
	r := answerIn(err)
	if r == nil {
		return 0
	}
	seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
	return min(time.Duration(max(seconds, 0))*time.Second, retryAfterMost)
}

// answerIn is the answer an error is about, nil where none came.
func answerIn(err error) *smithyhttp.Response {
	var answer interface{ HTTPResponse() *smithyhttp.Response }
	if !errors.As(err, &answer) || answer.HTTPResponse() == nil || answer.HTTPResponse().Response == nil {
		return nil
	}
	return answer.HTTPResponse()
}
