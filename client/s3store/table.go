package s3store

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A failure is what is known of a call that failed.
type failure struct {
	call
	https   bool // the endpoint is https
	status  int
	code    string
	message string
	region  string // the bucket's, where the server says it
	// location is where a redirect leads.
	location string
	marker   bool // the answer says that it is about a delete marker
}

// A row of the error table: the first whose conditions all hold decides.
type row struct {
	codes []string // any of them; none is any code
	says  string   // part of the message, in any case; "" is any message
	when  func(failure) bool
	kind  client.Kind
}

func reading(f failure) bool {
	return f.op == "GetObject" || f.op == "HeadObject"
}
func copying(f failure) bool        { return f.op == "CopyObject" || f.op == "UploadPartCopy" }
func copyingWithKey(f failure) bool { return copying(f) && withKey(f) }
func asking(f failure) bool         { return client.TypeOf(f.asked) != client.TypeInherit && f.asked != nil }
func withoutKey(f failure) bool     { return f.customer.IsZero() }
func withKey(f failure) bool        { return !f.customer.IsZero() }
func withoutKMS(f failure) bool     { return asking(f) && f.keyAsked() == "" }
func speechless(f failure) bool     { return f.message == "" }
func bucketOnly(f failure) bool     { return f.at.Key == "" && f.at.Bucket != "" }
func rereading(f failure) bool      { return reading(f) && withKey(f) }
func plainAsking(f failure) bool    { return speechless(f) && !f.https && (asking(f) || withKey(f)) }

// ofUpload is true of calls that name an upload: what they miss is the upload.
func ofUpload(f failure) bool {
	switch f.op {
	case "UploadPart", "ListParts", "CompleteMultipartUpload", "AbortMultipartUpload":
		return true
	}
	return false
}

// codes is a list of codes, for the table to be read easily.
func codes(c ...string) []string { return c }

// throttles are the codes by which servers ask to slow down.
var throttles = map[string]bool{
	"SlowDown": true, "SlowDownRead": true, "SlowDownWrite": true, "TooManyRequests": true, "TooManyRequestsException": true,
	"Throttling": true, "ThrottlingException": true, "ThrottledException": true, "RequestThrottled": true, "RequestThrottledException": true,
	"RequestLimitExceeded": true, "BandwidthLimitExceeded": true, "LimitExceededException": true, "ProvisionedThroughputExceededException": true,
	"KMS.ThrottlingException": true, "XMinioServerNotInitialized": true, "Busy": true, "ServerBusy": true,
}

