package store

import (
	"context"
	"io"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// PutRequest is one whole object to store.
type PutRequest struct {
	Bucket, Key  string
	Body         io.Reader
	Size         int64 // -1 unknown; otherwise Body must have exactly so many bytes (ErrIncompleteBody)
	Headers      map[string]string
	UserMetadata map[string]string
	Tags         map[string]string
	Sealing      Sealing

	// MD5 is the expected digest of the plaintext (Content-MD5), nil for none; ErrBadDigest.
	MD5 []byte

	// Verify, when not nil, runs after the body was read to its end and before
	// anything is committed: an error stops the Put and leaves nothing behind. It
	// returns the checksums to keep (the caller computes them in Body).
	Verify func() (Checksums, error)

	// IfMatch, IfNoneMatch: "", "*" or an ETag with or without quotes; judged in the
	// transaction that commits. *PreconditionError, or ErrNoSuchKey for IfMatch on
	// a missing key. Bucket and preconditions are also looked at before the body is
	// read, so that a hopeless upload fails early.
	IfMatch, IfNoneMatch string
}

// Put stores an object, replacing the one under that key.
func (s *Store) Put(ctx context.Context, r PutRequest) (Object, error) {
	return Object{}, errUnfinished
}

// Stat returns the record of an object without asking for any key. versionID is
// "", or "null", or ErrNoSuchVersion.
func (s *Store) Stat(ctx context.Context, bucket, key, versionID string) (Object, error) {
	return Object{}, errUnfinished
}

// ReadRequest names an object and, for SSE-C, its key.
type ReadRequest struct {
	Bucket, Key, VersionID string
	Customer               seal.CustomerKey
}

// Head is Stat plus the judgement of the customer key: ErrCustomerKeyMissing,
// ErrCustomerKeyUnexpected, ErrWrongCustomerKey. It asks the KMS for nothing, as S3.
func (s *Store) Head(ctx context.Context, r ReadRequest) (Object, error) {
	return Object{}, errUnfinished
}

// Open opens an object's plaintext. Errors as Head, those of Options.KMS, and
// ErrCorrupt. The object stays readable until Close even when it is replaced or
// deleted meanwhile.
func (s *Store) Open(ctx context.Context, r ReadRequest) (*Reader, error) {
	return nil, errUnfinished
}

// Reader reads the plaintext of one object. ReadAt may be used concurrently.
type Reader struct {
	Object Object
}

var _ io.ReaderAt = (*Reader)(nil)

// Size is the number of plaintext bytes.
func (r *Reader) Size() int64 { return 0 }

// ReadAt implements io.ReaderAt over the plaintext. Errors wrap ErrCorrupt when the
// bytes on disk are not those written.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) { return 0, errUnfinished }

// Range streams length bytes from off; cheaper than an io.SectionReader over
// ReadAt for long runs. It reads short when the range passes the end. It holds
// nothing that needs closing but the Reader.
func (r *Reader) Range(off, length int64) io.Reader { return nil }

// PartRange returns offset and length of part number n (1..PartCount; 1 for an
// object of a single PUT), for ?partNumber=; ok is false when there is none.
func (r *Reader) PartRange(n int) (off, length int64, ok bool) { return 0, 0, false }

// Close releases the files. Idempotent.
func (r *Reader) Close() error { return errUnfinished }

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
func (s *Store) Delete(ctx context.Context, r DeleteRequest) (Deleted, error) {
	return Deleted{}, errUnfinished
}

// SetTags replaces the tags of an object; nil removes them.
func (s *Store) SetTags(ctx context.Context, bucket, key, versionID string, tags map[string]string) error {
	return errUnfinished
}
