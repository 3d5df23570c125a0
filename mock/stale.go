package mock

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/mock/store"
)

// journal remembers how keys were before the last changes, for listings that do
// not know of these. It keeps nothing where no fault wants it.
type journal struct {
	keep int
	mu   sync.Mutex
	last []change
}

type change struct {
	bucket, key string
	before      *store.Object // nil: not there
}

// changing is called before a key is changed; what it returns, after that.
func (s *Server) changing(r *request, key string) (done func(error)) {
	j := &s.faults.Load().journal
	if j.keep == 0 || key == "" {
		return func(error) {}
	}
	c := change{bucket: r.bucket, key: key}
	if o, err := s.store.Stat(r.Context(), r.bucket, key, ""); err == nil {
		c.before = &o
	}
	return func(err error) {
		if err != nil {
			return
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		j.last = append(j.last, c)
		j.last = j.last[max(0, len(j.last)-j.keep):]
	}
}

// run handles a request, and notes the change where it is one of a single key.
func (s *Server) run(w *writer, r *request, handle func(*Server, *writer, *request) error) error {
	changed := func(error) {}
	switch r.op {
	case "PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject":
		changed = s.changing(r, r.key)
	}
	err := handle(s, w, r)
	changed(err)
	return err
}

// before tells how the keys of a bucket that the last n changes were about had
// been, each as before the first of them. A change in another bucket counts too.
func (j *journal) before(bucket string, n int) map[string]*store.Object {
	j.mu.Lock()
	defer j.mu.Unlock()
	were := map[string]*store.Object{}
	for _, c := range slices.Backward(j.last[max(0, len(j.last)-n):]) {
		if c.bucket == bucket {
			were[c.key] = c.before
		}
	}
	return were
}

// stale turns a page into what a listing that is behind would say. Common prefixes
// do not vanish.
func (s *Server) stale(r *request, asked store.ListRequest, page store.Listing) store.Listing {
	f := r.fault(StaleListing)
	if f == nil {
		return page
	}
	if f.Millis > 0 {
		since := s.clock().Add(-time.Duration(f.Millis) * time.Millisecond)
		page.Objects = slices.DeleteFunc(page.Objects, func(o store.Object) bool { return o.Modified.After(since) })
		return page
	}
	for key, before := range s.faults.Load().journal.before(r.bucket, f.Changes) {
		page.Objects = slices.DeleteFunc(page.Objects, func(o store.Object) bool { return o.Key == key })
		rest, inside := strings.CutPrefix(key, asked.Prefix)
		if before == nil || !inside || key <= asked.After || page.Truncated && key > page.Next {
			continue
		}
		if i := strings.Index(rest, asked.Delimiter); asked.Delimiter != "" && i >= 0 {
			group := asked.Prefix + rest[:i+len(asked.Delimiter)]
			if at, there := slices.BinarySearch(page.CommonPrefixes, group); !there {
				page.CommonPrefixes = slices.Insert(page.CommonPrefixes, at, group)
			}
			continue
		}
		at, _ := slices.BinarySearchFunc(page.Objects, key, func(o store.Object, key string) int { return strings.Compare(o.Key, key) })
		page.Objects = slices.Insert(page.Objects, at, *before)
	}
	return page
}
