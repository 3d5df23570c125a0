package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// Head asks for an object's properties. The answer to a HEAD that fails has no
// code, so one byte is asked for to learn why: that an SSE-C key is missing or
// wrong looks like a bad request or a denial otherwise. A missing bucket is
// KindNotFound, for the same reason.
func (s *Store) Head(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	c := call{op: "HeadObject", at: at, customer: o.Key}
	in, err := s.headInput(c, o)
	if err != nil {
		return client.Object{}, err
	}
	out, err := s.s3.HeadObject(ctx, in)
	if in.ChecksumMode != "" && s.mayBeAboutChecksums(s.fail(c, err)) {
		in.ChecksumMode = ""
		asked := err
		if out, err = s.s3.HeadObject(ctx, in); err == nil {
			s.digests.silent.Store(client.KindOf(s.fail(c, asked)) != client.KindDenied)
		}
	}
	if err != nil {
		return client.Object{}, s.askWhy(ctx, c, o, s.fail(c, err))
	}
	s.digests.asked.Store(true)
	return objectFrom(at, headersOf(out.ResultMetadata)), nil
}

func (s *Store) headInput(c call, o client.ReadOptions) (*s3.HeadObjectInput, error) {
	if err := c.at.CheckKey(); err != nil {
		return nil, s.refuse(c, client.KindInvalid, err)
	}
	h, err := s.customer(c, o.Key)
	if err != nil {
		return nil, err
	}
	in := &s3.HeadObjectInput{
		Bucket: &c.at.Bucket, Key: &c.at.Key, VersionId: text(o.VersionID), IfMatch: quoted(o.IfMatch),
		SSECustomerAlgorithm: h.algorithm, SSECustomerKey: h.key, SSECustomerKeyMD5: h.md5,
	}
	in.ChecksumMode = s.checksumMode()
	return in, nil
}

// checksumMode asks for the checksums that the server keeps, whoever sent them.
func (s *Store) checksumMode() types.ChecksumMode {
	if s.digests.silent.Load() {
		return ""
	}
	return types.ChecksumModeEnabled
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

// askWhy asks for the first byte where the answer to HEAD could hide that the
// SSE-C key is missing or wrong. What the second answer cannot explain stays
// as the first one said.
func (s *Store) askWhy(ctx context.Context, c call, o client.ReadOptions, head error) error {
	var e *client.Error
	if !errors.As(head, &e) || e.Status != http.StatusBadRequest && e.Status != http.StatusForbidden {
		return head
	}
	o.Offset, o.Length, o.IfMatch = 0, 1, ""
	_, body, err := s.Get(ctx, c.at, o)
	if err == nil {
		_ = body.Close()
		return head
	}
	var why *client.Error
	if errors.As(err, &why) && why.Kind != client.KindInvalid && why.Kind != client.KindUnknown {
		why.Op = c.op
		return why
	}
	return head
}

// Get opens an object, or a part of it, for reading.
func (s *Store) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	c := call{op: "GetObject", at: at, customer: o.Key}
	if err := at.CheckKey(); err != nil {
		return client.Object{}, nil, s.refuse(c, client.KindInvalid, err)
	}
	if o.Offset < 0 || o.Length < 0 {
		return client.Object{}, nil, s.refuse(c, client.KindInvalid, fmt.Errorf("%d bytes from %d on are no part of an object", o.Length, o.Offset))
	}
	h, err := s.customer(c, o.Key)
	if err != nil {
		return client.Object{}, nil, err
	}
	in := &s3.GetObjectInput{
		Bucket: &at.Bucket, Key: &at.Key, VersionId: text(o.VersionID), IfMatch: quoted(o.IfMatch), Range: text(byteRange(o)),
		SSECustomerAlgorithm: h.algorithm, SSECustomerKey: h.key, SSECustomerKeyMD5: h.md5,
	}
	options := []func(*s3.Options){s.patiently}
	switch {
	case in.Range != nil:
		// The checksum is of the whole object; a part of it cannot be checked.
		options = append(options, func(so *s3.Options) { so.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired })
	default:
		in.ChecksumMode = s.checksumMode()
	}
	out, err := s.s3.GetObject(ctx, in, options...)
	if err != nil {
		return client.Object{}, nil, s.fail(c, err)
	}
	obj := objectFrom(at, headersOf(out.ResultMetadata))
	if err := checkRange(o, out); err != nil {
		_ = out.Body.Close()
		e := s.refuse(c, client.KindUnsupported, err)
		e.RequestID = obj.RequestID
		return client.Object{}, nil, e
	}
	left := int64(-1)
	if out.ContentLength != nil {
		left = *out.ContentLength
	}
	return obj, &object{ReadCloser: out.Body, store: s, call: c, left: left, id: obj.RequestID}, nil
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

// checkRange refuses an answer that begins elsewhere than asked: a server that
// does not know ranges sends the whole object.
func checkRange(o client.ReadOptions, out *s3.GetObjectOutput) error {
	if byteRange(o) == "" {
		return nil
	}
	first, _, ok := parseContentRange(aws.ToString(out.ContentRange))
	if !ok || first != o.Offset {
		return fmt.Errorf("bytes from %d on were asked for and the server sent something else (Content-Range %q)", o.Offset, aws.ToString(out.ContentRange))
	}
	if o.Length > 0 && out.ContentLength != nil && *out.ContentLength > o.Length {
		return fmt.Errorf("%d bytes were asked for and the server sends %d", o.Length, *out.ContentLength)
	}
	return nil
}

// quoted is an ETag as the If-Match header wants it.
func quoted(etag string) *string {
	if etag == "" {
		return nil
	}
	return aws.String(`"` + etag + `"`)
}

// An object is the body of an answer. Its end is io.EOF only when every byte
// the server announced has come; everything else is a *client.Error.
type object struct {
	io.ReadCloser
	store *Store
	call  call
	left  int64 // bytes still announced, -1 for not said
	id    string
}

func (b *object) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left >= 0 {
		b.left -= int64(n)
	}
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
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

// Tags are an object's tags; an object without any has none, which is no error.
func (s *Store) Tags(ctx context.Context, at client.Location, versionID string) (map[string]string, error) {
	c := call{op: "GetObjectTagging", at: at}
	if err := at.CheckKey(); err != nil {
		return nil, s.refuse(c, client.KindInvalid, err)
	}
	out, err := s.s3.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)})
	if err != nil {
		failed := s.fail(c, err)
		var e *client.Error
		if errors.As(failed, &e) && e.Code == "NoSuchTagSet" {
			return map[string]string{}, nil
		}
		return nil, failed
	}
	if out.TagSet == nil {
		return nil, s.refuse(c, client.KindUnsupported, errors.New("the answer is no list of tags"))
	}
	tags := make(map[string]string, len(out.TagSet))
	for _, t := range out.TagSet {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}
