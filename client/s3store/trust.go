package s3store

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/bucketseal/bucketseal/client"
)

// trust is what an account believes of servers and shows of itself: TLS 1.2 at
// least, the authorities of the system and its own, the one certificate it is bound
// to, its client certificate.
func trust(a client.Account) (*tls.Config, error) {
	pool, err := authorities(a.CAFile)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if n := a.Network; n.ClientCertificate != "" {
		own, err := tls.LoadX509KeyPair(n.ClientCertificate, n.ClientKey)
		if err != nil {
			return nil, &client.Error{Op: "open", Kind: client.KindLocal, Err: client.Say("the client certificate cannot be used: %v", err).Err()}
		}
		c.Certificates = []tls.Certificate{own}
	}
	if a.Network.Certificate != "" {
		bind(c, a)
	}
	return c, nil
}

// bind lets the account's endpoint, and the buckets below its name, show the one
// certificate only, whoever issued it. Other servers, as a proxy or a KMS, are
// verified as ever.
func bind(c *tls.Config, a client.Account) {
	host := ""
	if u, err := url.Parse(urlOf(a)); err == nil {
		host = inHandshake(u.Hostname())
	}
	_, noAddress := netip.ParseAddr(host)
	c.InsecureSkipVerify = true //nolint:gosec // VerifyConnection verifies
	c.VerifyConnection = func(s tls.ConnectionState) error {
		name := inHandshake(s.ServerName)
		unnamed := name == "" && noAddress == nil // an address is never named in a handshake
		if name != host && !strings.HasSuffix(name, "."+host) && !unnamed {
			return verify(s, c.RootCAs)
		}
		if shown := Fingerprint(s.PeerCertificates[0]); shown != a.Network.Certificate {
			return &errOtherCertificate{shown}
		}
		return nil
	}
}

// inHandshake is a host as a handshake names it: in ASCII, without the dot at its end.
func inHandshake(host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// askedFor is a handshake with the host that was asked, which is not told where it is an
// address.
func askedFor(s tls.ConnectionState, host string) tls.ConnectionState {
	s.ServerName = cmp.Or(s.ServerName, host)
	return s
}

// verify is what crypto/tls does by itself. Whose name is not told is not verified by
// its authority alone.
func verify(s tls.ConnectionState, roots *x509.CertPool) error {
	if s.ServerName == "" {
		return x509.HostnameError{Certificate: s.PeerCertificates[0], Host: "an address that is not told"}
	}
	o := x509.VerifyOptions{Roots: roots, DNSName: s.ServerName, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(o)
	return err
}

// Fingerprint is by what an account is bound to a certificate: the SHA-256 of all of
// it, in hex.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// errOtherCertificate is a server that shows another certificate than the one its
// account is bound to.
type errOtherCertificate struct{ shown string }

func (e *errOtherCertificate) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errOtherCertificate) Text() client.Text {
	return client.Say("the server shows another certificate than the one this account is bound to; its SHA-256 is %s", e.shown)
}
