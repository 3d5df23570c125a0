package store

import (
	"time"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// Mode is how a body is stored.
type Mode string

// The modes. Plain bodies lie on disk as they are, like on a server without
// encryption.
const (
	Plain   Mode = ""
	SSES3   Mode = "SSE-S3"
	SSEKMS  Mode = "SSE-KMS"
	DSSEKMS Mode = "DSSE-KMS"
	SSEC    Mode = "SSE-C"
)

// Sealing is the encryption asked for a new object or upload, already decided:
// bucket defaults applied, key id resolved.
type Sealing struct {
	Mode      Mode
	KeyID     string            // SSEKMS, DSSEKMS: the resolved key ARN, given to Options.KMS
	BucketKey bool              // SSEKMS only
	Context   map[string]string // SSEKMS, DSSEKMS: as sent; the store adds aws:s3:arn when it is absent
	Customer  seal.CustomerKey  // SSEC only
}

// Encryption is how an object is stored, kept with it. No secrets.
type Encryption struct {
	Mode           Mode              `json:"mode,omitempty"`
	KeyID          string            `json:"keyId,omitempty"`
	BucketKey      bool              `json:"bucketKey,omitempty"`
	Context        map[string]string `json:"context,omitempty"` // with aws:s3:arn; S3 returns it on writes, never on GET or HEAD
	CustomerKeyMD5 string            `json:"customerKeyMD5,omitempty"`
}

// Checksums are the checksums kept with an object or part, of the plaintext.
type Checksums struct {
	Values map[string]string `json:"values,omitempty"` // algorithm ("CRC32", "SHA256", ...) to base64 value as S3 writes it; composite values end in "-N"
	Type   string            `json:"type,omitempty"`   // "FULL_OBJECT", "COMPOSITE" or empty
}

// Grant is a line of an access control list.
type Grant struct {
	Grantee    string `json:"grantee"`    // the canonical id of an account, or the URI of a group
	Permission string `json:"permission"` // FULL_CONTROL, READ, WRITE, READ_ACP, WRITE_ACP
}

// Object is what is known of a stored object without reading it.
type Object struct {
	Bucket       string            `json:"-"`
	Key          string            `json:"-"`
	VersionID    string            `json:"versionId"`              // "null" where it was written while versioning was not enabled
	Versioned    bool              `json:"-"`                      // the bucket is or was versioned; not told in listings of keys
	DeleteMarker bool              `json:"deleteMarker,omitempty"` // only in listings of versions: reads answer *DeleteMarkerError
	Size         int64             `json:"size"`                   // plaintext bytes
	ETag         string            `json:"etag"`                   // without quotes
	Modified     time.Time         `json:"modified"`               // UTC, whole milliseconds
	Headers      map[string]string `json:"headers,omitempty"`      // Content-Type etc., by canonical name
	UserMetadata map[string]string `json:"userMetadata,omitempty"` // without the x-amz-meta- prefix
	Tags         map[string]string `json:"tags,omitempty"`
	ACL          []Grant           `json:"acl,omitzero"` // nil: its owner alone, with full control
	Encryption   Encryption        `json:"encryption"`
	Checksums    Checksums         `json:"checksums"`
	CRC64NVME    string            `json:"crc64nvme"`          // base64 of the whole plaintext, always computed by the store
	UploadID     string            `json:"uploadId,omitempty"` // of the upload that CompleteUpload made it of
	Retention    Retention         `json:"retention,omitzero"`
	LegalHold    LegalHold         `json:"legalHold,omitempty"`
	Restored     Restored          `json:"restored,omitzero"`   // of what is archived: the copy that can be read for a while
	PartCount    int               `json:"partCount,omitempty"` // 0 for a single PUT, N after CompleteUpload
}
