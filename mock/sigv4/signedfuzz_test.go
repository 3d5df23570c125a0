package sigv4_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// awsEscaped escapes a path as the S3 API reference asks clients to: all but
// unreserved characters, and the slash.
func awsEscaped(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(path), "+", "%20"), "%2F", "/")
}

// visible tells whether HTTP carries a header's value unchanged.
func visible(value string) bool {
	return strings.TrimSpace(value) == value && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// FuzzWhatTheSDKSignsIsLetInAndNothingElse lets the AWS SDK sign any path,
// query, header and body. What it signed is let in and read back; with one
// thing changed on the way it is not.
func FuzzWhatTheSDKSignsIsLetInAndNothingElse(f *testing.F) {
	f.Add("key", "prefix", "a/b", "text", "body")
	f.Add("a b/ü+%2F//..", "x&y", "= +~%", "two  spaces", "")
	f.Add("", "", "", "", "")
	f.Add("*'()!$&,;:@[]", "acl", "", "tab,comma;\"quote\"", "x")
	v := door()
	f.Fuzz(func(t *testing.T, path, name, value, header, body string) {
		if !visible(header) {
			return
		}
		r, err := http.NewRequest("PUT", "https://endpoint.example/", strings.NewReader(body))
		require.NoError(t, err)
		r.URL.Path, r.URL.RawPath = "/"+path, awsEscaped("/"+path)
		r.URL.RawQuery = strings.ReplaceAll(url.Values{name: {value}}.Encode(), "+", "%20")
		r.Header.Set("X-Amz-Meta-Note", header)
		r.Header.Set("X-Amz-Content-Sha256", hashOf(body))
		err = signer.NewSigner().SignHTTP(t.Context(), credentials(), r, hashOf(body), "s3", "us-east-1", testNow,
			func(o *signer.SignerOptions) { o.DisableURIPathEscaping = true })
		require.NoError(t, err)
		var wire bytes.Buffer
		require.NoError(t, r.Write(&wire))
		received := func(change func(*http.Request)) (*sigv4.Request, error) {
			got, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire.Bytes())))
			require.NoError(t, err)
			change(got)
			return v.Verify(got)
		}

		in, err := received(func(*http.Request) {})
		require.NoError(t, err)
		all, err := io.ReadAll(in.Body)
		require.NoError(t, err)
		require.Equal(t, body, string(all))

		for what, change := range map[string]func(*http.Request){
			"method": func(r *http.Request) { r.Method = "DELETE" },
			"path":   func(r *http.Request) { r.URL.Path, r.URL.RawPath = r.URL.Path+"x", "" },
			"query":  func(r *http.Request) { r.URL.RawQuery += "&x=" },
			"header": func(r *http.Request) { r.Header.Set("X-Amz-Meta-Note", header+"x") },
			"more":   func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") },
			"hash":   func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", sigv4.UnsignedPayload) },
			"host":   func(r *http.Request) { r.Host = "other.example" },
		} {
			_, err := received(change)
			require.Error(t, err, what)
		}
		in, err = received(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body + "x")) })
		require.NoError(t, err, "the body comes after the signature")
		_, err = io.ReadAll(in.Body)
		require.Error(t, err, "body")
	})
}
