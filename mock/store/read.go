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
	Bucket, Key, VersionID string // VersionID: "" or "null", else ErrNoSuchVersion
	Customer               seal.CustomerKey
}

// Stat returns the record of an object without asking for any key. versionID is
// "", or "null", or ErrNoSuchVersion.
func (s *Store) Stat(_ context.Context, bucket, key, versionID string) (Object, error) {
	rec, err := s.find(bucket, key, versionID)
	if err != nil {
		return Object{}, fmt.Errorf("stat %s/%s: %w", bucket, key, err)
	}
	return rec.Object, nil
}

func (s *Store) find(bucket, key, version string) (rec record, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		rec, err = lookup(tx, bucket, key, version)
		return err
	})
	return rec, err
}

// Head is Stat plus the judgement of the customer key: ErrCustomerKeyMissing,
// ErrCustomerKeyUnexpected, ErrWrongCustomerKey. It asks the KMS for nothing, as S3.
func (s *Store) Head(_ context.Context, r ReadRequest) (Object, error) {
	rec, err := s.find(r.Bucket, r.Key, r.VersionID)
	if err == nil {
		err = checkCustomer(rec.Encryption, rec.Sealed, r.Customer)
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
			rec, err = lookup(tx, r.Bucket, r.Key, r.VersionID)
			row = bytes.Clone(tx.Bucket(bObjectParts).Get([]byte(rec.ID)))
			return err
		})
		return rec.ID, err
	})
	if err != nil {
		return nil, err
	}
	rd := &Reader{Object: rec.Object, store: s, id: rec.ID}
	parts, err := decodeParts(rec, row)
	if err == nil {
		err = rd.prepare(ctx, rec, parts, r.Customer)
	}
	if err != nil {
		_ = rd.Close()
		return nil, err
	}
	return rd, nil
}

// DeleteRequest names what to delete.
type DeleteRequest struct {
	Bucket, Key, VersionID string
	IfMatch                string // as in PutRequest; a missing key is then ErrNoSuchKey
}

// Deleted says what a Delete did.
type Deleted struct {
	Found        bool // false: there was no such key, which S3 answers like success
	VersionID    string
	DeleteMarker bool
}

// Delete removes an object. A missing key is no error.
func (s *Store) Delete(_ context.Context, r DeleteRequest) (Deleted, error) {
	var done Deleted
	var id string
	var names []string
	err := s.db.Update(func(tx *bolt.Tx) error {
		b, err := content(tx, r.Bucket, tCurrent)
		if err != nil {
			return err
		}
		if r.VersionID != "" && r.VersionID != nullVersion {
			return ErrNoSuchVersion
		}
		if err := checkKey(r.Key); err != nil {
			return err
		}
		rec, found, err := current(b, r.Bucket, r.Key)
		if err != nil {
			return err
		}
		if err := (condition{ifMatch: r.IfMatch}).judge(rec.Object, found); err != nil || !found {
			return err
		}
		id, done = rec.ID, Deleted{Found: true, VersionID: rec.VersionID}
		if names, err = drop(tx, rec); err != nil {
			return err
		}
		return b.Delete([]byte(r.Key))
	})
	if err != nil {
		return Deleted{}, fmt.Errorf("delete %s/%s: %w", r.Bucket, r.Key, err)
	}
	s.discard(id, names)
	return done, nil
}

// SetTags replaces the tags of an object; nil removes them.
func (s *Store) SetTags(_ context.Context, bucket, key, versionID string, tags map[string]string) error {
	err := s.db.Update(func(tx *bolt.Tx) error {
		rec, err := lookup(tx, bucket, key, versionID)
		if err != nil {
			return err
		}
		b, err := content(tx, bucket, tCurrent)
		if err != nil {
			return err
		}
		rec.Tags = tags
		return put(b, []byte(key), rec)
	})
	if err != nil {
		return fmt.Errorf("tag %s/%s: %w", bucket, key, err)
	}
	return nil
}
