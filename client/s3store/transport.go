package s3store

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// handshake is how long a server may take to agree on TLS.
const handshake = 10 * time.Second

// newNetwork is the HTTP client of an account: HTTP/1.1, so that parts travel
// on connections of their own, the system's certificate authorities and the
// account's, TLS 1.2 at least.
func newNetwork(a client.Account, o Options) (*watchdog, error) {
	rt := o.Transport
	if rt == nil {
		secure, err := trust(a)
		if err != nil {
			return nil, err
		}
		secure.DynamicRecordSizingDisabled = true // whole files are sent, not the first lines of a page
		ways := proxiesOf(a)
		if err := ways.check(a); err != nil {
			return nil, err
		}
		dial := dialing(a.Network.Connect())
		t := &http.Transport{
			Proxy:                  ways.forRequest,
			OnProxyConnectResponse: ways.refusedTunnel,
			DialContext:            dial,
			DialTLSContext:         secured(dial, secure, handshake),
			TLSClientConfig:        secure, // through a proxy
			TLSHandshakeTimeout:    handshake,
			ExpectContinueTimeout:  time.Second,
			WriteBufferSize:        80 << 10, // a file of 64 KiB leaves in one go, with its head
			MaxIdleConns:           256,
			MaxIdleConnsPerHost:    64,
			IdleConnTimeout:        90 * time.Second,
			DisableCompression:     true, // bytes arrive as they are stored
			Protocols:              new(http.Protocols),
		}
		t.Protocols.SetHTTP1(true)
		rt = &lines{through: t, proxy: ways.forRequest, secured: t.DialTLSContext, bare: dial, idle: map[peer][]*line{}}
	}
	stall := cmp.Or(max(o.Stall, 0), a.Network.Silence(), time.Minute)
	short, _ := rt.(*lines)
	return &watchdog{client: &http.Client{Transport: rt, CheckRedirect: checkRedirect}, lines: short, stall: stall}, nil
}

// authorities is the system's pool with the account's own file added to it.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil // nil is the system's, also on Windows and macOS
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &client.Error{Op: "open", Kind: client.KindLocal, Err: client.Say("read the CA file: %v", err).Err()}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &client.Error{
			Op: "open", Kind: client.KindTLS,
			Err: client.Say("%s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", file).Err(),
		}
	}
	return pool, nil
}

// CheckFiles says what is wrong with an account's files of certificates, so that it
// is not saved with any that cannot be used.
func CheckFiles(a client.Account) error {
	_, err := trust(a)
	var e *client.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// A dialer makes connections.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// dialing connects within a time, 0 for 30 seconds. A connection to this machine goes
// to an address of this machine, whatever the hosts file makes of localhost.
func dialing(within time.Duration) dialer {
	d := net.Dialer{Timeout: cmp.Or(within, 30*time.Second), KeepAlive: 30 * time.Second}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return dial(ctx, d, network, address)
	}
}

func dial(ctx context.Context, d net.Dialer, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && client.IsThisMachine(host) {
		d.Control = onlyLoopback
		address = net.JoinHostPort(strings.TrimSuffix(host, "."), port) // no question for a name server
	}
	return d.DialContext(ctx, network, address)
}

func onlyLoopback(_, address string, _ syscall.RawConn) error {
	if host, _, err := net.SplitHostPort(address); err != nil || !client.IsThisMachine(host) {
		return errNotHere
	}
	return nil
}

var (
	errPlainText = client.Say("an SSE-C key must not be sent over plain http to another machine: use https").Err()
	errDowngrade = client.Say("the server redirects from https to http: not followed").Err()
	errCircles   = client.Say("the server redirects in circles").Err()
	errElsewhere = client.Say("the server redirects a request with an SSE-C key to another host: not followed").Err()
	errNotHere   = client.Say("localhost leads to another machine here: mend the hosts file, or write 127.0.0.1").Err()
)

// whyNotSent is our own reason within an error for not sending a request, nil for
// none.
func whyNotSent(err error) error {
	var proxy *errProxy
	if errors.As(err, &proxy) {
		return proxy
	}
	for _, e := range []error{errPlainText, errDowngrade, errElsewhere, errNotHere} {
		if errors.Is(err, e) {
			return e
		}
	}
	return nil
}

// checkRedirect follows only what repeats the request (307 and 308, as the SDK
// would) at the very server it was meant for: neither a key, nor a token, nor a
// signature, nor a file goes to another host or port, or from https to http.
// Other redirects are answers: S3 says by them that a bucket is elsewhere.
func checkRedirect(r *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case r.Response == nil || r.Response.StatusCode != http.StatusTemporaryRedirect && r.Response.StatusCode != http.StatusPermanentRedirect:
		return http.ErrUseLastResponse
	case len(via) >= 10:
		return errCircles
	case first.URL.Scheme == "https" && r.URL.Scheme != "https":
		return errDowngrade
	case sameServer(first.URL, r.URL):
		return nil
	case carriesKey(first.Header) || carriesKey(r.Header):
		return errElsewhere
	}
	return http.ErrUseLastResponse
}

// sameServer reports whether two URLs lead to one server: host and port, or the
// host itself by https on its usual port.
func sameServer(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	return portOf(a) == portOf(b) && a.Scheme == b.Scheme || portOf(a) == "80" && portOf(b) == "443"
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// carriesKey reports whether SSE-C key material is in a request's headers.
func carriesKey(h interface{ Get(string) string }) bool {
	return h.Get(headerCustomerKey) != "" || h.Get("X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key") != ""
}
