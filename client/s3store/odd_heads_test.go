package s3store

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// forty is an object of forty bytes which GET gives rightly, ranges included.
const forty = "the content of the object, thirty-nine b"

// head is the answer to a HEAD with these headers beside the usual ones.
func head(status string, headers ...string) string {
	return bare(status, "", append([]string{`ETag: "abc"`, "Content-Type: text/plain"}, headers...)...)
}

// getForty answers a GET as a good server does.
func getForty(r *http.Request, headers ...string) string {
	headers = append([]string{`ETag: "abc"`, "Content-Type: text/plain", "Last-Modified: Thu, 02 Jan 2025 03:04:05 GMT"}, headers...)
	if r.Header.Get("Range") == "bytes=0-0" {
		return wire("206 Partial Content", forty[:1], append(headers, "Content-Range: bytes 0-0/40")...)
	}
	return wire("200 OK", forty, headers...)
}

const (
	dated = "Last-Modified: Thu, 02 Jan 2025 03:04:05 GMT"
	long  = "Content-Length: 40"
)

// oddHeads are odd answers to HEAD, where GET is right; with the size, date and
// ETag that count.
var oddHeads = map[string]struct {
	raw  string
	want string
}{
	"as usual":                   {head("200 OK", long, dated), "40 2025-01-02T03:04:05Z abc"},
	"no length":                  {head("200 OK", dated), "40 2025-01-02T03:04:05Z abc"},
	"a length of 0":              {head("200 OK", "Content-Length: 0", dated), "40 2025-01-02T03:04:05Z abc"},
	"in chunks":                  {head("200 OK", "Transfer-Encoding: chunked", dated), "40 2025-01-02T03:04:05Z abc"},
	"a length beyond all bounds": {head("200 OK", "Content-Length: 9223372036854775807", dated), "40 2025-01-02T03:04:05Z abc"},
	"no date":                    {head("200 OK", long), "40 - abc"},
	"a date that is none":        {head("200 OK", long, "Last-Modified: yesterday"), "40 - abc"},
	"the year 1":                 {head("200 OK", long, "Last-Modified: Mon, 01 Jan 0001 00:00:00 GMT"), "40 - abc"},
	"a date of documents":        {head("200 OK", long, "Last-Modified: 2025-01-02T03:04:05.000Z"), "40 2025-01-02T03:04:05Z abc"},
	"a date with a zone":         {head("200 OK", long, "Last-Modified: Thu, 02 Jan 2025 11:04:05 +0800"), "40 2025-01-02T03:04:05Z abc"},
	"a date of RFC 850":          {head("200 OK", long, "Last-Modified: Thursday, 02-Jan-25 03:04:05 GMT"), "40 2025-01-02T03:04:05Z abc"},
	"numbers that are none": {
		head("200 OK", long, dated, "x-amz-mp-parts-count: many", "x-amz-missing-meta: some", "x-amz-tagging-count: -",
			"x-amz-delete-marker: perhaps", "x-amz-server-side-encryption-bucket-key-enabled: si", "x-amz-object-lock-retain-until-date: soon", "Expires: -1"),
		"40 2025-01-02T03:04:05Z abc",
	},
	"denied":            {bare("403 Forbidden", ""), "40 2025-01-02T03:04:05Z abc"},
	"a bad request":     {bare("400 Bad Request", ""), "40 2025-01-02T03:04:05Z abc"},
	"no HEAD here, 405": {bare("405 Method Not Allowed", "", "Allow: GET"), "40 2025-01-02T03:04:05Z abc"},
	"no HEAD here, 501": {bare("501 Not Implemented", ""), "40 2025-01-02T03:04:05Z abc"},
}

func TestWhatAHeadDoesNotTellAReadOfOneByteDoes(t *testing.T) {
	for name, c := range oddHeads {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, func(r *http.Request) string {
				if r.Method == http.MethodHead {
					return c.raw
				}
				return getForty(r)
			})
			o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.want, sized(o.Size)+" "+stamped(o.Modified)+" "+o.ETag)
			assert.Equal(t, "text/plain", o.ContentType)
		})
	}
}

