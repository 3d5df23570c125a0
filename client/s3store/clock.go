package s3store

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A clock is the server's, as its answers tell it: a signature holds for a quarter
// of an hour by that clock, and not every machine's own is right.
type clock struct{ ahead atomic.Int64 } // nanoseconds before ours

const (
	// wrongBy is how far a signature's time must be from the server's for a
	// refusal to be blamed on the clock.
	wrongBy = 4 * time.Minute
	// longestAnswer bounds how late the time in an answer may be read.
	longestAnswer = 15 * time.Minute
)

func (c *clock) lead() time.Duration { return time.Duration(c.ahead.Load()) }

// leadIn is how far the server's clock is before ours, by an answer to what was
// sent at a moment of ours. One that lay in a cache tells nothing.
func leadIn(h http.Header, sent time.Time) (lead time.Duration, ok bool) {
	date := h.Get("Date")
	if date == "" || h.Get("Age") != "" {
		return 0, false
	}
	theirs, err := smithyhttp.ParseTime(date)
	now := time.Now()
	if err != nil || now.Sub(sent) > longestAnswer {
		return 0, false
	}
	return theirs.Sub(now), true
}

// clockCodes are refusals that a wrong clock may be behind.
var clockCodes = map[string]bool{
	"InvalidSignatureException": true, "SignatureDoesNotMatch": true, "AuthFailure": true, "RequestTimeTooSkewed": true, "AccessDeniedException": true,
}

// errWrongClock is a refusal of a request whose time was not the server's; with
// the right time it may succeed.
type errWrongClock struct{ error }

func (e *errWrongClock) Unwrap() error { return e.error }

// RetryableError makes the call be repeated.
func (*errWrongClock) RetryableError() bool { return true }

// blamed is a failure, as an errWrongClock where the server's clock was further
// from the one that was signed by than a signature may be.
func blamed(err error, signed, observed time.Duration) error {
	var api interface{ ErrorCode() string }
	if !errors.As(err, &api) || !clockCodes[api.ErrorCode()] || (signed-observed).Abs() <= wrongBy {
		return err
	}
	return &errWrongClock{err}
}
