package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// The answers a caller tells apart with errors.Is. Each is named after the S3
// error code it becomes where there is one.
var (
	ErrNoSuchBucket       = errors.New("no such bucket")
	ErrBucketExists       = errors.New("the bucket exists already")
	ErrBucketNotEmpty     = errors.New("the bucket is not empty")
	ErrVersionsLeft       = fmt.Errorf("%w: versions or delete markers are left", ErrBucketNotEmpty)
	ErrNoSuchKey          = errors.New("no such key")
	ErrNoSuchVersion      = errors.New("no such version")
	ErrDeleteMarker       = errors.New("the version is a delete marker")
	ErrNotVersioned       = errors.New("versioning is not enabled")
	ErrNoObjectLock       = errors.New("the bucket has no object lock")
	ErrObjectLock         = errors.New("the bucket has object lock, so its versioning stays enabled")
	ErrLocked             = errors.New("the version is locked")
	ErrNoSuchUpload       = errors.New("no such upload")
	ErrInvalidPart        = errors.New("a listed part was not uploaded or its etag differs")
	ErrInvalidPartOrder   = errors.New("the parts are not listed in ascending order")
	ErrPartNumber         = errors.New("part number must be between 1 and 10000")
	ErrPreconditionFailed = errors.New("precondition failed")
	ErrKeyTooLong         = errors.New("object key is longer than 1024 bytes or empty")
	ErrIncompleteBody     = errors.New("the body is shorter or longer than announced")
	ErrBadDigest          = errors.New("the body does not have the announced MD5")
	ErrNoSuchConfig       = errors.New("no such bucket configuration")
	ErrNotRewrappable     = errors.New("only a data key of SSE-S3 or SSE-KMS can be wrapped anew, and only for SSE-KMS")

	// ErrCustomerKeyMissing: the object or upload is SSE-C and no key was given.
	ErrCustomerKeyMissing = errors.New("stored with a customer key which was not given")
	// ErrCustomerKeyUnexpected: a customer key was given for something not SSE-C.
	ErrCustomerKeyUnexpected = errors.New("a customer key was given but none was used to store this")
	// ErrWrongCustomerKey: another customer key than the one stored with.
	ErrWrongCustomerKey = seal.ErrWrongCustomerKey
	// ErrCorrupt: the bytes on disk are not those that were written.
	ErrCorrupt = seal.ErrCorrupt
)

// EntityTooSmallError says which part of a completion is under the least size.
type EntityTooSmallError struct {
	PartNumber   int
	ETag         string
	Size         int64
	MinSizeBytes int64
}

func (e *EntityTooSmallError) Error() string {
	return fmt.Sprintf("part %d has %d bytes, less than the minimum of %d", e.PartNumber, e.Size, e.MinSizeBytes)
}

// DigestError is the ErrBadDigest of a body: the MD5 announced, and that of what came.
type DigestError struct{ Want, Got []byte }

func (e *DigestError) Error() string { return ErrBadDigest.Error() }

// Unwrap makes errors.Is(err, ErrBadDigest) true.
func (e *DigestError) Unwrap() error { return ErrBadDigest }

// PreconditionError is the ErrPreconditionFailed of one condition; Condition is
// the header that says it. If-Match on a missing key is ErrNoSuchKey.
type PreconditionError struct{ Condition string }

func (e *PreconditionError) Error() string { return e.Condition + ": " + ErrPreconditionFailed.Error() }

// Unwrap makes errors.Is(err, ErrPreconditionFailed) true.
func (e *PreconditionError) Unwrap() error { return ErrPreconditionFailed }

// InvalidVersionIDError is about an id that no version can have.
type InvalidVersionIDError struct{ VersionID string }

func (e *InvalidVersionIDError) Error() string {
	return fmt.Sprintf("%q is no version id", e.VersionID)
}

// DeleteMarkerError is met in place of an object. It is ErrNoSuchKey where the
// marker is the current version, ErrDeleteMarker where it was asked for by its id.
type DeleteMarkerError struct {
	Key       string
	VersionID string
	Modified  time.Time
	Named     bool
}

func (e *DeleteMarkerError) Error() string { return e.Unwrap().Error() + " (" + e.VersionID + ")" }

// Unwrap gives what the marker means to a reader.
func (e *DeleteMarkerError) Unwrap() error {
	if e.Named {
		return ErrDeleteMarker
	}
	return ErrNoSuchKey
}
