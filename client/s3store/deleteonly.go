package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

// DeleteOnly removes one object and nothing that took its place. A version is
// removed as such. Elsewhere the object is looked at first, by ETag and date,
// and a server that knows If-Match on deletions closes the gap between.
func (s *Store) DeleteOnly(ctx context.Context, was client.Object, key client.CustomerKey) error {
	c := call{op: "DeleteObject", at: was.At}
	if err := was.At.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	in := &s3.DeleteObjectInput{Bucket: &was.At.Bucket, Key: &was.At.Key}
	if was.VersionID != "" && was.VersionID != client.NullVersion {
		in.VersionId = &was.VersionID
		_, err := s.s3.DeleteObject(ctx, in)
		return unlessGone(s.fail(c, err))
	}
	if err := s.stillThere(ctx, c, was, key); err != nil {
		return unlessGone(err)
	}
	return unlessGone(s.fail(c, s.removals.try(func(with bool) error {
		in.IfMatch = nil
		if with {
			in.IfMatch = s.etags.written(was.ETag)
		}
		_, err := s.s3.DeleteObject(ctx, in)
		return err
	})))
}

// stillThere fails when what is there is not, or cannot be told to be, what
// was.
func (s *Store) stillThere(ctx context.Context, c call, was client.Object, key client.CustomerKey) error {
	if was.ETag == "" {
		return s.refuse(c, client.KindPrecondition, client.Say("nothing is known of it by which it could be told from another object of its name").Err())
	}
	now, err := s.Head(ctx, was.At, client.ReadOptions{IfMatch: was.ETag, Key: key})
	if err != nil {
		return err
	}
	if now.ETag != was.ETag || !was.Modified.IsZero() && !now.Modified.Equal(was.Modified) {
		e := s.refuse(c, client.KindPrecondition, client.Say("another object has taken its place").Err())
		e.RequestID = now.RequestID
		return e
	}
	return nil
}

func unlessGone(err error) error {
	if client.KindOf(err) == client.KindNotFound {
		return nil
	}
	return err
}
