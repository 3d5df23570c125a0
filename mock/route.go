package mock

import (
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/kms"
)

// operations by method, level and sub-resource: "GET bucket location".
var operations = map[string]string{
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

// parameters are the query names that belong to an operation without choosing it.
var parameters = []string{
	"prefix", "delimiter", "marker", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner",
	"key-marker", "version-id-marker", "upload-id-marker", "max-uploads", "part-number-marker", "max-parts", "max-buckets",
	"bucket-region", "versionId", "partNumber", "allow-unordered",
}

func isParameter(name string) bool {
	lower := strings.ToLower(name)
	return slices.Contains(parameters, name) || strings.HasPrefix(lower, "x-amz-") || lower == "x-id" ||
		strings.HasPrefix(lower, "response-")
}

// remembered are the sub-resources that Ceph 16 knows; all others it ignores.
// Those of them which are not among the operations are answered 501.
var remembered = []string{
	"acl", "attributes", "cors", "delete", "legal-hold", "lifecycle", "list-type", "location", "logging", "notification",
	"object-lock", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "retention", "tagging",
	"torrent", "uploadId", "uploads", "versioning", "versions", "website",
}

// address is what a request is about.
type address struct{ bucket, key string }

func (a address) level() string {
	switch {
	case a.bucket == "":
		return "service"
	case a.key == "":
		return "bucket"
	}
	return "object"
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// addressed reads path-style names, and virtual-host ones under ".localhost" and
// under the domain that the server was given. A host without a bucket in it, the
// domain itself too, is path-style.
func (s *Server) addressed(r *http.Request) address {
	path := strings.TrimPrefix(r.URL.Path, "/")
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	host = strings.ToLower(host)
	for _, domain := range []string{s.domain, "localhost"} { // the more particular first
		if domain == "" {
			continue
		}
		if bucket, ok := strings.CutSuffix(host, "."+domain); ok && bucket != "" {
			return address{bucket, path}
		}
		if host == domain {
			break
		}
	}
	bucket, key, _ := strings.Cut(path, "/")
	return address{bucket, key}
}

// route finds the operation. An unknown sub-resource is 501 and never the base
// verb, except for a server that is forgetful of queries.
func (s *Server) route(r *request) (string, error) {
	if target := r.Header.Get("X-Amz-Target"); target != "" && r.Method == http.MethodPost && r.level() == "service" {
		return strings.TrimPrefix(target, kms.Target), nil
	}
	if isSTS(r) {
		return "STS", nil // the operation is in the body, which is signed: callSTS looks
	}
	if r.Method == http.MethodOptions {
		return "Preflight", nil
	}
	method, sub := r.Method, ""
	for name := range r.query {
		switch {
		case isParameter(name), name == "list-type" && r.query.Get(name) != "2":
		case s.personality.ForgetfulOfQueries && !slices.Contains(remembered, name):
		case r.level() == "object" && slices.Contains(strings.Fields(s.personality.ForgetfulOf), name):
		case sub != "":
			return "", notImplemented(name)
		default:
			sub = name
		}
	}
	op, ok := operations[method+" "+r.level()+" "+sub]
	switch {
	case sub != "" && r.level() == "bucket" && s.personality.lacks(method, sub):
		return "", notImplemented(sub)
	case sub == "attributes" && s.personality.ForgetfulOfQueries:
		// Measured on Ceph 16: it miscounts the signature of what it does not know.
		return "", refuse(http.StatusForbidden, "SignatureDoesNotMatch", "")
	case ok:
		return withCopySource(op, r), nil
	case sub != "":
		return "", notImplemented(sub)
	}
	return "", notAllowed(r.Method, strings.ToUpper(r.level()))
}

func withCopySource(op string, r *request) string {
	if r.Header.Get("X-Amz-Copy-Source") == "" {
		return op
	}
	switch op {
	case "PutObject":
		return "CopyObject"
	case "UploadPart":
		return "UploadPartCopy"
	}
	return op
}
