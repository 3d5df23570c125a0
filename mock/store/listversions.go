package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// VersionsRequest asks for a page of versions and delete markers: keys in bytewise
// UTF-8 order, of each key the newest first.
type VersionsRequest struct {
	Bucket          string
	Prefix          string
	Delimiter       string // of any length; "" for none
	KeyMarker       string // only greater keys and common prefixes, and of this key what comes after VersionIDMarker
	VersionIDMarker string // only looked at together with KeyMarker; "" skips the whole key
	Max             int    // versions, delete markers and common prefixes together; 0 returns an empty page, not truncated
}

// Version is one entry of a VersionPage: an object, or a delete marker.
type Version struct {
	Object
	Latest bool // the current version of its key
}

// VersionPage is a page of versions.
type VersionPage struct {
	Versions            []Version
	CommonPrefixes      []string
	Truncated           bool
	NextKeyMarker       string // markers of the next page when Truncated
	NextVersionIDMarker string // empty after a common prefix
}

// ListVersions returns a page of the versions of a bucket; ErrNoSuchBucket,
// *InvalidVersionIDError. A VersionIDMarker whose version is gone by now, as in a
// client which deletes page by page, continues where it was.
func (s *Store) ListVersions(ctx context.Context, r VersionsRequest) (VersionPage, error) {
	var page VersionPage
	err := s.db.View(func(tx *bolt.Tx) error {
		b, err := content(tx, r.Bucket, tCurrent)
		if err != nil {
			return err
		}
		if err := checkVersionID(r.VersionIDMarker); err != nil {
			return err
		}
		older, err := content(tx, r.Bucket, tOlder)
		if err != nil {
			return err
		}
		return page.fill(ctx, b, older, r)
	})
	if err != nil {
		return VersionPage{}, fmt.Errorf("list versions of %s: %w", r.Bucket, err)
	}
	return page, nil
}

func (page *VersionPage) fill(ctx context.Context, b, older *bolt.Bucket, r VersionsRequest) error {
	if r.Max <= 0 {
		return nil
	}
	c := b.Cursor()
	k, v := c.Seek([]byte(max(r.Prefix, r.KeyMarker)))
	for k != nil && strings.HasPrefix(string(k), r.Prefix) {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := string(k)
		group := commonPrefix(key, r.Prefix, r.Delimiter)
		switch {
		case group != "" && group <= r.KeyMarker:
			k, v = seekPast(c, group)
		case group == "" && key == r.KeyMarker && key != "" && r.VersionIDMarker == "":
			k, v = c.Next()
		case group != "":
			if page.full(r.Max) {
				return nil
			}
			page.CommonPrefixes = append(page.CommonPrefixes, group)
			page.NextKeyMarker, page.NextVersionIDMarker = group, ""
			k, v = seekPast(c, group)
		default:
			if err := page.addKey(older, r, key, v); err != nil || page.Truncated {
				return err
			}
			k, v = c.Next()
		}
	}
	page.NextKeyMarker, page.NextVersionIDMarker = "", ""
	return nil
}

// full tells, before one more entry, whether the page has all it may; it is then
// truncated.
func (page *VersionPage) full(limit int) bool {
	page.Truncated = len(page.Versions)+len(page.CommonPrefixes) == limit
	return page.Truncated
}

// addKey adds the versions of one key until the page is full.
func (page *VersionPage) addKey(older *bolt.Bucket, r VersionsRequest, key string, newest []byte) error {
	var o Object
	if err := decodeListed(newest, &o); err != nil {
		return err
	}
	from := start{}
	if key == r.KeyMarker {
		from = startAfter(r.VersionIDMarker, o.VersionID, older, key)
	}
	var failed error
	add := func(o Object, latest bool) bool {
		switch {
		case from.skips(o):
			return true
		case page.full(r.Max):
			return false
		}
		o.Bucket, o.Key = r.Bucket, key
		page.Versions = append(page.Versions, Version{o, latest})
		page.NextKeyMarker, page.NextVersionIDMarker = key, o.VersionID
		return true
	}
	if !add(o, true) {
		return nil
	}
	eachOlder(older, key, func(_ []byte, id string, value []byte) bool {
		if from.passes(id) {
			return true
		}
		var o Object
		if failed = decodeListed(value, &o); failed != nil {
			return false
		}
		return add(o, false)
	})
	return failed
}

// start is where among the versions of a key a page begins.
type start struct {
	marker string    // everything up to this id is skipped; "" when it was met
	before time.Time // where the marker is gone: everything newer than this is skipped
}

// startAfter finds the marker among the versions, or by the time that its id tells.
// The version "null" tells none: then all that is left of the key follows.
func startAfter(marker, current string, older *bolt.Bucket, key string) start {
	found := marker == current
	eachOlder(older, key, func(_ []byte, id string, _ []byte) bool {
		found = found || id == marker
		return !found
	})
	if found {
		return start{marker: marker}
	}
	at, _ := versionTime(marker)
	return start{before: at}
}

// passes steps over a version without reading its record.
func (p *start) passes(id string) bool {
	if p.marker == "" {
		return false
	}
	if p.marker == id {
		p.marker = ""
	}
	return true
}

func (p *start) skips(o Object) bool {
	return p.passes(o.VersionID) || !p.before.IsZero() && o.Modified.After(p.before)
}
