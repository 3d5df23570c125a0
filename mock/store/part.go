package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// MaxPartNumber is the greatest part number of an upload.
const MaxPartNumber = 10000

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
	p, err := s.putPart(ctx, r)
	if err != nil {
		return Part{}, fmt.Errorf("put part %d of %s/%s: %w", r.Number, r.Bucket, r.Key, err)
	}
	return p, nil
}

func (s *Store) putPart(ctx context.Context, r PartRequest) (Part, error) {
	if r.Number < 1 || r.Number > MaxPartNumber {
		return Part{}, ErrPartNumber
	}
	up, err := s.findUpload(r.Bucket, r.Key, r.UploadID)
	if err != nil {
		return Part{}, err
	}
	if err := checkCustomer(up.Encryption, up.Sealed, r.Customer); err != nil {
		return Part{}, err
	}
	under, keys, err := s.partKeys(ctx, up, r)
	if err != nil {
		return Part{}, err
	}
	mode := up.Encryption.Mode
	b, sums, err := s.receive(ctx, incoming{
		from: r.Body, size: r.Size, keys: keys,
		wantMD5: r.MD5 != nil || s.digestETag(mode),
	}, r.MD5, r.Verify)
	if err != nil {
		return Part{}, err
	}
	p := partRecord{File: b.file, Part: Part{
		Number: r.Number, Size: b.size, ETag: s.etag(mode, b.md5), Modified: s.now(),
		Checksums: sums, CRC64NVME: crcText(b.crc),
	}}
	if len(keys) > 0 {
		p.Envelope, err = seal.Wrap(keys, under, partAAD(p))
	}
	if err == nil {
		err = s.commitPart(r, p)
	}
	if err != nil {
		s.remove(b.file)
		return Part{}, err
	}
	return p.Part, nil
}

// partKeys makes the keys of a new part and finds what they are wrapped under; none
// when the upload is Plain.
func (s *Store) partKeys(ctx context.Context, up uploadRecord, r PartRequest) ([]seal.KeyWrapper, []*seal.Key, error) {
	if up.Encryption.Mode == Plain {
		return nil, nil, nil
	}
	uploadKeys, err := s.openUpload(ctx, up, r.Customer)
	if err != nil {
		return nil, nil, err
	}
	under := partWrappers(uploadKeys, r.Number)
	keys := make([]*seal.Key, len(under))
	for i := range keys {
		keys[i] = seal.GenerateKey()
	}
	return under, keys, nil
}

// openUpload returns the data keys of a sealed upload.
func (s *Store) openUpload(ctx context.Context, up uploadRecord, c seal.CustomerKey) ([]*seal.Key, error) {
	under, err := s.openWrappers(ctx, up.Bucket, up.Encryption, up.Sealed, c)
	if err != nil {
		return nil, err
	}
	return seal.Unwrap(up.Sealed.Envelope, under, uploadAAD(up.Bucket, up.Key, up.ID, up.Encryption))
}

func (s *Store) commitPart(r PartRequest, p partRecord) error {
	var old string
	err := s.db.Update(func(tx *bolt.Tx) error {
		if _, err := upload(tx, r.Bucket, r.Key, r.UploadID); err != nil {
			return err
		}
		rows, row := tx.Bucket(bUploadParts), partKey(r.UploadID, r.Number)
		if v := rows.Get(row); v != nil {
			var before partRecord
			if err := decode(v, &before); err != nil {
				return err
			}
			old = before.File
		}
		return put(rows, row, p)
	})
	if err == nil && old != "" {
		s.remove(old)
	}
	return err
}

// uploadParts returns the parts with a number greater than after, at most limit.
func uploadParts(tx *bolt.Tx, uploadID string, after, limit int) ([]partRecord, error) {
	var parts []partRecord
	c := tx.Bucket(bUploadParts).Cursor()
	for k, v := c.Seek(partKey(uploadID, after+1)); k != nil && bytes.HasPrefix(k, []byte(uploadID)) && len(parts) < limit; k, v = c.Next() {
		var p partRecord
		if err := decode(v, &p); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// PartPage is a page of parts in ascending order.
type PartPage struct {
	Upload    Upload
	Parts     []Part
	Truncated bool
	Next      int // the after of the next page
}

// ListParts returns the parts with a number greater than after, at most limit;
// ErrNoSuchUpload. A limit of 0 returns an empty page, not truncated.
func (s *Store) ListParts(_ context.Context, bucket, key, uploadID string, after, limit int) (PartPage, error) {
	var page PartPage
	err := s.db.View(func(tx *bolt.Tx) error {
		up, err := upload(tx, bucket, key, uploadID)
		if err != nil {
			return err
		}
		page.Upload = up.Upload
		if limit <= 0 || after >= MaxPartNumber {
			return nil
		}
		parts, err := uploadParts(tx, uploadID, max(after, 0), limit+1)
		if err != nil {
			return err
		}
		if len(parts) > limit {
			parts, page.Truncated = parts[:limit], true
		}
		for _, p := range parts {
			page.Parts = append(page.Parts, p.Part)
			page.Next = p.Number
		}
		return nil
	})
	if err != nil {
		return PartPage{}, fmt.Errorf("list parts of %s/%s: %w", bucket, key, err)
	}
	return page, nil
}
