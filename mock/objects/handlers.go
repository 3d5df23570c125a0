package objects

import "github.com/bucketseal/bucketseal/mock/wire"

// Handlers of objects, uploads and listings, by operation.
func (s *Service) Handlers() map[string]wire.Handler {
	return map[string]wire.Handler{
		"ListObjects":             s.listObjects,
		"ListObjectsV2":           s.listObjectsV2,
		"ListObjectVersions":      s.listObjectVersions,
		"PutObject":               s.putObject,
		"GetObject":               s.getObject,
		"HeadObject":              s.getObject,
		"DeleteObject":            s.deleteObject,
		"DeleteObjects":           s.deleteObjects,
		"CopyObject":              s.copyObject,
		"GetObjectAttributes":     s.getObjectAttributes,
		"CreateMultipartUpload":   s.createUpload,
		"UploadPart":              s.uploadPart,
		"UploadPartCopy":          s.uploadPartCopy,
		"CompleteMultipartUpload": s.completeUpload,
		"AbortMultipartUpload":    s.abortUpload,
		"ListParts":               s.listParts,
		"ListMultipartUploads":    s.listUploads,
		"GetObjectLegalHold":      s.getObjectLegalHold,
		"PutObjectLegalHold":      s.putObjectLegalHold,
		"RestoreObject":           s.restoreObject,
		"GetObjectRetention":      s.getObjectRetention,
		"PutObjectRetention":      s.putObjectRetention,
		"GetObjectTagging":        s.getObjectTagging,
		"PutObjectTagging":        s.putObjectTagging,
		"DeleteObjectTagging":     s.deleteObjectTagging,
	}
}
