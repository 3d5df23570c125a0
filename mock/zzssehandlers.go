package mock

// sseHandlers of the encryption of buckets and objects, by operation.
func (s *Server) sseHandlers() map[string]handler {
	return map[string]handler{
		"GetBucketEncryption":    s.getBucketEncryption,
		"PutBucketEncryption":    s.putBucketEncryption,
		"DeleteBucketEncryption": s.deleteBucketEncryption,
		"UpdateObjectEncryption": s.updateObjectEncryption,
	}
}
