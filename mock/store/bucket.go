package store

import (
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Bucket is what is known of a bucket.
type Bucket struct {
	Name       string      `json:"-"`
	Region     string      `json:"region,omitempty"`
	Created    time.Time   `json:"created"`
	Versioning Versioning  `json:"versioning,omitempty"`
	ObjectLock *ObjectLock `json:"objectLock,omitempty"` // nil: none
}

// bucketOf returns the record of a bucket; ErrNoSuchBucket.
func bucketOf(tx *bolt.Tx, name string) (Bucket, error) {
	if _, err := content(tx, name, tCurrent); err != nil {
		return Bucket{}, err
	}
	b := Bucket{Name: name}
	return b, decode(tx.Bucket(bBuckets).Get([]byte(name)), &b)
}

// CreateBucket makes an empty bucket; ErrBucketExists. Names are the caller's to judge.
func (s *Store) CreateBucket(_ context.Context, name, region string) (Bucket, error) {
	return s.createBucket(Bucket{Name: name, Region: region, Created: s.now()})
}

// CreateLockedBucket is CreateBucket with versioning and object lock.
func (s *Store) CreateLockedBucket(_ context.Context, name, region string) (Bucket, error) {
	return s.createBucket(Bucket{Name: name, Region: region, Created: s.now(), Versioning: Enabled, ObjectLock: &ObjectLock{}})
}

func (s *Store) createBucket(made Bucket) (Bucket, error) {
	name := made.Name
	err := s.db.Update(func(tx *bolt.Tx) error {
		if tx.Bucket(bBuckets).Get([]byte(name)) != nil {
			return ErrBucketExists
		}
		tables, err := tx.Bucket(bContent).CreateBucket([]byte(name))
		if err != nil {
			return err
		}
		for _, t := range [][]byte{tCurrent, tUploads, tConfig, tKeys} {
			if _, err := tables.CreateBucket(t); err != nil {
				return err
			}
		}
		if made.Versioning != Unversioned {
			if err := keepVersions(tx); err != nil {
				return err
			}
		}
		return put(tx.Bucket(bBuckets), []byte(name), made)
	})
	if err != nil {
		return Bucket{}, fmt.Errorf("create bucket %s: %w", name, err)
	}
	return made, nil
}

// DeleteBucket removes an empty bucket with its configuration and its open
// uploads; ErrNoSuchBucket, ErrBucketNotEmpty, ErrVersionsLeft of a versioned one.
func (s *Store) DeleteBucket(_ context.Context, name string) error {
	var orphans []string
	err := s.db.Update(func(tx *bolt.Tx) error {
		b, err := bucketOf(tx, name)
		if err != nil {
			return err
		}
		objects, err := content(tx, name, tCurrent)
		if err != nil {
			return err
		}
		switch k, _ := objects.Cursor().First(); {
		case k != nil && b.Versioning != Unversioned:
			return ErrVersionsLeft
		case k != nil:
			return ErrBucketNotEmpty
		}
		uploads, err := content(tx, name, tUploads)
		if err != nil {
			return err
		}
		err = uploads.ForEach(func(k, _ []byte) error {
			_, id := splitUploadKey(k)
			names, err := dropParts(tx, id)
			orphans = append(orphans, names...)
			return err
		})
		if err != nil {
			return err
		}
		if err := tx.Bucket(bContent).DeleteBucket([]byte(name)); err != nil {
			return err
		}
		return tx.Bucket(bBuckets).Delete([]byte(name))
	})
	if err != nil {
		return fmt.Errorf("delete bucket %s: %w", name, err)
	}
	s.remove(orphans...)
	return nil
}

// Buckets lists all buckets by name.
func (s *Store) Buckets(_ context.Context) ([]Bucket, error) {
	var all []Bucket
	err := s.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bBuckets).ForEach(func(k, v []byte) error {
			b := Bucket{Name: string(k)}
			if err := decode(v, &b); err != nil {
				return err
			}
			all = append(all, b)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list buckets: %w", err)
	}
	return all, nil
}

// HeadBucket returns one bucket; ErrNoSuchBucket.
func (s *Store) HeadBucket(_ context.Context, name string) (Bucket, error) {
	var b Bucket
	err := s.db.View(func(tx *bolt.Tx) (err error) {
		b, err = bucketOf(tx, name)
		return err
	})
	if err != nil {
		return Bucket{}, fmt.Errorf("head bucket %s: %w", name, err)
	}
	return b, nil
}

// BucketConfig returns a named document kept with a bucket ("encryption",
// "versioning", ...); ErrNoSuchConfig, ErrNoSuchBucket.
func (s *Store) BucketConfig(_ context.Context, bucket, name string) ([]byte, error) {
	var doc []byte
	err := s.db.View(func(tx *bolt.Tx) error {
		b, err := content(tx, bucket, tConfig)
		if err != nil {
			return err
		}
		v := b.Get([]byte(name))
		if v == nil {
			return ErrNoSuchConfig
		}
		doc = append([]byte{}, v...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s configuration of bucket %s: %w", name, bucket, err)
	}
	return doc, nil
}

// SetBucketConfig keeps a document with a bucket; a nil document removes it.
func (s *Store) SetBucketConfig(_ context.Context, bucket, name string, doc []byte) error {
	err := s.db.Update(func(tx *bolt.Tx) error {
		b, err := content(tx, bucket, tConfig)
		if err != nil {
			return err
		}
		if doc == nil {
			return b.Delete([]byte(name))
		}
		return b.Put([]byte(name), doc)
	})
	if err != nil {
		return fmt.Errorf("set %s configuration of bucket %s: %w", name, bucket, err)
	}
	return nil
}
