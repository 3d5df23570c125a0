package s3store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Locker = (*Store)(nil)

// Lock is what keeps a version from being removed.
func (s *Store) Lock(ctx context.Context, at client.Location, versionID string) (lock client.Lock, err error) {
	c := call{op: "GetObjectRetention", at: at}
	if err := at.CheckKey(); err != nil {
		return lock, s.refuse(c, client.KindInvalid, err)
	}
	kept, err := s.s3.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)})
	switch {
	case err != nil:
		if err := neverLocked(s.fail(c, err)); err != nil {
			return lock, err
		}
	case kept.Retention != nil:
		lock.Mode, lock.Until = string(kept.Retention.Mode), aws.ToTime(kept.Retention.RetainUntilDate)
	}
	c.op = "GetObjectLegalHold"
	held, err := s.s3.GetObjectLegalHold(ctx, &s3.GetObjectLegalHoldInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)})
	if err != nil {
		return lock, neverLocked(s.fail(c, err))
	}
	lock.Hold = held.LegalHold != nil && held.LegalHold.Status == types.ObjectLockLegalHoldStatusOn
	return lock, nil
}

// neverLocked takes the answers by which servers say that no lock was set for what they
// are.
func neverLocked(err error) error {
	var e *client.Error
	if errors.As(err, &e) && slices.Contains(noLock, e.Code) {
		return nil
	}
	return withoutLocks(err)
}

// withoutLocks says of a bucket that has no object lock what that means.
func withoutLocks(err error) error {
	var e *client.Error
	if errors.As(err, &e) && e.Kind == client.KindUnsupported && e.Code == "InvalidRequest" {
		e.Said = client.Say("the bucket has no object lock: that is chosen when a bucket is made")
	}
	return err
}

// SetRetention keeps a version until a time.
func (s *Store) SetRetention(ctx context.Context, at client.Location, versionID string, r client.Retention, bypass bool) error {
	c := call{op: "PutObjectRetention", at: at}
	if err := s.mayLock(ctx, c, versionID); err != nil {
		return err
	}
	in := &s3.PutObjectRetentionInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID), Retention: &types.ObjectLockRetention{}}
	if bypass {
		in.BypassGovernanceRetention = &bypass
	}
	if r.Mode != "" {
		until := r.Until.UTC().Truncate(time.Second)
		in.Retention = &types.ObjectLockRetention{Mode: types.ObjectLockRetentionMode(r.Mode), RetainUntilDate: &until}
	}
	_, err := s.s3.PutObjectRetention(ctx, in)
	err = s.fail(c, err)
	var e *client.Error
	if errors.As(err, &e) && e.Code == "MalformedXML" && r.Mode == "" {
		e.Kind, e.Said = client.KindUnsupported, client.Say("this server takes no retention away: have it end in a moment instead")
	}
	return withoutLocks(err)
}

// SetHold keeps a version until the hold is taken away.
func (s *Store) SetHold(ctx context.Context, at client.Location, versionID string, on bool) error {
	c := call{op: "PutObjectLegalHold", at: at}
	if err := s.mayLock(ctx, c, versionID); err != nil {
		return err
	}
	status := types.ObjectLockLegalHoldStatusOff
	if on {
		status = types.ObjectLockLegalHoldStatusOn
	}
	_, err := s.s3.PutObjectLegalHold(ctx, &s3.PutObjectLegalHoldInput{
		Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID), LegalHold: &types.ObjectLockLegalHold{Status: status},
	})
	return withoutLocks(s.fail(c, err))
}

// mayLock asks for a lock where nothing says that the server knows locks: one that does
// not would write over the object.
func (s *Store) mayLock(ctx context.Context, c call, versionID string) error {
	if err := c.at.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if s.can.lets(c.op, c.at.Bucket) {
		return nil
	}
	_, err := s.Lock(ctx, c.at, versionID)
	return err
}
