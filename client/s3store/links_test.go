package s3store

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// A link is not longer than the credentials that signed it, and says so.
func TestALinkEndsWithItsCredentials(t *testing.T) {
	s := openRecorded(t, &recorder{}, "", Options{})
	link, err := s.Link(t.Context(), anywhere, client.LinkOptions{Method: http.MethodGet, For: time.Hour})
	require.NoError(t, err)
	assert.True(t, link.MayEnd, "with a session token nobody knows when")
	assert.False(t, link.Sooner)
	u, err := url.Parse(link.URL)
	require.NoError(t, err)
	assert.Equal(t, "3600", u.Query().Get("X-Amz-Expires"))
	assert.Equal(t, tokenCanary, u.Query().Get("X-Amz-Security-Token"))
	assert.NotContains(t, link.URL, secretCanary)
	for _, wrong := range []time.Duration{0, client.MaxLink + time.Second} {
		_, err := s.Link(t.Context(), anywhere, client.LinkOptions{Method: http.MethodGet, For: wrong})
		assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String())
	}
	key, err := client.NewCustomerKey(make([]byte, 32))
	require.NoError(t, err)
	_, err = s.Link(t.Context(), anywhere, client.LinkOptions{Method: http.MethodPut, For: time.Hour, Encryption: client.SSEC{Key: key}})
	assert.Equal(t, client.KindRefused.String(), client.KindOf(err).String(), "%v", err)
}

// Whoever uses a link to write sends the encryption that was asked for, or nothing is
// written.
func TestALinkToWriteHoldsTheEncryption(t *testing.T) {
	e := mock.Start(t, mock.With(twoKeys))
	s, at := openAt(t, e, e.SecretKey, Options{}), client.Location{Bucket: "bucket", Key: "a b/ü.txt"}
	link, err := s.Link(t.Context(), at, client.LinkOptions{
		Method: http.MethodPut, For: time.Hour, Encryption: client.SSEKMS{Key: client.KeyID(e.NamedKeys()[0].ID)},
	})
	require.NoError(t, err)
	assert.Equal(t, "aws:kms", link.Headers["X-Amz-Server-Side-Encryption"])
	assert.Equal(t, http.StatusForbidden, use(t, e, link, "without", nil).StatusCode)
	assert.Equal(t, http.StatusOK, use(t, e, link, "with", link.Headers).StatusCode)
	head, err := s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, head.Encryption.Type)

	get, err := s.Link(t.Context(), at, client.LinkOptions{Method: http.MethodGet, For: time.Minute, Disposition: `attachment; filename="x.txt"`})
	require.NoError(t, err)
	assert.Empty(t, get.Headers)
	r := use(t, e, get, "", nil)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	assert.Equal(t, "with", string(body))
	assert.Equal(t, `attachment; filename="x.txt"`, r.Header.Get("Content-Disposition"))
}

// use sends what a link is for, as somebody without an account.
func use(t *testing.T, e *mock.Endpoint, link client.Link, body string, headers map[string]string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), link.Method, link.URL, strings.NewReader(body))
	require.NoError(t, err)
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(e.CA))
	answer, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}}).Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}
