package memstore

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes what has the names. For hooks it is one DeleteObjects, and then one
// DeleteObject for each.
func (s *Store) Delete(ctx context.Context, at []client.Location) ([]error, error) {
	was := make([]client.Object, len(at))
	for i, l := range at {
		was[i].At = l
	}
	return s.DeleteSeen(ctx, was)
}

// DeleteSeen removes objects while they are what was seen. For hooks it is as Delete.
func (s *Store) DeleteSeen(ctx context.Context, was []client.Object) ([]error, error) {
	for _, o := range was {
		c := Call{Op: DeleteObjects, At: o.At}
		if err := o.At.CheckKey(); err != nil {
			return nil, c.refuse(client.KindInvalid, err)
		}
		if o.At.Bucket != was[0].At.Bucket {
			return nil, c.refuse(client.KindInvalid, errors.New("objects of two buckets cannot be removed with one call"))
		}
	}
	if len(was) == 0 {
		return nil, nil
	}
	err := s.onBucket(ctx, Call{Op: DeleteObjects, At: client.Location{Bucket: was[0].At.Bucket}}, func(Call, *bucket) error { return nil })
	if err != nil {
		return nil, err
	}
	results := make([]error, len(was))
	for i, o := range was {
		results[i] = s.deleteOne(ctx, o)
	}
	return results, nil
}

func (s *Store) deleteOne(ctx context.Context, was client.Object) error {
	c := Call{Op: DeleteObject, At: was.At, Read: client.ReadOptions{VersionID: was.VersionID, IfMatch: was.ETag}}
	return s.onBucket(ctx, c, func(c Call, b *bucket) error { return s.removeOnly(c, b, was) })
}

// removeOnly removes what was seen. The caller holds the mutex.
func (s *Store) removeOnly(c Call, b *bucket, was client.Object) error {
	there := b.now(was.At.Key)
	if was.VersionID != "" {
		there = b.named(was.At.Key, was.VersionID)
		if there != nil && there.isKept(s.now()) {
			return c.Error(client.KindDenied)
		}
	}
	if was.VersionID != "" && was.VersionID != client.NullVersion {
		b.drop(was.At.Key, was.VersionID)
		return nil
	}
	switch {
	case was.ETag == "" && was.Modified.IsZero() && was.VersionID == "":
	case there == nil:
		return nil
	case was.ETag != "" && !client.SameETag(there.ETag, was.ETag):
		return c.Error(client.KindPrecondition)
	case !was.Modified.IsZero() && !there.Modified.Equal(was.Modified): // as s3store finds out by itself
		return c.refuse(client.KindPrecondition, errors.New("another object has taken its place"))
	}
	if was.VersionID != "" {
		b.drop(was.At.Key, was.VersionID)
		return nil
	}
	s.remove(b, was.At)
	return nil
}

// DeleteOnly removes one object and nothing that took its place.
func (s *Store) DeleteOnly(ctx context.Context, was client.Object, key client.CustomerKey) error {
	c := Call{Op: DeleteObject, At: was.At, Read: client.ReadOptions{VersionID: was.VersionID, IfMatch: was.ETag, Key: key}}
	if err := was.At.CheckKey(); err != nil {
		return c.refuse(client.KindInvalid, err)
	}
	if was.VersionID == client.NullVersion {
		was.VersionID = ""
	}
	if was.VersionID == "" && was.ETag == "" {
		return c.refuse(client.KindPrecondition, errors.New("nothing is known of it by which it could be told from another object of its name"))
	}
	return s.onBucket(ctx, c, func(c Call, b *bucket) error {
		if there := b.now(was.At.Key); was.VersionID == "" && there != nil {
			if err := s.opens(c, there.Encryption, key); err != nil {
				return err
			}
		}
		return s.removeOnly(c, b, was)
	})
}
