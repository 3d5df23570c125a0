package s3store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bucketseal/bucketseal/client"
)

const headerChecksumMode = "X-Amz-Checksum-Mode"

// Head asks for an object's properties. What a HEAD cannot say, a GET of one
// byte does: why it failed, since its answer has no code; everything, where the
// server has no HEAD or denies it and lets read; the size, where HEAD tells none
// or 0, which some servers say of every object. A missing bucket is KindNotFound.
func (s *Store) Head(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	c := call{op: "HeadObject", at: at, customer: o.Key}
	if err := at.CheckKey(); err != nil {
		return client.Object{}, s.refuse(c, client.KindInvalid, err)
	}
	if s.noHead.Load() {
		return s.firstByte(ctx, c, o)
	}
	object, err := s.head(ctx, c, o)
	if err != nil {
		return s.believeGet(ctx, c, o, err)
	}
	if !s.atAWS && object.Size <= 0 {
		object.Size = s.sizeByGet(ctx, c, o, object)
	}
	return object, nil
}

func (s *Store) head(ctx context.Context, c call, o client.ReadOptions) (object client.Object, err error) {
	h, err := s.customer(c, o.Key)
	if err != nil {
		return client.Object{}, err
	}
	for _, match := range s.etags.ifMatch(o.IfMatch) {
		q := s.heads(c, h, o.VersionID, match)
		q.header.put(headerChecksumMode, s.checksumMode())
		object, err = s.headOnce(ctx, q, o)
		if client.KindOf(err) != client.KindPrecondition {
			break
		}
	}
	return object, err
}

// heads is a HEAD of an object.
func (s *Store) heads(c call, key customerHeaders, version string, match *string) *request {
	q := &request{call: c, method: http.MethodHead, query: ofVersion(version), header: with(key, 2), tries: s.waiting}
	q.header.put("If-Match", match)
	return q
}

// ofVersion is the query that names a version.
func ofVersion(id string) string {
	if id == "" {
		return ""
	}
	return "versionId=" + url.QueryEscape(id)
}

func (s *Store) headOnce(ctx context.Context, q *request, o client.ReadOptions) (client.Object, error) {
	c := q.call
	a, err := s.send(ctx, q)
	if q.header.has(headerChecksumMode) && s.mayBeAboutChecksums(s.fail(c, err)) {
		q.header.put(headerChecksumMode, nil)
		asked := err
		if a, err = s.send(ctx, q); err == nil {
			s.digests.silent.Store(client.KindOf(s.fail(c, asked)) != client.KindDenied)
		}
	}
	if err != nil {
		return client.Object{}, s.fail(c, err)
	}
	s.digests.asked.Store(true)
	s.etags.learn(a.header)
	object := objectFrom(c.at, a.header)
	if err := s.isVersion(c, o.VersionID, object); err != nil {
		return client.Object{}, err
	}
	return object, s.vouch(ctx, c, a)
}

// isVersion refuses the answer of a server that gives another version than was
// asked for, as one does that does not know versions.
func (s *Store) isVersion(c call, asked string, got client.Object) error {
	if asked == "" || got.VersionID == "" || got.VersionID == asked {
		return nil
	}
	return s.fail(c, contradiction(client.Say("version %s was asked for and the server gives %s", asked, firstWords(got.VersionID, 80))))
}

// checksumMode asks for the checksums that the server keeps, whoever sent them.
func (s *Store) checksumMode() *string {
	if s.digests.silent.Load() {
		return nil
	}
	return aws.String("ENABLED")
}

// mayBeAboutChecksums reports whether the failure of a HEAD, whose answer has no
// words, may come from asking for the checksums: to show those of an SSE-KMS
// object takes the right to decrypt, which the rest does not; and a server that
// never answered such a call may not know it.
func (s *Store) mayBeAboutChecksums(err error) bool {
	switch client.KindOf(err) {
	case client.KindDenied:
		return true
	case client.KindInvalid, client.KindUnsupported:
		return !s.atAWS && !s.digests.asked.Load()
	}
	return false
}

// believeGet reads the first byte where the refusal of a HEAD could hide
// something: that the SSE-C key is missing or wrong, that the clock is wrong,
// that the server has no HEAD, that a proxy denies it. An object that can be
// read is what the GET says it is; what the GET cannot explain stays as the HEAD
// said it.
func (s *Store) believeGet(ctx context.Context, c call, o client.ReadOptions, head error) (client.Object, error) {
	var e *client.Error
	if !errors.As(head, &e) || !mayHide(e) {
		return client.Object{}, head
	}
	object, err := s.firstByte(ctx, c, o)
	if err == nil {
		if e.Kind == client.KindUnsupported {
			s.noHead.Store(true)
		}
		return object, nil
	}
	var why *client.Error
	if errors.As(err, &why) && why.Kind != client.KindInvalid && why.Kind != client.KindUnknown {
		why.Op = c.op
		return client.Object{}, why
	}
	return client.Object{}, head
}

func mayHide(e *client.Error) bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotImplemented:
		return true
	case http.StatusMethodNotAllowed:
		return e.Kind != client.KindDeleteMarker
	}
	return false
}

// sizeByGet is the size of an object of which HEAD said none, or 0.
func (s *Store) sizeByGet(ctx context.Context, c call, o client.ReadOptions, head client.Object) int64 {
	got, err := s.firstByte(ctx, c, o)
	if err != nil || got.ETag != "" && head.ETag != "" && !client.SameETag(got.ETag, head.ETag) {
		return client.NotTold
	}
	return got.Size
}

// firstByte is what a GET of the first byte says of an object; of an object
// without one, what a GET of everything says.
func (s *Store) firstByte(ctx context.Context, c call, o client.ReadOptions) (client.Object, error) {
	c.op = "GetObject"
	o.Offset, o.Length = 0, 1
	got, body, err := s.open(ctx, c, o)
	var e *client.Error
	if errors.As(err, &e) && (e.Status == http.StatusRequestedRangeNotSatisfiable || e.Code == "InvalidRange") {
		o.Length = 0
		got, body, err = s.open(ctx, c, o)
	}
	if err != nil {
		return client.Object{}, err
	}
	defer func() { _ = body.Close() }() // what was asked is known
	if !got.SizeTold() {
		if n, err := body.Read(make([]byte, 1)); n == 0 && err == io.EOF {
			got.Size = 0
		}
	}
	return got, nil
}

// keyOrPermission tells a wrong SSE-C key from a missing permission where the
// server says "Access Denied." of both, as MinIO does: who may read the object is
// told without a key that it needs one.
func (s *Store) keyOrPermission(ctx context.Context, c call, o client.ReadOptions, failed error) error {
	var e *client.Error
	if o.Key.IsZero() || !errors.As(failed, &e) || e.Kind != client.KindDenied {
		return failed
	}
	o.Key, c.customer = client.CustomerKey{}, client.CustomerKey{}
	if _, err := s.firstByte(ctx, c, o); client.KindOf(err) == client.KindNeedsKey {
		e.Kind = client.KindWrongKey
	}
	return failed
}
