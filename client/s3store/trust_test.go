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

func overTLS(t *testing.T, answer http.HandlerFunc, settings *tls.Config) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(answer)
	srv.Config.ErrorLog, srv.TLS = discard, settings
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// trusting is a file of authorities that vouches for certificates.
func trusting(t *testing.T, all ...*x509.Certificate) string {
	t.Helper()
	var b []byte
	for _, c := range all {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	return file
}

// certificateFor is a certificate for a name, issued by itself.
func certificateFor(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func showing(c tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}
}

func openTo(t *testing.T, a client.Account, o Options) (*Store, error) {
	t.Helper()
	a.Name, a.AccessKeyID = "test", "AKID"
	o.backoff = atOnce
	return onPath(a, client.Credentials{Secret: client.NewSecret(secretCanary)}, o)
}

func TestAnAccountIsBoundToTheOneCertificateItNames(t *testing.T) {
	srv := overTLS(t, noBuckets, nil)
	s, err := openTo(t, client.Account{Endpoint: srv.URL}, Options{})
	require.NoError(t, err)
	require.Equal(t, client.KindTLS.String(), client.KindOf(s.Test(t.Context())).String(), "nobody vouches for it")

	s, err = openTo(t, client.Account{Endpoint: srv.URL, Network: client.Network{Certificate: Fingerprint(srv.Certificate())}}, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Test(t.Context()), "the one that was named, whoever issued it")

	other := client.Network{Certificate: strings.Repeat("ab", 32)}
	s, err = openTo(t, client.Account{Endpoint: srv.URL, CAFile: trusting(t, srv.Certificate()), Network: other}, Options{})
	require.NoError(t, err)
	err = s.Test(t.Context())
	assert.Equal(t, client.KindTLS.String(), client.KindOf(err).String())
	assert.ErrorContains(t, err, "its SHA-256 is "+Fingerprint(srv.Certificate()), "another is refused though an authority vouches for it")
}

func TestWhoIsBoundToACertificateVerifiesOtherServersAsEver(t *testing.T) {
	srv := overTLS(t, noBuckets, nil)
	c, err := trust(client.Account{Endpoint: "https://s3.example", Network: client.Network{Certificate: Fingerprint(srv.Certificate())}})
	require.NoError(t, err)
	shown := tls.ConnectionState{ServerName: "kms.example", PeerCertificates: []*x509.Certificate{srv.Certificate()}}
	require.Error(t, c.VerifyConnection(shown), "that of the KMS is no matter of the fingerprint")
	shown.ServerName = "bucket.s3.example"
	require.NoError(t, c.VerifyConnection(shown))
	shown.ServerName = "evils3.example"
	require.Error(t, c.VerifyConnection(shown))
	c.RootCAs = x509.NewCertPool()
	c.RootCAs.AddCert(srv.Certificate())
	shown.ServerName = "example.com"
	require.NoError(t, c.VerifyConnection(shown), "an authority vouches for it")
	shown.ServerName = ""
	require.Error(t, c.VerifyConnection(shown), "an address that is not told is nobody's name")
}

func TestAnEndpointIsBoundInWhateverSpelling(t *testing.T) {
	other := certificateFor(t, "s3.example")
	for endpoint, names := range map[string][]string{
		"https://S3.example.:9000": {"s3.example", "bucket.s3.example"},
		"https://spüle.example":    {"xn--sple-1ra.example"},
		"https://10.0.0.1":         {"", "10.0.0.1"},
	} {
		c, err := trust(client.Account{Endpoint: endpoint, CAFile: trusting(t, other.Leaf), Network: client.Network{Certificate: strings.Repeat("ab", 32)}})
		require.NoError(t, err)
		for _, name := range names {
			var refused *errOtherCertificate
			require.ErrorAs(t, c.VerifyConnection(tls.ConnectionState{ServerName: name, PeerCertificates: []*x509.Certificate{other.Leaf}}), &refused, "%s as %q", endpoint, name)
		}
	}
}

func TestWhoIsBoundToACertificateReachesItThroughAnHTTPSProxyThatIsVerified(t *testing.T) {
	noProxies(t)
	store := certificateFor(t, "store.test")
	srv := overTLS(t, noBuckets, showing(store))
	at := strings.TrimPrefix(srv.URL, "https://")
	forAnother := certificateFor(t, "other.test")
	proxy, odd := overTLS(t, tunnelTo(at, nil), nil), overTLS(t, tunnelTo(at, nil), showing(forAnother))
	account := client.Account{
		Endpoint: "https://" + strings.Replace(at, "127.0.0.1", "store.test", 1), CAFile: trusting(t, proxy.Certificate(), forAnother.Leaf),
		Network: client.Network{Proxy: proxy.URL, Certificate: Fingerprint(store.Leaf)},
	}
	asked := func(change func(*client.Account)) (client.ConnectionTest, error) {
		a := account
		change(&a)
		s, err := openTo(t, a, Options{Attempts: 1})
		require.NoError(t, err)
		return s.Examine(t.Context(), ""), s.Test(t.Context())
	}
	test, err := asked(func(*client.Account) {})
	require.NoError(t, err, "nobody vouches for the server, and it is the one that was named")
	assert.Equal(t, "name noted, connect passed, tls passed, clock passed, credentials passed, buckets passed, region noted", wentTo(test))
	assert.Equal(t, Fingerprint(store.Leaf), test.Certificate.SHA256, "that of the server, not of the proxy")
	assert.Contains(t, test.Steps[2].Said.String(), "for store.test")

	for name, change := range map[string]func(*client.Account){
		"the server shows another":            func(a *client.Account) { a.Network.Certificate = Fingerprint(proxy.Certificate()) },
		"nobody vouches for the proxy":        func(a *client.Account) { a.CAFile = trusting(t, forAnother.Leaf) },
		"the proxy's is for another name":     func(a *client.Account) { a.Network.Proxy = odd.URL },
		"nobody vouches for the server":       func(a *client.Account) { a.Network.Certificate = "" },
		"unbound, and the proxy's is another": func(a *client.Account) { a.Network.Proxy, a.Network.Certificate = odd.URL, "" },
	} {
		test, err := asked(change)
		assert.Equal(t, client.KindTLS.String(), client.KindOf(err).String(), "%s: %v", name, err)
		failed, _ := test.Failed()
		assert.Equal(t, client.StepTLS, failed.Name, name)
		assert.Equal(t, client.KindTLS.String(), client.KindOf(failed.Err).String(), name)
	}
}

func TestAServerThatAsksWhoWeAreIsShownTheClientCertificate(t *testing.T) {
	me := certificateFor(t, "me")
	pkcs8, err := x509.MarshalPKCS8PrivateKey(me.PrivateKey)
	require.NoError(t, err)
	certificate, private := trusting(t, me.Leaf), filepath.Join(t.TempDir(), "me.key")
	require.NoError(t, os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))

	srv := overTLS(t, noBuckets, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12})
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

	for _, given := range []string{ecs + "/v2/credentials/x", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials"} {
		to, err := proxiesOf(far).forURL(parsed(t, given))
		require.NoError(t, err)
		assert.Nil(t, to, "the credentials of a container, by plain http, are no proxy's business")
	}

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
