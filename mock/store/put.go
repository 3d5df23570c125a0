package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

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
	ACL          []Grant
	Sealing      Sealing

	// MD5 is the expected digest of the plaintext (Content-MD5), nil for none; *DigestError.
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

	// Retention and LegalHold are put on the version; ErrNoObjectLock where the
	// bucket has no object lock. Without a Retention it is the bucket's default.
	Retention Retention
	LegalHold LegalHold
}

const maxKeyLen = 1024

func checkKey(key string) error {
	if key == "" || len(key) > maxKeyLen {
		return ErrKeyTooLong
	}
	return nil
}

// Put stores an object as the current version of its key, replacing the one that
// was, or keeping it where the bucket is versioned.
func (s *Store) Put(ctx context.Context, r PutRequest) (Object, error) {
	obj, err := s.put(ctx, r)
	if err != nil {
		return Object{}, fmt.Errorf("put %s/%s: %w", r.Bucket, r.Key, err)
	}
	return obj, nil
}

func (s *Store) put(ctx context.Context, r PutRequest) (Object, error) {
	if err := checkKey(r.Key); err != nil {
		return Object{}, err
	}
	cond := condition{ifMatch: r.IfMatch, ifNoneMatch: r.IfNoneMatch}
	lock := locks{r.Retention, r.LegalHold}
	in, err := s.foresee(r.Bucket, r.Key, cond)
	if err == nil {
		err = lock.check(in)
	}
	if err != nil {
		return Object{}, err
	}
	env, err := s.newEnvelope(ctx, r.Bucket, r.Key, r.Sealing)
	if err != nil {
		return Object{}, err
	}
	b, sums, err := s.receive(ctx, incoming{
		from: r.Body, size: r.Size, keys: env.keys,
		wantMD5: r.MD5 != nil || s.digestETag(env.enc.Mode),
	}, r.MD5, r.Verify)
	if err != nil {
		return Object{}, err
	}
	rec := record{
		Object: Object{
			Bucket: r.Bucket, Key: r.Key,
			Size: b.size, ETag: s.etag(env.enc.Mode, b.md5), Modified: s.now(),
			Headers: maps.Clone(r.Headers), UserMetadata: maps.Clone(r.UserMetadata), Tags: maps.Clone(r.Tags), ACL: r.ACL,
			Encryption: env.enc, Checksums: sums, CRC64NVME: crcText(b.crc),
		},
		ID: randomID(), File: b.file,
	}
	err = s.enter(&rec, in, entry{cond, lock, func(rec record) (*sealedRecord, error) {
		return s.closeEnvelope(env, objectAAD(rec, nil))
	}, nil})
	if err != nil {
		s.remove(b.file)
		return Object{}, err
	}
	return rec.Object, nil
}

// receive writes a body and puts it to the tests of the request. After an error
// nothing is left.
func (s *Store) receive(ctx context.Context, in incoming, wantMD5 []byte, verify func() (Checksums, error)) (body, Checksums, error) {
	b, err := s.writeBody(ctx, in)
	if err != nil {
		return body{}, Checksums{}, err
	}
	var sums Checksums
	if wantMD5 != nil && !bytes.Equal(wantMD5, b.md5) {
		err = &DigestError{Want: wantMD5, Got: b.md5}
	} else if verify != nil {
		sums, err = verify()
	}
	if err != nil {
		s.remove(b.file)
		return body{}, Checksums{}, err
	}
	return b, sums, nil
}

// closeEnvelope wraps the data keys bound to what was written; nil when Plain.
func (s *Store) closeEnvelope(env envelope, aad []byte) (*sealedRecord, error) {
	if env.sealed == nil {
		return nil, nil
	}
	sealed := *env.sealed
	var err error
	if sealed.Envelope, err = seal.Wrap(env.keys, env.under, aad); err != nil {
		return nil, err
	}
	sealed.Tag = s.recordTag().Tag(aad)
	return &sealed, nil
}

// foresee looks at bucket and preconditions before a body is read.
func (s *Store) foresee(bucket, key string, cond condition) (in Bucket, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		if in, err = bucketOf(tx, bucket); err != nil {
			return err
		}
		rec, _, found, err := find(tx, bucket, key, "")
		if err != nil {
			return err
		}
		return cond.judge(rec.Object, found && !rec.DeleteMarker)
	})
	return in, err
}

// commit makes rec the current version of its key, if the preconditions hold at
// this very moment and the bucket's versioning is the expected one, else
// errVersioningChanged and what it is now. Then the bodies of a version that was
// replaced are deleted.
func (s *Store) commit(rec *record, expected Versioning, w entry) (now Versioning, err error) {
	var gone fallen
	err = s.db.Update(func(tx *bolt.Tx) error {
		in, err := bucketOf(tx, rec.Bucket)
		if err != nil {
			return err
		}
		if now = in.Versioning; now != expected {
			return errVersioningChanged
		}
		rec.Versioned = now != Unversioned
		old, _, found, err := find(tx, rec.Bucket, rec.Key, "")
		if err != nil {
			return err
		}
		if err := w.judge(old.Object, found && !old.DeleteMarker); err != nil {
			return err
		}
		if err := rec.lock(w.locks, in); err != nil {
			return err
		}
		if w.also != nil {
			if err := w.also(tx); err != nil {
				return err
			}
		}
		gone, err = install(tx, *rec)
		return err
	})
	if err == nil {
		s.discard(gone)
	}
	return now, err
}

// drop removes what a record has beside its row and says which bodies fall with it.
func drop(tx *bolt.Tx, rec record) (fallen, error) {
	names, err := files(tx, rec)
	if err != nil {
		return fallen{}, err
	}
	return fallen{rec.ID, names}, tx.Bucket(bObjectParts).Delete([]byte(rec.ID))
}

// condition is the preconditions of a write.
type condition struct {
	ifMatch, ifNoneMatch string
	size                 *int64     // only this size
	modified             *time.Time // only this time, to the second
}

// judge follows S3: If-Match on a missing key is 404, everything else 412.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (c condition) judge(obj Object, found bool) error {
	if c.ifMatch != "" {
		if !found {
			return ErrNoSuchKey
		}
		if c.ifMatch != "*" && unquote(c.ifMatch) != obj.ETag {
			return &PreconditionError{Condition: "If-Match"}
		}
	}
	if c.ifNoneMatch != "" && found && (c.ifNoneMatch == "*" || unquote(c.ifNoneMatch) == obj.ETag) {
		return &PreconditionError{Condition: "If-None-Match"}
	}
	switch {
	case found && c.size != nil && *c.size != obj.Size:
		return &PreconditionError{Condition: "x-amz-if-match-size"}
	case found && c.modified != nil && !c.modified.Truncate(time.Second).Equal(obj.Modified.Truncate(time.Second)):
		return &PreconditionError{Condition: "x-amz-if-match-last-modified-time"}
	}
	return nil
}

func unquote(etag string) string { return strings.Trim(etag, `"`) }

// digestETag tells whether the ETag of a single PUT or part is the MD5 of its
// plaintext. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
func (s *Store) digestETag(m Mode) bool {
	return !s.opts.RandomETags && (m == Plain || m == SSES3 || s.opts.MD5ETags)
}

func (s *Store) etag(m Mode, digest []byte) string {
	if s.digestETag(m) {
		return hex.EncodeToString(digest)
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func crcText(crc uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc))
}
