package sigv4_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

func TestARequestIsSignedAsTheSDKSignsIt(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	who := sigv4.Identity{AccessKey: "AKIAME", SecretKey: "canary-secret", Region: "us-east-1", Service: "s3"}
	request := func() *http.Request {
		r := httptest.NewRequest("PUT", "http://127.0.0.1:1/a%20b/c?x=1&a=%2F", strings.NewReader("hello"))
		r.Header.Set("X-Amz-Meta-A", " b  c ")
		return r
	}
	ours, theirs := request(), request()
	require.NoError(t, sigv4.Sign(ours, []byte("hello"), who, now))
	theirs.Header.Set("X-Amz-Content-Sha256", ours.Header.Get("X-Amz-Content-Sha256"))
	theirs.ContentLength = -1 // which we do not sign
	err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).SignHTTP(t.Context(),
		aws.Credentials{AccessKeyID: who.AccessKey, SecretAccessKey: who.SecretKey}, theirs, ours.Header.Get("X-Amz-Content-Sha256"), "s3", "us-east-1", now)
	require.NoError(t, err)
	assert.Equal(t, theirs.Header.Get("Authorization"), ours.Header.Get("Authorization"))

	v := sigv4.Verifier{Region: "us-east-1", Now: func() time.Time { return now }, Secret: func(string) (string, bool) { return "canary-secret", true }}
	got, err := v.Verify(ours)
	require.NoError(t, err)
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(body))
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", who, who, who), "canary")

	broken := request()
	broken.URL.RawQuery = "%zz"
	assert.Error(t, sigv4.Sign(broken, nil, who, now))
	assert.Empty(t, broken.Header.Get("Authorization"))
}
