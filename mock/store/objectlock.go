package store

import (
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// RetentionMode is how strictly a version is kept.
type RetentionMode string

// The modes.
const (
	Governance RetentionMode = "GOVERNANCE" // who may bypass it can shorten or remove it, and delete the version
	Compliance RetentionMode = "COMPLIANCE" // nobody can, until it is over
)

// Known tells whether there is such a mode.
func (m RetentionMode) Known() bool { return m == Governance || m == Compliance }

// Retention keeps a version until a time. The zero value is none.
type Retention struct {
	Mode  RetentionMode `json:"mode"`
	Until time.Time     `json:"until"` // UTC, whole milliseconds
}

// LegalHold keeps a version until it is lifted, whatever its retention.
type LegalHold string

// The states of a legal hold.
const (
	NoHold  LegalHold = ""
	HoldOn  LegalHold = "ON"
	HoldOff LegalHold = "OFF" // lifted: S3 tells it from one that never was
)

// ObjectLock is a bucket's configuration: locks may be put on its versions, and new
// ones get the default retention, where there is one. Of Days and Years one is
// given. The zero value is no default.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
type ObjectLock struct {
	Mode  RetentionMode `json:"mode,omitempty"`
	Days  int           `json:"days,omitempty"`
	Years int           `json:"years,omitempty"`
}

// SetObjectLock switches object lock on, for good, and sets the default retention.
// ErrNoSuchBucket, ErrNotVersioned where versioning is not enabled.
func (s *Store) SetObjectLock(_ context.Context, bucket string, lock ObjectLock) error {
	err := s.db.Update(func(tx *bolt.Tx) error {
		b, err := bucketOf(tx, bucket)
		if err != nil {
			return err
		}
		if b.Versioning != Enabled {
			return ErrNotVersioned
		}
		b.ObjectLock = &lock
		return put(tx.Bucket(bBuckets), []byte(bucket), b)
	})
	if err != nil {
		return fmt.Errorf("set object lock of bucket %s: %w", bucket, err)
	}
	return nil
}

// locks are what a write asks for its version.
type locks struct {
	Retention Retention
	LegalHold LegalHold
}

// check refuses locks where the bucket has none.
func (l locks) check(in Bucket) error {
	if in.ObjectLock == nil && (l.Retention != Retention{} || l.LegalHold != NoHold) {
		return ErrNoObjectLock
	}
	return nil
}

// lock puts what was asked for on a new version, or the default retention.
func (rec *record) lock(l locks, in Bucket) error {
	if err := l.check(in); err != nil {
		return err
	}
	rec.Retention, rec.LegalHold = l.Retention, l.LegalHold
	if d := in.ObjectLock; d != nil && d.Mode != "" && rec.Retention == (Retention{}) {
		rec.Retention = Retention{d.Mode, rec.Modified.AddDate(d.Years, 0, d.Days)}
	}
	return nil
}

// held tells why a version must stay as it is at a time, if it must: ErrLocked.
func (rec record) held(at time.Time, bypass bool) error {
	over := !rec.Retention.Until.After(at)
	if rec.LegalHold == HoldOn || !over && (rec.Retention.Mode == Compliance || !bypass) {
		return ErrLocked
	}
	return nil
}

// RetentionRequest changes the retention of a version.
type RetentionRequest struct {
	Bucket, Key, VersionID string
	Retention              Retention // the zero value removes it
	Bypass                 bool      // the caller may, and wants to, bypass governance
}

// SetRetention changes the retention of a version. A running one may be prolonged;
// what makes it weaker (shorter, removed, another mode) is ErrLocked, except for
// governance when bypassed. ErrNoObjectLock where the bucket has none; otherwise
// errors as Stat.
func (s *Store) SetRetention(_ context.Context, r RetentionRequest) error {
	err := s.amendLocked(r.Bucket, r.Key, r.VersionID, func(rec *record) error {
		was := rec.Retention
		same := r.Retention.Mode == was.Mode || was.Mode == Governance && r.Bypass
		weaker := !same || r.Retention.Until.Before(was.Until) && !(was.Mode == Governance && r.Bypass)
		if was.Until.After(s.now()) && weaker {
			return ErrLocked
		}
		rec.Retention = r.Retention
		return nil
	})
	if err != nil {
		return fmt.Errorf("set retention of %s/%s: %w", r.Bucket, r.Key, err)
	}
	return nil
}

// SetLegalHold puts a legal hold on a version, or lifts it. Errors as SetRetention.
func (s *Store) SetLegalHold(_ context.Context, bucket, key, versionID string, hold LegalHold) error {
	err := s.amendLocked(bucket, key, versionID, func(rec *record) error {
		rec.LegalHold = hold
		return nil
	})
	if err != nil {
		return fmt.Errorf("set legal hold of %s/%s: %w", bucket, key, err)
	}
	return nil
}

// amendLocked is amend in a bucket with object lock.
func (s *Store) amendLocked(bucket, key, version string, change func(*record) error) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		b, err := bucketOf(tx, bucket)
		if err != nil {
			return err
		}
		if b.ObjectLock == nil {
			return ErrNoObjectLock
		}
		return amendIn(tx, bucket, key, version, change)
	})
}
