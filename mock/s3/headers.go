package s3

// The headers of server-side encryption.
const (
	HeaderSSE        = "X-Amz-Server-Side-Encryption"
	HeaderKMSKey     = "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"
	HeaderContext    = "X-Amz-Server-Side-Encryption-Context"
	HeaderBucketKey  = "X-Amz-Server-Side-Encryption-Bucket-Key-Enabled"
	HeaderCustomer   = "X-Amz-Server-Side-Encryption-Customer-"
	HeaderCopySource = "X-Amz-Copy-Source-Server-Side-Encryption-Customer-"
)

// The methods that they name.
const (
	MethodS3   = "AES256"
	MethodKMS  = "aws:kms"
	MethodDSSE = "aws:kms:dsse"
)

// CustomerKeyText begins the refusals of SSE-C.
const CustomerKeyText = "Requests specifying Server Side Encryption with Customer provided keys must "

// The headers of versions and of object lock.
const (
	HeaderVersion    = "X-Amz-Version-Id"
	HeaderMarker     = "X-Amz-Delete-Marker"
	HeaderLockMode   = "X-Amz-Object-Lock-Mode"
	HeaderLockUntil  = "X-Amz-Object-Lock-Retain-Until-Date"
	HeaderLegalHold  = "X-Amz-Object-Lock-Legal-Hold"
	HeaderLockBucket = "X-Amz-Bucket-Object-Lock-Enabled"
	HeaderBypass     = "X-Amz-Bypass-Governance-Retention" //nolint:gosec // the name of a header
)
