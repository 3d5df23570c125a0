package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// The tables. bContent holds a bucket per S3 bucket with the nested ones below.
// The current version of every key lies in tCurrent, so that a listing is one walk;
// older versions get a table of their own beside it when versioning comes.
var (
	bMeta        = []byte("meta")
	bBuckets     = []byte("buckets")     // name -> Bucket
	bContent     = []byte("content")     // name -> the four tables below
	bObjectParts = []byte("objectparts") // record id -> []partRecord
	bUploadParts = []byte("uploadparts") // upload id, part number (16 bit big-endian) -> partRecord

	tCurrent = []byte("current") // key -> record
	tUploads = []byte("uploads") // key, 0, upload id -> uploadRecord
	tConfig  = []byte("config")  // name -> document
	tKeys    = []byte("keys")    // KMS key id -> wrapped bucket-level key
)

const nullVersion = "null"

// record is an object as it is kept.
type record struct {
	Object
	ID     string        `json:"id"`             // of this very body, never used again
	File   string        `json:"file,omitempty"` // of a single PUT; otherwise see bObjectParts
	Sealed *sealedRecord `json:"sealed,omitempty"`
}

// sealedRecord is what opens a sealed body, given the key encryption key.
type sealedRecord struct {
	Envelope []byte              `json:"envelope"`
	Customer *seal.CustomerProof `json:"customer,omitempty"`
	Upload   string              `json:"upload,omitempty"` // not empty: the envelope is still the one made for this upload
	Tag      []byte              `json:"tag,omitempty"`    // over the object's additional data, under the root key
}

// uploadRecord is an open upload as it is kept.
type uploadRecord struct {
	Upload
	Sealed *sealedRecord `json:"sealed,omitempty"`
}

// partRecord is a part as it is kept, in an upload and then in an object.
type partRecord struct {
	Part
	File     string `json:"file"`
	Envelope []byte `json:"envelope,omitempty"` // the part's own keys under the upload's
}

func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return b, nil
}

func decode(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode record: %w: %w", ErrCorrupt, err)
	}
	return nil
}

func put(b *bolt.Bucket, key []byte, v any) error {
	value, err := encode(v)
	if err != nil {
		return err
	}
	return b.Put(key, value)
}

// content returns one table of an S3 bucket; ErrNoSuchBucket.
func content(tx *bolt.Tx, bucket string, table []byte) (*bolt.Bucket, error) {
	if bucket == "" {
		return nil, ErrNoSuchBucket
	}
	b := tx.Bucket(bContent).Bucket([]byte(bucket))
	if b == nil {
		return nil, ErrNoSuchBucket
	}
	return b.Bucket(table), nil
}

// current returns the record of a key; found is false when there is none.
func current(b *bolt.Bucket, bucket, key string) (rec record, found bool, err error) {
	value := b.Get([]byte(key))
	if value == nil {
		return record{}, false, nil
	}
	if err := decode(value, &rec); err != nil {
		return record{}, false, err
	}
	rec.Bucket, rec.Key = bucket, key
	return rec, true, nil
}

// lookup returns the record that an object name means.
func lookup(tx *bolt.Tx, bucket, key, version string) (record, error) {
	b, err := content(tx, bucket, tCurrent)
	if err != nil {
		return record{}, err
	}
	if key == "" {
		return record{}, ErrNoSuchKey
	}
	rec, found, err := current(b, bucket, key)
	switch {
	case err != nil:
		return record{}, err
	case version != "" && (!found || rec.VersionID != version):
		return record{}, ErrNoSuchVersion
	case !found || rec.DeleteMarker:
		return record{}, ErrNoSuchKey
	}
	return rec, nil
}

// files returns the body files of a record.
func files(tx *bolt.Tx, rec record) ([]string, error) {
	if rec.File != "" {
		return []string{rec.File}, nil
	}
	parts, err := decodeParts(rec, tx.Bucket(bObjectParts).Get([]byte(rec.ID)))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.File
	}
	return names, nil
}

// decodeParts reads the row of bObjectParts of a record; none for a single PUT.
func decodeParts(rec record, row []byte) ([]partRecord, error) {
	if rec.File != "" {
		return nil, nil
	}
	if row == nil {
		return nil, fmt.Errorf("parts of an object are missing: %w", ErrCorrupt)
	}
	var parts []partRecord
	return parts, decode(row, &parts)
}

func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// uploadIDLen is the length of an upload id: 16 hex digits of time, so that ids of
// one key sort by age, and 32 of chance.
const uploadIDLen = 48

func newUploadID(at time.Time) string {
	return fmt.Sprintf("%016x%s", uint64(at.UnixNano()), randomID())
}

func uploadKey(key, id string) []byte { return []byte(key + "\x00" + id) }

// splitUploadKey is the inverse of uploadKey.
func splitUploadKey(k []byte) (key, id string) {
	cut := len(k) - uploadIDLen
	return string(k[:cut-1]), string(k[cut:])
}

func partKey(uploadID string, number int) []byte {
	return binary.BigEndian.AppendUint16([]byte(uploadID), uint16(number))
}
