package mock

// The account that owns everything here, and the bounds of S3.
const (
	defaultRegion = "us-east-1"
	hostID        = "bucketseal-mock"
	ownerID       = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
	ownerName     = "mock"
	accountID     = "000000000000"
	maxKeyLength  = 1024    // bytes of UTF-8
	maxPut        = 5 << 30 // bytes of one PUT or part
)