// table is how answers are understood: by code, message and operation
// together, since codes alone lie. Sources: AWS's and others' answers captured
// in public, the S3 and KMS API pages, and Ceph RGW 16.2.15 as measured.
var table = []row{
	// The KMS key. Ceph says InvalidAccessKeyId for a key it does not know.
	{codes("InvalidAccessKeyId"), "kms-keyid:", nil, client.KindKeyUnknown},
	{codes("KMS.NotFoundException", "kms:KeyNotFound", "InvalidKmsKeyId", "NotFoundException", "InvalidArnException"), "", nil, client.KindKeyUnknown},
	{codes("KMS.DisabledException", "KMS.KMSInvalidStateException", "KMS.InvalidKeyUsageException", "KMS.KeyUnavailableException",
		"DisabledException", "KMSInvalidStateException", "InvalidKeyUsageException", "KeyUnavailableException"), "", nil, client.KindKeyDisabled},
	{codes("KMS.AccessDeniedException"), "", nil, client.KindKeyDenied},
	{
		codes("KMS.KMSInternalException", "KMSInternalException", "KMS.DependencyTimeoutException", "DependencyTimeoutException"),
		"", nil, client.KindKeyService,
	},
	{codes("AccessDenied", "AccessDeniedException"), "kms:", onObjects, client.KindKeyDenied},
	{codes("InvalidArgument", "InvalidRequest"), "x-amz-server-side-encryption-aws-kms-key-id", withoutKMS, client.KindKeyRequired},

	// SSE-C, where AWS says 403 and Ceph 400 for the same thing.
	{codes("AccessDenied", "InvalidArgument", "InvalidRequest"), "correct secret key", nil, client.KindWrongKey},
	{nil, "md5 hash of the key did not match", rereading, client.KindWrongKey},
	{codes("InvalidRequest"), "did not match the ones used originally", nil, client.KindWrongKey},
	{codes("InvalidRequest"), "multipart upload initiate requested encryption", withoutKey, client.KindNeedsKey},
	{codes("InvalidRequest"), "multipart upload initiate requested encryption", withKey, client.KindNotCustomerKey},
	{nil, "stored using a form of server side encryption", withoutKey, client.KindNeedsKey},
	{nil, "stored using a form of server side encryption", withKey, client.KindWrongKey},
	{codes("InvalidArgument", "InvalidRequest"), "must provide a valid encryption algorithm", copyingWithKey, client.KindUnsupported}, // Ceph 16
	{codes("InvalidArgument", "InvalidRequest"), "must provide a valid encryption algorithm", withoutKey, client.KindNeedsKey},
	{codes("InvalidArgument", "InvalidRequest"), "must provide an appropriate secret key", withoutKey, client.KindNeedsKey},
	{codes("InvalidRequest"), "encryption parameters are not applicable", nil, client.KindNotCustomerKey},

	// Encryption the server will not do.
	{nil, "must be made over a secure connection", nil, client.KindInsecure},
	{codes("InvalidRequest", "InvalidArgument"), "", plainAsking, client.KindInsecure},
	{codes("InvalidEncryptionAlgorithmError", "KMSNotConfigured", "EncryptionTypeMismatch"), "", nil, client.KindEncryptionRefused},
	{codes("AccessDenied"), "blocked upload requests that specify", nil, client.KindEncryptionRefused},
	{codes("InvalidArgument", "InvalidRequest", "NotImplemented", "MalformedEncryptionContext"), "encryption", asking, client.KindEncryptionRefused},
	{codes("InvalidArgument", "InvalidRequest"), "bad context", asking, client.KindEncryptionRefused},
	{codes("NotImplemented"), "", copying, client.KindUnsupported}, // Ceph 16, of an encrypted source: parts can
	{codes("NotImplemented"), "", asking, client.KindEncryptionRefused},

	// Who asks. Ceph answers SignatureDoesNotMatch to a call it does not have.
	{codes("SignatureDoesNotMatch"), "", func(f failure) bool { return f.op == "GetObjectAttributes" }, client.KindUnsupported},
	{codes("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidSignatureException",
		"AuthFailure", "InvalidToken", "IncompleteSignature", "MissingAuthenticationToken", "MissingSecurityHeader", "NotSignedUp",
		"InvalidSecurity", "IncompleteSignatureException"), "", nil, client.KindBadCredentials},
	{codes("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"), "", nil, client.KindExpired},
	{codes("RequestTimeTooSkewed", "RequestInTheFuture"), "", nil, client.KindClockSkew},
	{codes("AuthorizationHeaderMalformed"), "region", nil, client.KindWrongRegion},
	{codes("AuthorizationHeaderMalformed", "AuthorizationQueryParametersError"), "", nil, client.KindBadCredentials},
	{
		codes("PermanentRedirect", "TemporaryRedirect", "Redirect", "MovedPermanently", "IllegalLocationConstraintException", "IncorrectEndpoint"),
		"", nil, client.KindWrongRegion,
	},
	{codes("AccessDenied"), "no such key: ", nil, client.KindBadCredentials},     // Garage, of the access key
	{codes("AccessDenied"), "invalid signature", nil, client.KindBadCredentials}, // Garage
	{codes("AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AccountProblem"), "", nil, client.KindDenied},

	// What the server cannot do now, or not at all with this.
	{codes("InvalidRequest"), "object is worm protected", nil, client.KindDenied}, // MinIO, of what is locked
	{codes("InvalidObjectState", "ObjectAlreadyInActiveTierError", "ObjectRestoreNotYetCompleted"), "", nil, client.KindArchived},
	{codes("QuotaExceeded", "BucketQuotaExceeded", "UserQuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull", "StorageFull",
		"InsufficientStorage", "NotEnoughSpace", "TooManyBuckets", "TooManyObjects"), "", nil, client.KindFull},
	{codes("InvalidRequest"), "larger than the maximum allowable size for a copy source", nil, client.KindTooLarge},
	{codes("EntityTooLarge", "RequestEntityTooLarge", "MaxMessageLengthExceeded", "MetadataTooLarge"), "", nil, client.KindTooLarge},
	{nil, "", func(f failure) bool { return f.marker && f.status == http.StatusMethodNotAllowed }, client.KindDeleteMarker},

	// What is asked about.
	{nothingSet(), "", nil, client.KindNotFound}, // of its kind: the bucket is there
	{codes("NoSuchBucket"), "", nil, client.KindNoBucket},
	{codes("NotFound"), "", bucketOnly, client.KindNoBucket},
	{codes("NoSuchUpload"), "", nil, client.KindNoUpload},
	{codes("NoSuchKey"), "", ofUpload, client.KindNoUpload}, // Ceph 16, to ListParts
	{codes("NoSuchKey", "NoSuchVersion", "NotFound"), "", nil, client.KindNotFound},
	{codes("BucketAlreadyExists", "BucketAlreadyOwnedByYou"), "", nil, client.KindExists},
	{codes("BucketNotEmpty"), "", nil, client.KindNotEmpty},
	{codes("PreconditionFailed", "NotModified"), "", nil, client.KindPrecondition},

	// How the server is.
	{slices.Sorted(maps.Keys(throttles)), "", nil, client.KindThrottled},
	{codes("RequestTimeout"), "", nil, client.KindStalled},
	{codes("IncompleteBody"), "", nil, client.KindNetwork},
	{codes("OperationAborted", "ConditionalRequestConflict", "InternalError", "ServiceUnavailable"), "", nil, client.KindUnavailable},
	{codes("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"), "", nil, client.KindCorrupt},
	{codes("MissingContentMD5", "MissingDigest"), "", nil, client.KindDigestRequired},
	{nil, "content-md5", func(f failure) bool { return containsFold(f.message, "required") || containsFold(f.message, "missing") }, client.KindDigestRequired},
	{nil, "", func(f failure) bool { return otherBytes(f.code, f.message) }, client.KindCorrupt},
	{codes("InvalidRequest"), "object lock configuration", nil, client.KindUnsupported},  // the bucket has none
	{codes("InvalidRequest"), "objectlockconfiguration", nil, client.KindUnsupported},    // MinIO
	{codes("InvalidRequest"), "object lock not configured", nil, client.KindUnsupported}, // Ceph
	{codes("AccessControlListNotSupported"), "", nil, client.KindUnsupported},            // its owner has turned lists off
	{codes("NotImplemented", "MethodNotAllowed", "UnknownOperationException", "UnsupportedOperationException"), "", nil, client.KindUnsupported},
}

