package memstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

const (
	mostParts    = 10_000
	smallestPart = 5 << 20 // of parts that another follows
)

type upload struct {
	at        client.Location
	options   client.PutOptions
	encrypted client.Reported
	checked   bool // begun with a checksum algorithm
	parts     map[int]part
	begun     time.Time
}

type part struct {
	client.Part
	content []byte
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

// UploadPart keeps a part.
func (s *Store) UploadPart(ctx context.Context, u client.Upload, n int, body io.ReadSeeker, size int64, d client.Digests) (client.Part, error) {
	c := Call{Op: UploadPart, At: u.At, Part: n, Put: client.PutOptions{Digests: d}, Body: body, Size: size}
	if n < 1 || n > mostParts {
		return client.Part{}, c.refuse(client.KindInvalid, errors.New("parts are numbered 1 to 10,000"))
	}
	if err := c.checkDigests(d); err != nil {
		return client.Part{}, err
	}
	c, err := s.begin(ctx, c)
	if err != nil {
		return client.Part{}, err
	}
	content, err := c.receive()
	if err != nil {
		return client.Part{}, err
	}
	kept, r, err := s.addPart(c, u, content)
	if err != nil {
		return client.Part{}, err
	}
	o := client.Object{At: u.At, Size: kept.Size, ETag: kept.ETag, Encryption: r}
	if kept.Checksum.Value != "" {
		o.Checksums = []client.Checksum{kept.Checksum}
	}
	if o, err = s.answer(c, o); err != nil {
		return client.Part{}, err
	}
	said := client.Part{Number: n, Size: o.Size, ETag: o.ETag, Encryption: o.Encryption}
	if len(o.Checksums) > 0 {
		said.Checksum = o.Checksums[0]
	}
	return said, nil
}

func (s *Store) addPart(c Call, u client.Upload, content []byte) (client.Part, client.Reported, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, err := s.upload(c, u)
	if err != nil {
		return client.Part{}, client.Reported{}, err
	}
	if err := s.opens(c, have.encrypted, u.Key); err != nil {
		return client.Part{}, client.Reported{}, err
	}
	if err := s.agree(c, content, c.Put.Digests); err != nil {
		return client.Part{}, client.Reported{}, err
	}
	p := client.Part{Number: c.Part, Size: c.Size, ETag: etagOf(content)}
	if s.server.Checksums && (have.checked || c.Put.Checksum.Value != "") {
		p.Checksum = ChecksumOf(content)
	}
	have.parts[c.Part] = part{p, content}
	return p, have.encrypted.IfNamed(), nil
}

// Parts lists the parts, by number.
func (s *Store) Parts(ctx context.Context, u client.Upload) ([]client.Part, error) {
	c, err := s.begin(ctx, Call{Op: ListParts, At: u.At})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	have, err := s.upload(c, u)
	if err != nil {
		return nil, err
	}
	var all []client.Part
	for _, n := range slices.Sorted(maps.Keys(have.parts)) {
		all = append(all, have.parts[n].Part)
	}
	return all, nil
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
	if have.checked {
		options.Checksum = ChecksumOf(content)
	}
	return s.add(b, u.At, content, options, have.encrypted, etagOfParts(pieces)), nil
}

// pieces are the contents of the parts, which must be all there are and in order.
func (u *upload) pieces(c Call, parts []client.Part) ([][]byte, error) {
	if len(parts) != len(u.parts) {
		return nil, c.fail(client.KindInvalid, "these are not all the parts")
	}
	var pieces [][]byte
	for i, p := range parts {
		kept, ok := u.parts[p.Number]
		switch {
		case !ok || !client.SameETag(kept.ETag, p.ETag):
			return nil, c.fail(client.KindInvalid, fmt.Sprintf("part %d is not there", p.Number))
		case i > 0 && parts[i-1].Number >= p.Number:
			return nil, c.fail(client.KindInvalid, "the parts are not in order")
		case i < len(parts)-1 && len(kept.content) < smallestPart:
			return nil, c.fail(client.KindInvalid, fmt.Sprintf("part %d is too small", p.Number))
		}
		pieces = append(pieces, kept.content)
	}
	return pieces, nil
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
	c, err := s.begin(ctx, c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.bucket(c); err != nil {
		return nil, err
	}
	return s.openUploads(under), nil
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