func TestASizeThatNoAnswerTellsIsNotTold(t *testing.T) {
	for name, get := range map[string]string{
		"denied":               wire("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"),
		"without a length too": bare("200 OK", forty, `ETag: "abc"`),
		"of another object":    wire("206 Partial Content", "x", `ETag: "other"`, "Content-Range: bytes 0-0/7"),
		"of no known total":    wire("206 Partial Content", "x", `ETag: "abc"`, "Content-Range: bytes 0-0/*"),
	} {
		s := oddly(t, func(r *http.Request) string {
			if r.Method == http.MethodHead {
				return head("200 OK", dated)
			}
			return get
		})
		o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err, name)
		assert.False(t, o.SizeTold(), "%s: %d", name, o.Size)
	}
}

func TestAnEmptyObjectIsEmptyBeyondDoubt(t *testing.T) {
	for name, length := range map[string]string{"told": "Content-Length: 0", "not told": dated} {
		s := oddly(t, func(r *http.Request) string {
			switch {
			case r.Method == http.MethodHead:
				return head("200 OK", length)
			case r.Header.Get("Range") != "":
				return wire("416 Range Not Satisfiable", "<Error><Code>InvalidRange</Code></Error>")
			}
			return bare("200 OK", "0\r\n\r\n", `ETag: "abc"`, "Transfer-Encoding: chunked")
		})
		o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err, name)
		assert.Zero(t, o.Size, name)
	}
}

func TestThatAServerHasNoHeadIsLearnedOnce(t *testing.T) {
	s := oddly(t, func(r *http.Request) string {
		if r.Method == http.MethodHead {
			return bare("501 Not Implemented", "")
		}
		return getForty(r)
	})
	for range 3 {
		_, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err)
	}
	heads := 0
	for _, r := range s.saw {
		if r.Method == http.MethodHead {
			heads++
		}
	}
	assert.Equal(t, 2, heads, "with and without asking for checksums, and never again")
}

// reasons are what a HEAD hides and the GET after it says.
var reasons = map[string]struct {
	head, get string
	want      client.Kind
	hidden    bool
}{
	"denied indeed":             {bare("403 Forbidden", ""), wire("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"), client.KindDenied, false},
	"the clock":                 {bare("403 Forbidden", ""), wire("403 Forbidden", "<Error><Code>RequestTimeTooSkewed</Code></Error>"), client.KindClockSkew, false},
	"a bad signature":           {bare("403 Forbidden", ""), wire("403 Forbidden", "<Error><Code>SignatureDoesNotMatch</Code></Error>"), client.KindBadCredentials, false},
	"not there at all":          {bare("403 Forbidden", ""), wire("404 Not Found", "<Error><Code>NoSuchKey</Code></Error>"), client.KindNotFound, false},
	"archived":                  {bare("403 Forbidden", ""), wire("403 Forbidden", "<Error><Code>InvalidObjectState</Code></Error>"), client.KindArchived, false},
	"a delete marker":           {bare("405 Method Not Allowed", "", "x-amz-delete-marker: true"), "", client.KindDeleteMarker, false},
	"hidden by a marker":        {bare("404 Not Found", "", "x-amz-delete-marker: true"), "", client.KindNotFound, true},
	"neither HEAD nor GET":      {bare("501 Not Implemented", ""), wire("501 Not Implemented", ""), client.KindUnsupported, false},
	"a page in the place of S3": {bare("403 Forbidden", ""), wire("403 Forbidden", "<html>no</html>", "Content-Type: text/html"), client.KindDenied, false},
}

