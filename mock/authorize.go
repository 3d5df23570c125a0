package mock

import (
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/store"
)

// need is a permission: an action on a resource.
type need struct{ action, resource string }

func bucketARN(bucket string) string { return "arn:aws:s3:::" + bucket }

func objectARN(bucket, key string) string { return bucketARN(bucket) + "/" + key }

// otherActions are the operations whose permission has another name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var otherActions = map[string]string{
	"ListBuckets": "ListAllMyBuckets", "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
	"ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
	"GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
	"DeleteBucketEncryption": "PutEncryptionConfiguration", "HeadObject": "GetObject", "CopyObject": "PutObject", "PostObject": "PutObject",
	"CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "UploadPartCopy": "PutObject", "CompleteMultipartUpload": "PutObject",
	"ListParts": "ListMultipartUploadParts",
}

// authorize judges an S3 call by the caller's policy. Those of KMS are judged
// where the key is known; those of DeleteObjects one by one.
func (s *Server) authorize(r *request) error {
	if r.op == "DeleteObjects" {
		return nil
	}
	action := r.op
	if other, ok := otherActions[r.op]; ok {
		action = other
	}
	resource := bucketARN("*")
	switch r.level() {
	case "bucket":
		resource = bucketARN(r.bucket)
	case "object":
		resource = objectARN(r.bucket, r.key)
	}
	if err := may(r.who, need{"s3:" + action, resource}); err != nil {
		return err
	}
	if r.op != "CopyObject" && r.op != "UploadPartCopy" {
		return nil
	}
	from, err := sourceOf(r)
	if err != nil {
		return err
	}
	return may(r.who, need{"s3:GetObject", objectARN(from.bucket, from.key)})
}

func may(who iam.Person, n need) error {
	v := who.Judge(n.action, n.resource)
	if v == iam.Allowed {
		return nil
	}
	return refuse(http.StatusForbidden, "AccessDenied", who.Refusal(v, "identity", n.action, `"`+n.resource+`"`))
}

// mayDecrypt judges whether the caller may open a data key: for reading, and for
// the parts of an upload.
func (s *Server) mayDecrypt(r *request, e store.Encryption) error {
	if e.Mode != store.SSEKMS && e.Mode != store.DSSEKMS {
		return nil
	}
	return s.keys.Authorize(r.who, "kms:Decrypt", e.KeyID)
}

// concealing hides from who may not list a bucket that a key is not there.
func (s *Server) concealing(r *request, err error) error {
	if !errors.Is(err, store.ErrNoSuchKey) || r.op != "GetObject" && r.op != "HeadObject" {
		return err
	}
	if denied := may(r.who, need{"s3:ListBucket", bucketARN(r.bucket)}); denied != nil {
		return denied
	}
	return err
}
