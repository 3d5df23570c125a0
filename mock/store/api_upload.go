package store

import (
	"context"
	"io"
	"time"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// MaxPartNumber is the greatest part number of an upload.
const MaxPartNumber = 10000

// UploadRequest opens a multipart upload; what it says holds for the object.
type UploadRequest struct {
	Bucket, Key       string
	Headers           map[string]string
	UserMetadata      map[string]string
	Tags              map[string]string
	Sealing           Sealing
	ChecksumAlgorithm string // kept for the caller, may be empty
	ChecksumType      string // kept for the caller, may be empty
}

// Upload is an open multipart upload.
type Upload struct {
	Bucket            string            `json:"-"`
	Key               string            `json:"-"`
	ID                string            `json:"id"`
	Initiated         time.Time         `json:"initiated"`
	Headers           map[string]string `json:"headers,omitempty"`
	UserMetadata      map[string]string `json:"userMetadata,omitempty"`
	Tags              map[string]string `json:"tags,omitempty"`
	Encryption        Encryption        `json:"encryption"`
	ChecksumAlgorithm string            `json:"checksumAlgorithm,omitempty"`
	ChecksumType      string            `json:"checksumType,omitempty"`
}

// CreateUpload opens a multipart upload. The encryption is fixed here.
func (s *Store) CreateUpload(ctx context.Context, r UploadRequest) (Upload, error) {
	return Upload{}, errUnfinished
}

// Upload returns an open upload; ErrNoSuchUpload.
func (s *Store) Upload(ctx context.Context, bucket, key, uploadID string) (Upload, error) {
	return Upload{}, errUnfinished
}

// PartRequest is one part.
type PartRequest struct {
	Bucket, Key, UploadID string
	Number                int // 1..MaxPartNumber, else ErrPartNumber
	Body                  io.Reader
	Size                  int64 // as in PutRequest
	MD5                   []byte
	Verify                func() (Checksums, error)
	Customer              seal.CustomerKey // SSE-C: ErrCustomerKeyMissing, ErrCustomerKeyUnexpected, ErrWrongCustomerKey
}

// Part is an uploaded part.
type Part struct {
	Number    int       `json:"number"`
	Size      int64     `json:"size"`
	ETag      string    `json:"etag"` // without quotes
	Modified  time.Time `json:"modified"`
	Checksums Checksums `json:"checksums"`
	CRC64NVME string    `json:"crc64nvme"`
}

// PutPart stores a part; a part of the same number is replaced.
func (s *Store) PutPart(ctx context.Context, r PartRequest) (Part, error) {
	return Part{}, errUnfinished
}

// PartPage is a page of parts in ascending order.
type PartPage struct {
	Upload    Upload
	Parts     []Part
	Truncated bool
	Next      int // the after of the next page
}

// ListParts returns the parts with a number greater than after, at most max.
func (s *Store) ListParts(ctx context.Context, bucket, key, uploadID string, after, max int) (PartPage, error) {
	return PartPage{}, errUnfinished
}

// UploadsRequest asks for a page of open uploads, ordered by key, then age.
type UploadsRequest struct {
	Bucket         string
	Prefix         string
	Delimiter      string
	KeyMarker      string // uploads of greater keys, and of this key those after UploadIDMarker
	UploadIDMarker string // only looked at together with KeyMarker; "" skips the whole key
	Max            int
}

// UploadPage is a page of open uploads.
type UploadPage struct {
	Uploads            []Upload
	CommonPrefixes     []string
	Truncated          bool
	NextKeyMarker      string
	NextUploadIDMarker string
}

// ListUploads returns a page of the open uploads of a bucket.
func (s *Store) ListUploads(ctx context.Context, r UploadsRequest) (UploadPage, error) {
	return UploadPage{}, errUnfinished
}

// CompletedPart names a part in a completion.
type CompletedPart struct {
	Number int
	ETag   string // with or without quotes
}

// CompleteRequest makes an object of the listed parts; a subset is allowed, the
// others are dropped.
type CompleteRequest struct {
	Bucket, Key, UploadID string
	Parts                 []CompletedPart
	IfMatch, IfNoneMatch  string

	// Customer may be zero even for SSE-C, as in S3; when given it must be right.
	Customer seal.CustomerKey

	// Verify, when not nil, sees the chosen parts in order and the base64 CRC64NVME
	// of the whole object before the commit, and returns the checksums to keep with
	// the object; an error stops the completion and leaves the upload open.
	Verify func(parts []Part, crc64nvme string) (Checksums, error)
}

// CompleteUpload makes the object without copying a byte and closes the upload.
// ErrNoSuchUpload, ErrInvalidPart, ErrInvalidPartOrder, *EntityTooSmallError,
// *PreconditionError. An empty list is ErrInvalidPart.
func (s *Store) CompleteUpload(ctx context.Context, r CompleteRequest) (Object, error) {
	return Object{}, errUnfinished
}

// AbortUpload drops an upload and its parts; ErrNoSuchUpload.
func (s *Store) AbortUpload(ctx context.Context, bucket, key, uploadID string) error {
	return errUnfinished
}
