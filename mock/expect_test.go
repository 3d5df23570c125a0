package mock_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// Who asks whether to go on is told so even where nothing is to come, and the
// connection can be used again; who is refused before the body gets no 100.
func TestWhoExpectsToBeToldToGoOnIsTold(t *testing.T) {
	e := mock.Start(t)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(e.CA))
	conn, err := tls.Dial("tcp", strings.TrimPrefix(e.URL, "https://"), &tls.Config{RootCAs: pool})
	require.NoError(t, err)
	defer conn.Close()
	from := bufio.NewReader(conn)
	ask := func(length int) *http.Response {
		_, err := fmt.Fprintf(conn, "PUT /bucket/k HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", length)
		require.NoError(t, err)
		resp, err := http.ReadResponse(from, nil)
		require.NoError(t, err)
		return resp
	}
	for range 2 {
		first := ask(0)
		assert.Equal(t, 100, first.StatusCode)
		assert.Empty(t, first.Header)
		then, err := http.ReadResponse(from, nil)
		require.NoError(t, err)
		assert.Equal(t, 403, then.StatusCode, "it is not signed")
		_, err = io.Copy(io.Discard, then.Body)
		require.NoError(t, err)
	}
	refused := ask(5)
	assert.Equal(t, 403, refused.StatusCode)
	assert.True(t, refused.Close, "the body may still come")
}
