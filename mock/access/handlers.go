package access

import "github.com/bucketseal/bucketseal/mock/wire"

// Handlers of who may do what, by operation.
func (s *Service) Handlers() map[string]wire.Handler {
	return map[string]wire.Handler{
		"GetBucketAcl":                  s.getBucketACL,
		"PutBucketAcl":                  s.putBucketACL,
		"GetBucketOwnershipControls":    s.getBucketOwnershipControls,
		"PutBucketOwnershipControls":    s.putBucketOwnershipControls,
		"DeleteBucketOwnershipControls": s.deleteBucketOwnershipControls,
		"GetBucketPolicy":               s.getBucketPolicy,
		"PutBucketPolicy":               s.putBucketPolicy,
		"DeleteBucketPolicy":            s.deleteBucketPolicy,
		"GetBucketPolicyStatus":         s.getBucketPolicyStatus,
		"GetObjectAcl":                  s.getObjectACL,
		"PutObjectAcl":                  s.putObjectACL,
		"GetPublicAccessBlock":          s.getPublicAccessBlock,
		"PutPublicAccessBlock":          s.putPublicAccessBlock,
		"DeletePublicAccessBlock":       s.deletePublicAccessBlock,
	}
}
