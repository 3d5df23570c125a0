package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// envelope is a new object's or upload's encryption while it is being written.
type envelope struct {
	enc    Encryption
	keys   []*seal.Key // the data keys, innermost layer first; none when Plain
	under  []seal.KeyWrapper
	sealed *sealedRecord // nil when Plain
}

// newEnvelope makes data keys and finds what they will be wrapped under, so that a
// missing or disabled key stops a write before its body is read.
func (s *Store) newEnvelope(ctx context.Context, bucket, key string, want Sealing) (envelope, error) {
	e := envelope{enc: Encryption{Mode: want.Mode}}
	kms := want.Mode == SSEKMS || want.Mode == DSSEKMS
	switch {
	case kms && want.KeyID == "":
		return envelope{}, fmt.Errorf("%s needs a key id", want.Mode)
	case (want.Mode == SSEC) == want.Customer.IsZero():
		return envelope{}, fmt.Errorf("a customer key belongs to %s and to nothing else", SSEC)
	case want.BucketKey && want.Mode != SSEKMS:
		return envelope{}, fmt.Errorf("a bucket key belongs to %s and to nothing else", SSEKMS)
	}
	if kms {
		e.enc.KeyID, e.enc.BucketKey = want.KeyID, want.BucketKey
		e.enc.Context = fullContext(bucket, key, want)
	}
	var err error
	switch want.Mode {
	case Plain:
		return e, nil
	case SSEC:
		proof, under := want.Customer.Prove()
		e.enc.CustomerKeyMD5 = want.Customer.MD5()
		e.sealed = &sealedRecord{Customer: &proof}
		e.under = []seal.KeyWrapper{under}
	default:
		e.sealed = &sealedRecord{}
		e.under, err = s.wrappers(ctx, bucket, e.enc)
	}
	if err != nil {
		return envelope{}, err
	}
	for range e.under {
		e.keys = append(e.keys, seal.GenerateKey())
	}
	return e, nil
}

// fullContext is the encryption context with the ARN that S3 adds: the object's, or
// the bucket's under a bucket key.
func fullContext(bucket, key string, want Sealing) map[string]string {
	full := map[string]string{"aws:s3:arn": bucketARN(bucket) + "/" + key}
	if want.BucketKey {
		full["aws:s3:arn"] = bucketARN(bucket)
	}
	maps.Copy(full, want.Context)
	return full
}

func bucketARN(bucket string) string { return "arn:aws:s3:::" + bucket }

// wrappers returns the key encryption key of each layer, innermost first, for every
// mode whose keys the server has.
func (s *Store) wrappers(ctx context.Context, bucket string, enc Encryption) ([]seal.KeyWrapper, error) {
	switch enc.Mode {
	case SSES3:
		return []seal.KeyWrapper{s.root.Derive("sse-s3")}, nil
	case SSEKMS, DSSEKMS:
		if s.opts.KMS == nil {
			return nil, errors.New("this store has no KMS")
		}
		kek, err := s.opts.KMS(ctx, enc.KeyID)
		if err != nil {
			return nil, fmt.Errorf("kms key: %w", err)
		}
		if enc.Mode == DSSEKMS {
			return []seal.KeyWrapper{kek, s.root.Derive("dsse outer layer")}, nil
		}
		if enc.BucketKey {
			kek, err = s.bucketKey(bucket, enc.KeyID, kek)
		}
		return []seal.KeyWrapper{kek}, err
	}
	return nil, fmt.Errorf("encryption mode %q is not known: %w", enc.Mode, ErrCorrupt)
}

// openWrappers is wrappers for something stored, SSE-C included.
func (s *Store) openWrappers(ctx context.Context, bucket string, enc Encryption, sealed *sealedRecord, c seal.CustomerKey) ([]seal.KeyWrapper, error) {
	if sealed == nil {
		return nil, fmt.Errorf("the record of a %s object has no keys: %w", enc.Mode, ErrCorrupt)
	}
	if enc.Mode != SSEC {
		return s.wrappers(ctx, bucket, enc)
	}
	if sealed.Customer == nil {
		return nil, fmt.Errorf("the record of a %s object has no proof: %w", enc.Mode, ErrCorrupt)
	}
	kek, err := sealed.Customer.Wrapper(c)
	return []seal.KeyWrapper{kek}, err
}

