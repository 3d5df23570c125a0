package s3store

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

// An examination goes the way to a server step by step.
type examination struct {
	store  *Store
	at     *url.URL
	proxy  *url.URL // nil for none
	bucket string
	test   client.ConnectionTest
	over   bool // a step failed
}

// clockMargin is how far clocks may be apart before anybody need know: a signature
// holds for a quarter of an hour, and the difference is reckoned with.
const clockMargin = time.Minute

// Examine goes the way to the server step by step and changes nothing.
func (s *Store) Examine(ctx context.Context, bucket string) client.ConnectionTest {
	e := &examination{store: s, bucket: bucket}
	e.step(client.StepResolve, func() (client.Text, error) { return e.resolve(ctx) })
	e.step(client.StepConnect, func() (client.Text, error) { return e.connect(ctx) })
	e.step(client.StepTLS, func() (client.Text, error) { return e.secure(ctx) })
	e.step(client.StepClock, func() (client.Text, error) { return e.clock(ctx) })
	e.step(client.StepSignIn, func() (client.Text, error) { return e.credentials(ctx) })
	e.step(client.StepBuckets, func() (client.Text, error) { return e.buckets(ctx) })
	e.step(client.StepRegion, func() (client.Text, error) { return e.region(ctx) })
	return e.test
}

// noted is a step that went on with something to know: no failure.
type noted struct{ said client.Text }

func (n noted) Error() string { return n.said.String() }

func (e *examination) step(name client.StepName, do func() (client.Text, error)) {
	s := client.TestStep{Name: name, Status: client.StepSkipped}
	if !e.over {
		said, err := do()
		var note noted
		switch {
		case errors.As(err, &note):
			s.Status, s.Said = client.StepNoted, note.said
		case err != nil:
			s.Status, s.Said, s.Err = client.StepFailed, said, e.store.fail(call{op: string(name), at: client.Location{Bucket: e.bucketOf(name)}}, err)
			e.over = true
		default:
			s.Status, s.Said = client.StepPassed, said
		}
	}
	e.test.Steps = append(e.test.Steps, s)
}

func (e *examination) bucketOf(name client.StepName) string {
	if name == client.StepRegion {
		return e.bucket
	}
	return ""
}

func (e *examination) resolve(ctx context.Context) (said client.Text, err error) {
	if e.at, err = url.Parse(urlOf(e.store.account)); err != nil {
		return said, err
	}
	if e.proxy, err = proxiesOf(e.store.account).forURL(e.at); err != nil {
		return said, err
	}
	host := e.at.Hostname()
	if e.proxy != nil {
		return said, noted{client.Say("%s is asked for by the proxy %s", host, e.proxy.Host)}
	}
	if _, err := netip.ParseAddr(host); err == nil || client.IsThisMachine(host) {
		return client.Say("%s is an address", host), nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return said, &netFailure{err}
	}
	all := []string{}
	for _, ip := range found {
		all = append(all, ip.Unmap().String())
	}
	return client.Say("%s is %s", host, strings.Join(all, ", ")), nil
}

// netFailure makes a failure on the way one of the network.
type netFailure struct{ error }

func (f *netFailure) Unwrap() error   { return f.error }
func (f *netFailure) Timeout() bool   { return false }
func (f *netFailure) Temporary() bool { return false } //nolint:revive // net.Error

// place is host and port of the server, or of the proxy before it.
func (e *examination) place() string {
	to := e.at
	if e.proxy != nil {
		to = e.proxy
	}
	port := to.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[to.Scheme]
	}
	return net.JoinHostPort(to.Hostname(), port)
}

func (e *examination) connect(ctx context.Context) (said client.Text, err error) {
	began := time.Now()
	c, err := dialing(e.store.account.Network.Connect())(ctx, "tcp", e.place())
	if err != nil {
		return said, &netFailure{err}
	}
	_ = c.Close() // nothing was sent
	return client.Say("%s answers after %d ms", e.place(), time.Since(began).Milliseconds()), nil
}

// secure has the server show its certificate. Behind a proxy that is seen by the first
// answer, with which the clock comes too.
func (e *examination) secure(ctx context.Context) (said client.Text, err error) {
	if e.at.Scheme != "https" {
		return said, noted{client.Say("plain http: nothing on the way is protected")}
	}
	config, err := trust(e.store.account)
	if err != nil {
		return said, err
	}
	if e.proxy != nil {
		_, shown, err := e.ask(ctx)
		if err == nil && shown != nil {
			e.shown(*shown)
		}
		return e.certificate(), err
	}
	c, err := dialing(e.store.account.Network.Connect())(ctx, "tcp", e.place())
	if err != nil {
		return said, &netFailure{err}
	}
	defer c.Close() //nolint:errcheck // nothing was sent
	err = e.handshake(ctx, c, config)
	return e.certificate(), err // what it shows is told also where it is not trusted
}

