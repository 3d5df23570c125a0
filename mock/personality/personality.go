// Package personality tells one S3 server from another: data that the handlers read,
// and the words in which a server refuses. What is in it was measured on the server or
// read in its source.
package personality

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// KeyEcho is how a server names the KMS key of an object in its answers.
type KeyEcho int

// The ways servers echo a key.
const (
	EchoARN      KeyEcho = iota // AWS: the full ARN of the key, whatever was sent
	EchoVerbatim                // Ceph: the id as sent
	EchoMinIO                   // MinIO: arn:aws:kms:<id>
)

// KeyForms is which references to a KMS key a server understands.
type KeyForms int

// The forms of key references.
const (
	AnyForm KeyForms = iota // id, ARN, alias/NAME, alias ARN
	IDOnly                  // the bare id, nothing else
	IDOrARN                 // the bare id, or arn:aws:kms:<id>
)

// BucketEncryption is what a server makes of the bucket's ?encryption.
type BucketEncryption int

// The ways servers treat ?encryption.
const (
	EncryptedByDefault BucketEncryption = iota // AWS: always on, SSE-S3 where nothing was configured
	OffByDefault                               // 404 where nothing was configured
	NoSubresource                              // unknown: see UnknownSubresources
)

// Words is a server whose words refusals are in.
type Words int

// The servers whose words are known.
const (
	WordsOfAWS Words = iota
	WordsOfMinIO
)

// Copies is what a server makes of CopyObject and UploadPartCopy, beyond how it encrypts
// them. Measured on Ceph 16.2.15 and MinIO 2026-02-12 over TLS.
type Copies struct {
	ConditionsAs    string // the beginning of the headers that say what a source must be; "" is X-Amz-Copy-Source-
	PartsOfAnything bool   // UploadPartCopy looks at no condition
	OverAnything    bool   // CopyObject looks at no condition of its target
	LoseExpires     bool   // CopyObject keeps no Expires
	LoseTags        bool   // nor tags, where it replaces the metadata or the tags
	OwnKey          bool   // UploadPartCopy opens its source by the SSE-C key of the upload, and by no other
	Spoil           bool   // CopyObject of what has a context, to SSE-KMS without one or as the bucket has it: 200, and nobody can read it
	NoVersion       bool   // CopyObject does not say which version it made
}

