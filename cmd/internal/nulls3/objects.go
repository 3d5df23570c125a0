package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// An object is what is said of it: nobody keeps its bytes.
type object struct {
	size int64
	etag string // with its quotation marks
	told        // what its PUT, or the beginning of its upload, told
	// listed is what a listing says of it, where it is listed often.
	listed string
}

// A named object is one with its bucket and key.
type named struct {
	at string
	*object
}

// told is what a client tells of an object and gets back, as lines of a head.
type told struct {
	kept string // type of content, metadata
	sse  string // how it is encrypted
	sums string // checksums, given to who asks for them
}

// objects are all there is, by BUCKET/KEY. Safe for concurrent use.
type objects struct {
	mu      sync.RWMutex
	buckets map[string]bool
	all     map[string]*object
	uploads map[string]*upload
	began   int
	sorted  []named // all in the order of their keys, nil where that is to be found out
	removed bool    // some of them are there no more
}

func newObjects(buckets []string) *objects {
	o := &objects{buckets: map[string]bool{}, all: map[string]*object{}, uploads: map[string]*upload{}}
	for _, b := range buckets {
		o.buckets[b] = true
	}
	return o
}

func (o *objects) get(at string) *object {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.all[at]
}

func (o *objects) put(at string, x *object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all[at], o.sorted = x, nil
}

func (o *objects) remove(at string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, at)
	o.removed = true
}

func (o *objects) hasBucket(name string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.buckets[name]
}

func (o *objects) makeBucket(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buckets[name] = true
}

// under are the keys, with their bucket, behind a name that begin with a prefix,
// in the order of S3. The list is not to be changed; where some are removed, get says which.
func (o *objects) under(prefix, behind string) (all []named, removed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sorted == nil {
		o.removed = false
		o.sorted = make([]named, 0, len(o.all))
		for at, x := range o.all {
			o.sorted = append(o.sorted, named{at, x})
		}
		slices.SortFunc(o.sorted, func(a, b named) int { return strings.Compare(a.at, b.at) })
	}
	from, _ := slices.BinarySearchFunc(o.sorted, max(prefix, behind+"\x00"), func(x named, at string) int { return strings.Compare(x.at, at) })
	return o.sorted[from:end(o.sorted, from, prefix)], o.removed
}

// sow puts objects there that can be downloaded: under SSE-KMS with their
// CRC64NVME or, where no checksums are kept, under SSE-S3 with their MD5.
func (o *objects) sow(s seed, noChecksums bool) {
	x := object{size: s.size, told: told{kept: lines("Content-Type", "application/octet-stream")}}
	if noChecksums {
		x.etag = `"` + md5Of(s.size) + `"`
		x.sse = lines(headerSSE, "AES256")
	} else {
		crc := crcOf(s.size)
		x.etag = fmt.Sprintf(`"%x"`, crc)
		x.sse = lines(headerSSE, "aws:kms") + lines(headerKey, keyARN)
		x.sums = lines(headerSum+"crc64nvme", crc) + lines(headerSumType, "FULL_OBJECT")
	}
	for i := range s.count {
		o.put(fmt.Sprintf("%s%05d", s.prefix, i), &x)
	}
}
