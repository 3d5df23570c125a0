package s3store

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

// An answer of a server, as captured, and what it means.
type answerCase struct {
	op     string
	ask    client.Encryption
	key    bool // an SSE-C key went with the call
	http   bool // the endpoint is plain http
	bucket bool // the call is about a bucket, not an object
	status int
	code   string
	says   string
	marker bool // it says that it is about a delete marker
	want   client.Kind
}

const (
	stored    = "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
	correct   = "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key."
	algorithm = "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm."
	appropri  = "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key."
	wrongMD5  = "The calculated MD5 hash of the key did not match the hash that was provided."
	subseq    = "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters."
	original  = "The provided encryption parameters did not match the ones used originally."
	secureKMS = "Requests specifying Server Side Encryption with AWS KMS managed keys must be made over a secure connection."
)

func answers() map[string]answerCase {
	kms := client.SSEKMS{Key: "k1"}
	return map[string]answerCase{
		"Ceph, unknown key":                   {op: "PutObject", ask: kms, status: 403, code: "InvalidAccessKeyId", says: "Failed to retrieve the actual key, kms-keyid: k1", want: client.KindKeyUnknown},
		"Ceph, unknown key, on GET":           {op: "GetObject", status: 403, code: "InvalidAccessKeyId", says: "Failed to retrieve the actual key, kms-keyid: k1", want: client.KindKeyUnknown},
		"newer Ceph, unknown key":             {op: "PutObject", ask: kms, status: 400, code: "InvalidKmsKeyId", want: client.KindKeyUnknown},
		"MinIO, unknown key":                  {op: "PutObject", ask: kms, status: 404, code: "kms:KeyNotFound", says: "key with given key ID does not exist", want: client.KindKeyUnknown},
		"AWS, no valid id":                    {op: "PutObject", ask: kms, status: 400, code: "KMS.NotFoundException", says: "Invalid keyId 'fake-key-id'", want: client.KindKeyUnknown},
		"KMS, no such key":                    {op: "DescribeKey", status: 400, code: "NotFoundException", want: client.KindKeyUnknown},
		"KMS, no such ARN":                    {op: "DescribeKey", status: 400, code: "InvalidArnException", want: client.KindKeyUnknown},
		"AWS, key disabled":                   {op: "GetObject", status: 400, code: "KMS.DisabledException", says: "arn is disabled.", want: client.KindKeyDisabled},
		"AWS, key pending deletion":           {op: "GetObject", status: 400, code: "KMS.KMSInvalidStateException", says: "arn is pending deletion.", want: client.KindKeyDisabled},
		"AWS, wrong key usage":                {op: "PutObject", ask: kms, status: 400, code: "KMS.InvalidKeyUsageException", want: client.KindKeyDisabled},
		"AWS, key unavailable":                {op: "PutObject", ask: kms, status: 400, code: "KMS.KeyUnavailableException", want: client.KindKeyDisabled},
		"KMS, key disabled":                   {op: "DescribeKey", status: 400, code: "DisabledException", want: client.KindKeyDisabled},
		"AWS, key denied by KMS":              {op: "PutObject", ask: kms, status: 400, code: "KMS.AccessDeniedException", want: client.KindKeyDenied},
		"AWS, no kms:GenerateDataKey":         {op: "PutObject", ask: kms, status: 403, code: "AccessDenied", says: "User: arn is not authorized to perform: kms:GenerateDataKey on resource: arn", want: client.KindKeyDenied},
		"KMS, keys may not be listed":         {op: "ListKeys", status: 400, code: "AccessDeniedException", says: "not authorized to perform: kms:ListKeys", want: client.KindDenied},
		"AWS, KMS throttles":                  {op: "PutObject", ask: kms, status: 400, code: "KMS.ThrottlingException", want: client.KindThrottled},
		"AWS, KMS fails":                      {op: "PutObject", ask: kms, status: 500, code: "KMS.KMSInternalException", want: client.KindKeyService},
		"Ceph, no key id":                     {op: "PutObject", ask: client.SSEKMS{}, status: 400, code: "InvalidArgument", says: "Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption-aws-kms-key-id", want: client.KindKeyRequired},
		"AWS, wrong SSE-C key":                {op: "GetObject", key: true, status: 403, code: "AccessDenied", says: correct, want: client.KindWrongKey},
		"Ceph, wrong SSE-C key":               {op: "GetObject", key: true, status: 400, code: "InvalidArgument", says: wrongMD5, want: client.KindWrongKey},
		"AWS, part with another key":          {op: "UploadPart", key: true, status: 400, code: "InvalidRequest", says: original, want: client.KindWrongKey},
		"AWS, part without the key":           {op: "UploadPart", status: 400, code: "InvalidRequest", says: subseq, want: client.KindNeedsKey},
		"AWS, part with a key not asked":      {op: "UploadPart", key: true, status: 400, code: "InvalidRequest", says: subseq, want: client.KindNotCustomerKey},
		"AWS, SSE-C object without key":       {op: "GetObject", status: 400, code: "InvalidRequest", says: stored, want: client.KindNeedsKey},
		"a server that says so to a key":      {op: "GetObject", key: true, status: 400, code: "InvalidRequest", says: stored, want: client.KindWrongKey},
		"Ceph, SSE-C object without key":      {op: "GetObject", status: 400, code: "InvalidArgument", says: algorithm, want: client.KindNeedsKey},
		"another, SSE-C object without key":   {op: "GetObject", status: 400, code: "InvalidArgument", says: appropri, want: client.KindNeedsKey},
		"AWS, key for an open object":         {op: "GetObject", key: true, status: 400, code: "InvalidRequest", says: "The encryption parameters are not applicable to this object.", want: client.KindNotCustomerKey},
		"AWS, KMS over http":                  {op: "PutObject", ask: kms, http: true, status: 400, code: "InvalidArgument", says: secureKMS, want: client.KindInsecure},
		"Ceph, KMS over http":                 {op: "PutObject", ask: kms, http: true, status: 400, code: "InvalidRequest", want: client.KindInsecure},
		"Ceph, SSE-C over http, on GET":       {op: "GetObject", key: true, http: true, status: 400, code: "InvalidRequest", want: client.KindInsecure},
		"a silent refusal over https":         {op: "GetObject", key: true, status: 400, code: "InvalidRequest", want: client.KindInvalid},
		"AWS, algorithm":                      {op: "PutObject", ask: kms, status: 400, code: "InvalidEncryptionAlgorithmError", want: client.KindEncryptionRefused},
		"MinIO without KMS":                   {op: "PutObject", ask: kms, status: 501, code: "KMSNotConfigured", want: client.KindEncryptionRefused},
		"AWS, SSE-C blocked":                  {op: "PutObject", ask: client.SSEC{}, key: true, status: 403, code: "AccessDenied", says: "because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C)", want: client.KindEncryptionRefused},
		"Ceph, DSSE":                          {op: "PutObject", ask: client.DSSEKMS{Key: "k"}, status: 400, code: "InvalidArgument", says: "Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms or AES256", want: client.KindEncryptionRefused},
		"Ceph, bad context":                   {op: "PutObject", ask: kms, status: 400, code: "InvalidRequest", says: "bad context: x", want: client.KindEncryptionRefused},
		"a header which is not implemented":   {op: "PutObject", ask: kms, status: 501, code: "NotImplemented", says: "A header you provided implies functionality that is not implemented", want: client.KindEncryptionRefused},
		"Ceph, GetObjectAttributes":           {op: "GetObjectAttributes", status: 403, code: "SignatureDoesNotMatch", want: client.KindUnsupported},
		"unknown access key":                  {op: "ListBuckets", status: 403, code: "InvalidAccessKeyId", says: "The AWS Access Key Id you provided does not exist in our records.", want: client.KindBadCredentials},
		"wrong secret":                        {op: "PutObject", ask: kms, status: 403, code: "SignatureDoesNotMatch", want: client.KindBadCredentials},
		"KMS, unknown access key":             {op: "ListKeys", status: 400, code: "UnrecognizedClientException", want: client.KindBadCredentials},
		"expired session":                     {op: "PutObject", ask: kms, status: 400, code: "ExpiredToken", want: client.KindExpired},
		"wrong clock":                         {op: "PutObject", ask: kms, status: 403, code: "RequestTimeTooSkewed", want: client.KindClockSkew},
		"another region, signed":              {op: "ListObjectsV2", status: 400, code: "AuthorizationHeaderMalformed", says: "the region 'us-east-1' is wrong; expecting 'eu-west-1'", want: client.KindWrongRegion},
		"a malformed authorization":           {op: "ListObjectsV2", status: 400, code: "AuthorizationHeaderMalformed", says: "the access key is not valid", want: client.KindBadCredentials},
		"another region, redirected":          {op: "ListObjectsV2", status: 301, code: "PermanentRedirect", want: client.KindWrongRegion},
		"another region, on HEAD":             {op: "HeadObject", status: 301, code: "MovedPermanently", want: client.KindWrongRegion},
		"denied":                              {op: "GetObject", status: 403, code: "AccessDenied", says: "Access Denied", want: client.KindDenied},
		"AWS, a bucket without object lock":   {op: "GetObjectRetention", status: 400, code: "InvalidRequest", says: "Bucket is missing Object Lock Configuration", want: client.KindUnsupported},
		"MinIO, a bucket without object lock": {op: "GetObjectRetention", status: 400, code: "InvalidRequest", says: "Bucket is missing ObjectLockConfiguration", want: client.KindUnsupported},
		"MinIO, a version that is locked":     {op: "PutObjectRetention", status: 400, code: "InvalidRequest", says: "Object is WORM protected and cannot be overwritten", want: client.KindDenied},
		"Ceph, a bucket without object lock":  {op: "GetObjectRetention", status: 400, code: "InvalidRequest", says: "bucket object lock not configured", want: client.KindUnsupported},
		"lists are off":                       {op: "PutObjectAcl", status: 400, code: "AccessControlListNotSupported", says: "The bucket does not allow ACLs", want: client.KindUnsupported},
		"no policy is set":                    {op: "GetBucketPolicy", bucket: true, status: 404, code: "NoSuchBucketPolicy", want: client.KindNotFound},
		"no such bucket":                      {op: "GetObject", status: 404, code: "NoSuchBucket", want: client.KindNoBucket},
		"no such bucket, on HEAD":             {op: "HeadBucket", bucket: true, status: 404, code: "NotFound", want: client.KindNoBucket},
		"Garage, no such access key":          {op: "ListBuckets", status: 403, code: "AccessDenied", says: "Forbidden: No such key: GK31c2", want: client.KindBadCredentials},
		"Garage, another secret":              {op: "ListBuckets", status: 403, code: "AccessDenied", says: "Forbidden: Invalid signature", want: client.KindBadCredentials},
		"no such key":                         {op: "GetObject", status: 404, code: "NoSuchKey", want: client.KindNotFound},
		"no such key, on HEAD":                {op: "HeadObject", status: 404, code: "NotFound", want: client.KindNotFound},
		"no such version":                     {op: "GetObject", status: 404, code: "NoSuchVersion", want: client.KindNotFound},
		"no such upload":                      {op: "UploadPart", status: 404, code: "NoSuchUpload", want: client.KindNoUpload},
		"Ceph, parts of no upload":            {op: "ListParts", status: 404, code: "NoSuchKey", want: client.KindNoUpload},
		"the bucket is another's":             {op: "CreateBucket", bucket: true, status: 409, code: "BucketAlreadyExists", want: client.KindExists},
		"the bucket is one's own":             {op: "CreateBucket", bucket: true, status: 409, code: "BucketAlreadyOwnedByYou", want: client.KindExists},
		"not empty":                           {op: "DeleteBucket", bucket: true, status: 409, code: "BucketNotEmpty", want: client.KindNotEmpty},
		"changed meanwhile":                   {op: "GetObject", status: 412, code: "PreconditionFailed", want: client.KindPrecondition},
		"not modified":                        {op: "GetObject", status: 304, code: "NotModified", want: client.KindPrecondition},
		"slow down":                           {op: "PutObject", ask: kms, status: 503, code: "SlowDown", want: client.KindThrottled},
		"KMS, throttled":                      {op: "ListKeys", status: 400, code: "ThrottlingException", want: client.KindThrottled},
		"the server waited too long":          {op: "PutObject", ask: kms, status: 400, code: "RequestTimeout", want: client.KindStalled},
		"the body broke off":                  {op: "PutObject", ask: kms, status: 400, code: "IncompleteBody", want: client.KindNetwork},
		"two at once":                         {op: "PutObject", ask: kms, status: 409, code: "ConditionalRequestConflict", want: client.KindUnavailable},
		"the server failed":                   {op: "PutObject", ask: kms, status: 500, code: "InternalError", want: client.KindUnavailable},
		"wrong checksum":                      {op: "PutObject", ask: kms, status: 400, code: "BadDigest", want: client.KindCorrupt},
		"object lock, without a digest":       {op: "PutObject", ask: kms, status: 400, code: "InvalidRequest", says: "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters", want: client.KindDigestRequired},
		"MinIO, without a digest":             {op: "DeleteObjects", bucket: true, status: 400, code: "MissingContentMD5", says: "Missing required header for this request: Content-Md5.", want: client.KindDigestRequired},
		"other bytes, by another code":        {op: "PutObject", ask: kms, status: 400, code: "InvalidRequest", says: "The x-amz-checksum-crc64nvme does not match what was computed", want: client.KindCorrupt},
		"an SSE-C key and its own MD5":        {op: "PutObject", key: true, status: 400, code: "InvalidArgument", says: "The calculated MD5 hash of the key did not match the hash that was provided.", want: client.KindInvalid},
		"Ceph, a trailer":                     {op: "PutObject", ask: kms, status: 400, code: "XAmzContentSHA256Mismatch", want: client.KindCorrupt},
		"Ceph, copy of what is encrypted":     {op: "CopyObject", ask: kms, status: 501, code: "NotImplemented", want: client.KindUnsupported},
		"Ceph, part of a customer's object":   {op: "UploadPartCopy", key: true, status: 400, code: "InvalidArgument", says: algorithm, want: client.KindUnsupported},
		"AWS, too large to copy at once":      {op: "CopyObject", status: 400, code: "InvalidRequest", says: "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120", want: client.KindTooLarge},
		"AWS, a copy onto itself":             {op: "CopyObject", status: 400, code: "InvalidRequest", says: "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.", want: client.KindInvalid},
		"not implemented":                     {op: "DeleteObjects", bucket: true, status: 501, code: "NotImplemented", want: client.KindUnsupported},
		"KMS, no such operation":              {op: "ListKeys", status: 400, code: "UnknownOperationException", want: client.KindUnsupported},
		"a range outside the object":          {op: "GetObject", status: 416, code: "InvalidRange", want: client.KindInvalid},
		"status 301 alone":                    {op: "GetObject", status: http.StatusMovedPermanently, want: client.KindRedirected},
		"a login page":                        {op: "GetObject", status: http.StatusFound, want: client.KindRedirected},
		"AWS, Glacier":                        {op: "GetObject", status: 403, code: "InvalidObjectState", says: "The operation is not valid for the object's storage class", want: client.KindArchived},
		"Ceph, quota":                         {op: "PutObject", ask: kms, status: 403, code: "QuotaExceeded", want: client.KindFull},
		"MinIO, disk":                         {op: "PutObject", ask: kms, status: 507, code: "XMinioStorageFull", says: "Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.", want: client.KindFull},
		"a full disk":                         {op: "PutObject", status: 507, want: client.KindFull},
		"AWS, too large":                      {op: "PutObject", status: 400, code: "EntityTooLarge", says: "Your proposed upload exceeds the maximum allowed size", want: client.KindTooLarge},
		"nginx, too large":                    {op: "PutObject", status: 413, want: client.KindTooLarge},
		"a delete marker":                     {op: "GetObject", status: 405, code: "MethodNotAllowed", says: "The specified method is not allowed against this resource.", marker: true, want: client.KindDeleteMarker},
		"status 400 alone":                    {op: "HeadObject", status: 400, code: "BadRequest", want: client.KindInvalid},
		"status 401 alone":                    {op: "HeadObject", status: 401, want: client.KindBadCredentials},
		"status 403 alone":                    {op: "HeadObject", status: 403, code: "Forbidden", want: client.KindDenied},
		"status 404 alone":                    {op: "GetObject", status: 404, want: client.KindNotFound},
		"status 404 alone, of a bucket":       {op: "ListObjectsV2", bucket: true, status: 404, want: client.KindNoBucket},
		"status 405 alone":                    {op: "DeleteObjects", bucket: true, status: 405, want: client.KindUnsupported},
		"status 408 alone":                    {op: "PutObject", status: 408, want: client.KindStalled},
		"status 412 alone":                    {op: "HeadObject", status: 412, want: client.KindPrecondition},
		"status 429 alone":                    {op: "PutObject", status: 429, want: client.KindThrottled},
		"status 502 alone":                    {op: "PutObject", status: 502, want: client.KindUnavailable},
		"a status nobody expects":             {op: "PutObject", status: 204, want: client.KindUnknown},
		"a denial whose words name no key":    {op: "PutObject", ask: kms, status: 403, code: "AccessDenied", says: "Access Denied", want: client.KindDenied},
		"an invalid argument, nothing asked":  {op: "PutObject", ask: client.Inherit{}, status: 400, code: "InvalidArgument", says: "metadata", want: client.KindInvalid},
		"an invalid argument of another kind": {op: "ListObjectsV2", bucket: true, status: 400, code: "InvalidArgument", says: "max-keys", want: client.KindInvalid},
	}
}

