package mock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/admin"
	"github.com/bucketseal/bucketseal/mock/buckets"
	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/identity"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/objects"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// Config describes a server. Dir is required; the rest has useful zero values.
type Config struct {
	Dir         string      // data folder, made 0700 where it is missing
	Personality Personality // zero is AWS
	AccessKey   string      // empty: a random one, see Server.Credentials
	SecretKey   string      // empty: a random one
	Users       []User      // further people; the two before are the account itself, which may do everything
	Roles       []Role      // what they may become by AssumeRole
	Region      string      // empty: us-east-1
	Keys        []KeySpec   // made where they are missing
	Buckets     []string    // made where they are missing
	Faults      Faults
	Log         *slog.Logger     // nil: no log
	Now         func() time.Time // nil: time.Now
	Fast        bool             // skip fsync: a crash of the machine may lose what was acknowledged
	MinPartSize int64            // bytes; 0: 5 MiB as S3, negative: none
	Domain      string           // buckets are also hosts under it, as they are under localhost; the certificate made for a run covers it
	AllowPublic bool             // a new bucket has no public access block, as on AWS before April 2023
}

// KeySpec is a KMS key to begin with, skipped where its ID or Alias exists
// already. An empty ID is a random UUID; an empty spec is skipped. Policy is the
// key's policy in the JSON of AWS; empty leaves the key to the policies of people.
type KeySpec struct{ ID, Alias, Policy string }

// Server is the endpoint as an http.Handler. Safe for concurrent use.
type Server struct {
	personality          Personality
	accessKey, secretKey string
	people               *identity.Register
	region               string
	clock                func() time.Time
	log                  *slog.Logger
	store                *store.Store
	keys                 *kms.Keystore
	faults               faults.Injector
	verifier             sigv4.Verifier
	domain               string

	access   *access.Service
	sse      *sse.Service
	buckets  *buckets.Service
	objects  *objects.Service
	admin    *admin.Endpoint
	handlers map[string]wire.Handler // by operation
}