// Personality is what tells one S3 server from another: data only, the
// handlers read it. The zero value is AWS.
type Personality struct {
	Name   string
	Copies Copies

	AnyRegion           bool             // signatures for every region pass
	IgnoreSSE           bool             // every SSE header is ignored, the answer is 200
	IgnoreSSES3         bool             // AES256 is ignored, the answer is 200
	NoDSSE              bool             // aws:kms:dsse is refused: 400 InvalidArgument
	KeyRequired         bool             // aws:kms without a key id: 400 InvalidArgument
	KeyForms            KeyForms         //
	KeyEcho             KeyEcho          //
	UnknownKey          *sigv4.Error     // refusal of an unknown key, %s is the reference; nil is KMS.NotFoundException
	AlwaysContext       bool             // a write under aws:kms answers the context even where none was sent
	PlainCopiesStayBare bool             // CopyObject plain -> aws:kms answers 200 and does not encrypt
	NoEncryptedSource   bool             // CopyObject of an encrypted source: 501
	NoChecksums         bool             // x-amz-checksum-* are neither verified nor kept
	NoTrailersOverTLS   bool             // a trailing checksum over https: 400 XAmzContentSHA256Mismatch
	IgnorePartNumber    bool             // ?partNumber= on GET and HEAD answers the whole object
	IgnoreSpareKey      bool             // SSE-C headers on an object that is not SSE-C are ignored
	ForgetfulOfQueries  bool             // an unknown sub-resource is ignored, the base verb runs
	AllPartsMustBeNamed bool             // CompleteMultipartUpload of a subset: 400 InvalidPart
	BucketEncryption    BucketEncryption //
	NoEncryptionUpdate  bool             // UpdateObjectEncryption: 501
	KMSOverHTTP         bool             // SSE-KMS is taken without TLS too
	NoOwnChecksums      bool             // what was sent without a checksum has none; a copy gets one
	ShowsContext        bool             // GET, HEAD and UploadPart show the context too, as it was sent
	OwnBucketConflicts  bool             // CreateBucket of one's own bucket: 409 in every region
	DeletesRegardless   bool             // DeleteObject ignores If-Match
	LiteralIfMatch      bool             // PutObject compares If-Match as it is written: no ETag has quotes
	EncodesUploadsOnly  bool             // ListMultipartUploads with encoding-type=url encodes the keys of uploads, nothing else, and does not say so
	UploadsByWholeKey   bool             // ListMultipartUploads takes a prefix for a whole key
	AbortsAnything      bool             // AbortMultipartUpload of no upload: 204
	FileNames           bool             // names that a file system has not are refused; see ofFiles
	ServersOwnKey       bool             // aws:kms without a key id: the first key there is
	ForgetfulOf         string           // sub-resources of objects that are ignored, the base verb runs; separated by blanks
	Words               Words            // whose words refusals are in, where nothing below says more
	RandomETags         bool             // the ETag is never the MD5 of the plaintext
	MD5ETags            bool             // the ETag is the MD5 of the plaintext under SSE-KMS and SSE-C too
	RemakesBuckets      bool             // CreateBucket of one's own bucket: 200 in every region
	ForgetsCompletions  bool             // CompleteMultipartUpload of what it completed: 404 NoSuchUpload, as of any other
	SilentCompletion    bool             // CompleteMultipartUpload answers neither ETag nor encryption; see completedBefore
	SilentMarkers       bool             // the 404 of what a delete marker hides does not say that one does
	NamesNoMultipart    bool             // CreateMultipartUpload, CompleteMultipartUpload and CopyObject name no encryption; parts do, and PUT, HEAD and GET
	UnknownMethod       *sigv4.Error     // refusal of an encryption method, DSSE included; nil is AWS's
	MissingCustomerKey  *sigv4.Error     // nil is AWS's
	WrongCustomerKey    *sigv4.Error     // nil is AWS's
	InsecureRefusal     *sigv4.Error     // SSE-KMS or SSE-C over http; nil is AWS's
	NoPublicAccessBlock bool             // a new bucket has no public access block
	CephPublicAccess    bool             // a public access block has Ceph's name, and one that blocks nothing is told where none is
	ACLsByDefault       bool             // a new bucket has no ownership controls and allows ACLs
	NotThere            string           // sub-resources of buckets that are 501, as "name" or "METHOD:name", separated by blanks
	OnlyPrivateACL      bool             // an ACL that is put must be private, those of writes are ignored
	NoArchives          bool             // every storage class can be read at once, and none is restored
	RetentionStays      bool             // an empty retention is MalformedXML: none is taken away
	NoLocks             *sigv4.Error     // the lock of an object in a bucket without object lock; nil is AWS's
	NeverLocked         *sigv4.Error     // the lock of a version on which none was put; nil is AWS's
	ListMissingUpload   *sigv4.Error     // ListParts without its upload; nil is AWS's
	FinishMissingUpload *sigv4.Error     // CompleteMultipartUpload without its upload; nil is AWS's
}

