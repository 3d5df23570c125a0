package sse

import "github.com/bucketseal/bucketseal/mock/wire"

// Handlers of the encryption of buckets and objects, by operation.
func (s *Service) Handlers() map[string]wire.Handler {
	return map[string]wire.Handler{
		"GetBucketEncryption":    s.getBucketEncryption,
		"PutBucketEncryption":    s.putBucketEncryption,
		"DeleteBucketEncryption": s.deleteBucketEncryption,
		"UpdateObjectEncryption": s.updateObjectEncryption,
	}
}
