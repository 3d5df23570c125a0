package store

import (
	"bytes"
	"context"
	"fmt"
	"maps"

	bolt "go.etcd.io/bbolt"
)

// RewrapRequest names an object whose data key is to lie under another key.
type RewrapRequest struct {
	Bucket, Key, VersionID string            // VersionID as in ReadRequest
	Sealing                Sealing           // SSEKMS only
	Headers                map[string]string // set among the object's; the others stay
}

// Rewrap takes the data key of an SSE-S3 or SSE-KMS object from under one key
// encryption key and puts it under another. The body is not touched, and the
// object stays what it was: ETag, time, metadata, parts and checksums. A request
// context is not taken over. ErrNotRewrappable for an object of another mode,
// ErrLocked for one under object lock; otherwise errors as Open.
func (s *Store) Rewrap(ctx context.Context, r RewrapRequest) (Object, error) {
	for {
		obj, done, err := s.rewrap(ctx, r)
		if err != nil {
			return Object{}, fmt.Errorf("rewrap %s/%s: %w", r.Bucket, r.Key, err)
		}
		if done {
			return obj, nil
		}
	}
}

// rewrap tries once; done is false when the object changed meanwhile.
func (s *Store) rewrap(ctx context.Context, r RewrapRequest) (obj Object, done bool, err error) {
	if r.Sealing.Mode != SSEKMS {
		return Object{}, false, fmt.Errorf("to %s: %w", r.Sealing.Mode, ErrNotRewrappable)
	}
	var rec record
	var row []byte
	err = s.db.View(func(tx *bolt.Tx) error {
		rec, _, err = lookup(tx, r.Bucket, r.Key, r.VersionID)
		row = bytes.Clone(tx.Bucket(bObjectParts).Get([]byte(rec.ID)))
		return err
	})
	if err != nil {
		return Object{}, false, err
	}
	if m := rec.Encryption.Mode; m != SSES3 && m != SSEKMS {
		return Object{}, false, fmt.Errorf("from %q: %w", m, ErrNotRewrappable)
	}
	parts, err := decodeParts(rec, row)
	if err != nil {
		return Object{}, false, err
	}
	env, err := s.newEnvelope(ctx, r.Bucket, r.Key, r.Sealing)
	if err != nil {
		return Object{}, false, err
	}
	if env.keys, err = s.openKeys(ctx, rec, parts, r.Sealing.Customer); err != nil {
		return Object{}, false, err
	}
	before := rec.Sealed.Envelope
	rec.Encryption = env.enc
	sealed, err := s.closeEnvelope(env, objectAAD(rec, parts))
	if err != nil {
		return Object{}, false, err
	}
	err = s.db.Update(func(tx *bolt.Tx) error {
		now, at, err := lookup(tx, r.Bucket, r.Key, r.VersionID)
		if err != nil {
			return err
		}
		if now.ID != rec.ID || now.Sealed == nil || !bytes.Equal(now.Sealed.Envelope, before) {
			return nil
		}
		if err := now.held(s.now(), false); err != nil {
			return err
		}
		now.Encryption, now.Sealed = env.enc, sealed
		now.Headers = maps.Clone(now.Headers)
		if now.Headers == nil {
			now.Headers = map[string]string{}
		}
		maps.Copy(now.Headers, r.Headers)
		obj, done = now.Object, true
		return at.put(now)
	})
	return obj, done, err
}
