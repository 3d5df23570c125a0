package mock_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

type lockedBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

func TestTheLogTellsWhatHappenedAndNoSecret(t *testing.T) {
	var log lockedBuffer
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.SecretKey = "canary-secret"
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}))
	key := custHeaders(9)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/canary-name", "hello", key).StatusCode)
	raw(t, e, "GET", "/bucket/canary-name", "", custHeaders(8))
	link, err := s3.NewPresignClient(s3Client(t, e)).PresignGetObject(bg, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("none")})
	require.NoError(t, err)
	resp, err := httpClient(t, e).Get(link.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
	_, signature, found := strings.Cut(link.URL, "X-Amz-Signature=")
	require.True(t, found)
	told := log.String()
	assert.Contains(t, told, "canary-name", "the search would find it")
	assert.Contains(t, told, "GetObject")
	assert.Contains(t, told, resp.Header.Get("X-Amz-Request-Id"))
	for _, secret := range []string{"canary-secret", key[custKey], custHeaders(8)[custKey], signature} {
		assert.NotContains(t, told, secret)
	}
}
