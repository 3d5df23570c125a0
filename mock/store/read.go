package store

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// ReadRequest names an object and, for SSE-C, its key.
type ReadRequest struct {
	Bucket, Key, VersionID string // VersionID: "" for the current version, "null", or an id
	Customer               seal.CustomerKey

	// Judge, when not nil, sees the very object that is about to be read, before any
	// key is used, and gives the customer's key in place of Customer. Its error is
	// that of the read. What is judged cannot be replaced by another before it is
	// read.
	Judge func(Object) (seal.CustomerKey, error)
}

// judge asks for the customer's key of what was found, and holds it against that.
func (r ReadRequest) judge(rec record) (seal.CustomerKey, error) {
	key := r.Customer
	if r.Judge != nil {
		var err error
		if key, err = r.Judge(rec.Object); err != nil {
			return key, err
		}
	}
	return key, checkCustomer(rec.Encryption, rec.Sealed, key)
}

// Stat returns the record of an object without asking for any key: of its current
// version, or of the one that versionID names. ErrNoSuchKey, ErrNoSuchVersion,
// *InvalidVersionIDError, *DeleteMarkerError.
func (s *Store) Stat(_ context.Context, bucket, key, versionID string) (Object, error) {
	rec, err := s.find(bucket, key, versionID)
	if err != nil {
		return Object{}, fmt.Errorf("stat %s/%s: %w", bucket, key, err)
	}
	return rec.Object, nil
}

func (s *Store) find(bucket, key, version string) (rec record, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		rec, _, err = lookup(tx, bucket, key, version)
		return err
	})
	return rec, err
}

// Head is Stat plus the judgement of the customer key: ErrCustomerKeyMissing,
// ErrCustomerKeyUnexpected, ErrWrongCustomerKey. It asks the KMS for nothing, as S3.
func (s *Store) Head(_ context.Context, r ReadRequest) (Object, error) {
	rec, err := s.find(r.Bucket, r.Key, r.VersionID)
	if err == nil {
		_, err = r.judge(rec)
	}
	if err != nil {
		return Object{}, fmt.Errorf("head %s/%s: %w", r.Bucket, r.Key, err)
	}
	return rec.Object, nil
}

// Open opens an object's plaintext. Errors as Head, those of Options.KMS, and
// ErrCorrupt. The object stays readable until Close even when it is replaced or
// deleted meanwhile.
func (s *Store) Open(ctx context.Context, r ReadRequest) (*Reader, error) {
	rd, err := s.open(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("open %s/%s: %w", r.Bucket, r.Key, err)
	}
	return rd, nil
}

func (s *Store) open(ctx context.Context, r ReadRequest) (*Reader, error) {
	var rec record
	var row []byte // decoded outside the pin, which others wait for
	err := s.pin(func() (id string, err error) {
		err = s.db.View(func(tx *bolt.Tx) error {
			rec, _, err = lookup(tx, r.Bucket, r.Key, r.VersionID)
			row = bytes.Clone(tx.Bucket(bObjectParts).Get([]byte(rec.ID)))
			return err
		})
		return rec.ID, err
	})
	if err != nil {
		return nil, err
	}
	rd := &Reader{Object: rec.Object, store: s, id: rec.ID}
	key, err := r.judge(rec)
	var parts []partRecord
	if err == nil {
		parts, err = decodeParts(rec, row)
	}
	if err == nil {
		err = rd.prepare(ctx, rec, parts, key)
	}
	if err != nil {
		_ = rd.Close()
		return nil, err
	}
	return rd, nil
}

// SetTags replaces the tags of an object; nil removes them. Errors as Stat.
func (s *Store) SetTags(_ context.Context, bucket, key, versionID string, tags map[string]string) (tagged Object, err error) {
	err = s.amend(bucket, key, versionID, func(rec *record) error {
		rec.Tags = tags
		tagged = rec.Object
		return nil
	})
	if err != nil {
		return Object{}, fmt.Errorf("tag %s/%s: %w", bucket, key, err)
	}
	return tagged, nil
}

// SetACL replaces the access control list of an object; nil is its owner alone.
// Errors as Stat.
func (s *Store) SetACL(_ context.Context, bucket, key, versionID string, acl []Grant) error {
	err := s.amend(bucket, key, versionID, func(rec *record) error {
		rec.ACL = acl
		return nil
	})
	if err != nil {
		return fmt.Errorf("set access control list of %s/%s: %w", bucket, key, err)
	}
	return nil
}