// handshake agrees on TLS as the account would, and keeps what was shown also where it
// is not trusted.
func (e *examination) handshake(ctx context.Context, c net.Conn, config *tls.Config) error {
	judge := config.VerifyConnection
	if judge == nil {
		judge = func(s tls.ConnectionState) error { return verify(s, config.RootCAs) }
	}
	seen := config.Clone()
	seen.ServerName, seen.InsecureSkipVerify = e.at.Hostname(), true //nolint:gosec // judged below
	seen.VerifyConnection = func(s tls.ConnectionState) error {
		e.shown(s)
		return judge(askedFor(s, e.at.Hostname()))
	}
	ctx, cancel := context.WithTimeout(ctx, handshake)
	defer cancel()
	if err := tls.Client(c, seen).HandshakeContext(ctx); err != nil {
		return &netFailure{err}
	}
	return nil
}

func (e *examination) shown(s tls.ConnectionState) {
	leaf := s.PeerCertificates[0]
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	e.test.Certificate = client.Certificate{Names: names, Issuer: leaf.Issuer.String(), From: leaf.NotBefore, Until: leaf.NotAfter, SHA256: Fingerprint(leaf)}
}

func (e *examination) certificate() client.Text {
	c := e.test.Certificate
	if c.IsZero() {
		return client.Text{}
	}
	return client.Say("for %s, issued by %s, until %s", strings.Join(c.Names, ", "), c.Issuer, c.Until.Format(time.DateOnly))
}

// ask sends a request that is not signed: any answer will do, of which the headers and
// what TLS showed are of interest.
func (e *examination) ask(ctx context.Context) (http.Header, *tls.ConnectionState, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(e.at.String(), "/")+"/", nil)
	if err != nil {
		return nil, nil, err
	}
	answer, err := e.store.network.Do(r)
	if err != nil {
		return nil, nil, &netFailure{err}
	}
	return answer.Header, answer.TLS, answer.Body.Close()
}

func (e *examination) clock(ctx context.Context) (said client.Text, err error) {
	sent := time.Now()
	answer, _, err := e.ask(ctx)
	if err != nil {
		return said, err
	}
	lead, told := leadIn(answer, sent)
	if !told {
		return said, noted{client.Say("the server does not tell its time")}
	}
	e.test.Clock = lead.Round(time.Second)
	if lead.Abs() > clockMargin {
		return said, noted{client.Say("the server's clock and this computer's are %s apart: set date, time and time zone", lead.Abs().Round(time.Second).String())}
	}
	return client.Say("it agrees with this computer's"), nil
}

// credentials signs in, and asks for the buckets: a refusal of those is a word about
// rights, not about who we are.
func (e *examination) credentials(ctx context.Context) (said client.Text, err error) {
	s := e.store
	if s.signIn != nil {
		if _, err := s.signIn.Retrieve(ctx); err != nil {
			return said, err
		}
	}
	all, err := s.Buckets(ctx)
	e.test.Buckets = len(all)
	if len(all) > 0 && e.bucket == "" && len(s.account.Buckets.All()) == 0 {
		e.bucket = all[0].Name
	}
	switch client.KindOf(err) {
	case client.KindDenied:
		e.test.Buckets = -1
		return client.Say("accepted"), nil
	case client.KindUnsupported:
		e.test.Buckets = -1
		return said, noted{client.Say("the server lists no buckets, and its answer does not say whether it knows the key")}
	}
	if err != nil {
		return said, err
	}
	if note := s.SignedIn().Text(time.Now()); !note.IsZero() {
		return said, noted{note}
	}
	return client.Say("accepted"), nil
}

func (e *examination) buckets(context.Context) (said client.Text, err error) {
	own := e.store.account.Buckets.All()
	denied := e.test.Buckets < 0
	e.test.Buckets = max(e.test.Buckets, len(own))
	if e.bucket == "" && len(own) > 0 {
		e.bucket = own[0]
	}
	switch {
	case denied && len(own) == 0 && e.bucket == "":
		return said, noted{client.Say("this account may not list buckets: name those it may use (accounts add --bucket NAME)")}
	case denied:
		return said, noted{client.Say("this account may not list buckets; it names %d", len(own))}
	}
	return client.Say("%d are there", e.test.Buckets), nil
}

func (e *examination) region(ctx context.Context) (said client.Text, err error) {
	if e.bucket == "" {
		return said, noted{client.Say("there is no bucket whose region could be looked at")}
	}
	out, err := e.store.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &e.bucket})
	if err != nil {
		return said, err
	}
	if out.BucketRegion != nil {
		e.test.Region = *out.BucketRegion
	}
	if e.test.Region == "" {
		return client.Say("%s can be reached; its region is not told", e.bucket), nil
	}
	if e.test.Region != e.store.region && e.store.atAWS {
		return said, noted{client.Say("%s is in %s, and this account signs for %s: set its region", e.bucket, e.test.Region, e.store.region)}
	}
	return client.Say("%s is in %s", e.bucket, e.test.Region), nil
}
