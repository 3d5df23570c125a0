package memstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

const (
	mostParts    = 10_000
	smallestPart = 5 << 20 // of parts that another follows
)

type part struct {
	client.Part
	content []byte
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
	return s.answerPart(c, kept, r)
}

// answerPart is what a call that made a part says.
func (s *Store) answerPart(c Call, kept client.Part, r client.Reported) (client.Part, error) {
	o := client.Object{At: c.At, Size: kept.Size, ETag: kept.ETag, Encryption: r}
	if kept.Checksum.Value != "" {
		o.Checksums = []client.Checksum{kept.Checksum}
	}
	o, err := s.answer(c, o)
	if err != nil {
		return client.Part{}, err
	}
	said := client.Part{Number: c.Part, Size: o.Size, ETag: o.ETag, Encryption: o.Encryption}
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
