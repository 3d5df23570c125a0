package buckets

import "github.com/bucketseal/bucketseal/mock/wire"

// Handlers of buckets and their documents, by operation.
func (s *Service) Handlers() map[string]wire.Handler {
	return map[string]wire.Handler{
		"ListBuckets":                        s.listBuckets,
		"CreateBucket":                       s.createBucket,
		"DeleteBucket":                       s.deleteBucket,
		"HeadBucket":                         s.headBucket,
		"GetBucketLocation":                  s.getBucketLocation,
		"GetBucketVersioning":                s.getBucketVersioning,
		"PutBucketVersioning":                s.putBucketVersioning,
		"GetObjectLockConfiguration":         s.getObjectLockConfiguration,
		"PutObjectLockConfiguration":         s.putObjectLockConfiguration,
		"GetBucketCors":                      s.getBucketCORS,
		"PutBucketCors":                      s.putBucketCORS,
		"DeleteBucketCors":                   s.deleteBucketCORS,
		"GetBucketTagging":                   s.getBucketTagging,
		"PutBucketTagging":                   s.putBucketTagging,
		"DeleteBucketTagging":                s.deleteBucketTagging,
		"GetBucketAccelerateConfiguration":   s.getBucketAccelerate,
		"PutBucketAccelerateConfiguration":   s.putBucketAccelerate,
		"GetBucketLifecycleConfiguration":    s.getBucketLifecycle,
		"PutBucketLifecycleConfiguration":    s.putBucketLifecycle,
		"DeleteBucketLifecycle":              s.deleteBucketLifecycle,
		"GetBucketLogging":                   s.getBucketLogging,
		"PutBucketLogging":                   s.putBucketLogging,
		"GetBucketNotificationConfiguration": s.getBucketNotification,
		"PutBucketNotificationConfiguration": s.putBucketNotification,
		"GetBucketRequestPayment":            s.getBucketRequestPayment,
		"PutBucketRequestPayment":            s.putBucketRequestPayment,
		"GetBucketWebsite":                   s.getBucketWebsite,
		"PutBucketWebsite":                   s.putBucketWebsite,
		"DeleteBucketWebsite":                s.deleteBucketWebsite,
	}
}