// All lists the built-in ones: aws, ceph16, minio, plain.
func All() []Personality {
	return []Personality{
		{Name: "aws"},
		{
			Name: "ceph16", AnyRegion: true, IgnoreSSES3: true, NoDSSE: true, KeyRequired: true,
			KeyForms: IDOnly, KeyEcho: EchoVerbatim, AlwaysContext: true,
			UnknownKey:          s3.Refuse(http.StatusForbidden, "InvalidAccessKeyId", "Failed to retrieve the actual key, kms-keyid: %s"),
			PlainCopiesStayBare: true, NoEncryptedSource: true, NoChecksums: true, NoTrailersOverTLS: true,
			IgnorePartNumber: true, IgnoreSpareKey: true, ForgetfulOfQueries: true,
			AllPartsMustBeNamed: true, BucketEncryption: NoSubresource,
			NotThere: "website", // unless rgw_enable_static_website is set
			MD5ETags: true, RemakesBuckets: true, DeletesRegardless: true, LiteralIfMatch: true, EncodesUploadsOnly: true, SilentCompletion: true, SilentMarkers: true, NoPublicAccessBlock: true, CephPublicAccess: true, ACLsByDefault: true,
			Copies:             Copies{ConditionsAs: "X-Amz-Copy-", PartsOfAnything: true, OverAnything: true, LoseTags: true, OwnKey: true, NoVersion: true},
			UnknownMethod:      s3.Refuse(http.StatusBadRequest, "InvalidArgument", "Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms or AES256"),
			MissingCustomerKey: s3.Refuse(http.StatusBadRequest, "InvalidArgument", s3.CustomerKeyText+"provide a valid encryption algorithm."),
			WrongCustomerKey:   s3.Refuse(http.StatusBadRequest, "InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided."),
			InsecureRefusal:    s3.Refuse(http.StatusBadRequest, "InvalidRequest", ""),
			RetentionStays:     true, NoArchives: true,
			NoLocks:             s3.BadRequest("bucket object lock not configured"),
			NeverLocked:         s3.Refuse(http.StatusNotFound, "ObjectLockConfigurationNotFoundError", ""),
			ListMissingUpload:   s3.Refuse(http.StatusNotFound, "NoSuchKey", ""),
			FinishMissingUpload: s3.Refuse(http.StatusInternalServerError, "InternalError", "This multipart completion is already in progress"),
		},
		{
			Name: "minio", KeyForms: IDOrARN, KeyEcho: EchoMinIO, BucketEncryption: OffByDefault, NoDSSE: true,
			NoPublicAccessBlock: true, ACLsByDefault: true, OnlyPrivateACL: true, ForgetsCompletions: true, NamesNoMultipart: true,
			NoArchives: true, NoOwnChecksums: true, ShowsContext: true, OwnBucketConflicts: true, DeletesRegardless: true, AbortsAnything: true,
			UploadsByWholeKey: true, Copies: Copies{OverAnything: true, LoseExpires: true, Spoil: true},
			FileNames: true, ServersOwnKey: true, ForgetfulOf: "encryption renameObject annotation annotationName", Words: WordsOfMinIO,
			// cmd/api-router.go of MinIO, rejectedBucketAPIs
			NotThere:   "ownershipControls publicAccessBlock PUT:website PUT:logging PUT:accelerate PUT:requestPayment PUT:cors DELETE:cors",
			UnknownKey: s3.Refuse(http.StatusNotFound, "kms:KeyNotFound", "key with given key ID does not exist"),
		},
		{Name: "plain", NoArchives: true, IgnoreSSE: true, BucketEncryption: NoSubresource, NoEncryptionUpdate: true, NoPublicAccessBlock: true, ForgetsCompletions: true},
	}
}

// Lacks tells whether a bucket has no such sub-resource.
func (p Personality) Lacks(method, sub string) bool {
	there := strings.Fields(p.NotThere)
	return slices.Contains(there, sub) || slices.Contains(there, method+":"+sub)
}

// Named finds a built-in personality.
func Named(name string) (Personality, error) {
	all := All()
	i := slices.IndexFunc(all, func(p Personality) bool { return p.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for j, p := range all {
			names[j] = p.Name
		}
		return Personality{}, fmt.Errorf("no personality %q: choose one of %s", name, strings.Join(names, ", "))
	}
	return all[i], nil
}
