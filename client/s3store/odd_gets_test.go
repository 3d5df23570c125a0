package s3store

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// oddGets are odd answers to a GET of everything, or of the bytes 2 and 3: what
// is read, or why not.
var oddGets = map[string]struct {
	raw    string
	some   bool
	want   string // what is read
	size   int64  // of the object
	kind   client.Kind
	reason string
}{
	"as usual":                     {raw: wire("200 OK", forty, `ETag: "abc"`), want: forty, size: 40},
	"in chunks":                    {raw: bare("200 OK", "4\r\nabcd\r\n0\r\n\r\n", `ETag: "abc"`, "Transfer-Encoding: chunked"), want: "abcd", size: client.NotTold},
	"a date and numbers of no use": {raw: wire("200 OK", "abcd", `ETag: "abc"`, "Last-Modified: ?", "x-amz-mp-parts-count: ?", "x-amz-missing-meta: ?"), want: "abcd", size: 4},
	"no ETag, and a mark of S3":    {raw: wire("200 OK", "abcd", "x-amz-request-id: R"), want: "abcd", size: 4},
	"a page that is an object":     {raw: wire("200 OK", "<html>", "Content-Type: text/html", "x-amz-request-id: R"), want: "<html>", size: 6},
	"shorter than announced":       {raw: bare("200 OK", "abcd", `ETag: "abc"`, "Content-Length: 40"), want: "abcd", size: 40, kind: client.KindNetwork, reason: "unexpected EOF"},
	"chunks broken off":            {raw: bare("200 OK", "4\r\nabcd\r\n", `ETag: "abc"`, "Transfer-Encoding: chunked"), want: "abcd", size: client.NotTold, kind: client.KindNetwork, reason: "unexpected EOF"},
	"no end was announced":         {raw: bare("200 OK", "abcd", `ETag: "abc"`), want: "abcd", size: client.NotTold, kind: client.KindContradiction, reason: "how long"},
	"a part in the whole's place":  {raw: wire("206 Partial Content", "ab", `ETag: "abc"`, "Content-Range: bytes 0-1/40"), kind: client.KindContradiction, reason: "all bytes were asked for"},
	"the two bytes":                {raw: wire("206 Partial Content", "cd", `ETag: "abc"`, "Content-Range: bytes 2-3/40"), some: true, want: "cd", size: 40},
	"a total nobody knows":         {raw: wire("206 Partial Content", "cd", `ETag: "abc"`, "Content-Range: bytes 2-3/*"), some: true, want: "cd", size: client.NotTold},
	"the range ignored":            {raw: wire("200 OK", forty, `ETag: "abc"`), some: true, kind: client.KindUnsupported, reason: "does not send parts"},
	"other bytes":                  {raw: wire("206 Partial Content", "ab", `ETag: "abc"`, "Content-Range: bytes 0-1/40"), some: true, kind: client.KindContradiction, reason: "bytes=2-3 were asked for"},
	"a total before the end":       {raw: wire("206 Partial Content", "cd", `ETag: "abc"`, "Content-Range: bytes 2-3/2"), some: true, kind: client.KindContradiction, reason: "2-3/2"},
	"backwards":                    {raw: wire("206 Partial Content", "cd", `ETag: "abc"`, "Content-Range: bytes 3-2/40"), some: true, kind: client.KindContradiction, reason: "3-2/40"},
	"2^63":                         {raw: wire("206 Partial Content", "cd", `ETag: "abc"`, "Content-Range: bytes 2-9223372036854775808/40"), some: true, kind: client.KindContradiction, reason: "9223372036854775808"},
	"a length of its own":          {raw: wire("206 Partial Content", "cde", `ETag: "abc"`, "Content-Range: bytes 2-3/40"), some: true, kind: client.KindContradiction, reason: "2-3/40"},
	"a refusal with status 200":    {raw: wire("200 OK", "<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>", "Content-Type: application/xml"), kind: client.KindDenied, reason: "AccessDenied"},
	"one with a mark of S3":        {raw: wire("200 OK", "\ufeff<Error><Code>NoSuchKey</Code></Error>", "x-amz-request-id: R"), kind: client.KindNotFound, reason: "NoSuchKey"},
	"a refusal for two bytes":      {raw: wire("200 OK", "<Error><Code>InvalidObjectState</Code></Error>"), some: true, kind: client.KindArchived, reason: "InvalidObjectState"},
	"a refusal that breaks off":    {raw: bare("200 OK", "<Error><Code>AccessDenied</Code>", "Content-Length: 4000"), kind: client.KindNetwork, reason: "unexpected EOF"},
	"an object of such words":      {raw: wire("200 OK", "<Error><Code>A</Code></Error>", `ETag: "abc"`), want: "<Error><Code>A</Code></Error>", size: 29},
	"archived":                     {raw: wire("403 Forbidden", "<Error><Code>InvalidObjectState</Code></Error>"), kind: client.KindArchived, reason: "InvalidObjectState"},
	"a delete marker":              {raw: wire("405 Method Not Allowed", "<Error><Code>MethodNotAllowed</Code></Error>", "x-amz-delete-marker: true"), kind: client.KindDeleteMarker, reason: "MethodNotAllowed"},
}

