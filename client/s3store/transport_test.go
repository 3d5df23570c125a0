package s3store

import (
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

func TestOpenRefusesWhatCannotWork(t *testing.T) {
	good := client.Account{Name: "a", Endpoint: compatible, AccessKeyID: "AKID"}
	secret := client.Credentials{Secret: client.NewSecret(secretCanary)}
	dir := t.TempDir()
	notPEM := filepath.Join(dir, "ca.pem")
	require.NoError(t, os.WriteFile(notPEM, []byte("no certificate"), 0o600))
	with := func(change func(*client.Account)) client.Account { a := good; change(&a); return a }
	for name, c := range map[string]struct {
		a    client.Account
		c    client.Credentials
		want client.Kind
	}{
		"no name":         {with(func(a *client.Account) { a.Name = "" }), secret, client.KindInvalid},
		"no secret":       {good, client.Credentials{}, client.KindBadCredentials},
		"no CA file":      {with(func(a *client.Account) { a.CAFile = filepath.Join(dir, "none") }), secret, client.KindLocal},
		"a CA without CA": {with(func(a *client.Account) { a.CAFile = notPEM }), secret, client.KindTLS},
	} {
		_, err := Open(c.a, c.c, Options{})
		assert.Equal(t, c.want.String(), client.KindOf(err).String(), name)
		_, err = Dial(c.a, c.c, Options{})
		assert.Error(t, err, name)
	}
}

func TestDialGivesKeysWhereThereIsAKMS(t *testing.T) {
	secret := client.Credentials{Secret: client.NewSecret(secretCanary)}
	for name, c := range map[string]struct {
		a    client.Account
		keys bool
	}{
		"AWS":            {client.Account{Name: "a", AccessKeyID: "AKID"}, true},
		"a service":      {client.Account{Name: "a", Endpoint: compatible, AccessKeyID: "AKID"}, false},
		"one with a KMS": {client.Account{Name: "a", Endpoint: compatible, KMSEndpoint: compatible, AccessKeyID: "AKID"}, true},
	} {
		store, err := Dial(c.a, secret, Options{})
		require.NoError(t, err, name)
		_, keys := store.(client.Keys)
		assert.Equal(t, c.keys, keys, name)
		_, learns := store.(interface{ MD5Wanted() bool })
		assert.True(t, learns, name)
	}
}

func TestARedirectIsFollowedOnlyAtTheServerItself(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		status   int
		key      bool
		want     error
	}{
		"the same server":           {"https://a", "https://a/x", 307, true, nil},
		"its usual port, spelt":     {"https://a", "https://A:443/x", 308, true, nil},
		"from http to https":        {"http://a", "https://a/x", 308, false, nil},
		"another port":              {"https://a", "https://a:8443", 307, false, http.ErrUseLastResponse},
		"another port with a key":   {"https://a:1", "https://a:2", 307, true, errElsewhere},
		"another host":              {"https://a", "https://b", 307, false, http.ErrUseLastResponse},
		"a host below":              {"https://a", "https://x.a", 307, false, http.ErrUseLastResponse},
		"another host with a key":   {"https://a", "https://b", 307, true, errElsewhere},
		"another host by http":      {"http://127.0.0.1:1", "http://nas:1", 308, false, http.ErrUseLastResponse},
		"http to https elsewhere":   {"http://a:9000", "https://a", 307, false, http.ErrUseLastResponse},
		"to plain http":             {"https://a", "http://a", 308, false, errDowngrade},
		"to http at home":           {"https://a", "http://127.0.0.1", 307, false, errDowngrade},
		"another region, an answer": {"https://a", "https://b", 301, false, http.ErrUseLastResponse},
		"found, an answer":          {"https://a", "https://a/x", 302, false, http.ErrUseLastResponse},
	} {
		first := &http.Request{URL: parsed(t, c.from), Header: http.Header{}}
		next := &http.Request{URL: parsed(t, c.to), Header: http.Header{}, Response: &http.Response{StatusCode: c.status}}
		if c.key {
			next.Header.Set(headerCustomerKey, keyB64)
		}
		assert.ErrorIs(t, checkRedirect(next, []*http.Request{first}), c.want, name)
		if c.want == nil {
			assert.NoError(t, checkRedirect(next, []*http.Request{first}), name)
		}
	}
	around := make([]*http.Request, 10)
	for i := range around {
		around[i] = &http.Request{URL: parsed(t, "https://a"), Header: http.Header{}}
	}
	again := &http.Request{URL: parsed(t, "https://a"), Header: http.Header{}, Response: &http.Response{StatusCode: 307}}
	assert.ErrorContains(t, checkRedirect(again, around), "in circles")
}

