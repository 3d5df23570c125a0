package s3store

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// Other people's servers answer oddly. Each odd_*_test.go holds the odd answers
// to one kind of call, byte for byte as they come from the wire, with what has
// to be understood of them.

// An oddServer answers with raw bytes, one request a connection.
type oddServer struct {
	*Store
	mu  sync.Mutex
	saw []*http.Request
}

// oddly starts a server; answer gives what it sends, byte for byte.
func oddly(t *testing.T, answer func(*http.Request) string) *oddServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	s := &oddServer{Store: openURL(t, "http://"+l.Addr().String(), "", Options{})}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c, answer)
		}
	}()
	return s
}

func (s *oddServer) serve(c net.Conn, answer func(*http.Request) string) {
	defer func() { _ = c.Close() }()
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	if r.Header.Get("Expect") != "" {
		_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
	}
	_, _ = io.Copy(io.Discard, r.Body)
	s.mu.Lock()
	s.saw = append(s.saw, r)
	s.mu.Unlock()
	_, _ = io.WriteString(c, answer(r))
}

// asked are the requests so far, as "GET list-type", in order.
func (s *oddServer) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.saw)
}

// constantly gives the same answer to everything.
func constantly(raw string) func(*http.Request) string {
	return func(*http.Request) string { return raw }
}

// wire is an answer: status line, headers as "Name: value", body, and the
// length of the body.
func wire(status, body string, headers ...string) string {
	return bare(status, body, append(headers, fmt.Sprintf("Content-Length: %d", len(body)))...)
}

// bare is an answer without a length, unless a header says one.
func bare(status, body string, headers ...string) string {
	return "HTTP/1.1 " + status + "\r\n" + strings.Join(append(headers, "Connection: close"), "\r\n") + "\r\n\r\n" + body
}

func xmlAnswer(body string) string {
	return wire("200 OK", `<?xml version="1.0" encoding="UTF-8"?>`+body, "Content-Type: application/xml")
}

