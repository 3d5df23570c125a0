package mock

// accessHandlers of who may do what, by operation.
func (s *Server) accessHandlers() map[string]handler {
	return map[string]handler{
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
