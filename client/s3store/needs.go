package s3store

import (
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A need is what an operation needs of a server.
type need struct {
	operation string
	// of is the capability that the server must have, "" for none: every server has
	// what is as old as S3, or as its uploads in parts.
	of client.Capability
	// root is the root element of the document that answers an operation which asks
	// and changes nothing wherever it is not known; noDocument, jsonDocument where it is
	// another. "" is an operation that changes something.
	root string
	// nothing are codes by which a server says that nothing of the kind is set, as one
	// alone does that knows the operation.
	nothing []string
}

const (
	noDocument   = "-" // answered by bytes, or by headers alone
	jsonDocument = "{"
)

// asks reports whether an operation changes nothing, at a server that does not know it
// either.
func (n need) asks() bool { return n.root != "" }

// needs are the whole of it: what is in no row does not leave the process. A server that
// does not know a sub-resource may ignore it and run the bare verb, so that what changes
// something is sent only where the capability is known. Measured on Ceph 16, which says
// success to each: DeleteBucketEncryption deletes the bucket, if that is empty;
// UpdateObjectEncryption and PutObjectAnnotation replace the object by the words of the
// request; RenameObject empties the object that is there; DeleteObjectAnnotation deletes
// the object.
var needs = slices.Concat(oldest, ofObjects, ofBuckets)

var oldest = []need{
	{operation: "ListBuckets", root: "ListAllMyBucketsResult"},
	{operation: "HeadBucket", root: noDocument},
	{operation: "CreateBucket"},
	{operation: "DeleteBucket"},
	{operation: "ListObjects", root: "ListBucketResult"},
	{operation: "ListObjectsV2", root: "ListBucketResult"},
	{operation: "ListObjectVersions", root: "ListVersionsResult"},
	{operation: "GetBucketLocation", root: "LocationConstraint"},
	{operation: "HeadObject", root: noDocument},
	{operation: "GetObject", root: noDocument},
	{operation: "PutObject"},
	{operation: "CopyObject"},
	{operation: "DeleteObject"},
	{operation: "DeleteObjects"}, // without a form a POST to a bucket does nothing else
	{operation: "CreateMultipartUpload"},
	{operation: "UploadPart"},
	{operation: "UploadPartCopy"},
	{operation: "ListParts", root: "ListPartsResult"},
	{operation: "CompleteMultipartUpload"},
	{operation: "AbortMultipartUpload"},
	{operation: "ListMultipartUploads", root: "ListMultipartUploadsResult"},
}

var ofObjects = []need{
	{"GetObjectTagging", client.ObjectTags, "Tagging", []string{"NoSuchTagSet", "NoSuchTagSetError"}},
	{"PutObjectTagging", client.ObjectTags, "", nil},
	{"DeleteObjectTagging", client.ObjectTags, "", nil},
	{"GetObjectAcl", client.ObjectACLs, "AccessControlPolicy", nil},
	{"PutObjectAcl", client.ObjectACLs, "", nil},
	{"GetObjectRetention", client.ObjectLocks, "Retention", noLock},
	{"PutObjectRetention", client.ObjectLocks, "", nil},
	{"GetObjectLegalHold", client.ObjectLocks, "LegalHold", noLock},
	{"PutObjectLegalHold", client.ObjectLocks, "", nil},
	{"GetObjectLockConfiguration", client.ObjectLocks, "ObjectLockConfiguration", noLock},
	{"PutObjectLockConfiguration", client.ObjectLocks, "", nil},
	{"GetObjectAttributes", client.ObjectAttributes, "GetObjectAttributesResponse", nil},
	{"RestoreObject", client.Archives, "", nil},
	{"UpdateObjectEncryption", client.EncryptionUpdates, "", nil},
	{"RenameObject", client.Renames, "", nil},
	{"ListObjectAnnotations", client.Annotations, "ListObjectAnnotationsOutput", nil},
	{"GetObjectAnnotation", client.Annotations, noDocument, nil},
	{"PutObjectAnnotation", client.Annotations, "", nil},
	{"DeleteObjectAnnotation", client.Annotations, "", nil},
	{"SelectObjectContent", client.Selects, "", nil},
	{"GetObjectTorrent", client.Torrents, noDocument, nil},
	{"WriteGetObjectResponse", client.ObjectLambdaAnswers, "", nil},
}

// noLock are both dialects in which servers say that no lock is set.
var noLock = []string{"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"}

var ofBuckets = []need{
	{"GetBucketVersioning", client.Versioning, "VersioningConfiguration", nil},
	{"PutBucketVersioning", client.Versioning, "", nil},
	{"GetBucketAcl", client.BucketACLs, "AccessControlPolicy", nil},
	{"PutBucketAcl", client.BucketACLs, "", nil},
	{"GetBucketPolicy", client.BucketPolicies, jsonDocument, []string{"NoSuchBucketPolicy"}},
	{"GetBucketPolicyStatus", client.BucketPolicies, "PolicyStatus", []string{"NoSuchBucketPolicy"}},
	{"PutBucketPolicy", client.BucketPolicies, "", nil},
	{"DeleteBucketPolicy", client.BucketPolicies, "", nil},
	{"GetBucketTagging", client.BucketTags, "Tagging", []string{"NoSuchTagSet", "NoSuchTagSetError"}},
	{"PutBucketTagging", client.BucketTags, "", nil},
	{"DeleteBucketTagging", client.BucketTags, "", nil},
	{"GetBucketLifecycleConfiguration", client.Lifecycles, "LifecycleConfiguration", []string{"NoSuchLifecycleConfiguration"}},
	{"PutBucketLifecycleConfiguration", client.Lifecycles, "", nil},
	{"DeleteBucketLifecycle", client.Lifecycles, "", nil},
	{"GetBucketCors", client.CORS, "CORSConfiguration", []string{"NoSuchCORSConfiguration"}},
	{"PutBucketCors", client.CORS, "", nil},
	{"DeleteBucketCors", client.CORS, "", nil},
	{"GetBucketEncryption", client.BucketEncryption, "ServerSideEncryptionConfiguration", []string{"ServerSideEncryptionConfigurationNotFoundError"}},
	{"PutBucketEncryption", client.BucketEncryption, "", nil},
	{"DeleteBucketEncryption", client.BucketEncryption, "", nil},
	{"GetPublicAccessBlock", client.PublicAccessBlocks, "PublicAccessBlockConfiguration", []string{"NoSuchPublicAccessBlockConfiguration"}},
	{"PutPublicAccessBlock", client.PublicAccessBlocks, "", nil},
	{"DeletePublicAccessBlock", client.PublicAccessBlocks, "", nil},
	{"GetBucketOwnershipControls", client.Ownership, "OwnershipControls", []string{"OwnershipControlsNotFoundError"}},
	{"PutBucketOwnershipControls", client.Ownership, "", nil},
	{"DeleteBucketOwnershipControls", client.Ownership, "", nil},
	{"GetBucketWebsite", client.Websites, "WebsiteConfiguration", []string{"NoSuchWebsiteConfiguration"}},
	{"PutBucketWebsite", client.Websites, "", nil},
	{"DeleteBucketWebsite", client.Websites, "", nil},
	{"GetBucketLogging", client.AccessLogs, "BucketLoggingStatus", nil},
	{"PutBucketLogging", client.AccessLogs, "", nil},
	{"GetBucketNotificationConfiguration", client.Notifications, "NotificationConfiguration", nil},
	{"PutBucketNotificationConfiguration", client.Notifications, "", nil},
	{"GetBucketReplication", client.Replication, "ReplicationConfiguration", []string{"ReplicationConfigurationNotFoundError"}},
	{"PutBucketReplication", client.Replication, "", nil},
	{"DeleteBucketReplication", client.Replication, "", nil},
	{"GetBucketRequestPayment", client.RequesterPays, "RequestPaymentConfiguration", nil},
	{"PutBucketRequestPayment", client.RequesterPays, "", nil},
	{"GetBucketAccelerateConfiguration", client.Acceleration, "AccelerateConfiguration", nil},
	{"PutBucketAccelerateConfiguration", client.Acceleration, "", nil},
	{"GetBucketAnalyticsConfiguration", client.Analytics, "AnalyticsConfiguration", nil},
	{"ListBucketAnalyticsConfigurations", client.Analytics, "ListBucketAnalyticsConfigurationResult", nil},
	{"PutBucketAnalyticsConfiguration", client.Analytics, "", nil},
	{"DeleteBucketAnalyticsConfiguration", client.Analytics, "", nil},
	{"GetBucketInventoryConfiguration", client.Inventories, "InventoryConfiguration", nil},
	{"ListBucketInventoryConfigurations", client.Inventories, "ListInventoryConfigurationsResult", nil},
	{"PutBucketInventoryConfiguration", client.Inventories, "", nil},
	{"DeleteBucketInventoryConfiguration", client.Inventories, "", nil},
	{"GetBucketMetricsConfiguration", client.RequestMetrics, "MetricsConfiguration", nil},
	{"ListBucketMetricsConfigurations", client.RequestMetrics, "ListMetricsConfigurationsResult", nil},
	{"PutBucketMetricsConfiguration", client.RequestMetrics, "", nil},
	{"DeleteBucketMetricsConfiguration", client.RequestMetrics, "", nil},
	{"GetBucketIntelligentTieringConfiguration", client.IntelligentTiering, "IntelligentTieringConfiguration", nil},
	{"ListBucketIntelligentTieringConfigurations", client.IntelligentTiering, "ListBucketIntelligentTieringConfigurationsOutput", nil},
	{"PutBucketIntelligentTieringConfiguration", client.IntelligentTiering, "", nil},
	{"DeleteBucketIntelligentTieringConfiguration", client.IntelligentTiering, "", nil},
	{"GetBucketMetadataConfiguration", client.MetadataTables, "GetBucketMetadataConfigurationResult", nil},
	{"GetBucketMetadataTableConfiguration", client.MetadataTables, "GetBucketMetadataTableConfigurationResult", nil},
	{"CreateBucketMetadataConfiguration", client.MetadataTables, "", nil},
	{"CreateBucketMetadataTableConfiguration", client.MetadataTables, "", nil},
	{"DeleteBucketMetadataConfiguration", client.MetadataTables, "", nil},
	{"DeleteBucketMetadataTableConfiguration", client.MetadataTables, "", nil},
	{"UpdateBucketMetadataAnnotationTableConfiguration", client.MetadataTables, "", nil},
	{"UpdateBucketMetadataInventoryTableConfiguration", client.MetadataTables, "", nil},
	{"UpdateBucketMetadataJournalTableConfiguration", client.MetadataTables, "", nil},
	{"GetBucketAbac", client.AttributeAccess, "AbacStatus", nil},
	{"PutBucketAbac", client.AttributeAccess, "", nil},
	{"CreateSession", client.DirectoryBuckets, noDocument, nil},
	{"ListDirectoryBuckets", client.DirectoryBuckets, "ListAllMyDirectoryBucketsResult", nil},
}

// needOf is the row of an operation; known is false where there is none.
func needOf(operation string) (n need, known bool) {
	n, known = needsByOperation[operation]
	return n, known
}

var needsByOperation = func() map[string]need {
	all := make(map[string]need, len(needs))
	for _, n := range needs {
		all[n.operation] = n
	}
	return all
}()

// capabilities are all that any operation needs, in the order of the table.
var capabilities = func() (all []client.Capability) {
	for _, n := range needs {
		if n.of != "" && !slices.Contains(all, n.of) {
			all = append(all, n.of)
		}
	}
	return all
}()

// nothingSet are the codes by which servers say that nothing of a kind is set.
func nothingSet() (all []string) {
	for _, n := range needs {
		all = append(all, n.nothing...)
	}
	return all
}
