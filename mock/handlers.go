package mock

// handlers by operation.
var handlers = map[string]func(*Server, *writer, *request) error{
	// buckets
	"ListBuckets":       (*Server).listBuckets,
	"CreateBucket":      (*Server).createBucket,
	"DeleteBucket":      (*Server).deleteBucket,
	"HeadBucket":        (*Server).headBucket,
	"GetBucketLocation": (*Server).getBucketLocation,

	// listings
	"ListObjects":        (*Server).listObjects,
	"ListObjectsV2":      (*Server).listObjectsV2,
	"ListObjectVersions": (*Server).listObjectVersions,

	// objects
	"PutObject":           (*Server).putObject,
	"GetObject":           (*Server).getObject,
	"HeadObject":          (*Server).getObject,
	"PostObject":          func(*Server, *writer, *request) error { return notAForm() },
	"DeleteObject":        (*Server).deleteObject,
	"DeleteObjects":       (*Server).deleteObjects,
	"CopyObject":          (*Server).copyObject,
	"GetObjectAttributes": (*Server).getObjectAttributes,

	// uploads
	"CreateMultipartUpload":   (*Server).createUpload,
	"UploadPart":              (*Server).uploadPart,
	"UploadPartCopy":          (*Server).uploadPartCopy,
	"CompleteMultipartUpload": (*Server).completeUpload,
	"AbortMultipartUpload":    (*Server).abortUpload,
	"ListParts":               (*Server).listParts,
	"ListMultipartUploads":    (*Server).listUploads,

	// encryption
	"GetBucketEncryption":    (*Server).getBucketEncryption,
	"PutBucketEncryption":    (*Server).putBucketEncryption,
	"DeleteBucketEncryption": (*Server).deleteBucketEncryption,
	"UpdateObjectEncryption": (*Server).updateObjectEncryption,

	// versions and locks
	"GetBucketVersioning":        (*Server).getBucketVersioning,
	"PutBucketVersioning":        (*Server).putBucketVersioning,
	"GetObjectLegalHold":         (*Server).getObjectLegalHold,
	"PutObjectLegalHold":         (*Server).putObjectLegalHold,
	"GetObjectLockConfiguration": (*Server).getObjectLockConfiguration,
	"PutObjectLockConfiguration": (*Server).putObjectLockConfiguration,
	"GetObjectRetention":         (*Server).getObjectRetention,
	"PutObjectRetention":         (*Server).putObjectRetention,

	// who may come in
	"GetBucketAcl":                  (*Server).getBucketACL,
	"PutBucketAcl":                  (*Server).putBucketACL,
	"GetBucketCors":                 (*Server).getBucketCORS,
	"PutBucketCors":                 (*Server).putBucketCORS,
	"DeleteBucketCors":              (*Server).deleteBucketCORS,
	"GetBucketOwnershipControls":    (*Server).getBucketOwnershipControls,
	"PutBucketOwnershipControls":    (*Server).putBucketOwnershipControls,
	"DeleteBucketOwnershipControls": (*Server).deleteBucketOwnershipControls,
	"GetBucketPolicy":               (*Server).getBucketPolicy,
	"PutBucketPolicy":               (*Server).putBucketPolicy,
	"DeleteBucketPolicy":            (*Server).deleteBucketPolicy,
	"GetBucketPolicyStatus":         (*Server).getBucketPolicyStatus,
	"GetObjectAcl":                  (*Server).getObjectACL,
	"PutObjectAcl":                  (*Server).putObjectACL,
	"GetPublicAccessBlock":          (*Server).getPublicAccessBlock,
	"PutPublicAccessBlock":          (*Server).putPublicAccessBlock,
	"DeletePublicAccessBlock":       (*Server).deletePublicAccessBlock,

	// tags
	"GetBucketTagging":    (*Server).getBucketTagging,
	"PutBucketTagging":    (*Server).putBucketTagging,
	"DeleteBucketTagging": (*Server).deleteBucketTagging,
	"GetObjectTagging":    (*Server).getObjectTagging,
	"PutObjectTagging":    (*Server).putObjectTagging,
	"DeleteObjectTagging": (*Server).deleteObjectTagging,

	// kept and told again, nothing more
	"GetBucketAccelerateConfiguration":   (*Server).getBucketAccelerate,
	"PutBucketAccelerateConfiguration":   (*Server).putBucketAccelerate,
	"GetBucketLifecycleConfiguration":    (*Server).getBucketLifecycle,
	"PutBucketLifecycleConfiguration":    (*Server).putBucketLifecycle,
	"DeleteBucketLifecycle":              (*Server).deleteBucketLifecycle,
	"GetBucketLogging":                   (*Server).getBucketLogging,
	"PutBucketLogging":                   (*Server).putBucketLogging,
	"GetBucketNotificationConfiguration": (*Server).getBucketNotification,
	"PutBucketNotificationConfiguration": (*Server).putBucketNotification,
	"GetBucketRequestPayment":            (*Server).getBucketRequestPayment,
	"PutBucketRequestPayment":            (*Server).putBucketRequestPayment,
	"GetBucketWebsite":                   (*Server).getBucketWebsite,
	"PutBucketWebsite":                   (*Server).putBucketWebsite,
	"DeleteBucketWebsite":                (*Server).deleteBucketWebsite,
}
