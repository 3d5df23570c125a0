package s3store

import (
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// etagOf is an ETag as client.Object has it: the plain text, whether it came
// in quotes, without, as weak (W/"...") or with its quotes written for XML.
func etagOf(raw string) string {
	s := strings.TrimSpace(raw)
	for _, quote := range []string{"&quot;", "&#34;", "%22"} {
		s = strings.ReplaceAll(s, quote, `"`)
	}
	if weak, ok := cutPrefixFold(s, "W/"); ok && strings.HasPrefix(weak, `"`) {
		s = weak
	}
	return strings.Trim(s, `"`)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// etags remembers how a server wrote those ETags that are not simply quoted,
// since it is asked for them in its own words.
type etags struct {
	mu  sync.Mutex
	odd map[string]string // by etagOf
}

// mostOddETags bounds the memory; beyond it, what was known is forgotten.
const mostOddETags = 10_000

// learn takes note of the ETag in an answer.
func (e *etags) learn(h http.Header) { e.note(h.Get("Etag")) }

// of is an ETag of a part, taken note of.
func (e *etags) of(raw *string) string {
	e.note(aws.ToString(raw))
	return etagOf(aws.ToString(raw))
}

func (e *etags) note(raw string) {
	etag := etagOf(raw)
	if etag == "" || raw == `"`+etag+`"` {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.odd == nil || len(e.odd) >= mostOddETags {
		e.odd = map[string]string{}
	}
	e.odd[etag] = raw
}

// ifMatch are the values by which If-Match may name an ETag, the likeliest
// first; one nil for no condition.
func (e *etags) ifMatch(etag string) []*string {
	if etag == "" {
		return []*string{nil}
	}
	quoted := `"` + etag + `"`
	e.mu.Lock()
	raw, odd := e.odd[etag]
	e.mu.Unlock()
	if odd {
		return []*string{&raw, &quoted}
	}
	return []*string{aws.String(quoted)}
}

// written is an ETag as the server wrote it, nil for none.
func (e *etags) written(etag string) *string { return e.ifMatch(etag)[0] }
