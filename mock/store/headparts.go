package store

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// HeadParts is Head with the parts that CompleteUpload made the object of, in
// order; none for an object of a single PUT.
func (s *Store) HeadParts(_ context.Context, r ReadRequest) (Object, []Part, error) {
	var rec record
	var row []byte
	err := s.db.View(func(tx *bolt.Tx) (err error) {
		rec, _, err = lookup(tx, r.Bucket, r.Key, r.VersionID)
		row = bytes.Clone(tx.Bucket(bObjectParts).Get([]byte(rec.ID)))
		return err
	})
	if err == nil {
		_, err = r.judge(rec)
	}
	var kept []partRecord
	if err == nil {
		kept, err = decodeParts(rec, row)
	}
	if err != nil {
		return Object{}, nil, fmt.Errorf("head parts of %s/%s: %w", r.Bucket, r.Key, err)
	}
	parts := make([]Part, len(kept))
	for i, p := range kept {
		parts[i] = p.Part
	}
	return rec.Object, parts, nil
}
