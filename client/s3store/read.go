package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/bucketseal/bucketseal/client"
)

// Get opens an object, or a part of it, for reading. A part that was asked for
// of a server without ranges is client.ErrNoRanges.
func (s *Store) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	c := call{op: "GetObject", at: at, customer: o.Key}
	if err := at.CheckKey(); err != nil {
		return client.Object{}, nil, s.refuse(c, client.KindInvalid, err)
	}
	if o.Offset < 0 || o.Length < 0 {
		return client.Object{}, nil, s.refuse(c, client.KindInvalid, client.Say("%d bytes from %d on are no part of an object", o.Length, o.Offset).Err())
	}
	got, body, err := s.open(ctx, c, o)
	if err != nil {
		return client.Object{}, nil, err
	}
	if err := checkRange(o, body.headers); err != nil {
		_ = body.Close()
		e := s.fail(c, err).(*client.Error) //nolint:errorlint,forcetypeassert // fail makes nothing else
		e.RequestID = got.RequestID
		return client.Object{}, nil, e
	}
	return got, body, nil
}

// open sends the GET, by each form of the ETag it is bound to.
func (s *Store) open(ctx context.Context, c call, o client.ReadOptions) (got client.Object, body *object, err error) {
	h, err := s.customer(c, o.Key)
	if err != nil {
		return client.Object{}, nil, err
	}
	for _, match := range s.etags.ifMatch(o.IfMatch) {
		q := &request{call: c, method: http.MethodGet, query: "x-id=GetObject", header: with(h, 2), tries: s.patient}
		if o.VersionID != "" {
			q.query = ofVersion(o.VersionID) + "&" + q.query
		}
		q.header.put("If-Match", match)
		if q.header.put("Range", text(byteRange(o))); !q.header.has("Range") {
			q.header.put(headerChecksumMode, s.checksumMode()) // it is of the whole object: a part of it cannot be checked
		}
		got, body, err = s.openOnce(ctx, q, o)
		if client.KindOf(err) != client.KindPrecondition {
			break
		}
	}
	return got, body, s.keyOrPermission(ctx, c, o, err)
}

func (s *Store) openOnce(ctx context.Context, q *request, o client.ReadOptions) (client.Object, *object, error) {
	c := q.call
	a, err := s.send(ctx, q)
	if err != nil {
		return client.Object{}, nil, s.fail(c, err)
	}
	if err := s.vouch(ctx, c, a); err != nil {
		_ = a.body.Close()
		return client.Object{}, nil, err
	}
	s.etags.learn(a.header)
	got := objectFrom(c.at, a.header)
	if err := s.isVersion(c, o.VersionID, got); err != nil {
		_ = a.body.Close()
		return client.Object{}, nil, err
	}
	body := &object{ReadCloser: a.body, headers: a.header, store: s, call: c, left: a.length, endless: a.endless, id: got.RequestID}
	if !q.header.has("Range") {
		body.sum = sumOf(got.Checksums)
	}
	return got, body, nil
}

// byteRange is the Range header, "" for the whole object.
// https://www.rfc-editor.org/rfc/rfc9110#name-range
func byteRange(o client.ReadOptions) string {
	switch {
	case o.Length > 0:
		return fmt.Sprintf("bytes=%d-%d", o.Offset, o.Offset+o.Length-1)
	case o.Offset > 0:
		return fmt.Sprintf("bytes=%d-", o.Offset)
	}
	return ""
}

// checkRange refuses an answer that holds other bytes than asked for.
func checkRange(o client.ReadOptions, h http.Header) error {
	said := h.Get("Content-Range")
	asked := byteRange(o)
	switch {
	case said == "" && asked == "":
		return nil
	case said == "":
		return client.ErrNoRanges
	}
	r, ok := parseContentRange(said)
	length, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	switch {
	case !ok, err == nil && length != r.last-r.first+1:
		return contradiction(client.Say("the answer says that it holds the bytes %s", firstWords(said, 60)))
	case r.first != o.Offset,
		o.Length > 0 && r.last >= o.Offset+o.Length,
		asked == "" && r.total >= 0 && r.last != r.total-1:
		return contradiction(client.Say("%v were asked for and the server sends %s", orAll(asked), firstWords(said, 60)))
	}
	return nil
}

func orAll(asked string) client.Text {
	if asked == "" {
		return client.Say("all bytes")
	}
	return client.Verbatim(asked)
}

// An object is the body of an answer. Its end is io.EOF only when every byte
// the server announced has come; everything else is a *client.Error.
type object struct {
	io.ReadCloser
	headers http.Header
	store   *Store
	call    call
	left    int64 // bytes still announced, -1 for not said
	endless bool  // no end was announced in any way: the connection just closes
	sum     *sum  // of the whole, nil where there is none to compare
	id      string
}

func (b *object) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left >= 0 {
		b.left -= int64(n)
	}
	b.sum.add(p[:n])
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err == io.EOF && b.endless {
		err = client.ErrNoEnd
	}
	if err == io.EOF {
		err = b.sum.end()
	}
	if err == nil || err == io.EOF {
		return n, err
	}
	failed := b.store.fail(b.call, err)
	var e *client.Error
	if errors.As(failed, &e) && e.RequestID == "" {
		e.RequestID = b.id
	}
	return n, failed
}
