package store

import (
	"context"
	"time"
)

// Bucket is what is known of a bucket.
type Bucket struct {
	Name    string    `json:"-"`
	Region  string    `json:"region,omitempty"`
	Created time.Time `json:"created"`
}

// CreateBucket makes an empty bucket; ErrBucketExists. Names are the caller's to judge.
func (s *Store) CreateBucket(ctx context.Context, name, region string) (Bucket, error) {
	return Bucket{}, errUnfinished
}

// DeleteBucket removes an empty bucket with its configuration and its open
// uploads; ErrNoSuchBucket, ErrBucketNotEmpty.
func (s *Store) DeleteBucket(ctx context.Context, name string) error { return errUnfinished }

// Buckets lists all buckets by name.
func (s *Store) Buckets(ctx context.Context) ([]Bucket, error) { return nil, errUnfinished }

// HeadBucket returns one bucket; ErrNoSuchBucket.
func (s *Store) HeadBucket(ctx context.Context, name string) (Bucket, error) {
	return Bucket{}, errUnfinished
}

// BucketConfig returns a named document kept with a bucket ("encryption",
// "versioning", ...); ErrNoSuchConfig, ErrNoSuchBucket.
func (s *Store) BucketConfig(ctx context.Context, bucket, name string) ([]byte, error) {
	return nil, errUnfinished
}

// SetBucketConfig keeps a document with a bucket; a nil document removes it.
func (s *Store) SetBucketConfig(ctx context.Context, bucket, name string, doc []byte) error {
	return errUnfinished
}

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
	Objects        []Object // without UserMetadata promises: the whole record
	CommonPrefixes []string
	Truncated      bool
	Next           string // the After of the next page when Truncated: the last key or common prefix returned
}

// List returns a page of the keys of a bucket; ErrNoSuchBucket.
func (s *Store) List(ctx context.Context, r ListRequest) (Listing, error) {
	return Listing{}, errUnfinished
}
