package memstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/bucketseal/bucketseal/client"
)

// Put writes an object in one request.
func (s *Store) Put(ctx context.Context, at client.Location, body io.ReadSeeker, size int64, o client.PutOptions) (client.Object, error) {
	c := Call{Op: PutObject, At: at, Put: o, Body: body, Size: size}
	if err := c.checkPut(); err != nil {
		return client.Object{}, err
	}
	c, err := s.begin(ctx, c)
	if err != nil {
		return client.Object{}, err
	}
	content, err := c.receive()
	if err != nil {
		return client.Object{}, err
	}
	put, err := s.put(c, content)
	if err != nil {
		return client.Object{}, err
	}
	return s.answer(c, client.Object{At: at, VersionID: put.VersionID, ETag: put.ETag, Size: size, Encryption: put.Encryption, Checksums: put.Checksums})
}

func (s *Store) put(c Call, content []byte) (client.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return client.Object{}, err
	}
	if !s.server.Takes(c.At.Key) {
		return client.Object{}, c.Error(client.KindInvalid)
	}
	if err := s.agree(c, content, c.Put.Digests); err != nil {
		return client.Object{}, err
	}
	if err := b.allows(c, c.Put.OnlyIfAbsent, c.Put.IfMatch); err != nil {
		return client.Object{}, err
	}
	r, err := s.encrypted(c, b, c.Put.Encryption)
	if err != nil {
		return client.Object{}, err
	}
	return s.add(b, c.At, content, c.Put, r, etagOf(content)), nil
}

// checkPut refuses what is not sent.
func (c Call) checkPut() error {
	if err := c.At.CheckKey(); err != nil {
		return c.refuse(client.KindInvalid, err)
	}
	if err := client.CheckEncryption(c.Put.Encryption); err != nil {
		return c.refuse(client.KindRefused, err)
	}
	return c.checkDigests(c.Put.Digests)
}

func (c Call) checkDigests(d client.Digests) error {
	if a := d.Checksum.Algorithm; d.Checksum.Value != "" && a != client.CRC64NVME && (a != client.SHA256 || c.Op != PutObject) {
		return c.refuse(client.KindInvalid, fmt.Errorf("%s is no checksum this program sends", d.Checksum.Algorithm))
	}
	return nil
}

// allows judges the conditions of a write.
func (b *bucket) allows(c Call, onlyIfAbsent bool, etag string) error {
	there := b.now(c.At.Key)
	if onlyIfAbsent && there != nil || etag != "" && (there == nil || !client.SameETag(there.ETag, etag)) {
		return c.Error(client.KindPrecondition)
	}
	return nil
}

// Head is an object's properties.
func (s *Store) Head(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	c, found, err := s.open(ctx, Call{Op: HeadObject, At: at, Read: o})
	if err != nil {
		return client.Object{}, err
	}
	return s.answer(c, found.said())
}

// Get opens an object, or a part of it, for reading.
func (s *Store) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	c := Call{Op: GetObject, At: at, Read: o}
	if o.Offset < 0 || o.Length < 0 {
		return client.Object{}, nil, c.refuse(client.KindInvalid, errors.New("a part begins behind the start and is not shorter than nothing"))
	}
	c, found, err := s.open(ctx, c)
	if err != nil {
		return client.Object{}, nil, err
	}
	if s.archived(found) {
		return client.Object{}, nil, c.Error(client.KindArchived)
	}
	if found.spoiled {
		return client.Object{}, nil, c.fail(client.KindInvalid, "the object was modified and may be compromised")
	}
	asked, err := s.part(c, found.content)
	if err != nil {
		return client.Object{}, nil, err
	}
	said, err := s.answer(c, found.said())
	if err != nil {
		return client.Object{}, nil, err
	}
	s.mu.Lock()
	send := s.send
	s.mu.Unlock()
	var body io.Reader = bytes.NewReader(asked)
	if send != nil {
		body = send(c, asked)
	}
	return said, &reading{ctx: ctx, call: c, body: body}, nil
}

// part is the bytes that are asked for.
func (s *Store) part(c Call, content []byte) ([]byte, error) {
	from, length := c.Read.Offset, c.Read.Length
	if from == 0 && length == 0 {
		return content, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch size := int64(len(content)); {
	case s.server.WholeObjects:
		return nil, c.refuse(client.KindUnsupported, client.ErrNoRanges)
	case from >= size:
		return nil, &client.Error{Op: string(c.Op), Kind: client.KindInvalid, At: c.At, Status: 416, Code: "InvalidRange", RequestID: RefusedID}
	case length == 0 || length > size-from:
		return content[from:], nil
	}
	return content[from : from+length], nil
}

// open lets a reading call in and finds what it reads.
func (s *Store) open(ctx context.Context, c Call) (Call, *version, error) {
	var found *version
	err := s.onVersion(ctx, c, func(begun Call, v *version) error {
		c, found = begun, v
		if err := s.opens(c, v.Encryption, c.Read.Key); err != nil {
			return err
		}
		if c.Read.IfMatch != "" && !client.SameETag(c.Read.IfMatch, v.ETag) {
			return c.Error(client.KindPrecondition)
		}
		return nil
	})
	return c, found, err
}

// Tags are an object's tags.
func (s *Store) Tags(ctx context.Context, at client.Location, versionID string) (map[string]string, error) {
	var tags map[string]string
	err := s.onVersion(ctx, Call{Op: GetObjectTagging, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(_ Call, v *version) error {
		tags = map[string]string{}
		maps.Copy(tags, v.tags)
		return nil
	})
	return tags, err
}
