package client

import (
	"context"
	"io"
	"time"
)

// A Store is one account of one S3 or S3-compatible service. Implementations
// are safe for concurrent use and return *Error. Package storetest says what
// each word means.
type Store interface {
	Buckets
	Objects
	Uploads
}

// Buckets are the calls about whole buckets.
type Buckets interface {
	// Buckets lists the account's buckets, by name.
	Buckets(ctx context.Context) ([]Bucket, error)
	MakeBucket(ctx context.Context, name string) error
	// RemoveBucket removes an empty bucket (KindNotEmpty otherwise).
	RemoveBucket(ctx context.Context, name string) error
	// DefaultEncryption is what the bucket does with uploads that ask for
	// nothing. Not told where the server has no such call or denies it: err is
	// nil then, unless the bucket is missing or the network failed.
	DefaultEncryption(ctx context.Context, bucket string) (Reported, error)
}

// Objects are the calls about single objects.
type Objects interface {
	// List gives one page of what is under a prefix.
	List(ctx context.Context, under Location, o ListOptions) (Page, error)
	// Head asks for an object's properties, encryption included.
	Head(ctx context.Context, at Location, o ReadOptions) (Object, error)
	// Get opens an object, or a part of it, for reading. Of the whole it says all that
	// Head says, but for a size that comes with the end alone (NotTold); of a part no
	// checksums. The caller closes the reader. Reading fails rather than ends early when bytes are missing.
	Get(ctx context.Context, at Location, o ReadOptions) (Object, io.ReadCloser, error)
	// Put writes an object in one request. body is read from its start and may
	// be read again when the request is repeated, and is not read any more once the
	// call has returned; its length is size. The object
	// returned holds what the response said, its encryption above all.
	Put(ctx context.Context, at Location, body io.ReadSeeker, size int64, o PutOptions) (Object, error)
	// Delete removes objects of one bucket; a missing one counts as removed.
	// It returns one result for each location, in order; err is set only when
	// nothing is known of any of them.
	Delete(ctx context.Context, at []Location) ([]error, error)
	// DeleteSeen is Delete for objects that were seen, of which as much counts as is
	// told of each: one with a version id is removed as that version, a delete marker
	// too; any other with an ETag or a date while it still has them (KindPrecondition
	// when it is another now), and one with neither whatever has the name. No keys are
	// needed. Between the last look and the request somebody may write the name where a server
	// knows no conditions.
	DeleteSeen(ctx context.Context, was []Object) ([]error, error)
	// DeleteOnly removes one object and nothing that took its place: its version
	// where the bucket keeps versions, else what still has its ETag and date
	// (KindPrecondition when it is another now). One that is gone counts as
	// removed. key opens an SSE-C object.
	DeleteOnly(ctx context.Context, was Object, key CustomerKey) error
	// Tags are an object's tags; versionID "" is the current version.
	Tags(ctx context.Context, at Location, versionID string) (map[string]string, error)
}

// Uploads are the calls of a multipart upload. Encryption is decided by
// CreateUpload and cannot change afterwards; an SSE-C key goes with every part.
type Uploads interface {
	// CreateUpload begins. The object returned holds what the response said of
	// the encryption: not told where it named none, as on MinIO, whose parts and
	// HEAD name it. That is so of UploadPart and CompleteUpload too.
	CreateUpload(ctx context.Context, at Location, o PutOptions) (Upload, Object, error)
	// UploadPart sends part number n (1 to 10,000). Parts but the last are at
	// least 5 MiB.
	UploadPart(ctx context.Context, u Upload, n int, body io.ReadSeeker, size int64, d Digests) (Part, error)
	// Parts lists what the server holds.
	Parts(ctx context.Context, u Upload) ([]Part, error)
	// CompleteUpload makes the object of all the parts, in order. sum is the
	// full-object checksum, zero for none.
	CompleteUpload(ctx context.Context, u Upload, parts []Part, sum Checksum) (Object, error)
	// AbortUpload drops the parts; a missing upload is no error.
	AbortUpload(ctx context.Context, u Upload) error
	// OpenUploads lists the uploads begun below a prefix and neither completed nor
	// dropped.
	OpenUploads(ctx context.Context, under Location) ([]OpenUpload, error)
}

// Keys are the calls of a key management service, for accounts that have one.
// A Store that has it implements Keys too. All may be denied.
type Keys interface {
	// Keys lists the keys that can encrypt now, customer keys first.
	Keys(ctx context.Context) ([]Key, error)
	// DescribeKey says what an id, ARN or alias means.
	DescribeKey(ctx context.Context, id KeyID) (Key, error)
}

