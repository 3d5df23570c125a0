package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	bolt "go.etcd.io/bbolt"
)

// UploadRequest opens a multipart upload; what it says holds for the object.
type UploadRequest struct {
	Bucket, Key       string
	Headers           map[string]string
	UserMetadata      map[string]string
	Tags              map[string]string
	ACL               []Grant
	Sealing           Sealing
	ChecksumAlgorithm string    // kept for the caller, may be empty
	ChecksumType      string    // kept for the caller, may be empty
	Retention         Retention // as in PutRequest
	LegalHold         LegalHold
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
	ACL               []Grant           `json:"acl,omitzero"`
	Encryption        Encryption        `json:"encryption"`
	ChecksumAlgorithm string            `json:"checksumAlgorithm,omitempty"`
	ChecksumType      string            `json:"checksumType,omitempty"`
	Retention         Retention         `json:"retention,omitzero"`
	LegalHold         LegalHold         `json:"legalHold,omitempty"`
}

// CreateUpload opens a multipart upload. The encryption is fixed here.
func (s *Store) CreateUpload(ctx context.Context, r UploadRequest) (Upload, error) {
	up, err := s.createUpload(ctx, r)
	if err != nil {
		return Upload{}, fmt.Errorf("create upload %s/%s: %w", r.Bucket, r.Key, err)
	}
	return up, nil
}

func (s *Store) createUpload(ctx context.Context, r UploadRequest) (Upload, error) {
	if err := checkKey(r.Key); err != nil {
		return Upload{}, err
	}
	in, err := s.foresee(r.Bucket, r.Key, condition{})
	if err == nil {
		err = locks{r.Retention, r.LegalHold}.check(in)
	}
	if err != nil {
		return Upload{}, err
	}
	env, err := s.newEnvelope(ctx, r.Bucket, r.Key, r.Sealing)
	if err != nil {
		return Upload{}, err
	}
	at := s.now()
	up := uploadRecord{Upload: Upload{
		Bucket: r.Bucket, Key: r.Key, ID: newUploadID(at), Initiated: at,
		Headers: maps.Clone(r.Headers), UserMetadata: maps.Clone(r.UserMetadata), Tags: maps.Clone(r.Tags), ACL: r.ACL,
		Encryption: env.enc, ChecksumAlgorithm: r.ChecksumAlgorithm, ChecksumType: r.ChecksumType,
		Retention: r.Retention, LegalHold: r.LegalHold,
	}}
	if up.Sealed, err = s.closeEnvelope(env, uploadAAD(r.Bucket, r.Key, up.ID, env.enc)); err != nil {
		return Upload{}, err
	}
	err = s.db.Update(func(tx *bolt.Tx) error {
		b, err := content(tx, r.Bucket, tUploads)
		if err != nil {
			return err
		}
		return put(b, uploadKey(r.Key, up.ID), up)
	})
	return up.Upload, err
}

// Upload returns an open upload; ErrNoSuchUpload.
func (s *Store) Upload(_ context.Context, bucket, key, uploadID string) (Upload, error) {
	up, err := s.findUpload(bucket, key, uploadID)
	if err != nil {
		return Upload{}, fmt.Errorf("upload %s of %s/%s: %w", uploadID, bucket, key, err)
	}
	return up.Upload, nil
}

func (s *Store) findUpload(bucket, key, uploadID string) (up uploadRecord, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		up, err = upload(tx, bucket, key, uploadID)
		return err
	})
	return up, err
}

// upload returns an open upload; ErrNoSuchBucket, ErrNoSuchUpload.
func upload(tx *bolt.Tx, bucket, key, uploadID string) (uploadRecord, error) {
	b, err := content(tx, bucket, tUploads)
	if err != nil {
		return uploadRecord{}, err
	}
	value := b.Get(uploadKey(key, uploadID))
	if len(uploadID) != uploadIDLen || value == nil {
		return uploadRecord{}, ErrNoSuchUpload
	}
	var up uploadRecord
	if err := decode(value, &up); err != nil {
		return uploadRecord{}, err
	}
	up.Bucket, up.Key = bucket, key
	return up, nil
}

// AbortUpload drops an upload and its parts; ErrNoSuchUpload.
func (s *Store) AbortUpload(_ context.Context, bucket, key, uploadID string) error {
	var names []string
	err := s.db.Update(func(tx *bolt.Tx) error {
		if _, err := upload(tx, bucket, key, uploadID); err != nil {
			return err
		}
		var err error
		names, err = closeUpload(tx, bucket, key, uploadID)
		return err
	})
	if err != nil {
		return fmt.Errorf("abort upload %s of %s/%s: %w", uploadID, bucket, key, err)
	}
	s.remove(names...)
	return nil
}

// closeUpload deletes an upload and the rows of its parts, and returns the parts'
// files.
func closeUpload(tx *bolt.Tx, bucket, key, uploadID string) ([]string, error) {
	b, err := content(tx, bucket, tUploads)
	if err != nil {
		return nil, err
	}
	if err := b.Delete(uploadKey(key, uploadID)); err != nil {
		return nil, err
	}
	return dropParts(tx, uploadID)
}

// dropParts deletes the rows of an upload's parts and returns their files.
func dropParts(tx *bolt.Tx, uploadID string) ([]string, error) {
	parts, err := uploadParts(tx, uploadID, 0, MaxPartNumber)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.File
		if err := tx.Bucket(bUploadParts).Delete(partKey(uploadID, p.Number)); err != nil {
			return nil, err
		}
	}
	return names, nil
}
