package memstore

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// LockObjects gives a bucket object lock, and so versions.
func (s *Store) LockObjects(name string) {
	s.KeepVersions(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name].locks = true
}

// Lock is what keeps a version from being removed.
func (s *Store) Lock(ctx context.Context, at client.Location, versionID string) (lock client.Lock, err error) {
	err = s.locking(ctx, Call{Op: GetObjectRetention, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(_ Call, v *version) error {
		lock = v.lock
		return nil
	})
	return lock, err
}

// SetRetention keeps a version until a time.
func (s *Store) SetRetention(ctx context.Context, at client.Location, versionID string, r client.Retention, bypass bool) error {
	c := Call{Op: PutObjectRetention, At: at, Read: client.ReadOptions{VersionID: versionID}}
	return s.locking(ctx, c, func(c Call, v *version) error {
		less := r.Mode == "" || r.Until.Before(v.lock.Until) || v.lock.Mode == client.Compliance && r.Mode != client.Compliance
		if v.lock.Mode != "" && s.now().Before(v.lock.Until) && less && (v.lock.Mode == client.Compliance || !bypass) {
			return c.Error(client.KindDenied)
		}
		if r.Mode == "" && !s.server.RetentionEnds {
			return c.Error(client.KindUnsupported)
		}
		r.Until = r.Until.UTC().Truncate(time.Second)
		v.lock.Retention = r
		return nil
	})
}

// SetHold keeps a version until the hold is taken away.
func (s *Store) SetHold(ctx context.Context, at client.Location, versionID string, on bool) error {
	return s.locking(ctx, Call{Op: PutObjectLegalHold, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(_ Call, v *version) error {
		v.lock.Hold = on
		return nil
	})
}

// isKept reports whether a version may not be removed.
func (v *version) isKept(now time.Time) bool { return v.lock.Hold || now.Before(v.lock.Until) }

// locking has something done with the lock of a version, in a bucket that has locks.
func (s *Store) locking(ctx context.Context, c Call, do func(Call, *version) error) error {
	return s.onVersion(ctx, c, func(c Call, v *version) error {
		if !s.buckets[c.At.Bucket].locks {
			return c.Error(client.KindUnsupported)
		}
		return do(c, v)
	})
}
