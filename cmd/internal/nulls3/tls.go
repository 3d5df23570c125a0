package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

// certify makes a certificate for this run, its own authority, and writes it for
// clients to trust.
func certify(caFile string) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "nulls3"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 7),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12,
		DynamicRecordSizingDisabled: true,
	}, nil
}

// joined is a connection below TLS, which reads much at once and may hold back
// what is written: TLS hands over one record of 16 KiB after the other.
type joined struct {
	net.Conn
	in      *bufio.Reader
	out     []byte
	holding bool
}

func (j *joined) Read(p []byte) (int, error) { return j.in.Read(p) }

func (j *joined) Write(p []byte) (int, error) {
	if !j.holding {
		return j.Conn.Write(p)
	}
	j.out = append(j.out, p...)
	return len(p), nil
}

// joining writes through TLS, and the records of one write in one go.
type joining struct {
	below *joined
	above *tls.Conn
}

func (j joining) Write(p []byte) (int, error) {
	j.below.holding = true
	n, err := j.above.Write(p)
	j.below.holding = false
	if err != nil {
		return n, err
	}
	_, err = j.below.Conn.Write(j.below.out)
	j.below.out = j.below.out[:0]
	return n, err
}
