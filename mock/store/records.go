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
// The current version of every key lies in tCurrent, a delete marker too, so that a
// listing is one walk; the others lie in tOlder (see older.go). A key that has a
// version has a current one.
var (
	bMeta        = []byte("meta")
	bBuckets     = []byte("buckets")     // name -> Bucket
	bContent     = []byte("content")     // name -> the tables below
	bObjectParts = []byte("objectparts") // record id -> []partRecord
	bUploadParts = []byte("uploadparts") // upload id, part number (16 bit big-endian) -> partRecord

	tCurrent = []byte("current") // key -> record
	tOlder   = []byte("older")   // see older.go -> record; made with the first row
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

// find returns a version of a key, the current one where version is "", and where
// it lies. A delete marker is found like any other.
func find(tx *bolt.Tx, bucket, key, version string) (rec record, at place, found bool, err error) {
	b, err := content(tx, bucket, tCurrent)
	if err != nil || key == "" {
		return record{}, place{}, false, err
	}
	rec, found, err = current(b, bucket, key)
	if err != nil || !found || version == "" || version == rec.VersionID {
		return rec, place{table: b, row: []byte(key)}, found, err
	}
	return findOlder(tx, bucket, key, version)
}

// lookup returns the record that an object name means: ErrNoSuchBucket,
// ErrNoSuchKey, ErrNoSuchVersion, *InvalidVersionIDError, *DeleteMarkerError.
func lookup(tx *bolt.Tx, bucket, key, version string) (record, place, error) {
	b, err := bucketOf(tx, bucket)
	if err == nil {
		err = checkVersionID(version)
	}
	if err != nil {
		return record{}, place{}, err
	}
	rec, at, found, err := find(tx, bucket, key, version)
	switch {
	case err != nil:
		return record{}, place{}, err
	case !found && version != "" && key != "":
		return record{}, place{}, ErrNoSuchVersion
	case !found:
		return record{}, place{}, ErrNoSuchKey
	case rec.DeleteMarker:
		return record{}, place{}, &DeleteMarkerError{Key: key, VersionID: rec.VersionID, Modified: rec.Modified, Named: version != ""}
	}
	rec.Versioned = b.Versioning != Unversioned
	return rec, at, nil
}

// amend is amendIn in a transaction of its own.
func (s *Store) amend(bucket, key, version string, change func(*record) error) error {
	return s.db.Update(func(tx *bolt.Tx) error { return amendIn(tx, bucket, key, version, change) })
}

// amendIn changes the record of one version. Errors as lookup.
func amendIn(tx *bolt.Tx, bucket, key, version string, change func(*record) error) error {
	rec, at, err := lookup(tx, bucket, key, version)
	if err != nil {
		return err
	}
	if err := change(&rec); err != nil {
		return err
	}
	return at.put(rec)
}

// files returns the body files of a record.
func files(tx *bolt.Tx, rec record) ([]string, error) {
	if rec.DeleteMarker {
		return nil, nil
	}
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
