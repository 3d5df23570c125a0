package mock_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzAnyRequestIsAnsweredOrRefused throws whole requests: whatever is signed is
// answered in the form of S3.
func FuzzAnyRequestIsAnsweredOrRefused(f *testing.F) {
	f.Add("GET", "bucket", "list-type", "2", "prefix", "a", "")
	f.Add("GET", "bucket", "versions", "", "encoding-type", "url", "")
	f.Add("GET", "bucket", "max-keys", "-1", "marker", "\x00", "")
	f.Add("PUT", "bucket/k", "", "", "X-Amz-Tagging", "a=b&c", "body")
	f.Add("PUT", "bucket/k", "", "", "X-Amz-Server-Side-Encryption", "aws:kms", "body")
	f.Add("PUT", "bucket/k", "", "", "X-Amz-Copy-Source", "/bucket/one?versionId=null", "")
	f.Add("POST", "bucket/k", "uploads", "", "X-Amz-Checksum-Algorithm", "SHA256", "")
	f.Add("GET", "bucket/one", "partNumber", "1", "If-Modified-Since", "Sun, 01 Mar 2026 12:00:00 GMT", "")
	f.Add("POST", "", "", "", "X-Amz-Target", "TrentService.ListKeys", "{}")
	f.Add("POST", "bucket", "", "", "Content-Type", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--")
	x := newTarget(f)
	f.Fuzz(func(t *testing.T, method, path, name, value, header, content, body string) {
		if !token.MatchString(method) || !token.MatchString(header) || !visible(content) || controls[strings.ToLower(header)] {
			return
		}
		x.fresh(t)
		u := url.URL{Path: "/" + path}
		target := u.EscapedPath()
		if strings.HasPrefix(target, "//") { // a host, to whoever reads it
			return
		}
		if name != "" {
			target += "?" + strings.ReplaceAll(url.Values{name: {value}}.Encode(), "+", "%20")
		}
		w := x.do(t, method, target, body, map[string]string{header: content})
		if strings.EqualFold(header, "X-Amz-Target") {
			require.True(t, w.Code < 500 || w.Code == 501, "%d %s", w.Code, w.Body)
			return
		}
		well(t, method, w)
	})
}

var token = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// controls are headers of the connection, which no handler sees.
var controls = map[string]bool{"host": true, "content-length": true, "transfer-encoding": true, "connection": true, "trailer": true, "authorization": true, "expect": true}
