package main

import (
	"crypto/md5" //nolint:gosec // what S3 makes the ETag of an upload in parts of
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An upload is a multipart upload that is open.
type upload struct {
	at string
	told
	parts map[int]part
}

// A part is what is said of it.
type part struct {
	size int64
	etag string // with its quotation marks
	sums string // lines of a head
}

func (o *objects) begin(at string, t told) (id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.began++
	id = "u" + strconv.Itoa(o.began)
	o.uploads[id] = &upload{at, t, map[int]part{}}
	return id
}

// addPart reports whether the upload is there, and how its object is encrypted.
func (o *objects) addPart(id, at string, number int, p part) (sse string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.uploads[id]
	if u == nil || u.at != at {
		return "", false
	}
	u.parts[number] = p
	return u.sse, true
}

// partsOf are the numbers of an upload's parts in order, and the parts.
func (o *objects) partsOf(id, at string) (numbers []int, parts map[int]part, ok bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u := o.uploads[id]
	if u == nil || u.at != at {
		return nil, nil, false
	}
	return slices.Sorted(maps.Keys(u.parts)), maps.Clone(u.parts), true
}

// complete makes the object of these parts; sums is what the completion told of
// the whole. ok is false where the upload, or one of the parts, is not there.
func (o *objects) complete(id, at string, numbers []int, sums string) (x *object, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.uploads[id]
	if u == nil || u.at != at {
		return nil, false
	}
	x = &object{told: u.told}
	x.sums = sums
	all := md5.New() //nolint:gosec // an ETag
	for _, n := range numbers {
		p, there := u.parts[n]
		if !there {
			return nil, false
		}
		x.size += p.size
		name := strings.Trim(p.etag, `"`)
		if one, err := hex.DecodeString(name); err == nil {
			all.Write(one) // the MD5 of the part, where it was told
		} else {
			all.Write([]byte(name))
		}
	}
	x.etag = fmt.Sprintf(`"%x-%d"`, all.Sum(nil), len(numbers))
	delete(o.uploads, id)
	if o.all[at] == nil {
		o.sorted = nil
	}
	o.all[at] = x
	return x, true
}

// abort reports whether the upload was there.
func (o *objects) abort(id, at string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.uploads[id]
	if u == nil || u.at != at {
		return false
	}
	delete(o.uploads, id)
	return true
}
