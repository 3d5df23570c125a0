package mock

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
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
func (s *Server) locksOf(r *request) (locks, error) {
	mode, until, hold := r.Header.Get(headerLockMode), r.Header.Get(headerLockUntil), r.Header.Get(headerLegalHold)
	const both = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied."
	switch {
	case hold != "" && hold != string(store.HoldOn) && hold != string(store.HoldOff):
		return locks{}, badArgument("Legal Hold must be either of 'ON' or 'OFF'", strings.ToLower(headerLegalHold), hold)
	case mode == "" && until == "":
		return locks{LegalHold: store.LegalHold(hold)}, nil
	case until == "":
		return locks{}, badArgument(both, strings.ToLower(headerLockUntil), "")
	case mode == "":
		return locks{}, badArgument(both, strings.ToLower(headerLockMode), "")
	case !store.RetentionMode(mode).Known():
		return locks{}, badArgument("Unknown wormMode directive.", strings.ToLower(headerLockMode), mode)
	}
	kept, err := s.retentionUntil(store.RetentionMode(mode), until)
	return locks{kept, store.LegalHold(hold)}, err
}

// retentionUntil reads a date, which must lie ahead.
func (s *Server) retentionUntil(mode store.RetentionMode, date string) (store.Retention, error) {
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return store.Retention{}, badArgument("The retain until date must be provided in ISO 8601 format", strings.ToLower(headerLockUntil), date)
	}
	if !at.After(s.clock()) {
		return store.Retention{}, badArgument("The retain until date must be in the future!", strings.ToLower(headerLockUntil), date)
	}
	return store.Retention{Mode: mode, Until: at.UTC().Truncate(time.Millisecond)}, nil
}

// demandDigest refuses a body without a digest where its version will be locked, by
// what was asked or by the bucket's default; what is "Object" or "Part".
func (s *Server) demandDigest(r *request, asked bool, what string) error {
	sent, _, err := announced(r)
	if err != nil || sent != "" || r.has("Content-Md5") || s.personality.NoChecksums {
		return err
	}
	if !asked {
		b, err := s.store.HeadBucket(r.Context(), r.bucket)
		if err != nil || b.ObjectLock == nil || b.ObjectLock.Mode == "" {
			return err
		}
	}
	return badRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put " + what + " requests with Object Lock parameters")
}

// setLocks tells the locks of a version to who may know them.
func (s *Server) setLocks(h http.Header, r *request, o store.Object) {
	if o.Retention.Mode != "" && s.may(r, need{"s3:GetObjectRetention", r.address}) == nil {
		h.Set(headerLockMode, string(o.Retention.Mode))
		h.Set(headerLockUntil, stamp(o.Retention.Until))
	}
	if o.LegalHold != store.NoHold && s.may(r, need{"s3:GetObjectLegalHold", r.address}) == nil {
		h.Set(headerLegalHold, string(o.LegalHold))
	}
}

// bypasses tells whether a request wants to bypass governance, for which needs
// demands the permission.
func (r *request) bypasses() bool { return strings.EqualFold(r.Header.Get(headerBypass), "true") }

// lockNeeds are the permissions for what a request says of object lock.
func lockNeeds(r *request, action string) []need {
	var all []need
	also := func(said bool, actions ...string) {
		for _, action := range actions {
			if said {
				all = append(all, need{"s3:" + action, r.address})
			}
		}
	}
	switch action {
	case "PutObject":
		also(r.has(headerLockMode), "PutObjectRetention")
		also(r.has(headerLegalHold), "PutObjectLegalHold")
	case "DeleteObject", "DeleteObjectVersion", "PutObjectRetention":
		also(r.bypasses(), "BypassGovernanceRetention")
	case "CreateBucket":
		also(r.has(headerLockBucket), "PutBucketObjectLockConfiguration", "PutBucketVersioning")
	}
	return all
}

const lockedUpdate = "The encryption type for the specified object can’t be updated because that object is protected by S3 Object Lock. If the object has a governance-mode retention period or a legal hold, you must first remove the Object Lock status on the object before you issue your UpdateObjectEncryption request. You can't use the UpdateObjectEncryption operation with objects that have an Object Lock compliance mode retention period applied to them."

// updating gives a lock the answer of UpdateObjectEncryption.
func updating(err error) error {
	if errors.Is(err, store.ErrLocked) {
		return refuse(http.StatusForbidden, "AccessDenied", lockedUpdate)
	}
	return err
}

// noLock is the answer of the sub-resources of a lock in a bucket without.
func noLock() *sigv4.Error { return badRequest("Bucket is missing Object Lock Configuration") }