// pages are what stands at an address where no S3 is, with what is said of it.
var pages = map[string]struct{ raw, says string }{
	"nothing":            {wire("200 OK", ""), "the answer is empty (of no type)"},
	"nothing, as a page": {wire("200 OK", "", "Content-Type: text/html"), "the answer is empty (text/html)"},
	"blanks":             {wire("200 OK", " \r\n \t"), "the answer is empty"},
	"a login page":       {wire("200 OK", "<!doctype html><html><head><title>Console &amp; Login</title></head></html>", "Content-Type: text/html; charset=utf-8"), "text/html: “Console & Login”"},
	"XHTML":              {wire("200 OK", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Please log in</p></body></html>`, "Content-Type: text/html"), "“Please log in”"},
	"a page of no type":  {wire("200 OK", "<html><body>It works!</body></html>"), "of no type: “It works!”"},
	"JSON":               {wire("200 OK", `{"ok":true}`, "Content-Type: application/json"), `application/json: “{"ok":true}”`},
	"text":               {wire("200 OK", "OK", "Content-Type: text/plain"), "text/plain: “OK”"},
	"colours and turns":  {wire("200 OK", "\x1b[31mred\u202e\u2028\x00"), "“\uFFFD[31mred\uFFFD \uFFFD”"},
	"bytes":              {wire("200 OK", "\xff\xfe\x00\x01", "Content-Type: application/octet-stream"), "application/octet-stream"},
	"gzip":               {wire("200 OK", "\x1f\x8b\x08\x00\x00", "Content-Encoding: gzip", "Content-Type: application/xml"), "application/xml"},
	"another document":   {xmlAnswer("<rss><channel/></rss>"), "application/xml"},
}

// calls are the calls whose answer must be S3's.
var calls = map[string]func(*testing.T, *Store) error{
	"ListBuckets":   func(t *testing.T, s *Store) error { return second(s.Buckets(t.Context())) },
	"Test":          func(t *testing.T, s *Store) error { return s.Test(t.Context()) },
	"ListObjectsV2": func(t *testing.T, s *Store) error { return second(s.List(t.Context(), inBucket, client.ListOptions{})) },
	"ListObjects": func(t *testing.T, s *Store) error {
		s.listV1.Store(true)
		return second(s.List(t.Context(), inBucket, client.ListOptions{}))
	},
	"HeadObject": func(t *testing.T, s *Store) error { return second(s.Head(t.Context(), anywhere, client.ReadOptions{})) },
	"GetObject":  func(t *testing.T, s *Store) error { return third(s.Get(t.Context(), anywhere, client.ReadOptions{})) },
	"GetObject, some bytes": func(t *testing.T, s *Store) error {
		return third(s.Get(t.Context(), anywhere, client.ReadOptions{Length: 2}))
	},
	"PutObject": func(t *testing.T, s *Store) error {
		return second(s.Put(t.Context(), anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}}))
	},
	"DeleteObject": func(t *testing.T, s *Store) error { return s.deleteOne(t.Context(), client.Object{At: anywhere}) },
	"DeleteObjects": func(t *testing.T, s *Store) error {
		return second(s.Delete(t.Context(), []client.Location{anywhere}))
	},
	"CreateMultipartUpload": func(t *testing.T, s *Store) error {
		return third(s.CreateUpload(t.Context(), anywhere, client.PutOptions{Encryption: client.Inherit{}}))
	},
	"UploadPart": func(t *testing.T, s *Store) error {
		return second(s.UploadPart(t.Context(), client.Upload{At: anywhere, ID: "U"}, 1, newBody("x"), 1, client.Digests{}))
	},
	"ListParts": func(t *testing.T, s *Store) error {
		return second(s.Parts(t.Context(), client.Upload{At: anywhere, ID: "U"}))
	},
	"CopyObject": func(t *testing.T, s *Store) error {
		_, err := s.Copy(t.Context(), client.Source{At: anywhere}, anywhere, client.CopyOptions{PutOptions: client.PutOptions{Encryption: client.SSES3{}}})
		return err
	},
	"UploadPartCopy": func(t *testing.T, s *Store) error {
		_, err := s.CopyPart(t.Context(), begun, 1, client.Source{At: anywhere}, 0, 1)
		return err
	},
	"CompleteMultipartUpload": func(t *testing.T, s *Store) error {
		return second(s.CompleteUpload(t.Context(), client.Upload{At: anywhere, ID: "U"}, []client.Part{{Number: 1, ETag: "e"}}, client.Checksum{}))
	},
	"GetObjectTagging":    func(t *testing.T, s *Store) error { return second(s.Tags(t.Context(), anywhere, "")) },
	"GetBucketEncryption": func(t *testing.T, s *Store) error { return second(s.DefaultEncryption(t.Context(), "bkt")) },
	"CreateBucket":        func(t *testing.T, s *Store) error { return s.MakeBucket(t.Context(), "bkt") },
	"DeleteBucket":        func(t *testing.T, s *Store) error { return s.RemoveBucket(t.Context(), "bkt") },
}

func TestNoCallTakesForS3WhatIsNot(t *testing.T) {
	for page, p := range pages {
		for name, do := range calls {
			t.Run(page+"/"+name, func(t *testing.T) {
				err := do(t, oddly(t, constantly(p.raw)).Store)
				var e *client.Error
				require.ErrorAs(t, err, &e)
				if name == "UploadPart" && (strings.HasPrefix(p.says, "the answer is empty") || page == "another document") {
					assert.Equal(t, client.KindContradiction.String(), e.Kind.String(), "%v", err)
					return // no page, and no ETag
				}
				assert.Equal(t, client.KindNotS3.String(), e.Kind.String(), "%v", err)
				assert.Contains(t, e.Said.String(), p.says)
			})
		}
	}
}

// refusals are answers that refuse, whatever they are wrapped in.
var refusals = map[string]struct {
	raw  string
	want client.Kind
	says string
}{
	"a page with 403":        {wire("403 Forbidden", "<html><title>403 Forbidden</title></html>", "Content-Type: text/html"), client.KindDenied, "text/html: “403 Forbidden”"},
	"a page with 502":        {wire("502 Bad Gateway", "<html><title>502 Bad Gateway</title></html>", "Content-Type: text/html"), client.KindUnavailable, "“502 Bad Gateway”"},
	"a page with 413":        {wire("413 Request Entity Too Large", "<html><title>413</title></html>", "Content-Type: text/html"), client.KindTooLarge, "413"},
	"JSON with 401":          {wire("401 Unauthorized", `{"error":"login"}`, "Content-Type: application/json"), client.KindBadCredentials, `{"error":"login"}`},
	"a full disk":            {wire("507 Insufficient Storage", ""), client.KindFull, ""},
	"a refusal with 200":     {xmlAnswer("<Error><Code>AccessDenied</Code><Message>no</Message></Error>"), client.KindDenied, "no"},
	"throttling with 200":    {xmlAnswer("<Error><Code>SlowDown</Code></Error>"), client.KindThrottled, ""},
	"a failure with 200":     {xmlAnswer("<Error><Code>InternalError</Code></Error>"), client.KindUnavailable, ""},
	"a broken document":      {wire("403 Forbidden", "<Error><Code>AccessDenied</Code><Mess", "Content-Type: application/xml"), client.KindDenied, ""},
	"60 MiB of words":        {bare("403 Forbidden", "<Error><Code>AccessDenied</Code><Message>"+strings.Repeat("k", 60<<20)), client.KindDenied, ""},
	"entities":               {wire("403 Forbidden", `<!DOCTYPE x [<!ENTITY a "b">]><Error><Code>AccessDenied</Code><Message>&a;</Message></Error>`), client.KindDenied, ""},
	"a redirect to a login":  {wire("302 Found", "<html>moved</html>", "Location: https://u:p@sso.example.test/login?token=secret#x", "Content-Type: text/html"), client.KindRedirected, "it sends us to https://sso.example.test/login"},
	"http to https":          {wire("301 Moved Permanently", "<html>moved</html>", "Location: https://cos.example.test/", "Content-Type: text/html"), client.KindRedirected, "it sends us to https://cos.example.test/"},
	"308 to another host":    {wire("308 Permanent Redirect", "", "Location: https://cos.example.test/"), client.KindRedirected, "it sends us to https://cos.example.test/"},
	"another region":         {wire("301 Moved Permanently", "<Error><Code>PermanentRedirect</Code><Message>use the other endpoint</Message></Error>", "X-Amz-Bucket-Region: eu-west-1"), client.KindWrongRegion, "eu-west-1"},
	"a region, no document":  {wire("301 Moved Permanently", "", "X-Amz-Bucket-Region: eu-west-1"), client.KindWrongRegion, "eu-west-1"},
	"a clock that is wrong":  {wire("403 Forbidden", "<Error><Code>RequestTimeTooSkewed</Code><Message>too large</Message></Error>"), client.KindClockSkew, "too large"},
	"two different lengths":  {bare("200 OK", "x", "Content-Length: 1", "Content-Length: 2"), client.KindNotS3, ""},
	"a negative length":      {bare("200 OK", "x", "Content-Length: -1"), client.KindNotS3, ""},
	"a length of 2^63":       {bare("200 OK", "x", "Content-Length: 9223372036854775808"), client.KindNotS3, ""},
	"a length in words":      {bare("200 OK", "x", "Content-Length: many"), client.KindNotS3, ""},
	"another protocol":       {"220 mail.example.test ESMTP\r\n", client.KindNotS3, ""},
	"an answer broken off":   {bare("200 OK", "<ListBu", "Content-Length: 700"), client.KindNetwork, ""},
	"nothing at all":         {"", client.KindNetwork, ""},
	"a service that is busy": {wire("503 Service Unavailable", "", "Retry-After: 1"), client.KindUnavailable, ""},
}

func TestARefusalIsUnderstoodWhateverItIsWrappedIn(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, constantly(c.raw))
			_, err := s.List(t.Context(), inBucket, client.ListOptions{})
			var e *client.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.want.String(), e.Kind.String(), "%v", err)
			assert.Contains(t, e.Error(), c.says)
			assert.NotContains(t, e.Message+e.Said.String(), "secret", "addresses hold what opens doors")
			assert.Less(t, len(e.Error()), 4<<10, "bounded")
		})
	}
}

// stamped writes a time as the tables do.
func stamped(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}

// sized writes a size as the tables do.
func sized(n int64) string {
	if n == client.NotTold {
		return "?"
	}
	return fmt.Sprint(n)
}
