package mock_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// certified is a certificate for 127.0.0.1 in files.
type certified struct {
	cert, key string // files
	leaf      *x509.Certificate
	private   *ecdsa.PrivateKey
}

// certify makes one that ends then, signed by another or, for nil, by itself.
func certify(t *testing.T, end time.Time, by *certified) *certified {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	shape := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "mine"}, NotBefore: end.AddDate(-1, 0, 0), NotAfter: end,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: by == nil, BasicConstraintsValid: true,
	}
	parent, signer := shape, private
	if by != nil {
		parent, signer = by.leaf, by.private
	}
	der, err := x509.CreateCertificate(rand.Reader, shape, parent, &private.PublicKey, signer)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	c := &certified{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), leaf: leaf, private: private}
	require.NoError(t, os.WriteFile(c.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(c.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	return c
}

func (c *certified) serve(change ...func(*mock.Config, *mock.Listen)) []mock.Option {
	options := []mock.Option{func(_ *mock.Config, l *mock.Listen) { l.CertFile, l.KeyFile = c.cert, c.key }}
	for _, one := range change {
		options = append(options, one)
	}
	return options
}

// answers asks over TLS, trusting one certificate.
func answers(t *testing.T, e *mock.Endpoint, trusted *x509.Certificate) error {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(trusted)
	c := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	resp, err := c.Get(e.URL)
	if err != nil {
		return err
	}
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)
	return resp.Body.Close()
}

func TestACertificateOfOnesOwnIsServed(t *testing.T) {
	year := time.Now().AddDate(0, 6, 0)
	own := certify(t, year, nil)
	e := mock.Start(t, own.serve()...)
	require.NoError(t, answers(t, e, own.leaf))
	assert.Equal(t, own.cert, e.CAFile, "it signed itself: it is what clients must trust")
	mustPut(t, s3Client(t, e), "k", "x", underKey("alias/demo"))

	issued := certify(t, year, own)
	dir := t.TempDir()
	e = mock.Start(t, issued.serve(func(c *mock.Config, _ *mock.Listen) { c.Dir = dir })...)
	require.NoError(t, answers(t, e, own.leaf))
	assert.Empty(t, e.CAFile, "its authority is not known here")
	assert.Empty(t, e.CA)
	assert.NoFileExists(t, filepath.Join(dir, "ca.pem"))
}

func TestACertificateOutOfDateIsServedWithAWarning(t *testing.T) {
	var log bytes.Buffer
	old := certify(t, time.Now().AddDate(0, 0, -1), nil)
	e := mock.Start(t, old.serve(func(c *mock.Config, _ *mock.Listen) { c.Log = slog.New(slog.NewJSONHandler(&log, nil)) })...)
	assert.Contains(t, log.String(), "out of date")
	assert.ErrorContains(t, answers(t, e, old.leaf), "expired")
}

func TestACertificateThatCannotBeServedIsRefused(t *testing.T) {
	year := time.Now().AddDate(1, 0, 0)
	one, two := certify(t, year, nil), certify(t, year, nil)
	for reason, l := range map[string]mock.Listen{
		"give both CertFile and KeyFile":         {CertFile: one.cert},
		"or neither for one made":                {KeyFile: one.key},
		"a certificate was given for plain http": {CertFile: one.cert, KeyFile: one.key, PlainHTTP: true},
		"private key does not match":             {CertFile: one.cert, KeyFile: two.key},
		"both must be PEM and belong together":   {CertFile: one.key, KeyFile: one.key},
		"no such file":                           {CertFile: one.cert, KeyFile: one.key + ".none"},
		"write HOST:PORT":                        {Address: "127.0.0.1"},
		"others could reach this endpoint":       {Address: ":0"},
		"permits it":                             {Address: "0.0.0.0:0"},
	} {
		dir := t.TempDir()
		_, err := mock.Serve(mock.Config{Dir: dir}, l)
		require.ErrorContains(t, err, reason)
		e, err := mock.Serve(mock.Config{Dir: dir}, mock.Listen{})
		require.NoError(t, err, "the folder is free again")
		require.NoError(t, e.Close())
	}
}

func TestAnEndpointDoesNotWaitForeverForItsClients(t *testing.T) {
	dir := t.TempDir()
	e, err := mock.Serve(mock.Config{Dir: dir, Fast: true, Faults: mock.Faults{Faults: []mock.Fault{{Do: mock.Stall}}}}, mock.Listen{PlainHTTP: true})
	require.NoError(t, err)
	resp, err := http.Get(e.URL)
	require.NoError(t, err, "the header is out, so that the request is running")
	ctx, cancel := context.WithCancel(bg)
	cancel()
	require.NoError(t, e.Shutdown(ctx))
	_, err = io.ReadAll(resp.Body)
	require.Error(t, err, "the rest is cut off")
	require.NoError(t, resp.Body.Close())
	e, err = mock.Serve(mock.Config{Dir: dir, Fast: true}, mock.Listen{PlainHTTP: true})
	require.NoError(t, err)
	require.NoError(t, e.Close())
}