// checkCustomer judges a given customer key against how something is stored.
func checkCustomer(enc Encryption, sealed *sealedRecord, c seal.CustomerKey) error {
	switch {
	case enc.Mode != SSEC && c.IsZero():
		return nil
	case enc.Mode != SSEC:
		return ErrCustomerKeyUnexpected
	case c.IsZero():
		return ErrCustomerKeyMissing
	case sealed == nil || sealed.Customer == nil:
		return fmt.Errorf("the record of a %s object has no proof: %w", enc.Mode, ErrCorrupt)
	}
	_, err := sealed.Customer.Wrapper(c)
	return err
}

// What the keys are bound to. A sealed body opens only for the object, the size and
// the parts it was written for.
type (
	objectBinding struct {
		Use     string            `json:"use"`
		Mode    Mode              `json:"mode"`
		KeyID   string            `json:"keyId,omitempty"`
		Context map[string]string `json:"context,omitempty"`
		Bucket  string            `json:"bucket"`
		Key     string            `json:"key"`
		Version string            `json:"version"`
		ID      string            `json:"id"`
		Size    int64             `json:"size"`
		Body    string            `json:"body"` // the file, or the SHA-256 of the list of parts
	}
	uploadBinding struct {
		Use     string            `json:"use"`
		Mode    Mode              `json:"mode"`
		KeyID   string            `json:"keyId,omitempty"`
		Context map[string]string `json:"context,omitempty"`
		Bucket  string            `json:"bucket"`
		Key     string            `json:"key"`
		Upload  string            `json:"upload"`
	}
	partBinding struct {
		Use    string `json:"use"`
		Number int    `json:"number"`
		File   string `json:"file"`
		Size   int64  `json:"size"`
	}
)

func objectAAD(rec record, parts []partRecord) []byte {
	b := objectBinding{
		Use: "object", Mode: rec.Encryption.Mode, KeyID: rec.Encryption.KeyID, Context: rec.Encryption.Context,
		Bucket: rec.Bucket, Key: rec.Key, Version: rec.VersionID, ID: rec.ID, Size: rec.Size, Body: rec.File,
	}
	if rec.File == "" {
		list := make([]partBinding, len(parts))
		for i, p := range parts {
			list[i] = partBinding{Number: p.Number, File: p.File, Size: p.Size}
		}
		sum := sha256.Sum256(seal.AAD(list))
		b.Body = hex.EncodeToString(sum[:])
	}
	return seal.AAD(b)
}

func uploadAAD(bucket, key, uploadID string, enc Encryption) []byte {
	return seal.AAD(uploadBinding{
		Use: "upload", Mode: enc.Mode, KeyID: enc.KeyID, Context: enc.Context,
		Bucket: bucket, Key: key, Upload: uploadID,
	})
}

func partAAD(p partRecord) []byte {
	return seal.AAD(partBinding{Use: "part", Number: p.Number, File: p.File, Size: p.Size})
}

// partWrappers returns what a part's own keys are wrapped under: a key per part
// number, derived from the upload's data key. A part sent again gets new keys, so
// that its old body cannot come back in its place.
func partWrappers(keys []*seal.Key, number int) []seal.KeyWrapper {
	under := make([]seal.KeyWrapper, len(keys))
	for i, k := range keys {
		under[i] = k.Derive(fmt.Sprintf("part %d", number))
	}
	return under
}

// openPart returns the keys of a part's body, given those of its upload.
func openPart(p partRecord, keys []*seal.Key) ([]*seal.Key, error) {
	own, err := seal.Unwrap(p.Envelope, partWrappers(keys, p.Number), partAAD(p))
	if err != nil {
		return nil, fmt.Errorf("part %d: %w", p.Number, err)
	}
	return own, nil
}

func (s *Store) recordTag() *seal.Key { return s.root.Derive("record tag") }

// openKeys returns the data keys of a stored object, none when it is Plain.
func (s *Store) openKeys(ctx context.Context, rec record, parts []partRecord, c seal.CustomerKey) ([]*seal.Key, error) {
	if rec.Encryption.Mode == Plain {
		return nil, nil
	}
	under, err := s.openWrappers(ctx, rec.Bucket, rec.Encryption, rec.Sealed, c)
	if err != nil {
		return nil, err
	}
	aad := objectAAD(rec, parts)
	if err := s.recordTag().CheckTag(aad, rec.Sealed.Tag); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if rec.Sealed.Upload != "" {
		aad = uploadAAD(rec.Bucket, rec.Key, rec.Sealed.Upload, rec.Encryption)
	}
	return seal.Unwrap(rec.Sealed.Envelope, under, aad)
}
