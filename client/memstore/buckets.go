package memstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

type bucket struct {
	created   time.Time
	encrypts  client.Reported // what asks for nothing; not told where the server does not say
	versioned bool
	locks     bool                  // it has object lock
	objects   map[string][]*version // the last one is the current one
	documents map[client.DocumentKind][]byte
}

// empty reports whether nothing is in the bucket.
func (b *bucket) empty() bool { return len(b.objects) == 0 }

func (s *Store) addBucket(name string) {
	s.buckets[name] = &bucket{created: s.time(), encrypts: s.server.DefaultEncryption, objects: map[string][]*version{}, documents: map[client.DocumentKind][]byte{}}
}

// EncryptByDefault is what a bucket does from now on with uploads that ask for
// nothing, and reports.
func (s *Store) EncryptByDefault(name string, r client.Reported) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name].encrypts = r
}

// KeepVersions lets a bucket keep versions from now on.
func (s *Store) KeepVersions(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name].versioned = true
}

// Buckets lists the buckets.
func (s *Store) Buckets(ctx context.Context) ([]client.Bucket, error) {
	if _, err := s.begin(ctx, Call{Op: ListBuckets}); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []client.Bucket
	for name, b := range s.buckets {
		all = append(all, client.Bucket{Name: name, Created: b.created})
	}
	slices.SortFunc(all, func(a, b client.Bucket) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// MakeBucket makes a bucket.
func (s *Store) MakeBucket(ctx context.Context, name string) error {
	c, err := s.begin(ctx, Call{Op: CreateBucket, At: client.Location{Bucket: name}})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		return c.Error(client.KindExists)
	}
	s.addBucket(name)
	return nil
}

// RemoveBucket removes an empty bucket.
func (s *Store) RemoveBucket(ctx context.Context, name string) error {
	c, err := s.begin(ctx, Call{Op: DeleteBucket, At: client.Location{Bucket: name}})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch b := s.buckets[name]; {
	case b == nil:
		return c.Error(client.KindNoBucket)
	case !b.empty():
		return c.Error(client.KindNotEmpty)
	}
	delete(s.buckets, name)
	return nil
}

// DefaultEncryption is what a bucket does with uploads that ask for nothing.
func (s *Store) DefaultEncryption(ctx context.Context, name string) (client.Reported, error) {
	var r client.Reported
	err := s.onBucket(ctx, Call{Op: GetBucketEncryption, At: client.Location{Bucket: name}}, func(_ Call, b *bucket) error {
		r = b.encrypts
		return nil
	})
	return r, err
}

// onBucket lets a call in and has something done with the bucket where it leads, under the
// mutex.
func (s *Store) onBucket(ctx context.Context, c Call, do func(Call, *bucket) error) error {
	c, err := s.begin(ctx, c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c)
	if err != nil {
		return err
	}
	return do(c, b)
}

// bucket is where a call leads.
func (s *Store) bucket(c Call) (*bucket, error) {
	b := s.buckets[c.At.Bucket]
	switch {
	case c.At.Bucket == "":
		return nil, c.refuse(client.KindInvalid, errors.New("no bucket is named"))
	case b == nil && c.Op == HeadObject:
		return nil, c.Error(client.KindNotFound) // its answer has no words
	case b == nil:
		return nil, c.Error(client.KindNoBucket)
	}
	return b, nil
}
