package session

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// LockOp changes the lock of a version.
const LockOp transfer.Op = "lock"

// A LockChange is what becomes of a version's lock; what is nil stays.
type LockChange struct {
	Retention *client.Retention
	Hold      *bool
	Bypass    bool // of a retention in governance, where the account may
}

// Lock is what keeps a version from being removed; versionID "" is the current one.
func (s *Session) Lock(ctx context.Context, at client.Location, versionID string) (client.Lock, error) {
	locker, err := word[client.Locker](s, "lock", at)
	if err != nil {
		return client.Lock{}, err
	}
	return locker.Lock(ctx, at, versionID)
}

// ChangeLock changes the lock of one version, and reads it again.
func (s *Session) ChangeLock(ctx context.Context, at client.Location, versionID string, d LockChange) Changed {
	return s.change(ctx, LockOp, at, versionID, func(version string) error {
		locker, err := word[client.Locker](s, "lock", at)
		if err != nil {
			return err
		}
		if d.Retention != nil {
			if err := locker.SetRetention(ctx, at, version, *d.Retention, d.Bypass); err != nil {
				return err
			}
		}
		if d.Hold != nil {
			if err := locker.SetHold(ctx, at, version, *d.Hold); err != nil {
				return err
			}
		}
		now, err := locker.Lock(ctx, at, version)
		if err != nil {
			return err
		}
		if d.Hold != nil && now.Hold != *d.Hold || d.Retention != nil && !now.Same(*d.Retention) {
			return notAsSet(LockOp, at)
		}
		return nil
	})
}