func parsed(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

func TestNothingIsForwardedToAnotherServer(t *testing.T) {
	var reached int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer first.Close()
	s := openURL(t, first.URL, "", Options{})
	_, _, err := s.Get(t.Context(), anywhere, client.ReadOptions{Key: sseC(t).Key})
	var told *client.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, client.KindInsecure.String(), told.Kind.String(), "%v", err)
	assert.Equal(t, errElsewhere.Error(), told.Said.String(), "in our words alone")
	_, _, err = s.Get(t.Context(), anywhere, client.ReadOptions{})
	assert.Equal(t, client.KindRedirected.String(), client.KindOf(err).String(), "%v", err)
	assert.ErrorContains(t, err, other.URL, "it says where to")
	_, err = s.Put(t.Context(), anywhere, newBody("the file"), 8, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	assert.Equal(t, client.KindRedirected.String(), client.KindOf(err).String(), "%v", err)
	assert.Zero(t, reached)
}

func TestLocalhostThatLeadsElsewhereIsRefused(t *testing.T) {
	assert.ErrorIs(t, onlyLoopback("tcp", "192.0.2.1:80", nil), errNotHere)
	assert.ErrorIs(t, onlyLoopback("tcp", "0.0.0.0:80", nil), errNotHere)
	assert.ErrorIs(t, onlyLoopback("tcp", "no address", nil), errNotHere)
	assert.NoError(t, onlyLoopback("tcp4", "127.0.0.1:80", nil))
	assert.NoError(t, onlyLoopback("tcp6", "[::1]:80", nil))
}

// Front ends rewrite Accept-Encoding: it is sent, and is no part of what is signed.
func TestAcceptEncodingIsSentAndNotSigned(t *testing.T) {
	rec := &recorder{}
	s := openRecorded(t, rec, compatible, Options{})
	_, err := s.Put(t.Context(), anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
	require.NoError(t, third(s.Get(t.Context(), anywhere, client.ReadOptions{})))
	_ = s.Test(t.Context())
	require.Greater(t, rec.count(), 2)
	for _, r := range rec.sent {
		assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
		_, signed, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
		signed, _, _ = strings.Cut(signed, ",")
		assert.Contains(t, signed, "x-amz-date")
		for _, rewritten := range []string{"accept-encoding", "amz-sdk-request", "amz-sdk-invocation-id", "user-agent", "expect", "connection", "via", "transfer-encoding"} {
			assert.NotContains(t, strings.Split(signed, ";"), rewritten, r.Method)
		}
	}
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	for _, status := range []int{408, 429, 500, 503} {
		rec := &recorder{answer: func(_ *http.Request, n int) *http.Response {
			if n < 8 {
				return reply(status, nil, "")
			}
			return reply(200, []string{"Etag", `"e"`}, "")
		}}
		s := openRecorded(t, rec, compatible, Options{})
		_, err := s.Put(t.Context(), anywhere, newBody("body"), 4, client.PutOptions{Encryption: client.Inherit{}})
		require.NoError(t, err, "status %d", status)
		assert.Equal(t, 8, rec.count())
		for _, b := range rec.bodies {
			assert.Equal(t, "body", b, "the whole body each time")
		}
	}
}

func TestARefusalIsNotRepeated(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(403, "AccessDenied", "no") })}
	_, err := openRecorded(t, rec, compatible, Options{}).Put(t.Context(), anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String())
	assert.Equal(t, 1, rec.count())
}

func TestABodyThatBreaksOffIsNoEndOfFile(t *testing.T) {
	e := mock.Start(t)
	s := openAt(t, e, e.SecretKey, Options{})
	at := client.Location{Bucket: "bucket", Key: "k"}
	content := strings.Repeat("0123456789", 100_000)
	_, err := s.Put(t.Context(), at, newBody(content), int64(len(content)), client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.Cut, Bytes: 500_000}}}))
	o, body, err := s.Get(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	got, err := io.ReadAll(body)
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(err).String(), "%v", err)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Less(t, len(got), len(content))
	assert.EqualValues(t, len(content), o.Size)
	var e2 *client.Error
	require.ErrorAs(t, err, &e2)
	assert.NotEmpty(t, e2.RequestID)
	require.NoError(t, body.Close())
}

func TestAtAWSAFlippedBitIsFound(t *testing.T) {
	e := mock.Start(t)
	s := openAt(t, e, e.SecretKey, Options{atAWS: true})
	at := client.Location{Bucket: "bucket", Key: "k"}
	sum := sha256.Sum256([]byte("seed"))
	content := strings.Repeat(string(sum[:]), 1000)
	_, err := s.Put(t.Context(), at, newBody(content), int64(len(content)), client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
	require.Equal(t, content, contentOf(t, s, at))
	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.FlipBit, Bytes: 700}}}))
	_, body, err := s.Get(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	_, err = io.ReadAll(body)
	assert.Equal(t, client.KindCorrupt.String(), client.KindOf(err).String(), "%v", err)
	_ = body.Close()
}
