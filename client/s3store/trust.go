package s3store

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/netip"
	"net/url"
	"strings"

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
		host = strings.ToLower(u.Hostname())
	}
	if _, err := netip.ParseAddr(host); err == nil {
		host = "" // an address is never named in a handshake
	}
	c.InsecureSkipVerify = true //nolint:gosec // VerifyConnection verifies
	c.VerifyConnection = func(s tls.ConnectionState) error {
		name := strings.ToLower(s.ServerName)
		if name != host && !strings.HasSuffix(name, "."+host) {
			return verify(s, c.RootCAs)
		}
		if shown := Fingerprint(s.PeerCertificates[0]); shown != a.Network.Certificate {
			return &errOtherCertificate{shown}
		}
		return nil
	}
}

// verify is what crypto/tls does by itself.
func verify(s tls.ConnectionState, roots *x509.CertPool) error {
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
