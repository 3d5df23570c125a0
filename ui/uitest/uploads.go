package uitest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// CreateUpload begins a multipart upload.
func (s *Store) CreateUpload(_ context.Context, at client.Location, o client.PutOptions) (client.Upload, client.Object, error) {
	if err := s.enter("CreateMultipartUpload", at); err != nil {
		return client.Upload{}, client.Object{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("upload-%d", len(s.uploads)+1)
	s.uploads[id] = &upload{at: at, options: o, parts: map[int][]byte{}}
	return client.Upload{At: at, ID: id, OnlyIfAbsent: o.OnlyIfAbsent, IfMatch: o.IfMatch}, client.Object{At: at, Encryption: s.reported(o.Encryption)}, nil
}

// UploadPart keeps a part.
func (s *Store) UploadPart(_ context.Context, u client.Upload, n int, body io.ReadSeeker, size int64, _ client.Digests) (client.Part, error) {
	if err := s.enter("UploadPart", u.At); err != nil {
		return client.Part{}, err
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return client.Part{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads[u.ID].parts[n] = b
	return client.Part{Number: n, Size: size, ETag: fmt.Sprint("part-", n), Checksum: checksum(b)}, nil
}

// Parts lists what is kept.
func (s *Store) Parts(_ context.Context, u client.Upload) ([]client.Part, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []client.Part
	for n, b := range s.uploads[u.ID].parts {
		all = append(all, client.Part{Number: n, Size: int64(len(b)), ETag: fmt.Sprint("part-", n)})
	}
	return all, nil
}

// CompleteUpload makes the object.
func (s *Store) CompleteUpload(_ context.Context, u client.Upload, parts []client.Part, sum client.Checksum) (client.Object, error) {
	if err := s.enter("CompleteMultipartUpload", u.At); err != nil {
		return client.Object{}, err
	}
	if err := s.allows("CompleteMultipartUpload", u.At, u.OnlyIfAbsent, u.IfMatch); err != nil {
		return client.Object{}, err
	}
	s.mu.Lock()
	have := s.uploads[u.ID]
	delete(s.uploads, u.ID)
	s.mu.Unlock()
	slices.SortFunc(parts, func(a, b client.Part) int { return a.Number - b.Number })
	var body []byte
	for _, p := range parts {
		body = append(body, have.parts[p.Number]...)
	}
	options := have.options
	options.Checksum = sum
	if sum.Value != "" && sum != checksum(body) {
		return client.Object{}, &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindCorrupt, At: u.At, Status: 400, Code: "BadDigest"}
	}
	return s.write(u.At, body, etag(body), options), nil
}

// OpenUploads lists what was begun.
func (s *Store) OpenUploads(_ context.Context, under client.Location) ([]client.OpenUpload, error) {
	if err := s.enter("ListMultipartUploads", under); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []client.OpenUpload
	for id, u := range s.uploads {
		if u.at.Bucket == under.Bucket && strings.HasPrefix(u.at.Key, under.Key) {
			all = append(all, client.OpenUpload{At: u.at, ID: id, Begun: Epoch})
		}
	}
	slices.SortFunc(all, func(a, b client.OpenUpload) int { return strings.Compare(a.At.Key+"\x00"+a.ID, b.At.Key+"\x00"+b.ID) })
	return all, nil
}

// AbortUpload drops the parts.
func (s *Store) AbortUpload(_ context.Context, u client.Upload) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, u.ID)
	return nil
}
