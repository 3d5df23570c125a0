package s3store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// noBuckets answers every question by an empty list of buckets.
func noBuckets(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = w.Write([]byte(`<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>o</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>`))
}

func overTLS(t *testing.T, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(noBuckets))
	srv.Config.ErrorLog = discard
	if change != nil {
		change(srv)
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func openTo(t *testing.T, a client.Account, o Options) (*Store, error) {
	t.Helper()
	a.Name, a.AccessKeyID = "test", "AKID"
	o.backoff = atOnce
	return onPath(a, client.Credentials{Secret: client.NewSecret(secretCanary)}, o)
}

func TestAnAccountIsBoundToTheOneCertificateItNames(t *testing.T) {
	srv := overTLS(t, nil)
	s, err := openTo(t, client.Account{Endpoint: srv.URL}, Options{})
	require.NoError(t, err)
	require.Equal(t, client.KindTLS.String(), client.KindOf(s.Test(t.Context())).String(), "nobody vouches for it")

	s, err = openTo(t, client.Account{Endpoint: srv.URL, Network: client.Network{Certificate: Fingerprint(srv.Certificate())}}, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Test(t.Context()), "the one that was named, whoever issued it")

	authorities := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(authorities, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600))
	other := client.Network{Certificate: strings.Repeat("ab", 32)}
	s, err = openTo(t, client.Account{Endpoint: srv.URL, CAFile: authorities, Network: other}, Options{})
	require.NoError(t, err)
	err = s.Test(t.Context())
	assert.Equal(t, client.KindTLS.String(), client.KindOf(err).String())
	assert.ErrorContains(t, err, "its SHA-256 is "+Fingerprint(srv.Certificate()), "another is refused though an authority vouches for it")
}

func TestWhoIsBoundToACertificateVerifiesOtherServersAsEver(t *testing.T) {
	srv := overTLS(t, nil)
	c, err := trust(client.Account{Endpoint: "https://s3.example", Network: client.Network{Certificate: Fingerprint(srv.Certificate())}})
	require.NoError(t, err)
	shown := tls.ConnectionState{ServerName: "kms.example", PeerCertificates: []*x509.Certificate{srv.Certificate()}}
	require.Error(t, c.VerifyConnection(shown), "that of the KMS is no matter of the fingerprint")
	shown.ServerName = "bucket.s3.example"
	require.NoError(t, c.VerifyConnection(shown))
	shown.ServerName = "evils3.example"
	require.Error(t, c.VerifyConnection(shown))
}

func TestAServerThatAsksWhoWeAreIsShownTheClientCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "me"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	dir := t.TempDir()
	certificate, private := filepath.Join(dir, "me.pem"), filepath.Join(dir, "me.key")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))

	srv := overTLS(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	})
	bound := client.Network{Certificate: Fingerprint(srv.Certificate())}
	s, err := openTo(t, client.Account{Endpoint: srv.URL, Network: bound}, Options{Attempts: 1})
	require.NoError(t, err)
	require.Error(t, s.Test(t.Context()), "it wants to know who we are")
	bound.ClientCertificate, bound.ClientKey = certificate, private
	s, err = openTo(t, client.Account{Endpoint: srv.URL, Network: bound}, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Test(t.Context()))
	bound.ClientKey = certificate
	_, err = openTo(t, client.Account{Endpoint: srv.URL, Network: bound}, Options{})
	require.ErrorContains(t, err, "the client certificate cannot be used")
}

func TestAnAccountTravelsByItsOwnProxy(t *testing.T) {
	noProxies(t)
	var hosts []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		noBuckets(w, r)
	}))
	defer proxy.Close()
	far := client.Account{Endpoint: "http://s3.far.example", Network: client.Network{Proxy: proxy.URL}}
	s, err := openTo(t, far, Options{Attempts: 1})
	require.NoError(t, err)
	require.NoError(t, s.Test(t.Context()))
	assert.Equal(t, []string{"s3.far.example"}, hosts)

	t.Setenv("HTTP_PROXY", proxy.URL)
	ways := proxiesOf(client.Account{Network: client.Network{Proxy: client.NoProxy}})
	to, err := ways.forURL(parsed(t, "http://s3.far.example"))
	require.NoError(t, err)
	assert.Nil(t, to, "none is none, whatever the environment says")
	to, err = proxiesOf(client.Account{}).forURL(parsed(t, "http://s3.far.example"))
	require.NoError(t, err)
	assert.NotNil(t, to, "the system's is that of the environment")
}

func TestWhoPaysForWhatIsReadSaysSoInEveryRequest(t *testing.T) {
	asked := map[string]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.Method+" "+r.URL.Path] = r.Header.Get("X-Amz-Request-Payer")
		assert.Contains(t, r.Header.Get("Authorization"), "x-amz-request-payer", "it is signed")
		noBuckets(w, r)
	}))
	defer srv.Close()
	s, err := openTo(t, client.Account{Endpoint: srv.URL, RequesterPays: true}, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Test(t.Context()))
	_, _ = s.Head(t.Context(), client.Location{Bucket: "b", Key: "k"}, client.ReadOptions{}) // answered by a list
	assert.Equal(t, "requester", asked["GET /"])
	assert.Equal(t, "requester", asked["HEAD /b/k"])
}
