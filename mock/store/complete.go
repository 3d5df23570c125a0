package store

import (
	"context"
	"crypto/md5" // the S3 protocol's multipart ETag
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
)

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
	obj, err := s.complete(ctx, r)
	if err != nil {
		return Object{}, fmt.Errorf("complete upload of %s/%s: %w", r.Bucket, r.Key, err)
	}
	return obj, nil
}

func (s *Store) complete(ctx context.Context, r CompleteRequest) (Object, error) {
	in, up, parts, err := s.chosen(r)
	if err != nil {
		return Object{}, err
	}
	if !r.Customer.IsZero() {
		if err := checkCustomer(up.Encryption, up.Sealed, r.Customer); err != nil {
			return Object{}, err
		}
	}
	rec, err := s.assemble(up, parts)
	if err != nil {
		return Object{}, err
	}
	if r.Verify != nil {
		plain := make([]Part, len(parts))
		for i, p := range parts {
			plain[i] = p.Part
		}
		if rec.Checksums, err = r.Verify(plain, rec.CRC64NVME); err != nil {
			return Object{}, err
		}
	}
	var unused []string
	err = s.enter(&rec, in, entry{
		condition{ifMatch: r.IfMatch, ifNoneMatch: r.IfNoneMatch},
		locks{up.Retention, up.LegalHold},
		func(rec record) (*sealedRecord, error) { return s.rebind(ctx, up, rec, parts, r.Customer) },
		func(tx *bolt.Tx) error {
			unused, err = transfer(tx, r, rec.ID, parts)
			return err
		},
	})
	if err != nil {
		return Object{}, err
	}
	s.remove(unused...)
	return rec.Object, nil
}

// chosen returns the bucket, the upload and those of its parts that the request lists.
func (s *Store) chosen(r CompleteRequest) (in Bucket, up uploadRecord, parts []partRecord, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		if in, err = bucketOf(tx, r.Bucket); err != nil {
			return err
		}
		if up, err = upload(tx, r.Bucket, r.Key, r.UploadID); err != nil {
			return err
		}
		all, err := uploadParts(tx, r.UploadID, 0, MaxPartNumber)
		if err != nil {
			return err
		}
		parts, err = s.choose(all, r.Parts)
		return err
	})
	return in, up, parts, err
}

func (s *Store) choose(all []partRecord, listed []CompletedPart) ([]partRecord, error) {
	if len(listed) == 0 {
		return nil, ErrInvalidPart
	}
	byNumber := make(map[int]partRecord, len(all))
	for _, p := range all {
		byNumber[p.Number] = p
	}
	var parts []partRecord
	for i, l := range listed {
		if i > 0 && l.Number <= listed[i-1].Number {
			return nil, ErrInvalidPartOrder
		}
		p, ok := byNumber[l.Number]
		if !ok || p.ETag != unquote(l.ETag) {
			return nil, fmt.Errorf("part %d: %w", l.Number, ErrInvalidPart)
		}
		parts = append(parts, p)
	}
	for _, p := range parts[:len(parts)-1] {
		if p.Size < s.opts.MinPartSize {
			return nil, &EntityTooSmallError{PartNumber: p.Number, ETag: p.ETag, Size: p.Size, MinSizeBytes: s.opts.MinPartSize}
		}
	}
	return parts, nil
}

// assemble makes the record of the object: sizes added, CRCs combined, and the ETag
// S3 gives to multipart objects in every mode: the MD5 of the parts' ETags, "-N".
func (s *Store) assemble(up uploadRecord, parts []partRecord) (record, error) {
	rec := record{
		Object: Object{
			Bucket: up.Bucket, Key: up.Key, Modified: s.now(),
			Headers: up.Headers, UserMetadata: up.UserMetadata, Tags: up.Tags, ACL: up.ACL,
			Encryption: up.Encryption, UploadID: up.ID, PartCount: len(parts),
		},
		ID: randomID(),
	}
	digest := md5.New()
	var crc uint64
	for _, p := range parts {
		etag, err := hex.DecodeString(p.ETag)
		if err != nil {
			return record{}, fmt.Errorf("etag of part %d: %w", p.Number, ErrCorrupt)
		}
		_, _ = digest.Write(etag)
		sum, err := base64.StdEncoding.DecodeString(p.CRC64NVME)
		if err != nil || len(sum) != 8 {
			return record{}, fmt.Errorf("checksum of part %d: %w", p.Number, ErrCorrupt)
		}
		crc = CombineCRC64NVME(crc, binary.BigEndian.Uint64(sum), p.Size)
		rec.Size += p.Size
	}
	rec.ETag = fmt.Sprintf("%x-%d", digest.Sum(nil), len(parts))
	rec.CRC64NVME = crcText(crc)
	return rec, nil
}

// rebind wraps the upload's data keys anew, bound to the finished object. Without
// the customer key of an SSE-C upload, which S3 does not ask for here, they stay
// bound to the upload, each part stays bound to them, and only the record's tag
// holds the list of parts together.
func (s *Store) rebind(ctx context.Context, up uploadRecord, rec record, parts []partRecord, c seal.CustomerKey) (*sealedRecord, error) {
	if up.Encryption.Mode == Plain {
		return nil, nil
	}
	aad := objectAAD(rec, parts)
	if up.Encryption.Mode == SSEC && c.IsZero() {
		if up.Sealed == nil {
			return nil, fmt.Errorf("the record of the upload has no keys: %w", ErrCorrupt)
		}
		sealed := *up.Sealed
		sealed.Upload, sealed.Tag = up.ID, s.recordTag().Tag(aad)
		return &sealed, nil
	}
	under, err := s.openWrappers(ctx, up.Bucket, up.Encryption, up.Sealed, c)
	if err != nil {
		return nil, err
	}
	keys, err := seal.Unwrap(up.Sealed.Envelope, under, uploadAAD(up.Bucket, up.Key, up.ID, up.Encryption))
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if _, err := openPart(p, keys); err != nil {
			return nil, err
		}
	}
	return s.closeEnvelope(envelope{keys: keys, under: under, sealed: up.Sealed}, aad)
}

// transfer hands the chosen parts from the upload to the object, provided that the
// upload is still open and none of them was replaced meanwhile. It returns the files
// of the parts that were not chosen.
func transfer(tx *bolt.Tx, r CompleteRequest, id string, parts []partRecord) ([]string, error) {
	if _, err := upload(tx, r.Bucket, r.Key, r.UploadID); err != nil {
		return nil, err
	}
	all, err := closeUpload(tx, r.Bucket, r.Key, r.UploadID)
	if err != nil {
		return nil, err
	}
	left := make(map[string]struct{}, len(all))
	for _, file := range all {
		left[file] = struct{}{}
	}
	for _, p := range parts {
		if _, ok := left[p.File]; !ok {
			return nil, fmt.Errorf("part %d was replaced meanwhile: %w", p.Number, ErrInvalidPart)
		}
		delete(left, p.File)
	}
	var unused []string
	for file := range left {
		unused = append(unused, file)
	}
	return unused, put(tx.Bucket(bObjectParts), []byte(id), parts)
}