// A Key is a KMS key.
type Key struct {
	ID         string
	ARN        KeyID
	Aliases    []string // "alias/name"
	AWSManaged bool
	Enabled    bool
	State      string // as KMS says it: Enabled, Disabled, PendingDeletion
}

// MaxEntries is the most S3 lists with one answer and deletes with one request.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
const MaxEntries = 1000

// ListOptions narrow a listing.
type ListOptions struct {
	Recursive bool   // everything below, no folders
	After     string // the Next of the page before; "" for the first
	// Behind has the first page begin behind this name, whether there is one, as
	// start-after of ListObjectsV2 does; a folder of this name is not given again. A store that cannot do it
	// says KindContradiction.
	Behind string
	// BehindVersion has the first page of ListVersions begin behind this version of the
	// name Behind: what is older of it comes first. Where that version is gone others of
	// the name may come that are newer.
	BehindVersion string
	Max           int // most entries of a page, 1 to MaxEntries; 0 is MaxEntries
}

// A Page is a part of a listing, in the order of the keys.
type Page struct {
	Objects []Object // objects and folders
	Next    string   // "" when this is the last page
	// Reordered says that the server gave them in an order of its own: what it puts
	// behind a name is not what comes behind it.
	Reordered bool
}

// Versions is the call about versions of objects. A Store that has it implements
// Versions too.
type Versions interface {
	// ListVersions gives one page of all versions and delete markers under a prefix, in
	// the order of the keys and of one key the newest first: all below, no folders.
	// Of a bucket that keeps no versions they are the objects, their version
	// [NullVersion].
	ListVersions(ctx context.Context, under Location, o ListOptions) (Page, error)
}

// ReadOptions say which bytes of which version are read.
type ReadOptions struct {
	VersionID string
	IfMatch   string      // ETag without quotes; KindPrecondition when the object is another now
	Key       CustomerKey // for SSE-C objects
	// Offset and Length choose bytes of a Get. Length 0 is everything from
	// Offset on.
	Offset, Length int64
}

// PutOptions are how an object is written. The zero value is refused, since
// its Encryption is undecided.
type PutOptions struct {
	Encryption  Encryption
	ContentType string // "" is application/octet-stream
	Metadata    map[string]string
	System      System
	// Tags go with the object. An upload in parts and a copy have them at AWS; others
	// may lose them there, so that nothing is sent: [Tagger] sets them afterwards.
	Tags    map[string]string
	Digests // of the whole object; of an upload in parts only the checksum is used
	// OnlyIfAbsent asks the server to refuse (KindPrecondition) when the object
	// exists; IfMatch, an ETag without quotes, when it is another than that one
	// or gone. Servers that do not know these write all the same.
	OnlyIfAbsent bool
	IfMatch      string
}

// Digests are what a request says of the bytes it carries, so that the server
// refuses any others (KindCorrupt). Each may be left out. A server that works
// with neither takes the bytes as they come: what it makes of them is seen in
// its answers.
type Digests struct {
	Checksum Checksum // their CRC64NVME
	MD5      string   // base64 of their MD5, as Content-MD5 has it
}

// An Upload is a multipart upload under way.
type Upload struct {
	At  Location
	ID  string
	Key CustomerKey // SSE-C only: it goes with every part
	// Checksummed says that the server began the upload with a checksum algorithm.
	Checksummed bool
	// OnlyIfAbsent and IfMatch are those of PutOptions: CompleteUpload asks for
	// them, since it is what writes the object.
	OnlyIfAbsent bool
	IfMatch      string
	// Doubtful says that an answer to CreateUpload may have been lost on its way,
	// so that another upload of the same key may be open which nobody knows; Begun
	// is when CreateUpload was first sent, by the server's clock as far as that is
	// known. Both are told beside an error too.
	Doubtful bool
	Begun    time.Time
}

// An OpenUpload is a multipart upload as the server lists it.
type OpenUpload struct {
	At    Location
	ID    string
	Begun time.Time // by the server's clock; zero where it does not say
}

// A Part is an uploaded part.
type Part struct {
	Number   int
	Size     int64
	ETag     string
	Checksum Checksum // zero where the server keeps none
	// Encryption is what the answer to UploadPart said; not told where it named
	// none.
	Encryption Reported
}
