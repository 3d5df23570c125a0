package store

import (
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// DeleteRequest names what to delete: a key, or one version of it for good.
type DeleteRequest struct {
	Bucket, Key string
	VersionID   string // "" for the key; "null" or an id for a version, else *InvalidVersionIDError
	Bypass      bool   // the caller may, and wants to, bypass governance
	IfMatch     string // as in PutRequest, about the version named or the current one; a missing one is then ErrNoSuchKey

	// Further preconditions, about the same; a missing one meets them. nil for none.
	IfSize     *int64
	IfModified *time.Time // compared to the second
}

// Deleted says what a Delete did.
type Deleted struct {
	Found        bool   // something went, or got a delete marker; false is answered like success by S3
	VersionID    string // of the version that went, or of the delete marker that came; "" for a key of an unversioned bucket
	DeleteMarker bool   // the version that VersionID names is, or was, a delete marker
}

// Delete removes a key: of an unversioned bucket for good, of a versioned one by a
// delete marker, which takes the place of the version "null" where versioning is
// suspended. With a VersionID it removes that version for good, and what was
// written before it becomes current; ErrLocked where object lock keeps it. What is
// missing is no error.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (s *Store) Delete(_ context.Context, r DeleteRequest) (Deleted, error) {
	var done Deleted
	var gone fallen
	err := s.db.Update(func(tx *bolt.Tx) (err error) {
		b, err := bucketOf(tx, r.Bucket)
		if err != nil {
			return err
		}
		if err := checkKey(r.Key); err != nil {
			return err
		}
		if err := checkVersionID(r.VersionID); err != nil {
			return err
		}
		rec, at, found, err := find(tx, r.Bucket, r.Key, r.VersionID)
		if err != nil {
			return err
		}
		if err := (condition{ifMatch: r.IfMatch, size: r.IfSize, modified: r.IfModified}).judge(rec.Object, found && !rec.DeleteMarker); err != nil {
			return err
		}
		if r.VersionID == "" && b.Versioning != Unversioned {
			done, gone, err = s.mark(tx, b.Versioning, r)
			return err
		}
		done = Deleted{Found: found, VersionID: r.VersionID, DeleteMarker: rec.DeleteMarker}
		if !found {
			return nil
		}
		if err := rec.held(s.now(), r.Bypass); err != nil {
			return err
		}
		gone, err = remove(tx, rec, at)
		return err
	})
	if err != nil {
		return Deleted{}, fmt.Errorf("delete %s/%s: %w", r.Bucket, r.Key, err)
	}
	s.discard(gone)
	return done, nil
}

// mark puts a delete marker over a key, which need not exist.
func (s *Store) mark(tx *bolt.Tx, v Versioning, r DeleteRequest) (Deleted, fallen, error) {
	at := s.now()
	rec := record{
		Object: Object{Bucket: r.Bucket, Key: r.Key, VersionID: v.newVersionID(at), DeleteMarker: true, Modified: at},
		ID:     randomID(),
	}
	gone, err := install(tx, rec)
	return Deleted{Found: true, VersionID: rec.VersionID, DeleteMarker: true}, gone, err
}
