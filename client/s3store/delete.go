package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes what has the names, a thousand with one request. Keys that
// XML cannot write, and all keys where the server has no DeleteObjects, are
// removed one by one.
func (s *Store) Delete(ctx context.Context, at []client.Location) ([]error, error) {
	was := make([]client.Object, len(at))
	for i, l := range at {
		was[i].At = l
	}
	return s.DeleteSeen(ctx, was)
}

// DeleteSeen removes objects while they are what was seen. An ETag goes along as the
// condition that AWS knows. Others may not know it, and say nothing: there the names are
// listed just before, and again before a request is repeated whose answer was lost.
func (s *Store) DeleteSeen(ctx context.Context, was []client.Object) ([]error, error) {
	results := make([]error, len(was))
	var batch []int // indexes into was
	for _, o := range was {
		c := call{op: "DeleteObjects", at: o.At}
		if err := o.At.CheckKey(); err != nil {
			return nil, s.refuse(c, client.KindInvalid, err)
		}
		if o.At.Bucket != was[0].At.Bucket {
			return nil, s.refuse(c, client.KindInvalid, client.Say("objects of %s and %s cannot be removed with one call", was[0].At.Bucket, o.At.Bucket).Err())
		}
	}
	for i, o := range was {
		if !writableInXML(o.At.Key) {
			results[i] = s.deleteOne(ctx, o)
			continue
		}
		batch = append(batch, i)
	}
	for start := 0; start < len(batch); start += client.MaxEntries {
		part := batch[start:min(start+client.MaxEntries, len(batch))]
		d := &deletion{store: s, was: was, results: results}
		err := d.remove(ctx, part)
		switch {
		case err != nil && start == 0 && len(batch) == len(was):
			return nil, err
		case err != nil:
			d.note(part, err)
		}
	}
	return results, nil
}

// deleteOne removes one object with a request of its own.
func (s *Store) deleteOne(ctx context.Context, was client.Object) error {
	if isOnlyThat(was) {
		return s.DeleteOnly(ctx, was, client.CustomerKey{})
	}
	c := call{op: "DeleteObject", at: was.At}
	out, err := s.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &was.At.Bucket, Key: &was.At.Key})
	if err != nil {
		return unlessGone(s.fail(c, err))
	}
	return s.vouch(ctx, c, answerOf(out.ResultMetadata))
}

// isOnlyThat reports whether it is known of an object how to tell it from another of
// its name.
func isOnlyThat(o client.Object) bool {
	return o.VersionID != "" || o.ETag != "" || !o.Modified.IsZero()
}

// writableInXML reports whether XML 1.0 has a way to write a key. The SDK would
// put another character in its place, and another object would be removed.
// https://www.w3.org/TR/xml/#charsets
func writableInXML(key string) bool {
	for _, r := range key {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return true
}
