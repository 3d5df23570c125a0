package s3store

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/bucketseal/bucketseal/client"
)

// Options are the habits of a store. The zero value is right for people.
type Options struct {
	// Log gets a record of every request and answer at debug level, without
	// bodies and with secrets replaced by "redacted"; nil is no log.
	Log *slog.Logger
	// Stall is how long a connection may stay silent in the middle of a body;
	// 0 is a minute. The first byte of an answer may take twice as long, and ten
	// times as long where the server has to put an object together.
	Stall time.Duration
	// Attempts is how often a call that moves bytes is tried in all; 0 is 8.
	// Other calls, for which somebody waits, are tried three times at most, and
	// for more than a minute where the server asks to slow down.
	Attempts int

	// AskCode asks for the code of an MFA device; nil where nobody can be asked.
	AskCode func(ctx context.Context, device string) (client.Secret, error)
	// Note is told that the sign-in ends soon; nil for nobody. It may be called from
	// several goroutines.
	Note func(client.Text)

	// Transport takes the requests in the place of the network, for whoever has the
	// server in the same process; nil is the network.
	Transport http.RoundTripper

	atAWS   bool              // tests: treat the endpoint as AWS
	logMode aws.ClientLogMode // tests: log more than Log alone would
	backoff func(int, error) (time.Duration, error)
	sender  func(*Store) sender // tests: the six calls by another way than plain HTTP
}

// A Store is one account, opened. It is safe for concurrent use and holds
// nothing that needs closing.
type Store struct {
	s3      *s3.Client
	kms     *keyService // nil where there is none
	send    sender      // the six calls that are made most
	plainly sender      // plain HTTP: the documents of buckets
	account client.Account
	network *watchdog
	region  string
	atAWS   bool
	https   bool
	safe    bool // https, or a machine of our own
	hidden  *hidden
	signIn  *signIn     // nil where an access key is all there is
	patient aws.Retryer // for calls that move bytes
	waiting patience    // for the others: somebody waits for them
	digests digests
	listV1  atomic.Bool // learned: it has no ListObjectsV2
	noHead  atomic.Bool // learned: it has no HEAD of objects
	can     *abilities  // told and learned: which capabilities it has
	etags   etags       // learned: how it writes those that are not simply quoted

	writes, removals condition   // whether they take If-Match and If-None-Match
	batches          condition   // whether DeleteObjects takes the ETag of an object
	bareTags         atomic.Bool // writes take the ETag of If-Match without quotes only
}

var (
	_ client.Store    = (*Store)(nil)
	_ client.SignsIn  = (*Store)(nil)
	_ client.Examiner = (*Store)(nil)
)

// Dial opens an account for whoever knows only package client: the store it
// returns is also a client.Keys where the account has a KMS.
func Dial(a client.Account, c client.Credentials, o Options) (client.Store, error) {
	s, err := Open(a, c, o)
	if err != nil {
		return nil, err
	}
	if s.kms != nil {
		return keyed{s, s.kms}, nil
	}
	return s, nil
}

// keyed is a store with a key management service beside it.
type keyed struct {
	*Store
	*keyService
}

var _ interface {
	client.Store
	client.Keys
} = keyed{}

// Unwrap is the store alone.
func (k keyed) Unwrap() client.Store { return k.Store }

