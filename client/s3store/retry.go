package s3store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

// budget is what repetitions draw on: that of the endpoint where a transfer asks,
// which waits for it; none where somebody waits for the answer.
type budget struct{}

// GetToken takes one. That ctx is over, the SDK finds out by itself.
func (budget) GetToken(ctx context.Context, _ uint) (func() error, error) {
	if t := client.TurnOf(ctx); t != nil {
		if err := t.Again(ctx); err != nil && ctx.Err() == nil {
			return nothing, &errGaveUp{err}
		}
	}
	return nothing, nil
}

func (budget) AddTokens(uint) error { return nil }

// errGaveUp says that the endpoint is not asked any more.
type errGaveUp struct{ err error }

func (e *errGaveUp) Error() string { return e.Text().String() }

// Text is what it says.
func (e *errGaveUp) Text() client.Text { return client.Say("not tried again: %v", e.err) }

func nothing() error { return nil }

// The pauses after a failure of a call that somebody waits for: a quarter of a second,
// then half a one. That is sooner than the SDK would.
const firstDelay, longestDelay = 250 * time.Millisecond, 16 * time.Second

// delayOf is the pause after try number attempt of such a call.
func delayOf(attempt int, _ error) (time.Duration, error) {
	return shortened(min(firstDelay<<min(attempt-1, 8), longestDelay)), nil
}

// pauses are those of transfers. One request in twenty that fails by chance is sent
// again soon: four in a row are no chance, and what comes then outlasts a server that
// is started again. The budget holds back many at once.
var pauses = []time.Duration{60 * time.Millisecond, 125 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 8 * time.Second, 16 * time.Second}

// transferDelay is the pause after try number attempt of a call of a transfer, at least
// what the server asks for.
func transferDelay(attempt int, err error) (time.Duration, error) {
	return max(shortened(pauses[min(attempt, len(pauses))-1]), retryAfter(err)), nil
}

// shortened is up to a quarter less, so that not all come back at once.
func shortened(delay time.Duration) time.Duration {
	return delay - rand.N(delay/4) //nolint:gosec // spreads clients, hides nothing
}

// hopeless settles what the SDK would guess wrong: an untrusted certificate or
// a refusal of our own stays what it is however often one asks; an answer that
// broke off in the middle may be whole the next time.
func hopeless(err error) aws.Ternary {
	var (
		local    *errSource
		unsigned *errSignIn
	)
	switch {
	case errors.As(err, &local), errors.As(err, &unsigned), isUntrusted(err), whyNotSent(err) != nil:
		return aws.FalseTernary
	case isAnswered(err):
		return aws.FalseTernary
	case errors.Is(err, io.ErrUnexpectedEOF), isOvertaken(err):
		return aws.TrueTernary
	case isHeld(err):
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// isAnswered reports whether an answer came that will be no better next time.
func isAnswered(err error) bool {
	var (
		foreign       *errNotS3
		contradiction *errContradiction
	)
	return errors.As(err, &foreign) || errors.As(err, &contradiction) || isNoHTTP(err) || errors.Is(err, errCircles)
}

// isUntrusted reports whether the server's certificate was not accepted.
func isUntrusted(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
		roots        x509.SystemRootsError
		other        *errOtherCertificate
	)
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &roots) || errors.As(err, &other)
}

// isHeld reports whether Ceph says that another call is completing the upload.
// It says so too when there is no such upload: see CompleteUpload.
func isHeld(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && containsFold(api.ErrorMessage(), "multipart completion is already in progress")
}
