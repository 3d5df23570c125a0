package store

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Versioning is whether a bucket keeps what a write or a delete takes the place of.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
type Versioning string

// The states. A bucket that was ever versioned never becomes Unversioned again.
const (
	Unversioned Versioning = ""          // every object is the version "null"
	Enabled     Versioning = "Enabled"   // every write and every delete makes a version
	Suspended   Versioning = "Suspended" // they replace the version "null", and keep the others
)

// keepVersions makes the folder one that programs which know no versions refuse to
// open: they would sweep the bodies of older ones.
func keepVersions(tx *bolt.Tx) error {
	return tx.Bucket(bMeta).Put([]byte("format"), []byte(formatVersioned))
}

// SetVersioning enables or suspends the versioning of a bucket; ErrNoSuchBucket, and
// ErrObjectLock for suspending one that has object lock.
func (s *Store) SetVersioning(_ context.Context, bucket string, v Versioning) error {
	err := s.db.Update(func(tx *bolt.Tx) error {
		if v != Enabled && v != Suspended {
			return fmt.Errorf("versioning cannot become %q", v)
		}
		b, err := bucketOf(tx, bucket)
		if err != nil {
			return err
		}
		if v == Suspended && b.ObjectLock != nil {
			return ErrObjectLock
		}
		if err := keepVersions(tx); err != nil {
			return err
		}
		b.Versioning = v
		return put(tx.Bucket(bBuckets), []byte(bucket), b)
	})
	if err != nil {
		return fmt.Errorf("set versioning of bucket %s: %w", bucket, err)
	}
	return nil
}

// newVersionID is the id of a version that is written now: where every write makes
// one, 26 digits of which the first ten are the time, so that ids of different
// milliseconds sort by age; otherwise "null".
func (v Versioning) newVersionID(at time.Time) string {
	if v != Enabled {
		return nullVersion
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(b[:6], ms[2:])
	return digits.EncodeToString(b[:])
}

// digits are those of Crockford's base 32, which sort like the bytes they stand for.
var digits = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

const versionIDLen = 26

// versionTime is the time in a version id, in whole milliseconds; ok is false for
// an id that was not made here.
func versionTime(id string) (at time.Time, ok bool) {
	raw, err := digits.DecodeString(id)
	if err != nil || len(id) != versionIDLen {
		return time.Time{}, false
	}
	var ms [8]byte
	copy(ms[2:], raw[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:]))).UTC(), true
}

// foreignVersion is the look of version ids at Amazon S3, which are 32 characters.
var foreignVersion = regexp.MustCompile(`^[A-Za-z0-9._-]{32}$`)

// checkVersionID tells an id that no version has from one that no version can have.
func checkVersionID(id string) error {
	if _, ours := versionTime(id); id == "" || id == nullVersion || ours || foreignVersion.MatchString(id) {
		return nil
	}
	return &InvalidVersionIDError{VersionID: id}
}

// errVersioningChanged: the bucket's versioning is not what a write was prepared for.
var errVersioningChanged = errors.New("the versioning of the bucket changed meanwhile")

// entry is what belongs to a new record until it is committed.
type entry struct {
	condition
	locks
	closed func(record) (*sealedRecord, error)
	also   func(tx *bolt.Tx) error // runs in the same transaction; may be nil
}

// enter commits a new record. The version id is bound into the sealed keys, so they
// are closed for the bucket's versioning as it was seen before, and once more where
// it changed meanwhile; the body is not written again.
func (s *Store) enter(rec *record, in Bucket, w entry) error {
	for v := in.Versioning; ; {
		rec.VersionID = v.newVersionID(rec.Modified)
		var err error
		if rec.Sealed, err = w.closed(*rec); err != nil {
			return err
		}
		now, err := s.commit(rec, v, w)
		if !errors.Is(err, errVersioningChanged) {
			return err
		}
		v = now
	}
}