func TestWhyAHeadFailedIsSaidByTheReadAfterIt(t *testing.T) {
	for name, c := range reasons {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, func(r *http.Request) string {
				if r.Method == http.MethodHead {
					return c.head
				}
				return c.get
			})
			_, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
			var e *client.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.want.String(), e.Kind.String(), "%v", err)
			assert.Equal(t, c.hidden, e.Hidden)
		})
	}
}

// etagShapes are ETags as servers write them; each server here wants to hear its
// own words again.
func TestAnETagIsSentBackAsItCame(t *testing.T) {
	for name, raw := range map[string]string{
		"quoted": `"abc"`, "weak": `W/"abc"`, "weak, in lower case": `w/"abc"`, "bare": "abc", "for XML": "&quot;abc&quot;", "in upper case": `"ABC"`,
	} {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, func(r *http.Request) string {
				if m := r.Header.Get("If-Match"); m != "" && m != raw {
					return wire("412 Precondition Failed", "<Error><Code>PreconditionFailed</Code></Error>")
				}
				return strings.Replace(getForty(r), `"abc"`, raw, 1)
			})
			o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
			require.NoError(t, err)
			assert.True(t, client.SameETag("abc", o.ETag), o.ETag)
			for range 2 {
				got, body, err := s.Get(t.Context(), anywhere, client.ReadOptions{IfMatch: o.ETag})
				require.NoError(t, err)
				require.NoError(t, body.Close())
				assert.Equal(t, o.ETag, got.ETag)
			}
			_, err = s.Head(t.Context(), anywhere, client.ReadOptions{IfMatch: o.ETag})
			require.NoError(t, err)
			_, _, err = s.Get(t.Context(), anywhere, client.ReadOptions{IfMatch: "other"})
			assert.Equal(t, client.KindPrecondition.String(), client.KindOf(err).String())
		})
	}
}

func TestAWeakETagOfAProxyDoesNotHideTheObjectBehindIt(t *testing.T) {
	s := oddly(t, func(r *http.Request) string {
		if m := r.Header.Get("If-Match"); m != "" && m != `"abc"` {
			return wire("412 Precondition Failed", "<Error><Code>PreconditionFailed</Code></Error>")
		}
		return strings.Replace(getForty(r), `"abc"`, `W/"abc"`, 1)
	})
	_, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
	require.NoError(t, err)
	_, body, err := s.Get(t.Context(), anywhere, client.ReadOptions{IfMatch: "abc"})
	require.NoError(t, err)
	require.NoError(t, body.Close())
}

func TestMoreOddETagsThanAnyoneNeedsAreForgotten(t *testing.T) {
	var e etags
	for i := range mostOddETags + 5 {
		e.note(strings.Repeat("x", i%97) + string(rune('a'+i%26)) + http.StatusText(200+i%7) + strings.Repeat("y", i/97))
	}
	assert.LessOrEqual(t, len(e.odd), mostOddETags)
	e.note("")
	assert.Equal(t, []*string{nil}, e.ifMatch(""))
}

func TestAnAnswerThatNamesTwoEncryptionsNamesNeither(t *testing.T) {
	const sse, key = "x-amz-server-side-encryption: ", "x-amz-server-side-encryption-aws-kms-key-id: "
	for name, c := range map[string]struct {
		headers []string
		want    string
	}{
		"one":          {[]string{sse + "aws:kms", key + "k1"}, "SSE-KMS, key k1"},
		"twice":        {[]string{sse + "aws:kms", sse + "aws:kms", key + "k1", key + "k1"}, "SSE-KMS, key k1"},
		"two types":    {[]string{sse + "aws:kms", sse + "AES256", key + "k1"}, "aws:kms, AES256, key k1"},
		"two keys":     {[]string{sse + "aws:kms", key + "k1", key + "k2"}, "SSE-KMS, key k1, k2"},
		"one and \"\"": {[]string{sse + "AES256", sse}, "AES256, "},
	} {
		s := oddly(t, constantly(head("200 OK", append(c.headers, long, dated)...)))
		o, err := s.Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, c.want, o.Encryption.Describe().String(), name)
	}
}
