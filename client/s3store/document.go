package s3store

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client"
)

// The bounds of a document. A page of a thousand keys of a thousand bytes, each
// byte written as three, has four MiB and thirty thousand tags.
const (
	largestDocument = 32 << 20
	largestRefusal  = 1 << 20
	mostTags        = 500_000
	deepestTag      = 32
)

// A document is the body of an answer that is no object, read whole.
type document struct {
	*bytes.Reader
	raw     []byte
	foreign error // what the SDK does not see of a refusal: that it is not S3's, or came with status 200
}

func newDocument(raw []byte) *document { return &document{Reader: bytes.NewReader(raw), raw: raw} }

// Close has nothing to do.
func (*document) Close() error { return nil }

// readWithin reads and closes a body of at most so many bytes. about is how many it
// says it has, which is believed as far as memory for it is made before it is there.
func readWithin(body io.ReadCloser, most, about int64) ([]byte, error) {
	defer func() { _ = body.Close() }() // only read from
	if body == http.NoBody {
		return nil, nil
	}
	var b bytes.Buffer
	b.Grow(int(min(max(0, about), mostAhead)) + bytes.MinRead)
	_, err := b.ReadFrom(io.LimitReader(body, most+1))
	raw := b.Bytes()
	switch {
	case err != nil:
		return raw, err
	case int64(len(raw)) > most:
		return raw[:most], contradiction(client.Say("the answer is larger than %s", humanize.IBytes(uint64(most))))
	}
	return raw, nil
}

// mostAhead is more than a page of a listing has.
const mostAhead = 512 << 10

// refusalIn is the document of an answer that refuses: S3's own, or an empty
// one with what came instead. A refusal stays one whatever it is wrapped in.
// The error says that it broke off: whoever sends a body that is refused may be
// cut off in the midst of the answer, and hears the rest when asking again.
func refusalIn(r *smithyhttp.Response) (*document, error) {
	raw, err := readWithin(r.Body, largestRefusal, r.ContentLength)
	var tooLarge *errContradiction
	switch {
	case err != nil && !errors.As(err, &tooLarge):
		return newDocument(nil), err
	case len(bytes.TrimSpace(raw)) == 0:
		return newDocument(nil), nil
	}
	if err == nil {
		err = checkShape(raw)
	}
	if root, broken := rootOf(raw); err == nil && broken == nil && (root == "Error" || root == "ErrorResponse") {
		return newDocument(raw), nil
	}
	d := newDocument(nil)
	d.foreign = &errForeignRefusal{whatCame(r.Header, raw)}
	return d, nil
}

// checkDocument refuses what is no document of S3 with this root. The refusal
// some servers send with status 200 is an errRefusedIn200.
func checkDocument(h http.Header, raw []byte, want string) error {
	if err := checkShape(raw); err != nil {
		return err
	}
	root, err := rootOf(raw)
	switch {
	case err == nil && root == want:
		return nil
	case err == nil && root == "Error":
		return refusedIn200(raw)
	case err == nil && strings.HasSuffix(root, "Result"):
		return &errNotS3{what: client.Say("the answer is a document <%s>, and not <%s>", root, want), marked: marked(h)}
	}
	return &errNotS3{what: whatCame(h, raw), marked: marked(h), empty: len(bytes.TrimSpace(raw)) == 0}
}

// checkNoPage refuses a page in the place of an answer that has no document.
func checkNoPage(h http.Header, raw []byte) error {
	text := bytes.TrimSpace(raw)
	if len(text) == 0 {
		return nil
	}
	if root, err := rootOf(raw); err == nil && root == "Error" {
		return refusedIn200(raw)
	}
	if marked(h) || text[0] == '<' && !isPage(h, raw) {
		return nil
	}
	return &errNotS3{what: whatCame(h, raw)}
}

// asRefusal has an answer of success that is a refusal read as one by the SDK.
// Every other error stays.
func (d *document) asRefusal(r *smithyhttp.Response, err error) error {
	var refused *errRefusedIn200
	if !errors.As(err, &refused) {
		return err
	}
	r.StatusCode, d.foreign = refused.status, refused
	return nil
}

// refusalInstead looks whether a refusal came in the place of an object, with
// status 200: a document <Error> in an answer without an ETag, which every
// object has. An object of such words is given by every server with its ETag.
func refusalInstead(r *smithyhttp.Response) error {
	if r.Header.Get("Etag") != "" {
		return nil
	}
	body := bufio.NewReaderSize(r.Body, refusalBegins)
	r.Body = &peeked{body, r.Body}
	begins, _ := body.Peek(refusalBegins) // what ended early is told to whoever reads on
	if root, err := rootOf(begins); err != nil || root != "Error" {
		return nil //nolint:nilerr // an object: any bytes are one
	}
	raw, err := readWithin(r.Body, largestRefusal, r.ContentLength)
	if err != nil {
		return err
	}
	d := newDocument(raw)
	r.Body = d
	return d.asRefusal(r, refusedIn200(raw))
}

// refusalBegins is more than is before the root element of a refusal.
const refusalBegins = 512

// A peeked body is one of which the beginning was looked at.
type peeked struct {
	*bufio.Reader
	io.Closer
}

// checkShape refuses documents made to exhaust whoever reads them.
func checkShape(raw []byte) error {
	head := bytes.ToLower(raw[:min(len(raw), 4096)])
	switch {
	case bytes.Contains(head, []byte("<!entity")) || bytes.Contains(head, []byte("<!doctype")) && !bytes.Contains(head, []byte("html")):
		return contradiction(client.Say("the answer declares entities, which no answer of S3 does"))
	case bytes.Count(raw, []byte("<")) > mostTags:
		return contradiction(client.Say("the answer has more than %s tags", humanize.Comma(mostTags)))
	case nestsDeeper(raw, deepestTag):
		return contradiction(client.Say("the answer is nested deeper than any of S3"))
	}
	return nil
}

// nestsDeeper reports whether tags are nested deeper than so many. It reads no
// XML: what is none is found out later.
func nestsDeeper(raw []byte, most int) bool {
	for depth := 0; depth <= most; {
		i := bytes.IndexByte(raw, '<')
		if i < 0 || i+1 >= len(raw) {
			return false
		}
		raw = raw[i+1:]
		switch {
		case raw[0] == '/':
			depth--
		case bytes.HasPrefix(raw, []byte("![CDATA[")):
			end := bytes.Index(raw, []byte("]]>"))
			if end < 0 {
				return false
			}
			raw = raw[end:]
		case raw[0] == '!' || raw[0] == '?':
		default:
			if end := bytes.IndexByte(raw, '>'); end < 1 || raw[end-1] != '/' {
				depth++
			}
		}
	}
	return true
}

// rootOf is the name of a document's root element.
func rootOf(raw []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	for {
		t, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t.Name.Local, nil
		case xml.Directive:
			return "", errors.New("a document with a directive")
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return "", errors.New("text before the root element")
			}
		}
	}
}

// refusedIn200 reads the refusal in an answer that says success.
func refusedIn200(raw []byte) error {
	var said struct{ Code string }
	_ = xml.Unmarshal(raw, &said) // without a code it is a refusal all the same
	switch {
	case throttles[said.Code]:
		return &errRefusedIn200{http.StatusServiceUnavailable}
	case said.Code == "InternalError" || said.Code == "ServiceUnavailable":
		return &errRefusedIn200{http.StatusInternalServerError}
	}
	return &errRefusedIn200{http.StatusBadRequest}
}
