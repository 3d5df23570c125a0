package listing

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A held page waits for its turn. It is kept in what a listing says of an object, a third of
// what an object takes.
type held struct {
	bucket  string
	entries []entry
	objects []client.Object // in place of the entries, where more was said
}

type entry struct {
	key, etag, class, version string
	size                      int64
	modified                  time.Time
	latest, marker            bool
}

// hold keeps a page.
func hold(page []client.Object) held {
	h := held{bucket: page[0].At.Bucket, entries: make([]entry, len(page))}
	for i := range page {
		o := &page[i]
		if saysMore(o) {
			return held{objects: page}
		}
		h.entries[i] = entry{o.At.Key, o.ETag, o.StorageClass, o.VersionID, o.Size, o.Modified, o.Latest, o.DeleteMarker}
	}
	return h
}

// saysMore reports whether an object says more than a listing does.
func saysMore(o *client.Object) bool {
	return o.IsFolder || o.ContentType != "" || o.Encryption != (client.Reported{}) || o.RequestID != "" ||
		len(o.Checksums) > 0 || len(o.Metadata) > 0 || len(o.Headers) > 0
}

// page is what was held.
func (h held) page() []client.Object {
	if h.objects != nil {
		return h.objects
	}
	page := make([]client.Object, len(h.entries))
	for i, e := range h.entries {
		page[i] = client.Object{
			At: client.Location{Bucket: h.bucket, Key: e.key}, VersionID: e.version, Latest: e.latest, DeleteMarker: e.marker,
			Size: e.size, Modified: e.modified, ETag: e.etag, StorageClass: e.class,
		}
	}
	return page
}
