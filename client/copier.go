package client

import "context"

// A Copier makes objects of other objects of the same endpoint, whose bytes do not
// pass through this machine. A Store that has it implements Copier too ([As]).
type Copier interface {
	// Copy makes an object of another, of at most MaxCopy bytes, in one request. The
	// object returned holds what the response said: the encryption is not told where it
	// named none, as on MinIO. Servers answer 200 and encrypt otherwise than asked
	// (Ceph 16 does), or refuse what is encrypted (KindUnsupported): parts
	// ([Copier.CopyPart]) do there. KindPrecondition when the source is another now,
	// or the target not as the options have it, which Ceph 16 and MinIO do not look at.
	// Expires is lost by MinIO, tags by Ceph 16 with Replace. An error names the source where it is the
	// source that fails. That a copy was made does not say that it can be read: MinIO
	// spoils that of an object under SSE-KMS with a context ([Object.HasContext]).
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
	Copy(ctx context.Context, from Source, to Location, o CopyOptions) (Object, error)
	// CopyPart makes part n (1 to 10,000) of an upload of length bytes of an object
	// from offset on. Its encryption was decided by CreateUpload.
	// Ceph 16 looks at no ETag of the source, and opens none by an SSE-C key
	// (KindUnsupported).
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
	CopyPart(ctx context.Context, u Upload, n int, from Source, offset, length int64) (Part, error)
}

// MaxCopy is the most bytes one Copy and one CopyPart take.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
const MaxCopy = 5 << 30

// A Source is what is copied.
type Source struct {
	At        Location
	VersionID string      // "" is the current one
	ETag      string      // without quotes; nothing is copied once the object is another. "" for any
	Key       CustomerKey // opens an SSE-C object
}

// CopyOptions are how a copy is written. The Encryption is as that of every write:
// the one of the source counts for nothing. Digests are not used.
type CopyOptions struct {
	PutOptions
	// Replace writes the type, the metadata and the headers of the options; else the
	// copy has those of its source. The storage class is that of the options always.
	Replace bool
	// ReplaceTags writes the tags of the options; else the copy has those of its source.
	ReplaceTags bool
}

// A Sharer knows to whom objects are given. A Store that can tell implements Sharer too
// ([As]).
type Sharer interface {
	// Shared reports whether the access control list of an object gives rights to anybody
	// but its owner; versionID "" is the current version. A server without such lists says
	// KindUnsupported, and who may not read them KindDenied.
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
	Shared(ctx context.Context, at Location, versionID string) (bool, error)
}

// A Tagger sets tags. A Store that can implements Tagger too ([As]).
type Tagger interface {
	// SetTags replaces the tags of an object; versionID "" is the current version. A
	// server that is not AWS must have answered Tags before: one that does not know
	// tags would write over the object (KindUnsupported).
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
	SetTags(ctx context.Context, at Location, versionID string, tags map[string]string) error
}
