package s3

// Operations by method, level and sub-resource: "GET bucket location".
var Operations = map[string]string{
	// buckets
	"GET service ":        "ListBuckets",
	"PUT bucket ":         "CreateBucket",
	"DELETE bucket ":      "DeleteBucket",
	"HEAD bucket ":        "HeadBucket",
	"GET bucket location": "GetBucketLocation",

	// listings
	"GET bucket ":          "ListObjects",
	"GET bucket list-type": "ListObjectsV2",
	"GET bucket versions":  "ListObjectVersions",

	// objects
	"PUT object ":           "PutObject",
	"GET object ":           "GetObject",
	"HEAD object ":          "HeadObject",
	"POST bucket ":          "PostObject",
	"DELETE object ":        "DeleteObject",
	"POST bucket delete":    "DeleteObjects",
	"GET object attributes": "GetObjectAttributes",
	"POST object restore":   "RestoreObject",

	// uploads
	"POST object uploads":    "CreateMultipartUpload",
	"PUT object uploadId":    "UploadPart",
	"POST object uploadId":   "CompleteMultipartUpload",
	"DELETE object uploadId": "AbortMultipartUpload",
	"GET object uploadId":    "ListParts",
	"GET bucket uploads":     "ListMultipartUploads",

	// encryption
	"GET bucket encryption":    "GetBucketEncryption",
	"PUT bucket encryption":    "PutBucketEncryption",
	"DELETE bucket encryption": "DeleteBucketEncryption",
	"PUT object encryption":    "UpdateObjectEncryption",

	// versions and locks
	"GET bucket versioning":  "GetBucketVersioning",
	"PUT bucket versioning":  "PutBucketVersioning",
	"GET object legal-hold":  "GetObjectLegalHold",
	"PUT object legal-hold":  "PutObjectLegalHold",
	"GET bucket object-lock": "GetObjectLockConfiguration",
	"PUT bucket object-lock": "PutObjectLockConfiguration",
	"GET object retention":   "GetObjectRetention",
	"PUT object retention":   "PutObjectRetention",

	// who may come in
	"GET bucket acl":                  "GetBucketAcl",
	"PUT bucket acl":                  "PutBucketAcl",
	"GET bucket cors":                 "GetBucketCors",
	"PUT bucket cors":                 "PutBucketCors",
	"DELETE bucket cors":              "DeleteBucketCors",
	"GET bucket ownershipControls":    "GetBucketOwnershipControls",
	"PUT bucket ownershipControls":    "PutBucketOwnershipControls",
	"DELETE bucket ownershipControls": "DeleteBucketOwnershipControls",
	"GET bucket policy":               "GetBucketPolicy",
	"PUT bucket policy":               "PutBucketPolicy",
	"DELETE bucket policy":            "DeleteBucketPolicy",
	"GET bucket policyStatus":         "GetBucketPolicyStatus",
	"GET object acl":                  "GetObjectAcl",
	"PUT object acl":                  "PutObjectAcl",
	"GET bucket publicAccessBlock":    "GetPublicAccessBlock",
	"PUT bucket publicAccessBlock":    "PutPublicAccessBlock",
	"DELETE bucket publicAccessBlock": "DeletePublicAccessBlock",

	// tags
	"GET bucket tagging":    "GetBucketTagging",
	"PUT bucket tagging":    "PutBucketTagging",
	"DELETE bucket tagging": "DeleteBucketTagging",
	"GET object tagging":    "GetObjectTagging",
	"PUT object tagging":    "PutObjectTagging",
	"DELETE object tagging": "DeleteObjectTagging",

	// kept and told again, nothing more
	"GET bucket accelerate":     "GetBucketAccelerateConfiguration",
	"PUT bucket accelerate":     "PutBucketAccelerateConfiguration",
	"GET bucket lifecycle":      "GetBucketLifecycleConfiguration",
	"PUT bucket lifecycle":      "PutBucketLifecycleConfiguration",
	"DELETE bucket lifecycle":   "DeleteBucketLifecycle",
	"GET bucket logging":        "GetBucketLogging",
	"PUT bucket logging":        "PutBucketLogging",
	"GET bucket notification":   "GetBucketNotificationConfiguration",
	"PUT bucket notification":   "PutBucketNotificationConfiguration",
	"GET bucket requestPayment": "GetBucketRequestPayment",
	"PUT bucket requestPayment": "PutBucketRequestPayment",
	"GET bucket website":        "GetBucketWebsite",
	"PUT bucket website":        "PutBucketWebsite",
	"DELETE bucket website":     "DeleteBucketWebsite",
}
