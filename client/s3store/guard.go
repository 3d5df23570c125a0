package s3store

import (
	"context"
	"fmt"

	"github.com/aws/smithy-go/middleware"
)

// allowed are the operations that may be sent to an endpoint not known to be
// AWS: the oldest S3, and GETs that cannot change anything. What is not here
// does not leave the process, because a server that does not know a
// sub-resource may ignore it and run the bare verb. Measured on Ceph 16:
// DeleteBucketEncryption deletes an empty bucket, UpdateObjectEncryption,
// RenameObject and PutObjectAnnotation overwrite the object,
// DeleteObjectAnnotation deletes it, and all say success.
var allowed = map[string]bool{
	"ListBuckets": true, "HeadBucket": true, "CreateBucket": true, "DeleteBucket": true,
	"GetBucketLocation": true, "GetBucketVersioning": true, "GetBucketEncryption": true,
	"ListObjects": true, "ListObjectsV2": true, "ListObjectVersions": true,
	"HeadObject": true, "GetObject": true, "GetObjectTagging": true, "PutObject": true, "CopyObject": true,
	"DeleteObject": true, "DeleteObjects": true,
	"CreateMultipartUpload": true, "UploadPart": true, "UploadPartCopy": true, "ListParts": true,
	"CompleteMultipartUpload": true, "AbortMultipartUpload": true, "ListMultipartUploads": true,
}

// errForbidden is the answer to a call that must not be sent.
type errForbidden struct{ operation string }

func (e *errForbidden) Error() string {
	return fmt.Sprintf("%s is not sent to a server that is not AWS: one that does not know it may destroy the object or bucket instead",
		e.operation)
}

// addGuard puts the guard before everything else of an operation.
func addGuard(stack *middleware.Stack) error {
	operation := stack.ID()
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("bucketseal:Guard",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if !allowed[operation] {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &errForbidden{operation}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}
