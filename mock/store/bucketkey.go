package store

import (
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// bucketKey returns the bucket-level key under a KMS key, making it the first time.
// It is unwrapped by the KMS every time, so that a disabled key counts at once.
func (s *Store) bucketKey(bucket, keyID string, kek seal.KeyWrapper) (seal.KeyWrapper, error) {
	aad := seal.AAD(map[string]string{"use": "bucket key", "keyId": keyID, "aws:s3:arn": bucketARN(bucket)})
	wrapped, err := s.keptBucketKey(bucket, keyID)
	if err != nil {
		return nil, err
	}
	if wrapped == nil {
		fresh, err := seal.Wrap([]*seal.Key{seal.GenerateKey()}, []seal.KeyWrapper{kek}, aad)
		if err != nil {
			return nil, fmt.Errorf("make bucket key: %w", err)
		}
		if wrapped, err = s.keepBucketKey(bucket, keyID, fresh); err != nil {
			return nil, fmt.Errorf("make bucket key: %w", err)
		}
	}
	keys, err := seal.Unwrap(wrapped, []seal.KeyWrapper{kek}, aad)
	if err != nil {
		return nil, fmt.Errorf("open bucket key: %w", err)
	}
	return keys[0], nil
}

func (s *Store) keptBucketKey(bucket, keyID string) (wrapped []byte, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		b, err := content(tx, bucket, tKeys)
		if err != nil {
			return err
		}
		wrapped = append(wrapped, b.Get([]byte(keyID))...)
		return nil
	})
	return wrapped, err
}

// keepBucketKey keeps a fresh key, or returns the one that another request kept
// meanwhile.
func (s *Store) keepBucketKey(bucket, keyID string, fresh []byte) (wrapped []byte, err error) {
	wrapped = fresh
	err = s.db.Update(func(tx *bolt.Tx) error {
		b, err := content(tx, bucket, tKeys)
		if err != nil {
			return err
		}
		if kept := b.Get([]byte(keyID)); kept != nil {
			wrapped = append([]byte(nil), kept...)
			return nil
		}
		return b.Put([]byte(keyID), fresh)
	})
	return wrapped, err
}