func TestAnOddBodyIsReadWholeOrNotAtAll(t *testing.T) {
	for name, c := range oddGets {
		t.Run(name, func(t *testing.T) {
			o := client.ReadOptions{}
			if c.some {
				o.Offset, o.Length = 2, 2
			}
			s := oddly(t, constantly(c.raw))
			got, body, err := s.Get(t.Context(), anywhere, o)
			if err == nil {
				var read []byte
				read, err = io.ReadAll(body)
				require.NoError(t, body.Close())
				assert.Equal(t, c.want, string(read))
				assert.Equal(t, c.size, got.Size)
			}
			if c.reason == "" {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%v", err)
			assert.ErrorContains(t, err, c.reason)
		})
	}
}

func TestAnObjectWithoutMarksIsVouchedForByAListing(t *testing.T) {
	page := wire("200 OK", "<html>mine</html>", "Content-Type: text/html", `ETag: "abc"`, dated)
	for name, listing := range map[string]string{
		"listed": list(entry("k")), "denied as S3 denies": wire("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"),
	} {
		s := oddly(t, func(r *http.Request) string {
			if r.URL.Query().Has("prefix") {
				return listing
			}
			if r.Method == http.MethodHead {
				return strings.TrimSuffix(page, "<html>mine</html>")
			}
			return page
		})
		o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, "text/html", o.ContentType)
		assert.Equal(t, "<html>mine</html>", contentOf(t, s.Store, anywhere), name)
	}
}

func TestAServerThatRefusesEverythingWithSuccessHasNoObjects(t *testing.T) {
	refusal := wire("200 OK", "<Error><Code>AccessDenied</Code></Error>", "Content-Type: application/xml")
	s := oddly(t, func(r *http.Request) string {
		if r.Method == http.MethodHead {
			return strings.TrimSuffix(refusal, "<Error><Code>AccessDenied</Code></Error>")
		}
		return refusal
	})
	_, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
}

func TestAnotherVersionThanAskedForIsRefused(t *testing.T) {
	answers := func(version string) func(*http.Request) string {
		return func(r *http.Request) string {
			if r.Method == http.MethodHead {
				return head("200 OK", long, dated, "x-amz-version-id: "+version)
			}
			return getForty(r, "x-amz-version-id: "+version)
		}
	}
	asked := client.ReadOptions{VersionID: "V1"}
	s := oddly(t, answers("V2"))
	_, err := s.Head(t.Context(), anywhere, asked)
	assert.Equal(t, client.KindContradiction, client.KindOf(err))
	require.ErrorContains(t, err, "version V1 was asked for and the server gives V2")
	_, _, err = s.Get(t.Context(), anywhere, asked)
	require.ErrorContains(t, err, "version V1 was asked for and the server gives V2")

	s = oddly(t, answers("V1"))
	o, err := s.Head(t.Context(), anywhere, asked)
	require.NoError(t, err)
	assert.Equal(t, "V1", o.VersionID)
	_, body, err := s.Get(t.Context(), anywhere, asked)
	require.NoError(t, err)
	require.NoError(t, body.Close())
}
