package mock_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// What is thrown at the whole endpoint, signed by the AWS SDK as it must be to
// get past the door: ranges, documents, and requests of any kind. No connection
// lies between: a worker does thousands a second.

var fuzzNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const fuzzKey = "11111111-1111-4111-8111-111111111111"

// target is a server under fuzzing; it is replaced before it has grown.
type target struct {
	*mock.Server
	dir  string
	left int // requests until the next one
}

func (x *target) fresh(t testing.TB) {
	if x.left--; x.left > 0 {
		return
	}
	x.close(t)
	dir, err := os.MkdirTemp("", "fuzz-*") //nolint:usetesting // one of many in a run, removed by close
	require.NoError(t, err)
	s, err := mock.New(mock.Config{
		Dir: dir, Fast: true, AccessKey: "AKIDEXAMPLE", SecretKey: "secret", Now: func() time.Time { return fuzzNow },
		Buckets: []string{"bucket", "other"}, Keys: []mock.KeySpec{{ID: fuzzKey, Alias: "alias/demo"}},
	})
	require.NoError(t, err)
	*x = target{s, dir, 5000}
	for name, body := range fuzzBodies {
		require.Equal(t, 200, x.do(t, "PUT", "/bucket/"+name, body, nil).Code)
	}
}

func (x *target) close(t testing.TB) {
	if x.Server != nil {
		require.NoError(t, x.Close())
		require.NoError(t, os.RemoveAll(x.dir))
	}
}

func newTarget(f *testing.F) *target {
	x := &target{}
	x.fresh(f)
	f.Cleanup(func() { x.close(f) })
	return x
}

// fuzzBodies lie in the bucket from the start; those beyond 64 KiB are sealed in
// several packages.
var fuzzBodies = map[string]string{"empty": "", "one": "1", "border": text("border", 65536), "long": text("long", 140_000)}

// do signs a request with an unsigned payload, and answers it. Headers that are
// not S3's own are added behind the signature's back, as a proxy may.
func (x *target) do(t testing.TB, method, path, body string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r, err := http.NewRequest(method, "https://127.0.0.1"+path, nil)
	require.NoError(t, err)
	for name, value := range header {
		if strings.HasPrefix(strings.ToLower(name), "x-amz-") {
			r.Header.Set(name, value)
		}
	}
	const payload = "UNSIGNED-PAYLOAD"
	r.Header.Set("X-Amz-Content-Sha256", payload)
	err = signer.NewSigner().SignHTTP(bg, aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, r, payload, "s3", "us-east-1", fuzzNow,
		func(o *signer.SignerOptions) { o.DisableURIPathEscaping = true })
	require.NoError(t, err)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	if body == "" {
		r.Body = http.NoBody
	}
	var wire bytes.Buffer
	require.NoError(t, r.Write(&wire))
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	require.NoError(t, err)
	got.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	x.ServeHTTP(w, got)
	return w
}

// well demands that an answer is a success or a refusal in the form of S3, and
// never a failure of the server's own.
func well(t testing.TB, method string, w *httptest.ResponseRecorder) {
	t.Helper()
	body := w.Body.Bytes()
	if w.Header().Get("Content-Type") == "application/xml" && w.Code != 200 || w.Code >= 400 {
		require.True(t, w.Code < 500 || w.Code == 501, "%d %s", w.Code, body)
		if method != http.MethodHead {
			var e errorAnswer
			require.NoError(t, xml.Unmarshal(body, &e), string(body))
			require.NotEmpty(t, e.Code)
			require.Equal(t, w.Header().Get("X-Amz-Request-Id"), e.RequestID)
		}
	}
}

// wellFormed reads a document to its end.
func wellFormed(raw []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func visible(value string) bool {
	return strings.TrimSpace(value) == value && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func between(s, from, to string) string {
	_, rest, _ := strings.Cut(s, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}

// awsEscaped escapes a path as the S3 API reference asks clients to: all but
// unreserved characters, and the slash.
func awsEscaped(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(path), "+", "%20"), "%2F", "/")
}
