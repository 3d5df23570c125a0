package mock_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// anyHost is a client to which every name is the endpoint.
func anyHost(t testing.TB, e *mock.Endpoint) *http.Client {
	t.Helper()
	u, err := url.Parse(e.URL)
	require.NoError(t, err)
	c := httpClient(t, e)
	c.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, u.Host)
	}
	return c
}

func TestABucketIsAHostUnderLocalhostAndTheDomain(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) { c.Domain = "S3.Test" }))
	port := e.URL[strings.LastIndex(e.URL, ":"):]
	for _, domain := range []string{"localhost", "s3.test"} {
		c := config(t, e)
		c.HTTPClient, c.BaseEndpoint = anyHost(t, e), aws.String("https://"+domain+port)
		client := s3.NewFromConfig(c) // virtual-host style is the SDK's own choice
		key := "dir/a b+ü.txt"
		_, err := client.PutObject(bg, &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key), Body: strings.NewReader(domain)})
		require.NoError(t, err, domain)
		body, err := io.ReadAll(raw(t, e, "GET", "/bucket/dir/a%20b%2B%C3%BC.txt", "", nil).Body)
		require.NoError(t, err)
		assert.Equal(t, domain, string(body), "it is the object that path-style names too")
		out, err := client.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), Prefix: aws.String("dir/")})
		require.NoError(t, err)
		require.Len(t, out.Contents, 1)
		_, err = client.CreateBucket(bg, &s3.CreateBucketInput{Bucket: aws.String("new-in-" + strings.ReplaceAll(domain, ".", "-"))})
		require.NoError(t, err)
		all, err := client.ListBuckets(bg, &s3.ListBucketsInput{})
		require.NoError(t, err, "the domain itself is no bucket")
		assert.NotEmpty(t, all.Buckets)

		signed, err := s3.NewPresignClient(client).PresignGetObject(bg, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key)})
		require.NoError(t, err)
		assert.Contains(t, signed.URL, "https://bucket."+domain+port+"/dir/")
		r, err := http.NewRequest(signed.Method, signed.URL, nil)
		require.NoError(t, err)
		resp, err := anyHost(t, e).Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { resp.Body.Close() })
		assert.Equal(t, 200, resp.StatusCode)
	}
	_, err := mock.New(mock.Config{Dir: t.TempDir(), Domain: "not a host"})
	assert.ErrorContains(t, err, "no host name")
}

func TestASignatureIsForOneWayOfNamingABucket(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) { c.Domain = "s3.test" }))
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	ask := func(host, path string, then func(*http.Request)) *http.Response {
		r, err := http.NewRequest("GET", e.URL+path, nil)
		require.NoError(t, err)
		if host != "" {
			r.Host = host
		}
		r.Header.Set("X-Amz-Content-Sha256", empty)
		require.NoError(t, signer.NewSigner().SignHTTP(bg, aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}, r, empty, "s3", e.Region(), time.Now(),
			func(o *signer.SignerOptions) { o.DisableURIPathEscaping = true }))
		if then != nil {
			then(r)
		}
		resp, err := httpClient(t, e).Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	for _, host := range []string{"bucket.localhost", "BUCKET.S3.test", "bucket.s3.test:443"} {
		assert.Equal(t, "hello", bodyOf(t, ask(host, "/k", nil)), host)
	}
	assert.Equal(t, "hello", bodyOf(t, ask("", "/bucket/k", nil)))
	assert.Equal(t, "hello", bodyOf(t, ask("s3.test", "/bucket/k", nil)))
	moved := map[string]*http.Response{
		"another host":          ask("bucket.s3.test", "/k", func(r *http.Request) { r.Host = "bucket.localhost" }),
		"the path of the other": ask("", "/bucket/k", func(r *http.Request) { r.Host, r.URL.Path = "bucket.s3.test", "/k" }),
		"the host of the other": ask("bucket.s3.test", "/k", func(r *http.Request) { r.Host, r.URL.Path = "", "/bucket/k" }),
	}
	for name, resp := range moved {
		assert.Equal(t, 403, resp.StatusCode, name)
		assert.Equal(t, "SignatureDoesNotMatch", errorOf(t, resp).Code, name)
	}
	assert.Equal(t, "NoSuchBucket", errorOf(t, ask("none.s3.test", "/k", nil)).Code)
}
