package store

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// ListRequest asks for a page of keys in bytewise UTF-8 order.
type ListRequest struct {
	Bucket    string
	Prefix    string
	Delimiter string // of any length; "" for none
	After     string // only keys and common prefixes greater than this (marker, start-after, or Listing.Next)
	Max       int    // keys and common prefixes together; 0 returns an empty page, not truncated
}

// Listing is a page of keys.
type Listing struct {
	Objects        []Object // without UserMetadata, Tags, Encryption, CRC64NVME and PartCount, which listings do not tell
	CommonPrefixes []string
	Truncated      bool
	Next           string // the After of the next page when Truncated: the last key or common prefix returned
}

// List returns a page of the keys of a bucket; ErrNoSuchBucket. Under a delimiter
// the keys behind a common prefix are stepped over, not read.
func (s *Store) List(ctx context.Context, r ListRequest) (Listing, error) {
	var page Listing
	err := s.db.View(func(tx *bolt.Tx) error {
		b, err := content(tx, r.Bucket, tCurrent)
		if err != nil {
			return err
		}
		return page.fill(ctx, b, r)
	})
	if err != nil {
		return Listing{}, fmt.Errorf("list %s: %w", r.Bucket, err)
	}
	return page, nil
}

func (page *Listing) fill(ctx context.Context, b *bolt.Bucket, r ListRequest) error {
	if r.Max <= 0 {
		return nil
	}
	c := b.Cursor()
	k, v := c.Seek([]byte(max(r.Prefix, r.After)))
	for k != nil && strings.HasPrefix(string(k), r.Prefix) {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := string(k)
		var o Object
		if err := decodeListed(v, &o); err != nil {
			return err
		}
		group := commonPrefix(key, r.Prefix, r.Delimiter)
		switch {
		case o.DeleteMarker:
			k, v = c.Next()
			continue
		case group == "" && key <= r.After && r.After != "":
			k, v = c.Next()
			continue
		case group != "" && group <= r.After:
			k, v = seekPast(c, group)
			continue
		case len(page.Objects)+len(page.CommonPrefixes) == r.Max:
			page.Truncated = true
			return nil
		case group != "":
			page.CommonPrefixes = append(page.CommonPrefixes, group)
			page.Next = group
			k, v = seekPast(c, group)
			continue
		}
		o.Bucket, o.Key = r.Bucket, key
		page.Objects = append(page.Objects, o)
		page.Next = key
		k, v = c.Next()
	}
	page.Next = ""
	return nil
}

// commonPrefix is the group a key is rolled up into, empty when it stands for itself.
func commonPrefix(key, prefix, delimiter string) string {
	if delimiter == "" {
		return ""
	}
	i := strings.Index(key[len(prefix):], delimiter)
	if i < 0 {
		return ""
	}
	return key[:len(prefix)+i+len(delimiter)]
}

// seekPast moves to the first key that does not begin with prefix and is greater.
func seekPast(c *bolt.Cursor, prefix string) (k, v []byte) {
	next := []byte(prefix)
	for len(next) > 0 && next[len(next)-1] == 0xff {
		next = next[:len(next)-1]
	}
	if len(next) == 0 {
		return nil, nil
	}
	next[len(next)-1]++
	k, v = c.Seek(next)
	if k != nil && bytes.HasPrefix(k, []byte(prefix)) {
		return nil, nil // cannot be; an endless loop would be worse
	}
	return k, v
}
