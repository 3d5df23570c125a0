package s3store

import (
	"bytes"
	"context"
	"errors"
	"html"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

// errNotS3 says that an answer of success is not one to the question asked.
type errNotS3 struct {
	what   client.Text // what came instead, for people
	marked bool        // it is S3's all the same: an answer to another question
	empty  bool
	cause  error
}

func (e *errNotS3) Error() string { return e.what.String() }
func (e *errNotS3) Unwrap() error { return e.cause }

// errContradiction says why an answer is not believed.
type errContradiction struct {
	why   client.Text
	cause error
}

func (e *errContradiction) Error() string { return e.why.String() }
func (e *errContradiction) Unwrap() error { return e.cause }

func contradiction(why client.Text) error { return &errContradiction{why: why} }

// errForeignRefusal goes beside a refusal whose words are not S3's.
type errForeignRefusal struct{ what client.Text }

func (e *errForeignRefusal) Error() string { return e.what.String() }

// errRefusedIn200 is an answer of success with a refusal in it.
type errRefusedIn200 struct{ status int }

func (*errRefusedIn200) Error() string { return "a refusal with status 200" }

// marked reports whether an answer carries a mark of S3.
func marked(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-") {
			return true
		}
	}
	return false
}

// isPage reports whether an answer is a web page.
func isPage(h http.Header, raw []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(raw[:min(len(raw), 512)]))
	return mediaType(h) == "text/html" || bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

func mediaType(h http.Header) string {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

// whatCame says in a few words what an answer is: its type, and how it begins.
func whatCame(h http.Header, raw []byte) client.Text {
	kind := client.Verbatim(firstWords(mediaType(h), 40))
	if kind.IsZero() {
		kind = client.Say("of no type")
	}
	words := raw[:min(len(raw), 64<<10)]
	if isPage(h, raw) {
		if title := pageTitle.FindSubmatch(words); title != nil {
			words = title[1]
		}
		words = []byte(html.UnescapeString(string(pageTag.ReplaceAll(words, []byte(" ")))))
	}
	text := firstWords(string(words), 80)
	if text == "" {
		return client.Say("the answer is empty (%v)", kind)
	}
	return client.Say("the answer is %v: “%s”", kind, text)
}

var (
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	pageTag   = regexp.MustCompile(`(?s)<[^>]*>`)
)

// firstWords are the first characters of a text of somebody else's, on one
// line and without what a screen would obey.
func firstWords(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return '\uFFFD'
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}

// vouch looks closer at an answer about an object that carries no mark of S3:
// no x-amz header, and no ETag or the type of a web page. A login page that
// answers everything answers a listing too; an S3 service without marks answers
// it as S3 does, be it by a refusal.
func (s *Store) vouch(ctx context.Context, c call, a *answer) error {
	h := a.header
	removed := a.status == http.StatusNoContent // no page says that
	if s.atAWS || removed || marked(h) || h.Get("Etag") != "" && mediaType(h) != "text/html" {
		return nil
	}
	_, err := s.s3.ListObjects(ctx, &s3.ListObjectsInput{Bucket: &c.at.Bucket, Prefix: text(c.at.Key), MaxKeys: aws.Int32(1)})
	var (
		foreign *errNotS3
		refused *errRefusedIn200
	)
	switch {
	case errors.As(err, &foreign) && !foreign.marked:
		return s.fail(c, &errNotS3{what: foreign.what})
	case errors.As(err, &refused):
		return s.fail(c, err) // it says 200 of everything
	}
	return nil
}
