package storetest

import (
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Server is what a kind of server can do, as far as a Store cannot make up for
// it. The zero value of each field is the oldest server of scripts/interop.sh.
type Server struct {
	ManagedKey bool // SSE-KMS works without naming a key
	SSES3      bool // SSE-S3 encrypts, and is reported
	DSSE       bool // so does DSSE-KMS
	BucketKeys bool // bucket keys are reported
	Checksums  bool // checksums in requests are verified, kept and shown
	// Conditions: uploads in parts know If-Match and If-None-Match, and so do
	// deletions; single writes do everywhere.
	Conditions bool
	// Copies: one request copies what is encrypted, and encrypts as asked. Where not,
	// an encrypted source is refused, and a copy that was asked for SSE-KMS is as its
	// source, at 200. In parts every server does both.
	Copies bool
	// CopyPartSource: a part is not copied once its source is another, as no copy is
	// anywhere. CopyTarget: a copy is refused where the target is not as asked. Where
	// not, it is made all the same.
	CopyPartSource, CopyTarget bool
	// CopyCustomerKeys: parts are copied of objects that an SSE-C key opens.
	CopyCustomerKeys bool
	// CopySpoils: a copy of what is encrypted under SSE-KMS with a context cannot be
	// read, unless it is made in parts. It is made all the same.
	CopySpoils bool
	// CopyTags: tags that a copy or an upload in parts is given are kept. Where not,
	// they are not sent.
	CopyTags bool
	// CopyForgets: a copy loses the Expires of its source.
	CopyForgets bool
	// StrictCustomerKey: an SSE-C key for an object stored otherwise is refused
	// rather than ignored.
	StrictCustomerKey bool
	// FileNames: names that no file has are refused; see Takes.
	FileNames bool
	// WholeObjects: an object is sent whole, whatever part of it is asked for.
	WholeObjects bool
	// DeleteMarkers: where a marker hides an object, HEAD and GET say so.
	DeleteMarkers bool
	// Archives: there are storage classes that cannot be read at once.
	Archives bool
	// RetentionEnds: a retention is taken away, by those who may. Where not, it is only
	// shortened.
	RetentionEnds bool
	// ACLs are the access control lists that an object of a new bucket takes: "any",
	// "private" for no others, "" for none, since the bucket has them turned off.
	ACLs string
	// Documents are the kinds of documents that buckets have there. Of the rest it is said
	// that the server does not have them.
	Documents []client.DocumentKind
	// DefaultEncryption is what a new bucket reports; not told where the server
	// has no such call.
	DefaultEncryption client.Reported
}

// The servers this program is held against.
var (
	AWS = Server{
		ManagedKey: true, SSES3: true, DSSE: true, BucketKeys: true, Checksums: true, Conditions: true, StrictCustomerKey: true,
		DeleteMarkers: true, RetentionEnds: true, Archives: true, Copies: true, CopyPartSource: true, CopyTarget: true, CopyCustomerKeys: true, CopyTags: true,
		Documents: []client.DocumentKind{
			client.PolicyDocument, client.VersioningDocument, client.EncryptionDocument, client.LifecycleDocument, client.CORSDocument,
			client.TagsDocument, client.PublicAccessDocument, client.OwnershipDocument, client.ACLDocument, client.WebsiteDocument,
			client.LoggingDocument, client.RequesterPaysDocument, client.AccelerateDocument,
		},
		DefaultEncryption: client.ReportedFrom("AES256", "", false, "", ""),
	}
	Ceph = Server{ACLs: "any", Documents: []client.DocumentKind{ // 16.2
		client.PolicyDocument, client.VersioningDocument, client.LifecycleDocument, client.CORSDocument, client.TagsDocument,
		client.PublicAccessDocument, client.ACLDocument, client.RequesterPaysDocument,
	}}
	MinIO = Server{
		ManagedKey: true, SSES3: true, Checksums: true, Conditions: true, StrictCustomerKey: true, FileNames: true,
		DeleteMarkers: true, RetentionEnds: true, Copies: true, CopyPartSource: true, CopyCustomerKeys: true, CopySpoils: true, CopyForgets: true, ACLs: "private",
		Documents: []client.DocumentKind{
			client.PolicyDocument, client.VersioningDocument, client.EncryptionDocument, client.LifecycleDocument, client.TagsDocument,
		},
		DefaultEncryption: client.ReportedFrom("", "", false, "", ""),
	}
)

// Servers are the servers by the names that BUCKETSEAL_INTEROP_SERVER has.
var Servers = map[string]Server{"aws": AWS, "ceph": Ceph, "minio": MinIO}

// Takes reports whether the server can have an object of this name. One that
// keeps objects as files refuses empty, dotted and long steps.
func (s Server) Takes(key string) bool {
	return !s.FileNames || !slices.ContainsFunc(strings.Split(strings.TrimSuffix(key, "/"), "/"), func(step string) bool {
		return step == "" || step == "." || step == ".." || len(step) > 255
	})
}
