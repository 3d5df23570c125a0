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

func TestRedirectsAreFollowedOnlyWhereSecretsStaySafe(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		status   int
		key      bool
		want     error
		token    bool // the session token goes along
	}{
		"the same host":             {"https://a", "https://a/x", 307, true, nil, true},
		"another host":              {"https://a", "https://b", 307, false, nil, false},
		"another host with a key":   {"https://a", "https://b", 307, true, errElsewhere, true},
		"to plain http":             {"https://a", "http://a", 308, false, errDowngrade, true},
		"another region, an answer": {"https://a", "https://b", 301, false, http.ErrUseLastResponse, true},
	} {
		first := &http.Request{URL: parsed(t, c.from), Header: http.Header{}}
		next := &http.Request{URL: parsed(t, c.to), Header: http.Header{"X-Amz-Security-Token": {"t"}}, Response: &http.Response{StatusCode: c.status}}
		if c.key {
			next.Header.Set(headerCustomerKey, keyB64)
		}
		assert.ErrorIs(t, checkRedirect(next, []*http.Request{first}), c.want, name)
		assert.Equal(t, c.token, next.Header.Get("X-Amz-Security-Token") != "", name)
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

func TestAKeyIsNotForwardedToAnotherServer(t *testing.T) {
	var reached bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer first.Close()
	s := openURL(t, first.URL, "", Options{})
	_, _, err := s.Get(t.Context(), anywhere, client.ReadOptions{Key: sseC(t).Key})
	assert.Equal(t, client.KindInsecure.String(), client.KindOf(err).String(), "%v", err)
	assert.False(t, reached)
	_, _, err = s.Get(t.Context(), anywhere, client.ReadOptions{})
	require.NoError(t, err)
	assert.True(t, reached, "without a key the redirect is followed")
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
