package store

import (
	"context"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// UploadsRequest asks for a page of open uploads, ordered by key, then age.
type UploadsRequest struct {
	Bucket         string
	Prefix         string
	Delimiter      string
	KeyMarker      string // uploads of greater keys, and of this key those after UploadIDMarker
	UploadIDMarker string // only looked at together with KeyMarker; "" skips the whole key
	Max            int    // uploads and common prefixes together; 0 returns an empty page
}

// UploadPage is a page of open uploads.
type UploadPage struct {
	Uploads            []Upload
	CommonPrefixes     []string
	Truncated          bool
	NextKeyMarker      string
	NextUploadIDMarker string
}

// ListUploads returns a page of the open uploads of a bucket; ErrNoSuchBucket.
func (s *Store) ListUploads(ctx context.Context, r UploadsRequest) (UploadPage, error) {
	var page UploadPage
	err := s.db.View(func(tx *bolt.Tx) error {
		b, err := content(tx, r.Bucket, tUploads)
		if err != nil {
			return err
		}
		return page.fill(ctx, b, r)
	})
	if err != nil {
		return UploadPage{}, fmt.Errorf("list uploads of %s: %w", r.Bucket, err)
	}
	return page, nil
}

func (page *UploadPage) fill(ctx context.Context, b *bolt.Bucket, r UploadsRequest) error {
	if r.Max <= 0 {
		return nil
	}
	c := b.Cursor()
	k, v := c.Seek([]byte(max(r.Prefix, r.KeyMarker)))
	for k != nil && strings.HasPrefix(string(k), r.Prefix) {
		if err := ctx.Err(); err != nil {
			return err
		}
		key, id := splitUploadKey(k)
		if !strings.HasPrefix(key, r.Prefix) { // the prefix reaches into the separator
			k, v = c.Next()
			continue
		}
		group := commonPrefix(key, r.Prefix, r.Delimiter)
		switch {
		case group != "" && group <= r.KeyMarker:
			k, v = seekPast(c, group)
			continue
		case group == "" && !r.after(key, id):
			k, v = c.Next()
			continue
		case len(page.Uploads)+len(page.CommonPrefixes) == r.Max:
			page.Truncated = true
			return nil
		case group != "":
			page.CommonPrefixes = append(page.CommonPrefixes, group)
			page.NextKeyMarker, page.NextUploadIDMarker = group, ""
			k, v = seekPast(c, group)
			continue
		}
		var up uploadRecord
		if err := decode(v, &up); err != nil {
			return err
		}
		up.Bucket, up.Key = r.Bucket, key
		page.Uploads = append(page.Uploads, up.Upload)
		page.NextKeyMarker, page.NextUploadIDMarker = key, id
		k, v = c.Next()
	}
	page.NextKeyMarker, page.NextUploadIDMarker = "", ""
	return nil
}

// after tells whether an upload comes after the markers.
func (r UploadsRequest) after(key, id string) bool {
	switch {
	case r.KeyMarker == "" || key > r.KeyMarker:
		return true
	case key == r.KeyMarker:
		return r.UploadIDMarker != "" && id > r.UploadIDMarker
	}
	return false
}