func (c answerCase) failure(t *testing.T) failure {
	f := failure{call: call{op: c.op, asked: c.ask}, https: !c.http, status: c.status, code: c.code, message: c.says, marker: c.marker}
	if c.op != "ListKeys" && c.op != "DescribeKey" && c.op != "ListBuckets" {
		f.at = client.Location{Bucket: "bkt", Key: "k"}
	}
	if c.bucket {
		f.at.Key = ""
	}
	if c.key {
		f.customer = sseC(t).Key
	}
	return f
}

func TestEveryAnswerIsUnderstoodByCodeMessageAndOperation(t *testing.T) {
	for name, c := range answers() {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want.String(), c.failure(t).classify().String())
		})
	}
}

// A row without a captured answer is a row nobody has seen at work.
func TestEveryRowOfTheTableDecidesSomething(t *testing.T) {
	used := make([]bool, len(table))
	for _, c := range answers() {
		f := c.failure(t)
		for i, r := range table {
			if r.holds(f) {
				used[i] = true
				break
			}
		}
	}
	for i, u := range used {
		assert.True(t, u, "row %d (%v %q) decides nothing in this test", i, table[i].codes, table[i].says)
	}
}

func TestTheKeyIsTheOneTheServerNames(t *testing.T) {
	f := failure{message: "Failed to retrieve the actual key, kms-keyid: no such key "}
	assert.Equal(t, client.KeyID("no such key"), f.keyNamed())
	f = failure{call: call{asked: client.DSSEKMS{Key: "asked"}}, message: "kms-keyid: "}
	assert.Equal(t, client.KeyID("asked"), f.keyNamed())
}
