package client

import "context"

// A Capability is something that not every S3 server can do, by the name that scripts
// read. What every server has is none.
type Capability string

// The capabilities of objects and of buckets.
const (
	ObjectTags        Capability = "object-tags"
	ObjectACLs        Capability = "object-acl"
	ObjectLocks       Capability = "object-lock" // retention and legal holds
	ObjectAttributes  Capability = "object-attributes"
	Archives          Capability = "archive-restore" // of storage classes that cannot be read at once
	EncryptionUpdates Capability = "update-encryption"
	Renames           Capability = "rename"
	Annotations       Capability = "annotations"
	Selects           Capability = "select"
	Torrents          Capability = "torrent"

	Versioning          Capability = "versioning"
	BucketTags          Capability = "bucket-tags"
	BucketACLs          Capability = "bucket-acl"
	BucketPolicies      Capability = "policy"
	Lifecycles          Capability = "lifecycle"
	CORS                Capability = "cors"
	BucketEncryption    Capability = "bucket-encryption"
	PublicAccessBlocks  Capability = "public-access-block"
	Ownership           Capability = "ownership"
	Websites            Capability = "website"
	AccessLogs          Capability = "logging"
	Notifications       Capability = "notification"
	Replication         Capability = "replication"
	RequesterPays       Capability = "requester-pays"
	Acceleration        Capability = "accelerate"
	Analytics           Capability = "analytics"
	Inventories         Capability = "inventory"
	RequestMetrics      Capability = "metrics"
	IntelligentTiering  Capability = "intelligent-tiering"
	MetadataTables      Capability = "metadata-tables"
	AttributeAccess     Capability = "abac"
	DirectoryBuckets    Capability = "directory-buckets"
	ObjectLambdaAnswers Capability = "object-lambda"
)

// Knowledge is how it is known what a server can do.
type Knowledge string

const (
	// Assumed: nothing was heard of it, so that it is taken for unable.
	Assumed Knowledge = "assumed"
	// Told: it is known of this service.
	Told Knowledge = "told"
	// Tried: an answer that only a server can give that knows the call, or one that it
	// does not know it.
	Tried Knowledge = "tried"
)

// An Ability is whether a server has a capability, and how that is known.
type Ability struct {
	Capability Capability `json:"capability"`
	Can        bool       `json:"can"`
	Known      Knowledge  `json:"known"`
}

// Abilities says what a server can do. A Store that can tell implements Abilities too
// ([As]).
type Abilities interface {
	// Abilities are all capabilities there are, of one bucket, or with "" of the
	// endpoint as far as nothing was asked. Of a bucket it is asked for what can be
	// learned of it by reading: nothing is written to find out. Who may not read is
	// told what is assumed.
	Abilities(ctx context.Context, bucket string) ([]Ability, error)
}