// Open prepares an account for use. Nothing is sent: whether the account works
// is what [Store.Test] says. The error is a *client.Error: KindInvalid for an
// account that cannot be opened, KindLocal or KindTLS for its CA file.
func Open(a client.Account, c client.Credentials, o Options) (*Store, error) {
	a, c = a.Tidy(), c.Tidy()
	if c.AccessKeyID == "" {
		c.AccessKeyID = a.AccessKeyID
	}
	if err := cmp.Or(a.Check(), c.Check()); err != nil {
		return nil, &client.Error{Op: "open", Kind: client.KindInvalid, Err: err}
	}
	if c.Secret.IsZero() && a.NeedsSecret() {
		return nil, &client.Error{
			Op: "open", Kind: client.KindBadCredentials,
			Err: client.Say("no secret is known for access key %s: enter the secret access key", c.AccessKeyID).Err(),
		}
	}
	network, err := newNetwork(a, o)
	if err != nil {
		return nil, err
	}
	s := &Store{
		account: a,
		region:  a.Region,
		atAWS:   a.IsAWS() || o.atAWS,
		https:   strings.HasPrefix(urlOf(a), "https:"),
		safe:    a.Secure(),
		hidden:  &hidden{},
		network: network,
	}
	s.hidden.add(c.Secret, c.SessionToken)
	if s.signIn, err = signInOf(a, c, network, s.hidden, o); err != nil {
		return nil, err
	}
	s.can = &abilities{told: toldOf(a, s.atAWS)}
	if s.region == "" {
		s.region = client.DefaultRegion
	}
	if o.Attempts <= 0 {
		o.Attempts = 8
	}
	if o.Attempts >= triesToHurry {
		network.usual = &latency{}
	}
	s.digests.returned.Store(s.atAWS)
	forTransfers, forPeople := transferDelay, delayOf
	if o.backoff != nil {
		forTransfers, forPeople = o.backoff, o.backoff
	}
	s.patient = newRetryer(o.Attempts, forTransfers, s.signIn)
	s.waiting = patience{Retryer: newRetryer(o.Attempts, forPeople, s.signIn), failures: min(3, o.Attempts), backoff: o.backoff}
	cfg := aws.Config{
		Region:                     s.region,
		Credentials:                credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.Secret.Reveal(), c.SessionToken.Reveal()),
		HTTPClient:                 network,
		Retryer:                    func() aws.Retryer { return s.waiting },
		APIOptions:                 []func(*middleware.Stack) error{addLastFailure},
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
	if s.signIn != nil {
		cfg.Credentials = s.signIn
	}
	if s.atAWS {
		cfg.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenSupported
		cfg.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenSupported
	}
	cfg.Logger, cfg.ClientLogMode = sdkLog(o, s.hidden)
	s.s3 = s3.NewFromConfig(cfg, func(so *s3.Options) {
		if a.Endpoint != "" {
			so.BaseEndpoint = aws.String(strings.TrimSuffix(a.Endpoint, "/"))
		}
		so.UsePathStyle = a.Addressing == client.AddressingPath || !s.atAWS && a.Addressing != client.AddressingVirtual
		so.DisableLogOutputChecksumValidationSkipped = true
		so.UseARNRegion = true // an access point says itself where it is
		so.APIOptions = append(so.APIOptions, addGates, s.can.addGuard, addUnsigned)
		if a.RequesterPays {
			so.APIOptions = append(so.APIOptions, smithyhttp.SetHeaderValue(headerPayer, payer))
		}
	})
	s.kms = newKeyService(cfg, s)
	s.plainly = (&plain{
		sdk: s.s3.Options(), can: s.can, network: network, places: addresses{direct: network.direct}, pays: a.RequesterPays, signIn: s.signIn,
		log: cfg.Logger, logged: cfg.ClientLogMode,
	}).send
	s.send = s.plainly
	if o.sender != nil {
		s.send = o.sender(s)
	}
	s.send = asOften(o.Attempts, s.send)
	return s, nil
}

// By this header whoever asks pays for the request and what it moves.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html
const headerPayer, payer = "X-Amz-Request-Payer", "requester"

// urlOf is where an account's requests go.
func urlOf(a client.Account) string {
	if a.Endpoint != "" {
		return a.Endpoint
	}
	return "https://s3." + cmp.Or(a.Region, client.DefaultRegion) + ".amazonaws.com"
}

// SignedIn is how long the sign-in holds, as far as it is known: nothing is asked.
func (s *Store) SignedIn() client.SignedIn {
	if s.signIn == nil {
		return client.SignedIn{}
	}
	return s.signIn.SignedIn()
}

// Test asks the server whether the credentials are good, by a call that changes
// nothing (ListBuckets). An account that may not list buckets gets KindDenied:
// its credentials were accepted.
func (s *Store) Test(ctx context.Context) error {
	_, err := s.Buckets(ctx)
	return err
}

// asOften makes the calls of a transfer be tried as often as one that moves bytes,
// where otherwise somebody waits for the answer at the screen.
func asOften(attempts int, send sender) sender {
	return func(ctx context.Context, q *request) (*answer, error) {
		if p, ok := q.tries.(patience); ok && client.TurnOf(ctx) != nil {
			p.failures, p.transfer = attempts, p.backoff == nil
			q.tries = p
		}
		return send(ctx, q)
	}
}

// patiently makes a call that moves bytes keep trying.
func (s *Store) patiently(o *s3.Options) { o.Retryer = s.patient }

// newRetryer tries up to attempts times. The SDK's budget of retries gives way to
// that of the transfers, and 429, which the SDK does not repeat by itself, is
// repeated.
func newRetryer(attempts int, backoff func(int, error) (time.Duration, error), by *signIn) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.RateLimiter = budget{}
		o.Retryables = append([]retry.IsErrorRetryable{
			retry.IsErrorRetryableFunc(hopeless),
			retry.IsErrorRetryableFunc(by.renewable),
			retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{408: {}, 429: {}}},
		}, o.Retryables...)
		o.Backoff = retry.BackoffDelayerFunc(backoff)
	})
}
