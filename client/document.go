package client

import (
	"context"
	"slices"
)

// A DocumentKind names one of the documents that are configured for a bucket, as scripts
// write it.
type DocumentKind string

// The documents of a bucket.
const (
	PolicyDocument        DocumentKind = "policy"
	VersioningDocument    DocumentKind = "versioning"
	EncryptionDocument    DocumentKind = "encryption"
	LifecycleDocument     DocumentKind = "lifecycle"
	CORSDocument          DocumentKind = "cors"
	TagsDocument          DocumentKind = "tags"
	PublicAccessDocument  DocumentKind = "public-access-block"
	OwnershipDocument     DocumentKind = "ownership"
	ACLDocument           DocumentKind = "acl"
	WebsiteDocument       DocumentKind = "website"
	LoggingDocument       DocumentKind = "logging"
	RequesterPaysDocument DocumentKind = "requester-pays"
	AccelerateDocument    DocumentKind = "accelerate"
	ObjectLockDocument    DocumentKind = "object-lock"
	NotificationDocument  DocumentKind = "notification"
	ReplicationDocument   DocumentKind = "replication"
	InventoryDocument     DocumentKind = "inventory"
)

// A DocumentForm is what is known of a kind of documents.
type DocumentForm struct {
	Kind DocumentKind
	// Root is the root element of its XML; "" is a document in JSON.
	Root string
	Of   Capability // what a server needs to have it
	// Shown says that it is shown and not changed: it names things outside the bucket.
	Shown bool
	// Stays says that it cannot be removed, only set to something else.
	Stays bool
}

// DocumentForms are all kinds there are, in the order in which they are shown.
func DocumentForms() []DocumentForm { return slices.Clone(documentForms) }

// FormOf is the form of a kind; known is false where there is none of the name.
func FormOf(kind DocumentKind) (form DocumentForm, known bool) {
	i := slices.IndexFunc(documentForms, func(f DocumentForm) bool { return f.Kind == kind })
	if i < 0 {
		return DocumentForm{}, false
	}
	return documentForms[i], true
}

var documentForms = []DocumentForm{
	{Kind: PolicyDocument, Of: BucketPolicies},
	{Kind: VersioningDocument, Root: "VersioningConfiguration", Of: Versioning, Stays: true},
	{Kind: EncryptionDocument, Root: "ServerSideEncryptionConfiguration", Of: BucketEncryption},
	{Kind: LifecycleDocument, Root: "LifecycleConfiguration", Of: Lifecycles},
	{Kind: CORSDocument, Root: "CORSConfiguration", Of: CORS},
	{Kind: TagsDocument, Root: "Tagging", Of: BucketTags},
	{Kind: PublicAccessDocument, Root: "PublicAccessBlockConfiguration", Of: PublicAccessBlocks},
	{Kind: OwnershipDocument, Root: "OwnershipControls", Of: Ownership},
	{Kind: ACLDocument, Root: "AccessControlPolicy", Of: BucketACLs, Stays: true},
	{Kind: WebsiteDocument, Root: "WebsiteConfiguration", Of: Websites},
	{Kind: LoggingDocument, Root: "BucketLoggingStatus", Of: AccessLogs},
	{Kind: RequesterPaysDocument, Root: "RequestPaymentConfiguration", Of: RequesterPays, Stays: true},
	{Kind: AccelerateDocument, Root: "AccelerateConfiguration", Of: Acceleration, Stays: true},
	{Kind: ObjectLockDocument, Root: "ObjectLockConfiguration", Of: ObjectLocks, Stays: true},
	{Kind: NotificationDocument, Root: "NotificationConfiguration", Of: Notifications, Shown: true},
	{Kind: ReplicationDocument, Root: "ReplicationConfiguration", Of: Replication, Shown: true},
	{Kind: InventoryDocument, Root: "ListInventoryConfigurationsResult", Of: Inventories, Shown: true},
}

// Documents are the calls about what is configured for a bucket. A Store that has them
// implements Documents too ([As]). What a server does not have is KindUnsupported, and
// what was not set is an empty document: the two are never mixed. S3 has no conditions
// for these calls, so that who must not overwrite reads before.
type Documents interface {
	// Document is a document as the server has it, nil where nothing is set.
	Document(ctx context.Context, bucket string, kind DocumentKind) ([]byte, error)
	// SetDocument replaces a document. Where it is not known whether the server has such
	// documents it is read first, and nothing is sent to one that has not.
	SetDocument(ctx context.Context, bucket string, kind DocumentKind, document []byte) error
	// RemoveDocument removes what is set, as far as the kind can be removed; where
	// nothing is, nothing is sent.
	RemoveDocument(ctx context.Context, bucket string, kind DocumentKind) error
}

// CanChange is why documents of a kind are not set, or with remove not removed; nil where
// they are.
func (f DocumentForm) CanChange(remove bool) error {
	switch {
	case f.Shown:
		return Say("%s is shown and not changed: it names what lies outside the bucket", string(f.Kind)).Err()
	case remove && f.Stays:
		return Say("%s cannot be removed, only set to something else", string(f.Kind)).Err()
	}
	return nil
}
