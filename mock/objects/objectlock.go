package objects

import (
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// Object lock: what requests and answers say of it in their headers.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

// locks are what a write asks for its version.
type locks struct {
	store.Retention
	store.LegalHold
}

func (l locks) asked() bool { return l != locks{} }

// locksOf reads the headers of a write.
func (s *Service) locksOf(r *wire.Request) (locks, error) {
	mode, until, hold := r.Header.Get(s3.HeaderLockMode), r.Header.Get(s3.HeaderLockUntil), r.Header.Get(s3.HeaderLegalHold)
	const both = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied."
	switch {
	case hold != "" && hold != string(store.HoldOn) && hold != string(store.HoldOff):
		return locks{}, s3.BadArgument("Legal Hold must be either of 'ON' or 'OFF'", strings.ToLower(s3.HeaderLegalHold), hold)
	case mode == "" && until == "":
		return locks{LegalHold: store.LegalHold(hold)}, nil
	case until == "":
		return locks{}, s3.BadArgument(both, strings.ToLower(s3.HeaderLockUntil), "")
	case mode == "":
		return locks{}, s3.BadArgument(both, strings.ToLower(s3.HeaderLockMode), "")
	case !store.RetentionMode(mode).Known():
		return locks{}, s3.BadArgument("Unknown wormMode directive.", strings.ToLower(s3.HeaderLockMode), mode)
	}
	kept, err := s.retentionUntil(store.RetentionMode(mode), until)
	return locks{kept, store.LegalHold(hold)}, err
}

// retentionUntil reads a date, which must lie ahead.
func (s *Service) retentionUntil(mode store.RetentionMode, date string) (store.Retention, error) {
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return store.Retention{}, s3.BadArgument("The retain until date must be provided in ISO 8601 format", strings.ToLower(s3.HeaderLockUntil), date)
	}
	if !at.After(s.Clock()) {
		return store.Retention{}, s3.BadArgument("The retain until date must be in the future!", strings.ToLower(s3.HeaderLockUntil), date)
	}
	return store.Retention{Mode: mode, Until: at.UTC().Truncate(time.Millisecond)}, nil
}

// demandDigest refuses a body without a digest where its version will be locked, by
// what was asked or by the bucket's default; what is "Object" or "Part".
func (s *Service) demandDigest(r *wire.Request, asked bool, what string) error {
	sent, _, err := wire.AnnouncedChecksum(r)
	if err != nil || sent != "" || r.Has("Content-Md5") || s.Personality.NoChecksums {
		return err
	}
	if !asked {
		b, err := s.Store.HeadBucket(r.Context(), r.Bucket)
		if err != nil || b.ObjectLock == nil || b.ObjectLock.Mode == "" {
			return err
		}
	}
	return s3.BadRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put " + what + " requests with Object Lock parameters")
}

// setLocks tells the locks of a version to who may know them.
func (s *Service) setLocks(h http.Header, r *wire.Request, o store.Object) {
	if o.Retention.Mode != "" && s.Access.Require(r, access.Permission{Action: "s3:GetObjectRetention", On: r.Address}) == nil {
		h.Set(s3.HeaderLockMode, string(o.Retention.Mode))
		h.Set(s3.HeaderLockUntil, s3.Timestamp(o.Retention.Until))
	}
	if o.LegalHold != store.NoHold && s.Access.Require(r, access.Permission{Action: "s3:GetObjectLegalHold", On: r.Address}) == nil {
		h.Set(s3.HeaderLegalHold, string(o.LegalHold))
	}
}

// noLock is the answer of the sub-resources of a lock in a bucket without.
func (s *Service) noLock() *sigv4.Error {
	if s.Personality.NoLocks != nil {
		return s.Personality.NoLocks
	}
	return s3.BadRequest("Bucket is missing Object Lock Configuration")
}
