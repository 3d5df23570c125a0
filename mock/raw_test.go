package mock_test

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func rawAt(t testing.TB, e *mock.Endpoint, method, path, body string, header map[string]string, at time.Time) *http.Response {
	t.Helper()
	return rawBy(t, httpClient(t, e), e, method, path, body, header, at)
}

// rawBy is rawAt over connections that are kept.
func rawBy(t testing.TB, c *http.Client, e *mock.Endpoint, method, path, body string, header map[string]string, at time.Time) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, e.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	payload := r.Header.Get("X-Amz-Content-Sha256")
	if payload == "" {
		sum := sha256.Sum256([]byte(body))
		payload = hex.EncodeToString(sum[:])
		r.Header.Set("X-Amz-Content-Sha256", payload)
	}
	err = signer.NewSigner().SignHTTP(bg, aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}, r, payload, "s3", e.Region(), at,
		func(o *signer.SignerOptions) { o.DisableURIPathEscaping = true })
	require.NoError(t, err)
	resp, err := c.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

type errorAnswer struct {
	XMLName      xml.Name `xml:"Error"`
	Code         string
	Message      string
	ArgumentName string
	Key          string
	Condition    string
	RequestID    string `xml:"RequestId"`
	ServerTime   string
}

func errorOf(t testing.TB, resp *http.Response) errorAnswer {
	t.Helper()
	all, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var e errorAnswer
	require.NoError(t, xml.Unmarshal(all, &e), string(all))
	require.Equal(t, resp.Header.Get("X-Amz-Request-Id"), e.RequestID)
	return e
}

func uploadID(t testing.TB, resp *http.Response) string {
	t.Helper()
	require.Equal(t, 200, resp.StatusCode)
	var doc struct {
		ID string `xml:"UploadId"`
	}
	require.NoError(t, xml.NewDecoder(resp.Body).Decode(&doc))
	require.NotEmpty(t, doc.ID)
	return doc.ID
}

func completion(etags ...string) string {
	var b strings.Builder
	b.WriteString("<CompleteMultipartUpload>")
	for i, etag := range etags {
		fmt.Fprintf(&b, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, etag)
	}
	return b.String() + "</CompleteMultipartUpload>"
}

func decode(t testing.TB, resp *http.Response, into any) {
	t.Helper()
	require.Equal(t, 200, resp.StatusCode)
	require.NoError(t, xml.NewDecoder(resp.Body).Decode(into))
}

func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}
