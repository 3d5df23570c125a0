package sigv4_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

const (
	testAccess = "AKIDEXAMPLE"
	testSecret = "the/secret+of=tests"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func door() *sigv4.Verifier {
	return &sigv4.Verifier{
		Region: "us-east-1",
		Now:    func() time.Time { return testNow },
		Secret: func(accessKey string) (string, bool) { return testSecret, accessKey == testAccess },
	}
}

func credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: testAccess, SecretAccessKey: testSecret}
}

// asReceived sends the request through a real server, so that the verifier
// sees what net/http makes of it.
func asReceived(t *testing.T, r *http.Request, see func(*http.Request)) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, got *http.Request) { see(got) }))
	defer srv.Close()
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	u := *r.URL
	u.Host, u.Scheme = strings.TrimPrefix(srv.URL, "http://"), "http"
	out := r.Clone(context.Background())
	out.URL, out.Host = &u, host
	resp, err := http.DefaultClient.Do(out)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

type ask struct {
	method, url, body, payload, service, region string
	at                                          time.Time
	header                                      map[string]string
}

// signed makes a request as the AWS SDK signs it.
func signed(t *testing.T, a ask) *http.Request {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	if a.url == "" {
		a.url = "https://endpoint.example/bucket/key"
	}
	if a.service == "" {
		a.service = "s3"
	}
	if a.region == "" {
		a.region = "us-east-1"
	}
	if a.at.IsZero() {
		a.at = testNow
	}
	if a.payload == "" {
		a.payload = hashOf(a.body)
	}
	r, err := http.NewRequest(a.method, a.url, strings.NewReader(a.body))
	require.NoError(t, err)
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	if a.service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", a.payload)
	}
	err = signer.NewSigner().SignHTTP(context.Background(), credentials(), r, a.payload, a.service, a.region, a.at,
		func(o *signer.SignerOptions) { o.DisableURIPathEscaping = a.service == "s3" })
	require.NoError(t, err)
	return r
}

