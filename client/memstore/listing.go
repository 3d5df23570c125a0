package memstore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// List gives one page of what is under a prefix.
func (s *Store) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	c, err := s.beginListing(ctx, Call{Op: ListObjects, At: under})
	if err != nil {
		return client.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return client.Page{}, err
	}
	size := s.sizeOf(o)
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

// beginListing lets a call in that lists a bucket.
func (s *Store) beginListing(ctx context.Context, c Call) (Call, error) {
	if c.At.Bucket == "" {
		return c, c.refuse(client.KindInvalid, errors.New("no bucket is named"))
	}
	return s.begin(ctx, c)
}

// sizeOf is the most entries of a page.
func (s *Store) sizeOf(o client.ListOptions) int {
	if o.Max > 0 {
		return min(s.pageSize, o.Max)
	}
	return s.pageSize
}

// ListVersions gives one page of the versions under a prefix. Its Next is the key and
// the version given last.
func (s *Store) ListVersions(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	c, err := s.beginListing(ctx, Call{Op: ListObjectVersions, At: under})
	if err != nil {
		return client.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return client.Page{}, err
	}
	size := s.sizeOf(o)
	key, version, paged := strings.Cut(o.After, "\x00")
	if !paged {
		key, version = o.Behind, o.BehindVersion
		paged = version != ""
	}
	var page client.Page
	for _, v := range b.versions(under) {
		if v.At.Key < key || v.At.Key == key && (!paged || version != "") {
			if v.At.Key == key && v.VersionID == version {
				version = "" // those behind it are next
			}
			continue
		}
		if len(page.Objects) == size {
			last := page.Objects[size-1]
			page.Next = last.At.Key + "\x00" + last.VersionID
			break
		}
		page.Objects = append(page.Objects, v)
	}
	return page, nil
}

// versions are all below a prefix, in the order in which they are listed.
func (b *bucket) versions(under client.Location) (all []client.Object) {
	for key, versions := range b.objects {
		if !strings.HasPrefix(key, under.Key) {
			continue
		}
		for i, v := range slices.Backward(versions) {
			o := client.Object{At: v.At, VersionID: cmp.Or(v.VersionID, client.NullVersion), Latest: i == len(versions)-1, DeleteMarker: v.marker, Modified: v.Modified, Size: client.NotTold}
			if !v.marker {
				o.Size, o.ETag, o.StorageClass = v.Size, v.ETag, v.StorageClass
			}
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b client.Object) int { return strings.Compare(a.At.Key, b.At.Key) })
	return all
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
		if key > max(o.After, o.Behind) {
			all = append(all, entry)
		}
	}
	slices.SortFunc(all, func(a, b client.Object) int { return strings.Compare(a.At.Key, b.At.Key) })
	return all
}
