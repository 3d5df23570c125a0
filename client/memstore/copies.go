package memstore

import (
	"context"
	"errors"
	"maps"

	"github.com/bucketseal/bucketseal/client"
)

var (
	_ client.Copier = (*Store)(nil)
	_ client.Tagger = (*Store)(nil)
	_ client.Sharer = (*Store)(nil)
)

// Copy makes an object of another.
func (s *Store) Copy(ctx context.Context, from client.Source, to client.Location, o client.CopyOptions) (client.Object, error) {
	c := Call{Op: CopyObject, At: to, Put: o.PutOptions, From: from}
	if err := c.checkPut(); err != nil {
		return client.Object{}, err
	}
	c, err := s.beginCopy(ctx, c)
	if err != nil {
		return client.Object{}, err
	}
	made, err := s.copy(c, o)
	if err != nil {
		return client.Object{}, err
	}
	return s.answer(c, client.Object{
		At: to, VersionID: made.VersionID, ETag: made.ETag, Size: client.NotTold, Encryption: made.Encryption.IfNamed(), Checksums: made.Checksums,
	})
}

func (s *Store) beginCopy(ctx context.Context, c Call) (Call, error) {
	if err := c.From.At.CheckKey(); err != nil {
		return c, c.refuse(client.KindInvalid, err)
	}
	return s.begin(ctx, c)
}

func (s *Store) copy(c Call, o client.CopyOptions) (client.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, err := s.source(c)
	if err != nil {
		return client.Object{}, err
	}
	bare := from.Encryption.Type == client.TypeNone || !from.Encryption.Told
	if !bare && !s.server.Copies {
		return client.Object{}, c.Error(client.KindUnsupported)
	}
	b, err := s.bucket(c)
	if err != nil {
		return client.Object{}, err
	}
	if !s.server.Takes(c.At.Key) {
		return client.Object{}, c.Error(client.KindInvalid)
	}
	if err := s.copyAllowed(c, b); err != nil {
		return client.Object{}, err
	}
	r, err := s.encrypted(c, b, o.Encryption)
	if err != nil {
		return client.Object{}, err
	}
	if asked := client.TypeOf(o.Encryption); !s.server.Copies && asked == client.TypeSSEKMS {
		r = from.Encryption // what Ceph 16 makes of it, and says 200
	}
	written := o.PutOptions
	written.Checksum = ChecksumOf(from.content)
	if !o.Replace {
		class := o.System.StorageClass
		written.ContentType, written.Metadata, written.System = from.ContentType, from.Metadata, from.System()
		written.System.StorageClass = class
		if s.server.CopyForgets {
			written.System.Expires = ""
		}
	}
	if !o.ReplaceTags || !s.server.CopyTags {
		written.Tags = from.tags
	}
	made := s.add(b, c.At, from.content, written, r, etagOf(from.content))
	if t := client.TypeOf(o.Encryption); s.server.CopySpoils && from.HasContext() && !made.HasContext() && (t == client.TypeInherit || t == client.TypeSSEKMS) {
		b.now(c.At.Key).spoiled = true
	}
	return made, nil
}

// source finds what is copied. An error about it names it.
func (s *Store) source(c Call) (*version, error) {
	at := c
	at.At = c.From.At
	found, err := s.find(at, c.From.VersionID)
	if err != nil {
		return nil, err
	}
	if err := s.opens(at, found.Encryption, c.From.Key); err != nil {
		return nil, err
	}
	if s.archived(found) {
		return nil, at.Error(client.KindArchived)
	}
	if (c.Op == CopyObject || s.server.CopyPartSource) && c.From.ETag != "" && !client.SameETag(c.From.ETag, found.ETag) {
		return nil, at.Error(client.KindPrecondition)
	}
	return found, nil
}

// CopyPart makes a part of an upload of bytes of an object.
func (s *Store) CopyPart(ctx context.Context, u client.Upload, n int, from client.Source, offset, length int64) (client.Part, error) {
	c := Call{Op: UploadPartCopy, At: u.At, Part: n, From: from, Size: length}
	switch {
	case n < 1 || n > mostParts:
		return client.Part{}, c.refuse(client.KindInvalid, errors.New("parts are numbered 1 to 10,000"))
	case offset < 0 || length < 1 || length > client.MaxCopy:
		return client.Part{}, c.refuse(client.KindInvalid, errors.New("these bytes cannot be copied as one part"))
	}
	c, err := s.beginCopy(ctx, c)
	if err != nil {
		return client.Part{}, err
	}
	content, err := s.bytesOf(c, u.Key, offset, length)
	if err != nil {
		return client.Part{}, err
	}
	kept, r, err := s.addPart(c, u, content)
	if err != nil {
		return client.Part{}, err
	}
	return s.answerPart(c, kept, r)
}

// bytesOf reads what a part is made of, by the key of the source, or by that of the
// upload where the server knows no other.
func (s *Store) bytesOf(c Call, key client.CustomerKey, offset, length int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.source(c)
	if err != nil {
		return nil, err
	}
	if !c.From.Key.IsZero() && !s.server.CopyCustomerKeys && c.From.Key.MD5() != key.MD5() {
		return nil, c.Error(client.KindUnsupported)
	}
	if offset+length > found.Size {
		return nil, c.Error(client.KindInvalid)
	}
	return found.content[offset : offset+length], nil
}

// copyAllowed judges the conditions of a copy, where the server knows them.
func (s *Store) copyAllowed(c Call, b *bucket) error {
	if !s.server.CopyTarget {
		return nil
	}
	return b.allows(c, c.Put.OnlyIfAbsent, c.Put.IfMatch)
}

// SetTags replaces the tags of an object.
func (s *Store) SetTags(ctx context.Context, at client.Location, versionID string, tags map[string]string) error {
	return s.onVersion(ctx, Call{Op: PutObjectTagging, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(_ Call, v *version) error {
		v.tags = maps.Clone(tags)
		return nil
	})
}
