package memstore

import (
	"bytes"
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Documents = (*Store)(nil)

// Document is a document of a bucket, nil where nothing is set.
func (s *Store) Document(ctx context.Context, name string, kind client.DocumentKind) (raw []byte, err error) {
	err = s.document(ctx, GetBucketDocument, name, kind, func(b *bucket) { raw = bytes.Clone(b.documents[kind]) })
	return raw, err
}

// SetDocument replaces a document.
func (s *Store) SetDocument(ctx context.Context, name string, kind client.DocumentKind, document []byte) error {
	return s.document(ctx, PutBucketDocument, name, kind, func(b *bucket) { b.documents[kind] = bytes.Clone(document) })
}

// RemoveDocument removes what is set.
func (s *Store) RemoveDocument(ctx context.Context, name string, kind client.DocumentKind) error {
	return s.document(ctx, DeleteBucketDocument, name, kind, func(b *bucket) { delete(b.documents, kind) })
}

// Configure sets a document as somebody else would, nil for none.
func (s *Store) Configure(name string, kind client.DocumentKind, document []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name].documents[kind] = document
}

func (s *Store) document(ctx context.Context, op Op, name string, kind client.DocumentKind, do func(*bucket)) error {
	c := Call{Op: op, At: client.Location{Bucket: name}, Document: kind}
	form, known := client.FormOf(kind)
	if !known {
		return c.refuse(client.KindInvalid, client.Say("there is no document %q of a bucket", string(kind)).Err())
	}
	if op != GetBucketDocument {
		if err := form.CanChange(op == DeleteBucketDocument); err != nil {
			return c.refuse(client.KindInvalid, err)
		}
	}
	return s.onBucket(ctx, c, func(c Call, b *bucket) error {
		if !slices.Contains(s.server.Documents, kind) {
			return c.Error(client.KindUnsupported)
		}
		do(b)
		return nil
	})
}
