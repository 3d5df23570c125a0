package s3store

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

// Delete removes objects of one bucket, a thousand with one request. Keys that
// XML cannot write, and all keys where the server has no DeleteObjects, are
// removed one by one.
func (s *Store) Delete(ctx context.Context, at []client.Location) ([]error, error) {
	results := make([]error, len(at))
	var batch []int // indexes into at
	for _, l := range at {
		c := call{op: "DeleteObjects", at: l}
		if err := l.CheckKey(); err != nil {
			return nil, s.refuse(c, client.KindInvalid, err)
		}
		if l.Bucket != at[0].Bucket {
			return nil, s.refuse(c, client.KindInvalid, client.Say("objects of %s and %s cannot be removed with one call", at[0].Bucket, l.Bucket).Err())
		}
	}
	for i, l := range at {
		if !writableInXML(l.Key) {
			results[i] = s.deleteOne(ctx, l)
			continue
		}
		batch = append(batch, i)
	}
	for start := 0; start < len(batch); start += client.MaxEntries {
		part := batch[start:min(start+client.MaxEntries, len(batch))]
		err := s.deletePatiently(ctx, at, part, results)
		if client.KindOf(err) == client.KindUnsupported {
			err = nil
			for _, i := range part {
				results[i] = s.deleteOne(ctx, at[i])
			}
		}
		switch {
		case err != nil && start == 0 && len(batch) == len(at):
			return nil, err
		case err != nil:
			for _, i := range part {
				results[i] = err
			}
		}
	}
	return results, nil
}

// deletePatiently is deleteMany, and again for the objects that the server asks
// to come back with: it may throttle each by itself, in an answer of success.
func (s *Store) deletePatiently(ctx context.Context, at []client.Location, part []int, results []error) error {
	if err := s.deleteMany(ctx, at, part, results); err != nil {
		return err
	}
	for try := 1; try < throttledTries; try++ {
		part = slices.DeleteFunc(slices.Clone(part), func(i int) bool { return client.KindOf(results[i]) != client.KindThrottled })
		if len(part) == 0 || s.waiting.pause(ctx, try) != nil {
			return nil //nolint:nilerr // each object's result says what became of it
		}
		if err := s.deleteMany(ctx, at, part, results); err != nil {
			for _, i := range part {
				results[i] = err
			}
			return nil
		}
	}
	return nil
}

// deleteMany removes at[i] for each i in part and notes what became of it.
func (s *Store) deleteMany(ctx context.Context, at []client.Location, part []int, results []error) error {
	bucket := at[0].Bucket
	in := &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{}}
	for _, i := range part {
		in.Delete.Objects = append(in.Delete.Objects, types.ObjectIdentifier{Key: &at[i].Key})
	}
	bare := s.digests.refused.Load()
	out, err := unchecked(s, !bare,
		func() (*s3.DeleteObjectsOutput, error) { return s.s3.DeleteObjects(ctx, in, s.withMD5(bare)) },
		func() { bare = true })
	if err != nil {
		return s.fail(call{op: "DeleteObjects", at: client.Location{Bucket: bucket}}, err)
	}
	id := requestID(headersOf(out.ResultMetadata))
	said := map[string]error{}
	for _, d := range out.Deleted {
		said[aws.ToString(d.Key)] = nil
	}
	for _, e := range out.Errors {
		c := call{op: "DeleteObjects", at: client.Location{Bucket: bucket, Key: aws.ToString(e.Key)}}
		f := failure{call: c, https: s.https, code: aws.ToString(e.Code), message: aws.ToString(e.Message)}
		kind := f.classify()
		if kind == client.KindNotFound {
			said[c.at.Key] = nil
			continue
		}
		said[c.at.Key] = s.clean(&client.Error{Op: c.op, Kind: kind, At: c.at, Code: f.code, Message: f.message, RequestID: id})
	}
	for _, i := range part {
		err, told := said[at[i].Key]
		if !told {
			err = &client.Error{Op: "DeleteObjects", Kind: client.KindContradiction, At: at[i], RequestID: id, Said: client.Say("the server did not say what became of it")}
		}
		results[i] = err
	}
	return nil
}

func (s *Store) deleteOne(ctx context.Context, at client.Location) error {
	c := call{op: "DeleteObject", at: at}
	out, err := s.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &at.Bucket, Key: &at.Key})
	if err != nil {
		return unlessGone(s.fail(c, err))
	}
	return s.vouch(ctx, c, out.ResultMetadata)
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