func code(err error) string {
	var e *sigv4.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestRequestsSignedByTheSDKPass(t *testing.T) {
	cases := map[string]ask{
		"plain":             {},
		"hash of a body":    {method: "PUT", body: "hello"},
		"unsigned payload":  {method: "PUT", body: "hello", payload: sigv4.UnsignedPayload},
		"query":             {url: "https://endpoint.example/bucket?list-type=2&prefix=a%20b%2Bc&delimiter=%2F&empty="},
		"same name twice":   {url: "https://endpoint.example/bucket?a=2&a=1&A=0"},
		"flag":              {url: "https://endpoint.example/bucket?uploads"},
		"odd key":           {url: "https://endpoint.example/bucket/a%20b/%E6%AA%94%2B%28x%29%27%21%2A~%3D%40%3A%26"},
		"dots and slashes":  {url: "https://endpoint.example/bucket/a//b/../c"},
		"root":              {url: "https://endpoint.example/"},
		"spaces in headers": {header: map[string]string{"X-Amz-Meta-A": "  a   b  "}},
		"other spaces":      {header: map[string]string{"X-Amz-Meta-A": "a\tb\u00a0\u2000c"}},
		"kms":               {method: "POST", url: "https://endpoint.example/", service: "kms", body: `{"Limit":1}`, header: map[string]string{"X-Amz-Target": "TrentService.ListKeys"}},
		"14 minutes old":    {at: testNow.Add(-14 * time.Minute)},
	}
	for name, a := range cases {
		t.Run(name, func(t *testing.T) {
			asReceived(t, signed(t, a), func(r *http.Request) {
				got, err := door().Verify(r)
				if !assert.NoError(t, err) {
					return
				}
				body, err := io.ReadAll(got.Body)
				assert.NoError(t, err)
				assert.Equal(t, a.body, string(body))
				assert.Equal(t, testAccess, got.AccessKey)
			})
		})
	}
}

func TestWhatWasChangedOnTheWayIsRefused(t *testing.T) {
	cases := map[string]struct {
		ask    ask
		change func(*http.Request)
		code   string
		status int
	}{
		"method":           {change: func(r *http.Request) { r.Method = "DELETE" }, code: "SignatureDoesNotMatch", status: 403},
		"path":             {change: func(r *http.Request) { r.URL.Path = "/bucket/other" }, code: "SignatureDoesNotMatch", status: 403},
		"query":            {change: func(r *http.Request) { r.URL.RawQuery = "acl" }, code: "SignatureDoesNotMatch", status: 403},
		"host":             {change: func(r *http.Request) { r.Host = "elsewhere" }, code: "SignatureDoesNotMatch", status: 403},
		"signed header":    {ask: ask{header: map[string]string{"X-Amz-Acl": "private"}}, change: func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, code: "SignatureDoesNotMatch", status: 403},
		"header added":     {change: func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, code: "AccessDenied", status: 403},
		"no authorization": {change: func(r *http.Request) { r.Header.Del("Authorization") }, code: "AccessDenied", status: 403},
		"sigv2":            {change: func(r *http.Request) { r.Header.Set("Authorization", "AWS a:b") }, code: "InvalidRequest", status: 400},
		"no credential": {change: func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=x")
		}, code: "AuthorizationHeaderMalformed", status: 400},
		"not name=value": {change: func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x") }, code: "AuthorizationHeaderMalformed", status: 400},
		"short credential": {change: func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x")
		}, code: "AuthorizationHeaderMalformed", status: 400},
		"host not signed": {change: func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260301/us-east-1/s3/aws4_request, SignedHeaders=x-amz-date, Signature=x")
		}, code: "AuthorizationHeaderMalformed", status: 400},
		"given twice": {change: func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, Credential=b, SignedHeaders=host, Signature=x")
		}, code: "AuthorizationHeaderMalformed", status: 400},
		"region":           {ask: ask{region: "eu-west-1"}, code: "AuthorizationHeaderMalformed", status: 400},
		"service":          {ask: ask{service: "sqs"}, code: "AuthorizationHeaderMalformed", status: 400},
		"date unreadable":  {change: func(r *http.Request) { r.Header.Set("X-Amz-Date", "yesterday") }, code: "AccessDenied", status: 403},
		"no date":          {change: func(r *http.Request) { r.Header.Del("X-Amz-Date"); r.Header.Set("Date", "x") }, code: "AccessDenied", status: 403},
		"other day":        {change: func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260302T000000Z") }, code: "AuthorizationHeaderMalformed", status: 400},
		"too old":          {ask: ask{at: testNow.Add(-16 * time.Minute)}, code: "RequestTimeTooSkewed", status: 403},
		"too young":        {ask: ask{at: testNow.Add(16 * time.Minute)}, code: "RequestTimeTooSkewed", status: 403},
		"no payload hash":  {change: func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") }, code: "InvalidRequest", status: 400},
		"odd payload hash": {change: func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "abc") }, code: "InvalidArgument", status: 400},
		"both places":      {change: func(r *http.Request) { r.URL.RawQuery = "X-Amz-Algorithm=x" }, code: "InvalidArgument", status: 400},
		"broken query":     {change: func(r *http.Request) { r.URL.RawQuery = "a=%zz" }, code: "InvalidURI", status: 400},
		"wrong empty hash": {ask: ask{payload: hashOf("x")}, code: "XAmzContentSHA256Mismatch", status: 400},
		"no decoded length": {
			ask: ask{method: "PUT", body: "x", payload: sigv4.StreamingSigned}, code: "MissingContentLength", status: 411,
		},
		"unknown trailer": {ask: ask{
			method: "PUT", body: "x", payload: sigv4.StreamingUnsignedTrailer,
			header: map[string]string{"X-Amz-Decoded-Content-Length": "1", "X-Amz-Trailer": "x-amz-checksum-md6"},
		}, code: "InvalidRequest", status: 400},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			asReceived(t, signed(t, c.ask), func(r *http.Request) {
				if c.change != nil {
					c.change(r)
				}
				_, err := door().Verify(r)
				var e *sigv4.Error
				if assert.ErrorAs(t, err, &e) {
					assert.Equal(t, c.code, e.Code, e.Message)
					assert.Equal(t, c.status, e.Status)
					assert.NotContains(t, err.Error(), testSecret)
				}
			})
		})
	}
}

func TestAnUnknownAccessKeyIsNamed(t *testing.T) {
	r := signed(t, ask{})
	v := door()
	v.Secret = func(string) (string, bool) { return "", false }
	_, err := v.Verify(r)
	assert.Equal(t, "InvalidAccessKeyId", code(err))
	assert.Contains(t, err.(*sigv4.Error).Fields, sigv4.Field{Name: "AWSAccessKeyId", Value: testAccess})
}

func TestTheSkewAnswerTellsTheServersTime(t *testing.T) {
	_, err := door().Verify(signed(t, ask{at: testNow.Add(-time.Hour)}))
	require.Equal(t, "RequestTimeTooSkewed", code(err))
	assert.Contains(t, err.(*sigv4.Error).Fields, sigv4.Field{Name: "ServerTime", Value: "2026-03-01T12:00:00Z"})
}

func TestAnyRegionPassesWhereNoneIsDemanded(t *testing.T) {
	v := door()
	v.Region = ""
	got, err := v.Verify(signed(t, ask{region: "Default"}))
	require.NoError(t, err)
	assert.Equal(t, "Default", got.Region)
}

