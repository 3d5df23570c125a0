package faults

import (
	"context"
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

// BeforeChange is called before a key is changed; what it returns, after that.
func (i *Injector) BeforeChange(ctx context.Context, s *store.Store, bucket, key string) (done func(error)) {
	j := &i.set().journal
	if j.keep == 0 || key == "" {
		return func(error) {}
	}
	c := change{bucket: bucket, key: key}
	if o, err := s.Stat(ctx, bucket, key, ""); err == nil {
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

// Stale turns a page into what a listing that is behind would say at a time; f is
// the fault that hits the call, nil for none. Common prefixes do not vanish.
func (i *Injector) Stale(f *Fault, now time.Time, asked store.ListRequest, page store.Listing) store.Listing {
	if f == nil {
		return page
	}
	if f.Millis > 0 {
		since := now.Add(-time.Duration(f.Millis) * time.Millisecond)
		page.Objects = slices.DeleteFunc(page.Objects, func(o store.Object) bool { return o.Modified.After(since) })
		return page
	}
	for key, before := range i.set().journal.before(asked.Bucket, f.Changes) {
		page.Objects = slices.DeleteFunc(page.Objects, func(o store.Object) bool { return o.Key == key })
		rest, inside := strings.CutPrefix(key, asked.Prefix)
		if before == nil || !inside || key <= asked.After || page.Truncated && key > page.Next {
			continue
		}
		if end := strings.Index(rest, asked.Delimiter); asked.Delimiter != "" && end >= 0 {
			group := asked.Prefix + rest[:end+len(asked.Delimiter)]
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
