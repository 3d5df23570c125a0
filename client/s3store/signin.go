package s3store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

// A grant is what a way to sign in gave: credentials, and how long the sign-in
// behind them holds.
type grant struct {
	aws.Credentials
	holds client.SignedIn
}

// An origin is where credentials come from. Each call gets new ones.
type origin func(context.Context) (grant, error)

const (
	// renewBefore is how long before their end credentials are renewed at the latest: so
	// long may a request be on its way.
	renewBefore = 5 * time.Minute
	// renewAgain is how soon after a renewal that failed the next is tried, while the old
	// credentials still hold.
	renewAgain = 10 * time.Second
	// justRenewed is how long after a renewal a server's word that credentials have ended
	// is about the ones before.
	justRenewed = 5 * time.Second
)

// A signIn keeps the credentials of an account and renews them before they end: no
// request is signed by some that end while it is on its way. It is safe for
// concurrent use.
type signIn struct {
	from   origin
	hidden *hidden
	note   func(client.Text) // told that the sign-in ends; nil for nobody
	turn   chan struct{}     // one renewal at a time

	mu     sync.Mutex
	held   grant
	since  time.Time // when it was got
	tried  time.Time // when a renewal failed last
	warned int       // minutes that were told of last
}

func newSignIn(from origin, h *hidden, note func(client.Text)) *signIn {
	return &signIn{from: from, hidden: h, note: note, turn: make(chan struct{}, 1)}
}

// Retrieve is what requests are signed by.
func (s *signIn) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if c, ok := s.fresh(time.Now()); ok {
		s.tell(time.Now())
		return c, nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return aws.Credentials{}, ctx.Err()
	}
	if c, ok := s.fresh(time.Now()); ok { // another has renewed them
		return c, nil
	}
	got, err := s.from(ctx)
	if err != nil {
		return s.kept(time.Now(), err)
	}
	s.keep(got, time.Now())
	s.tell(time.Now())
	return got.Credentials, nil
}

// fresh are the credentials that are held, unless they end soon.
func (s *signIn) fresh(now time.Time) (aws.Credentials, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.held.Credentials
	switch {
	case !c.HasKeys():
		return c, false
	case !c.CanExpire:
		return c, true
	}
	before := min(renewBefore, c.Expires.Sub(s.since)/3)
	return c, now.Before(c.Expires.Add(-before)) || now.Before(c.Expires) && now.Sub(s.tried) < renewAgain
}

// kept are those that are held, where a renewal failed and they still hold.
func (s *signIn) kept(now time.Time, failed error) (aws.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = now
	if c := s.held.Credentials; c.HasKeys() && now.Before(c.Expires) {
		return c, nil
	}
	return aws.Credentials{}, failed
}

func (s *signIn) keep(got grant, now time.Time) {
	s.hidden.add(client.NewSecret(got.SecretAccessKey), client.NewSecret(got.SessionToken))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held, s.since, s.tried = got, now, time.Time{}
}

// refused takes a server's word that the credentials with a key have ended, though
// they should hold.
func (s *signIn) refused(key string, err error) {
	var api smithy.APIError
	if s == nil || !errors.As(err, &api) || !endedCodes[api.ErrorCode()] {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held.AccessKeyID == key {
		s.held.CanExpire, s.held.Expires = true, time.Time{}
	}
}

// renewable lets a call be made again where the server says that its credentials have
// ended and others can be had.
func (s *signIn) renewable(err error) aws.Ternary {
	var api smithy.APIError
	if s == nil || !errors.As(err, &api) || !endedCodes[api.ErrorCode()] {
		return aws.UnknownTernary
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.since) > justRenewed { // which were refused, a call of the SDK does not tell
		s.held.CanExpire, s.held.Expires = true, time.Time{}
	}
	return aws.TrueTernary
}

// endedCodes are by what servers say that credentials have ended.
var endedCodes = map[string]bool{"ExpiredToken": true, "ExpiredTokenException": true, "TokenRefreshRequired": true}

// SignedIn is how long the sign-in holds, as far as it is known.
func (s *signIn) SignedIn() client.SignedIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held.holds
}

// tell says that the sign-in ends soon: when a quarter of an hour is left, five
// minutes, and one.
func (s *signIn) tell(now time.Time) {
	holds := s.SignedIn()
	said := holds.Text(now)
	if s.note == nil || said.IsZero() {
		return
	}
	left := 1
	for _, minutes := range []int{5, 15} {
		if holds.Ends.Sub(now) > time.Duration(left)*time.Minute {
			left = minutes
		}
	}
	s.mu.Lock()
	again := s.warned == 0 || left < s.warned
	if again {
		s.warned = left
	}
	s.mu.Unlock()
	if again {
		s.note(said)
	}
}

// errSignIn says why there are no credentials. It never holds one.
type errSignIn struct {
	kind  client.Kind
	said  client.Text
	cause error
}

func (e *errSignIn) Error() string { return e.said.String() }

// Text is what the error says.
func (e *errSignIn) Text() client.Text { return e.said }

func (e *errSignIn) Unwrap() error { return e.cause }

// over is a sign-in that has ended and is renewed by a command.
func over(who, command string, cause error) error {
	return &errSignIn{client.KindExpired, client.Say("the sign-in of %s has ended; renew it with: %s", who, command), cause}
}

// noSignIn is one that cannot be done as it is set up.
func noSignIn(said client.Text, cause error) error {
	return &errSignIn{client.KindBadCredentials, said, cause}
}

// hidden are secrets that must not be in a log or an error, whoever wrote it. They
// come and go with the credentials; so many of the last are kept. It is safe for
// concurrent use.
type hidden struct {
	mu  sync.Mutex
	all []client.Secret
}

const mostHidden = 64

func (h *hidden) add(secrets ...client.Secret) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range secrets {
		if !s.IsZero() {
			h.all = append(h.all, s)
		}
	}
	if n := len(h.all) - mostHidden; n > 0 {
		h.all = append([]client.Secret{}, h.all[n:]...) // those who read the old ones go on
	}
}

func (h *hidden) secrets() []client.Secret {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all
}
