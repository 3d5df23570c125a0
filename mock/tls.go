package mock

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func (l Listen) checkTLS() error {
	switch {
	case (l.CertFile == "") != (l.KeyFile == ""):
		return errors.New("a certificate and its key belong together: give both CertFile and KeyFile (--tls-cert, --tls-key), or neither for one made for this run")
	case l.CertFile != "" && l.PlainHTTP:
		return errors.New("a certificate was given for plain http: leave out the certificate (--tls-cert, --tls-key), or PlainHTTP (--plain-http)")
	}
	return nil
}

// certificate is the one given, or one of an authority made for this run; it
// fills in what clients must trust.
func (e *Endpoint) certificate(dir, host string, l Listen) (tls.Certificate, error) {
	if l.CertFile != "" {
		return e.givenCertificate(l)
	}
	ca, err := newAuthority(host, e.domain)
	if err != nil {
		return tls.Certificate{}, err
	}
	e.CA, e.CAFile = ca.pem, filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(e.CAFile, ca.pem, 0o600); err != nil {
		return tls.Certificate{}, fmt.Errorf("write certificate authority: %w", err)
	}
	return ca.leaf, nil
}

// givenCertificate reads the files. One that signed itself is what clients must
// trust; of another the authority is not known here. One that is out of date is
// served: to see what a client says is what a test may want.
func (e *Endpoint) givenCertificate(l Listen) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(l.CertFile, l.KeyFile)
	if err != nil {
		return pair, fmt.Errorf("use certificate %s with key %s: both must be PEM and belong together: %w", l.CertFile, l.KeyFile, err)
	}
	if now := time.Now(); now.Before(pair.Leaf.NotBefore) || now.After(pair.Leaf.NotAfter) {
		e.log.Warn("the certificate is out of date, clients will refuse it", slog.Time("notBefore", pair.Leaf.NotBefore), slog.Time("notAfter", pair.Leaf.NotAfter))
	}
	if pair.Leaf.CheckSignature(pair.Leaf.SignatureAlgorithm, pair.Leaf.RawTBSCertificate, pair.Leaf.Signature) == nil {
		e.CAFile = l.CertFile
		e.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw})
	}
	return pair, nil
}

// authority is a certificate authority that lives as long as the listener: its
// private key is never written anywhere.
type authority struct {
	pem  []byte
	leaf tls.Certificate
}

const validity = 365 * 24 * time.Hour

// newAuthority makes an authority, and a certificate of it for loopback, for
// *.localhost and *.domain (virtual-host buckets) and for host; domain may be empty.
func newAuthority(host, domain string) (authority, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("make certificate authority: %w", err)
	}
	start := time.Now().Add(-time.Hour)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Bucketseal local endpoint"},
		NotBefore: start, NotAfter: start.Add(validity), IsCA: true, BasicConstraintsValid: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return authority{}, fmt.Errorf("make certificate authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("make certificate: %w", err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: start, NotAfter: start.Add(validity), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "*.localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		leaf.IPAddresses = append(leaf.IPAddresses, ip)
	} else if ip == nil && host != "" {
		leaf.DNSNames = append(leaf.DNSNames, host)
	}
	if domain != "" {
		leaf.DNSNames = append(leaf.DNSNames, domain, "*."+domain)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return authority{}, fmt.Errorf("make certificate: %w", err)
	}
	return authority{
		pem:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}),
		leaf: tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key},
	}, nil
}
