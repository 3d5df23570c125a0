package memstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

type upload struct {
	at        client.Location
	options   client.PutOptions
	encrypted client.Reported
	checked   bool // begun with a checksum algorithm
	parts     map[int]part
	begun     time.Time
}

// CreateUpload begins a multipart upload.
func (s *Store) CreateUpload(ctx context.Context, at client.Location, o client.PutOptions) (client.Upload, client.Object, error) {
	c := Call{Op: CreateMultipartUpload, At: at, Put: o}
	if err := c.checkPut(); err != nil {
		return client.Upload{}, client.Object{}, err
	}
	s.mu.Lock()
	u := client.Upload{At: at, Doubtful: !s.doubtful.IsZero(), Begun: s.doubtful}
	s.mu.Unlock()
	c, err := s.begin(ctx, c)
	if err != nil {
		return u, client.Object{}, err
	}
	r, err := s.create(c, &u)
	if err != nil {
		return u, client.Object{}, err
	}
	said, err := s.answer(c, client.Object{At: at, Encryption: r.IfNamed()})
	return u, said, err
}

func (s *Store) create(c Call, u *client.Upload) (client.Reported, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return client.Reported{}, err
	}
	if !s.server.Takes(c.At.Key) {
		return client.Reported{}, c.Error(client.KindInvalid)
	}
	r, err := s.encrypted(c, b, c.Put.Encryption)
	if err != nil {
		return client.Reported{}, err
	}
	if u.Begun.IsZero() {
		u.Begun = s.now()
	}
	if e, ok := c.Put.Encryption.(client.SSEC); ok {
		u.Key = e.Key
	}
	u.OnlyIfAbsent, u.IfMatch = c.Put.OnlyIfAbsent, c.Put.IfMatch
	u.Checksummed = s.server.Checksums && c.Put.Checksum.Value != ""
	u.ID = s.addUpload(&upload{at: c.At, options: c.Put, encrypted: r, checked: u.Checksummed, begun: u.Begun})
	return r, nil
}

func (s *Store) addUpload(u *upload) (id string) {
	s.written++
	id = fmt.Sprintf("upload-%d", s.written)
	u.parts = map[int]part{}
	s.uploads[id] = u
	return id
}

// upload is what a call is about.
func (s *Store) upload(c Call, u client.Upload) (*upload, error) {
	if _, err := s.bucket(c); err != nil {
		return nil, err
	}
	have := s.uploads[u.ID]
	if have == nil || have.at != u.At {
		return nil, c.Error(client.KindNoUpload)
	}
	return have, nil
}

// CompleteUpload makes the object of all its parts: fewer or others are refused.
func (s *Store) CompleteUpload(ctx context.Context, u client.Upload, parts []client.Part, sum client.Checksum) (client.Object, error) {
	c := Call{Op: CompleteMultipartUpload, At: u.At}
	if len(parts) == 0 {
		return client.Object{}, c.refuse(client.KindInvalid, errors.New("an upload has at least one part"))
	}
	c, err := s.begin(ctx, c)
	if err != nil {
		return client.Object{}, err
	}
	done, err := s.complete(c, u, parts, sum)
	if err != nil {
		return client.Object{}, err
	}
	return s.answer(c, client.Object{
		At: u.At, VersionID: done.VersionID, ETag: done.ETag, Size: done.Size, Encryption: done.Encryption.IfNamed(), Checksums: done.Checksums,
	})
}

func (s *Store) complete(c Call, u client.Upload, parts []client.Part, sum client.Checksum) (client.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, err := s.upload(c, u)
	if err != nil {
		return client.Object{}, err
	}
	pieces, err := have.pieces(c, parts)
	if err != nil {
		return client.Object{}, err
	}
	content := slices.Concat(pieces...)
	if err := s.agreeOn(c, content, sum); err != nil {
		return client.Object{}, err
	}
	b := s.buckets[u.At.Bucket]
	if s.server.Conditions {
		if err := b.allows(c, u.OnlyIfAbsent, u.IfMatch); err != nil {
			return client.Object{}, err
		}
	}
	delete(s.uploads, u.ID)
	options := have.options
	options.Checksum = client.Checksum{}
	if !s.server.CopyTags {
		options.Tags = nil
	}
	if have.checked {
		options.Checksum = ChecksumOf(content)
	}
	return s.add(b, u.At, content, options, have.encrypted, etagOfParts(pieces)), nil
}

// AbortUpload drops the parts.
func (s *Store) AbortUpload(ctx context.Context, u client.Upload) error {
	if _, err := s.begin(ctx, Call{Op: AbortMultipartUpload, At: u.At}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.uploads[u.ID]; have != nil && have.at == u.At {
		delete(s.uploads, u.ID)
	}
	return nil
}

// OpenUploads lists what was begun below a prefix and not ended.
func (s *Store) OpenUploads(ctx context.Context, under client.Location) ([]client.OpenUpload, error) {
	c := Call{Op: ListMultipartUploads, At: under}
	if under.Bucket == "" {
		return nil, c.refuse(client.KindInvalid, errors.New("no bucket is named"))
	}
	var all []client.OpenUpload
	err := s.onBucket(ctx, c, func(Call, *bucket) error {
		all = s.openUploads(under)
		return nil
	})
	return all, err
}

func (s *Store) openUploads(under client.Location) []client.OpenUpload {
	var all []client.OpenUpload
	for id, u := range s.uploads {
		if u.at.Bucket == under.Bucket && strings.HasPrefix(u.at.Key, under.Key) {
			all = append(all, client.OpenUpload{At: u.at, ID: id, Begun: u.begun})
		}
	}
	slices.SortFunc(all, func(a, b client.OpenUpload) int {
		if byKey := strings.Compare(a.At.Key, b.At.Key); byKey != 0 {
			return byKey
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}