// onObjects keeps "kms:ListKeys denied" from being read as a denied key: only
// S3 calls can fail because of a key's policy.
func onObjects(f failure) bool { return f.at.Bucket != "" }

// classify asks the table, then the status: the answer to a HEAD has no code.
func (f failure) classify() client.Kind {
	for _, r := range table {
		if r.holds(f) {
			return r.kind
		}
	}
	return f.byStatus()
}

func (r row) holds(f failure) bool {
	if len(r.codes) > 0 {
		known := false
		for _, c := range r.codes {
			known = known || c == f.code
		}
		if !known {
			return false
		}
	}
	return containsFold(f.message, r.says) && (r.when == nil || r.when(f))
}

func (f failure) byStatus() client.Kind {
	switch f.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if f.region != "" {
			return client.KindWrongRegion
		}
		return client.KindRedirected
	case http.StatusRequestEntityTooLarge:
		return client.KindTooLarge
	case http.StatusInsufficientStorage:
		return client.KindFull
	case http.StatusNotModified, http.StatusPreconditionFailed:
		return client.KindPrecondition
	case http.StatusUnauthorized:
		return client.KindBadCredentials
	case http.StatusForbidden:
		return client.KindDenied
	case http.StatusNotFound:
		if bucketOnly(f) {
			return client.KindNoBucket
		}
		return client.KindNotFound
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return client.KindUnsupported
	case http.StatusRequestTimeout:
		return client.KindStalled
	case http.StatusTooManyRequests:
		return client.KindThrottled
	}
	switch {
	case f.status >= 500:
		return client.KindUnavailable
	case f.status >= 400:
		return client.KindInvalid
	}
	return client.KindUnknown
}

// keyNamed is the KMS key a failure is about: the one Ceph names in its
// message, else the one asked for.
func (f failure) keyNamed() client.KeyID {
	if _, id, ok := strings.Cut(f.message, "kms-keyid:"); ok {
		if id = strings.TrimSpace(id); id != "" {
			return client.KeyID(id)
		}
	}
	return f.keyAsked()
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}