// New opens the data folder, and makes the keys and buckets asked for.
func New(c Config) (*Server, error) {
	if c.Dir == "" {
		return nil, errors.New("mock: Config.Dir is empty: name a data folder")
	}
	s := &Server{
		personality: c.Personality, region: c.Region, clock: c.Now, log: c.Log,
		accessKey: c.AccessKey, secretKey: c.SecretKey, domain: strings.ToLower(c.Domain),
	}
	if s.domain != "" && !hostName.MatchString(s.domain) {
		return nil, fmt.Errorf("mock: Config.Domain %q is no host name", c.Domain)
	}
	if s.personality.Name == "" {
		s.personality.Name = "aws"
	}
	if s.region == "" {
		s.region = s3.DefaultRegion
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.accessKey == "" {
		s.accessKey = "AKIA" + strings.ToUpper(wire.RandomHex(8))
	}
	if s.secretKey == "" {
		s.secretKey = wire.RandomHex(20)
	}
	if err := s.SetFaults(c.Faults); err != nil {
		return nil, err
	}
	var err error
	if s.people, err = identity.NewRegister(s.accessKey, s.secretKey, c.Users, c.Roles, s.now); err != nil {
		return nil, err
	}
	if err := s.open(c); err != nil {
		return nil, err
	}
	if err := s.seed(c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.verifier = sigv4.Verifier{Region: s.region, Now: s.now, Secret: s.people.Secret}
	if s.personality.AnyRegion {
		s.verifier.Region = ""
	}
	s.assemble(c.AllowPublic)
	return s, nil
}

func (s *Server) open(c Config) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	var err error
	s.store, err = store.Open(filepath.Join(c.Dir, "store"), store.Options{
		Fast: c.Fast, Now: s.clock, MinPartSize: c.MinPartSize, MD5ETags: c.Personality.MD5ETags, RandomETags: c.Personality.RandomETags,
		KMS: func(_ context.Context, id string) (seal.KeyWrapper, error) { return s.keys.Wrapper(id) },
	})
	if err != nil {
		return fmt.Errorf("open data folder: %w", err)
	}
	s.keys, err = kms.Open(filepath.Join(c.Dir, "keys.sealed"), s.store.RootKey("kms keystore"), kms.Options{Region: s.region, Account: s3.AccountID, Now: s.clock, Fast: c.Fast})
	if err != nil {
		return errors.Join(err, s.store.Close())
	}
	return nil
}

func (s *Server) seed(c Config) error {
	for _, k := range c.Keys {
		for _, ref := range []string{k.ID, k.Alias} {
			if _, err := s.keys.Resolve(ref); ref != "" && err == nil {
				k = KeySpec{}
				break
			}
		}
		if k == (KeySpec{}) {
			continue
		}
		if _, err := s.keys.Create(kms.Spec{ID: k.ID, Alias: k.Alias, Policy: k.Policy}); err != nil {
			return fmt.Errorf("make key %s %s: %w", k.ID, k.Alias, err)
		}
	}
	for _, name := range c.Buckets {
		if !s3.ValidBucketName(name) {
			return fmt.Errorf("make bucket %q: not a bucket name: 3 to 63 of a-z, 0-9, '-' and '.'", name)
		}
		_, err := s.store.CreateBucket(context.Background(), name, s.region)
		if err != nil && !errors.Is(err, store.ErrBucketExists) {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return nil
}

// Close releases the data folder; requests that still run fail.
func (s *Server) Close() error { return s.store.Close() }

// Keys gives access to the key service, to disable a key in a test.
func (s *Server) Keys() *kms.Keystore { return s.keys }

// Credentials of the account, which may do everything.
func (s *Server) Credentials() (accessKey, secretKey string) { return s.accessKey, s.secretKey }

// Region that the endpoint answers for.
func (s *Server) Region() string { return s.region }

// SetFaults replaces the faults, with all their counts at zero, for the
// requests that come from now on.
func (s *Server) SetFaults(f Faults) error { return s.faults.Set(f) }

func (s *Server) now() time.Time {
	return s.clock().Add(s.faults.Skew())
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(hw http.ResponseWriter, hr *http.Request) {
	start := time.Now()
	if hr.ContentLength == 0 && hr.ProtoAtLeast(1, 1) && strings.EqualFold(hr.Header.Get("Expect"), "100-continue") {
		// net/http says nothing for a body of nothing. The AWS CLI then takes the answer for
		// a refusal, and the next one on this connection it cannot read.
		hw.WriteHeader(http.StatusContinue)
	}
	r := &wire.Request{Request: hr, Address: s.addressOf(hr), ID: strings.ToUpper(wire.RandomHex(8))}
	r.Query, _ = url.ParseQuery(hr.URL.RawQuery) // a broken query is refused by the verifier
	w := &faults.Writer{ResponseWriter: hw}
	r.Answer = w.Header()
	w.Header().Set("X-Amz-Request-Id", r.ID)
	w.Header().Set("X-Amz-Id-2", s3.HostID)
	w.Header().Set("Server", "BucketsealMock")
	w.Header().Set("Date", s.now().Add(s.faults.DateSkew()).UTC().Format(http.TimeFormat))
	var failure error
	defer func() {
		s.logged(r, w, failure, time.Since(start))
	}()
	failure = s.serve(w, r)
	if failure == nil || errors.Is(failure, faults.ErrAnswered) {
		return
	}
	if w.Status != 0 { // too late to say it: cut the connection, so that the client cannot take it for whole
		panic(http.ErrAbortHandler)
	}
	switch {
	case isAdmin(r):
		admin.WriteRefusal(w, failure)
		return
	case isKMS(r):
		writeKMSRefusal(w, r, failure)
		return
	case isSTS(r):
		identity.WriteSTSRefusal(w, r, wire.Refusal(s.personality, failure))
		return
	}
	wire.WriteRefusal(w, hr, r.ID, s.personality.Reworded(wire.Refusal(s.personality, failure), r.Bucket+"/"+r.Key))
}

func (s *Server) serve(w *faults.Writer, r *wire.Request) error {
	if isAdmin(r) {
		return s.admin.Serve(w, r)
	}
	op, routeErr := s.route(r)
	r.Op = op
	r.Active = s.faults.Match(op, r.Bucket, r.Key)
	if err := w.Inject(r.Request, r.ID, r.Active); err != nil {
		return err
	}
	if refusal := invalidRequest(r); refusal != nil {
		return refusal
	}
	if r.Method == http.MethodOptions {
		return s.buckets.Preflight(w, r)
	}
	if err := s.buckets.CrossOrigin(w, r); err != nil {
		return err
	}
	if isForm(r) {
		return s.postForm(w, r)
	}
	if r.AsksKMS() && strings.HasPrefix(r.Header.Get("Authorization"), "AWS ") {
		return s3.BadArgument("Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.", "Authorization", "null")
	}
	if err := s.authenticate(r); err != nil {
		return err
	}
	switch {
	case r.Anonymous() && routeErr != nil:
		return s3.AccessDenied("Access Denied.")
	case r.Level() == "bucket" && r.Auth.Payload == sigv4.StreamingUnsignedTrailer:
		return s3.BadRequest("The value of x-amz-content-sha256 header is invalid.")
	case routeErr != nil:
		return routeErr
	case isKMS(r):
		return s.callKMS(w, r)
	case isSTS(r):
		return s.people.CallSTS(w, r)
	}
	if s.personality.NoTrailersOverTLS && r.TLS != nil && strings.HasSuffix(r.Auth.Payload, "-TRAILER") {
		return s3.Refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "")
	}
	for _, name := range []string{"X-Amz-Expected-Bucket-Owner", "X-Amz-Source-Expected-Bucket-Owner"} {
		if want := r.Header.Get(name); want != "" && want != s3.OwnerID && want != s3.AccountID {
			return s3.Refuse(http.StatusForbidden, "AccessDenied", "Access Denied.")
		}
	}
	if len(r.Key) > s3.MaxKeyLength {
		return store.ErrKeyTooLong
	}
	if s.personality.FileNames {
		if err := personality.CheckFileName(r.Key); err != nil {
			return err
		}
	}
	if err := checkVersion(r); err != nil {
		return err
	}
	handle, ok := s.handlers[op]
	if !ok {
		return s3.NotImplemented(op)
	}
	if err := s.access.Authorize(r); err != nil {
		return err
	}
	return s.objects.MarkerRefusal(r, s.access.HideMissing(r, s.run(w, r, handle)))
}

// run handles a request, and notes the change where it is one of a single key.
func (s *Server) run(w http.ResponseWriter, r *wire.Request, handle wire.Handler) error {
	changed := func(error) {}
	switch r.Op {
	case "PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject":
		changed = s.faults.BeforeChange(r.Context(), s.store, r.Bucket, r.Key)
	}
	err := handle(w, r)
	changed(err)
	return err
}

// authenticate finds who calls: by the signature, or nobody.
func (s *Server) authenticate(r *wire.Request) (err error) {
	if serviceOf(r) == "s3" && sigv4.Unsigned(r.Request) {
		r.Auth, err = sigv4.Anonymous(r.Request)
	} else {
		r.Auth, err = s.verifier.Verify(r.Request)
	}
	switch {
	case err != nil:
		return err
	case r.Auth.Service != serviceOf(r):
		return s3.Refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed; the credential is for another service.")
	}
	if r.Auth.AccessKey != "" {
		if r.Caller, err = s.people.Identify(r); err != nil {
			return err
		}
	}
	r.Caller.Context = s.access.ConditionKeys(r)
	return nil
}

// logged writes one line for each request. The query is left out: a presigned
// one holds a signature.
func (s *Server) logged(r *wire.Request, w *faults.Writer, failure error, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("requestId", r.ID), slog.String("op", r.Op), slog.String("method", r.Method),
		slog.String("bucket", r.Bucket), slog.String("key", r.Key), slog.Int("status", w.Status),
		slog.Int64("bytes", w.Bytes), slog.Duration("took", took),
	}
	if failure != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", failure.Error()))
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}
