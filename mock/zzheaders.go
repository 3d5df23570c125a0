package mock

// The headers of server-side encryption.
const (
	headerSSE        = "X-Amz-Server-Side-Encryption"
	headerKMSKey     = "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"
	headerContext    = "X-Amz-Server-Side-Encryption-Context"
	headerBucketKey  = "X-Amz-Server-Side-Encryption-Bucket-Key-Enabled"
	headerCustomer   = "X-Amz-Server-Side-Encryption-Customer-"
	headerCopySource = "X-Amz-Copy-Source-Server-Side-Encryption-Customer-"
)

// The methods that they name.
const (
	methodS3   = "AES256"
	methodKMS  = "aws:kms"
	methodDSSE = "aws:kms:dsse"
)

// customerText begins the refusals of SSE-C.
const customerText = "Requests specifying Server Side Encryption with Customer provided keys must "

// The headers of versions and of object lock.
const (
	headerVersion    = "X-Amz-Version-Id"
	headerMarker     = "X-Amz-Delete-Marker"
	headerLockMode   = "X-Amz-Object-Lock-Mode"
	headerLockUntil  = "X-Amz-Object-Lock-Retain-Until-Date"
	headerLegalHold  = "X-Amz-Object-Lock-Legal-Hold"
	headerLockBucket = "X-Amz-Bucket-Object-Lock-Enabled"
	headerBypass     = "X-Amz-Bypass-Governance-Retention" //nolint:gosec // the name of a header
)
