package memstore

import (
	"context"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes objects of one bucket. For hooks it is one DeleteObjects, and
// then one DeleteObject for each.
func (s *Store) Delete(ctx context.Context, at []client.Location) ([]error, error) {
	for _, l := range at {
		c := Call{Op: DeleteObjects, At: l}
		if err := l.CheckKey(); err != nil {
			return nil, c.refuse(client.KindInvalid, err)
		}
		if l.Bucket != at[0].Bucket {
			return nil, c.refuse(client.KindInvalid, errors.New("objects of two buckets cannot be removed with one call"))
		}
	}
	if len(at) == 0 {
		return nil, nil
	}
	c, err := s.begin(ctx, Call{Op: DeleteObjects, At: client.Location{Bucket: at[0].Bucket}})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	_, err = s.bucket(c)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	results := make([]error, len(at))
	for i, l := range at {
		results[i] = s.deleteOne(ctx, l)
	}
	return results, nil
}

func (s *Store) deleteOne(ctx context.Context, at client.Location) error {
	c, err := s.begin(ctx, Call{Op: DeleteObject, At: at})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return err
	}
	s.remove(b, at)
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
	c, err := s.begin(ctx, c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return err
	}
	if was.VersionID != "" {
		b.drop(was.At.Key, was.VersionID)
		return nil
	}
	there := b.now(was.At.Key)
	if there == nil {
		return nil
	}
	if err := s.opens(c, there.Encryption, key); err != nil {
		return err
	}
	switch {
	case !client.SameETag(there.ETag, was.ETag):
		return c.Error(client.KindPrecondition)
	case !was.Modified.IsZero() && !there.Modified.Equal(was.Modified): // as s3store finds out by itself
		return c.refuse(client.KindPrecondition, errors.New("another object has taken its place"))
	}
	s.remove(b, was.At)
	return nil
}
