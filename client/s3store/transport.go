package s3store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// newNetwork is the HTTP client of an account: HTTP/1.1, so that parts travel
// on connections of their own, the system's certificate authorities and the
// account's, TLS 1.2 at least.
func newNetwork(a client.Account, o Options) (*watchdog, error) {
	rt := o.transport
	if rt == nil {
		pool, err := authorities(a.CAFile)
		if err != nil {
			return nil, err
		}
		t := &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:       &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
			MaxIdleConns:          256,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       90 * time.Second,
			DisableCompression:    true, // bytes arrive as they are stored
			Protocols:             new(http.Protocols),
		}
		t.Protocols.SetHTTP1(true)
		rt = t
	}
	stall := o.Stall
	if stall <= 0 {
		stall = time.Minute
	}
	return &watchdog{client: &http.Client{Transport: rt, CheckRedirect: checkRedirect}, stall: stall}, nil
}

// authorities is the system's pool with the account's own file added to it.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil // nil is the system's, also on Windows and macOS
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &client.Error{Op: "open", Kind: client.KindLocal, Err: fmt.Errorf("read the CA file: %w", err)}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &client.Error{
			Op: "open", Kind: client.KindTLS,
			Err: fmt.Errorf("%s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", file),
		}
	}
	return pool, nil
}

var (
	errPlainText = errors.New("an SSE-C key must not be sent over plain http to another machine: use https")
	errDowngrade = errors.New("the server redirects from https to http: not followed")
	errElsewhere = errors.New("the server redirects a request with an SSE-C key to another host: not followed")
)

// checkRedirect follows what the SDK would follow (307 and 308, which repeat
// the request) and only where secrets stay safe. Other redirects are answers:
// S3 says by 301 that a bucket is in another region.
func checkRedirect(r *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case r.Response == nil || r.Response.StatusCode != http.StatusTemporaryRedirect && r.Response.StatusCode != http.StatusPermanentRedirect:
		return http.ErrUseLastResponse
	case len(via) >= 10:
		return errors.New("the server redirects in circles")
	case first.URL.Scheme == "https" && r.URL.Scheme != "https":
		return errDowngrade
	case strings.EqualFold(first.URL.Host, r.URL.Host):
		return nil
	case carriesKey(r.Header) || carriesKey(first.Header):
		return errElsewhere
	}
	r.Header.Del("X-Amz-Security-Token")
	return nil
}

// carriesKey reports whether SSE-C key material is in a request's headers.
func carriesKey(h http.Header) bool {
	return h.Get(headerCustomerKey) != "" || h.Get("X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key") != ""
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