func TestABodyThatIsNotWhatWasSignedFailsAtItsEnd(t *testing.T) {
	r := signed(t, ask{method: "PUT", body: "hello"})
	r.Body = io.NopCloser(strings.NewReader("hellO"))
	got, err := door().Verify(r)
	require.NoError(t, err)
	_, err = io.ReadAll(got.Body)
	assert.Equal(t, "XAmzContentSHA256Mismatch", code(err))
	_, again := got.Body.Read(make([]byte, 1))
	assert.Equal(t, err, again, "the refusal stays")
}

func TestABodyCutShortIsIncomplete(t *testing.T) {
	r := signed(t, ask{method: "PUT", body: "hello"})
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("he"), failing{}))
	got, err := door().Verify(r)
	require.NoError(t, err)
	_, err = io.ReadAll(got.Body)
	assert.Equal(t, "IncompleteBody", code(err))

	r = signed(t, ask{method: "POST", service: "kms", body: "{}"})
	r.Body = io.NopCloser(failing{})
	_, err = door().Verify(r)
	assert.Equal(t, "IncompleteBody", code(err))
}

func TestALargeRequestToKMSIsRefused(t *testing.T) {
	_, err := door().Verify(signed(t, ask{method: "POST", service: "kms", body: strings.Repeat("x", 1<<20+1)}))
	assert.Equal(t, "RequestEntityTooLarge", code(err))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func presigned(t *testing.T, expires string, header map[string]string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("PUT", "https://endpoint.example/bucket/a%20key?X-Amz-Expires="+expires, bytes.NewReader(nil))
	require.NoError(t, err)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	u, more, err := signer.NewSigner().PresignHTTP(context.Background(), credentials(), r, sigv4.UnsignedPayload, "s3", "us-east-1", testNow,
		func(o *signer.SignerOptions) { o.DisableURIPathEscaping = true; o.DisableHeaderHoisting = true })
	require.NoError(t, err)
	out, err := http.NewRequest("PUT", u, strings.NewReader("body"))
	require.NoError(t, err)
	for k, v := range more {
		if k != "Host" {
			out.Header[k] = v
		}
	}
	return out
}

func TestPresignedRequestsPassUntilTheyExpire(t *testing.T) {
	header := map[string]string{"X-Amz-Server-Side-Encryption": "aws:kms"}
	v := door()
	got, err := v.Verify(presigned(t, "60", header))
	require.NoError(t, err)
	assert.True(t, got.Presigned)
	assert.Equal(t, sigv4.UnsignedPayload, got.Payload)

	v.Now = func() time.Time { return testNow.Add(61 * time.Second) }
	_, err = v.Verify(presigned(t, "60", header))
	require.Equal(t, "AccessDenied", code(err))
	assert.Contains(t, err.Error(), "Request has expired")

	v.Now = func() time.Time { return testNow.Add(-16 * time.Minute) }
	_, err = v.Verify(presigned(t, "60", header))
	assert.Contains(t, err.Error(), "Request is not yet valid")
}

func TestPresignedRequestsMustBeSentAsTheyWereSigned(t *testing.T) {
	header := map[string]string{"X-Amz-Server-Side-Encryption": "aws:kms"}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			q := r.URL.Query()
			q.Set(name, value)
			r.URL.RawQuery = q.Encode()
		}
	}
	cases := map[string]struct {
		change func(*http.Request)
		code   string
	}{
		"header left out":  {func(r *http.Request) { r.Header.Del("X-Amz-Server-Side-Encryption") }, "SignatureDoesNotMatch"},
		"header added":     {func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, "AccessDenied"},
		"longer life":      {set("X-Amz-Expires", "61"), "SignatureDoesNotMatch"},
		"more than a week": {set("X-Amz-Expires", "604801"), "AuthorizationQueryParametersError"},
		"negative":         {set("X-Amz-Expires", "-1"), "AuthorizationQueryParametersError"},
		"not a number":     {set("X-Amz-Expires", "x"), "AuthorizationQueryParametersError"},
		"algorithm":        {set("X-Amz-Algorithm", "x"), "AuthorizationQueryParametersError"},
		"credential":       {set("X-Amz-Credential", "x"), "AuthorizationQueryParametersError"},
		"region":           {set("X-Amz-Credential", "a/20260301/x/s3/aws4_request"), "AuthorizationQueryParametersError"},
		"signed headers":   {set("X-Amz-SignedHeaders", "Host"), "AuthorizationQueryParametersError"},
		"date":             {set("X-Amz-Date", "x"), "AuthorizationQueryParametersError"},
		"another day":      {set("X-Amz-Date", "20260302T120000Z"), "AuthorizationQueryParametersError"},
		"no signature":     {set("X-Amz-Signature", ""), "AuthorizationQueryParametersError"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := presigned(t, "60", header)
			c.change(r)
			_, err := door().Verify(r)
			require.Error(t, err)
			assert.Equal(t, c.code, code(err), err.Error())
		})
	}
}
