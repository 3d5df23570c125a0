package memstore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// List gives one page of what is under a prefix.
func (s *Store) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	c := Call{Op: ListObjects, At: under}
	if under.Bucket == "" {
		return client.Page{}, c.refuse(client.KindInvalid, errors.New("no bucket is named"))
	}
	c, err := s.begin(ctx, c)
	if err != nil {
		return client.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return client.Page{}, err
	}
	size := s.pageSize
	if o.Max > 0 {
		size = min(size, o.Max)
	}
	var page client.Page
	for _, entry := range b.entries(under, o) {
		if len(page.Objects) == size {
			page.Next = page.Objects[size-1].At.Key
			break
		}
		page.Objects = append(page.Objects, entry)
	}
	return page, nil
}

// entries are the objects and folders behind o.After, in the order of their keys.
func (b *bucket) entries(under client.Location, o client.ListOptions) []client.Object {
	found := map[string]client.Object{}
	for key, all := range b.objects {
		now := all[len(all)-1]
		rest, below := strings.CutPrefix(key, under.Key)
		if !below || now.marker {
			continue
		}
		step, _, deeper := strings.Cut(rest, "/")
		switch {
		case o.Recursive:
		case deeper:
			folder := under.Key + step + "/"
			found[folder] = client.Object{At: client.Location{Bucket: under.Bucket, Key: folder}, IsFolder: true}
			continue
		case rest == "" && strings.HasSuffix(key, "/"):
			continue // the marker of the folder itself
		}
		found[key] = client.Object{At: now.At, Size: now.Size, Modified: now.Modified, ETag: now.ETag, StorageClass: now.StorageClass}
	}
	var all []client.Object
	for key, entry := range found {
		if key > o.After {
			all = append(all, entry)
		}
	}
	slices.SortFunc(all, func(a, b client.Object) int { return strings.Compare(a.At.Key, b.At.Key) })
	return all
}
