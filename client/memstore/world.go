package memstore

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Write puts an object into the store as somebody else would, asking no hook but
// EncryptAs: a nil encryption is Inherit. The bucket must be there, and the key
// asked for known; else Write panics.
func (s *Store) Write(at client.Location, content []byte, o client.PutOptions) client.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(at, content, o, etagOf(content))
}

func (s *Store) write(at client.Location, content []byte, o client.PutOptions, etag string) client.Object {
	if o.Encryption == nil {
		o.Encryption = client.Inherit{}
	}
	c := Call{Op: PutObject, At: at, Put: o}
	b, err := s.bucket(c)
	if err != nil {
		panic(err)
	}
	r, err := s.encrypted(c, b, o.Encryption)
	if err != nil {
		panic(err)
	}
	return s.add(b, at, content, o, r, etag)
}

// Fill writes objects of zeros, "bucket/key", of a size.
func (s *Store) Fill(size int, places ...string) {
	n := zeros(size)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range places {
		bucket, key, _ := strings.Cut(p, "/")
		s.write(client.Location{Bucket: bucket, Key: key}, n.content, client.PutOptions{}, n.etag)
	}
}

// nothing is zeros and their ETag. All objects of a size share one: it is the MD5
// of large ones that tests would spend their time on.
type nothing struct {
	content []byte
	etag    string
}

var (
	nothings      = map[int]nothing{}
	nothingsMutex sync.Mutex
)

func zeros(size int) nothing {
	nothingsMutex.Lock()
	defer nothingsMutex.Unlock()
	n, ok := nothings[size]
	if !ok {
		n.content = make([]byte, size)
		n.etag = etagOf(n.content)
		nothings[size] = n
	}
	return n
}

// Change lets f change what HEAD and GET say of an object from now on.
func (s *Store) Change(at client.Location, f func(*client.Object)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.buckets[at.Bucket].now(at.Key).Object)
}

// Tag replaces the tags of an object.
func (s *Store) Tag(at client.Location, tags map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[at.Bucket].now(at.Key).tags = maps.Clone(tags)
}

// Remove takes an object away, with all its versions.
func (s *Store) Remove(at client.Location) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets[at.Bucket].objects, at.Key)
}

// Begin leaves a multipart upload in the store, begun at a time, with so many
// parts, each of one byte.
func (s *Store) Begin(at client.Location, begun time.Time, parts int) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &upload{at: at, options: client.PutOptions{Encryption: client.Inherit{}}, begun: begun}
	id = s.addUpload(u)
	for n := range parts {
		content := []byte("x")
		u.parts[n+1] = part{client.Part{Number: n + 1, Size: 1, ETag: etagOf(content)}, content}
	}
	return id
}

// Holds reports whether there is an object.
func (s *Store) Holds(at client.Location) bool {
	_, ok := s.Object(at)
	return ok
}

// Object is an object as HEAD would say it is.
func (s *Store) Object(at client.Location) (o client.Object, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[at.Bucket]
	if b == nil || b.now(at.Key) == nil {
		return client.Object{}, false
	}
	return b.now(at.Key).said(), true
}

// Content is the bytes of an object, nil where there is none.
func (s *Store) Content(at client.Location) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[at.Bucket]
	if b == nil || b.now(at.Key) == nil {
		return nil
	}
	return slices.Clone(b.now(at.Key).content)
}

// Names are the keys of a bucket, sorted.
func (s *Store) Names(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[name]
	if b == nil {
		return nil
	}
	var all []string
	for key := range b.objects {
		if b.now(key) != nil {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

// Open are the multipart uploads of a bucket that have not ended, by key.
func (s *Store) Open(name string) []client.OpenUpload {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.openUploads(client.Location{Bucket: name})
}

// Calls are the calls that reached the store, in order: all, or those of some
// operations.
func (s *Store) Calls(of ...Op) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.calls), func(c Call) bool { return len(of) > 0 && !slices.Contains(of, c.Op) })
}

// Count is how many calls of an operation reached the store.
func (s *Store) Count(op Op) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[op]
}

// Asked are the operations of the calls that reached the store, in order.
func (s *Store) Asked() []Op {
	s.mu.Lock()
	defer s.mu.Unlock()
	ops := make([]Op, len(s.calls))
	for i, c := range s.calls {
		ops[i] = c.Op
	}
	return ops
}
