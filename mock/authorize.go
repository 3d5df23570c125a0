package mock

import (
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/store"
)

// need is a permission: an action ("s3:GetObject") on what is addressed.
type need struct {
	action string
	on     address
}

func bucketARN(bucket string) string { return "arn:aws:s3:::" + bucket }

func objectARN(bucket, key string) string { return bucketARN(bucket) + "/" + key }

func (n need) resource() string {
	switch n.on.level() {
	case "bucket":
		return bucketARN(n.on.bucket)
	case "object":
		return objectARN(n.on.bucket, n.on.key)
	}
	return bucketARN("*")
}

// otherActions are the operations whose permission has another name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var otherActions = map[string]string{
	"ListBuckets": "ListAllMyBuckets", "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
	"ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
	"GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
	"DeleteBucketEncryption": "PutEncryptionConfiguration", "HeadObject": "GetObject", "CopyObject": "PutObject", "PostObject": "PutObject",
	"CreateMultipartUpload": "PutObject", "UploadPart": "PutObject", "UploadPartCopy": "PutObject", "CompleteMultipartUpload": "PutObject",
	"ListParts":            "ListMultipartUploadParts",
	"GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
	"DeleteBucketTagging": "PutBucketTagging", "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
	"PutBucketLifecycleConfiguration": "PutLifecycleConfiguration", "DeleteBucketLifecycle": "PutLifecycleConfiguration",
	"GetBucketNotificationConfiguration": "GetBucketNotification", "PutBucketNotificationConfiguration": "PutBucketNotification",
	"GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
	"GetBucketCors": "GetBucketCORS", "PutBucketCors": "PutBucketCORS", "DeleteBucketCors": "PutBucketCORS",
	"DeletePublicAccessBlock": "PutBucketPublicAccessBlock", "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
	"GetObjectLockConfiguration": "GetBucketObjectLockConfiguration", "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}

// needs of an S3 call. Those of KMS are judged where the key is known; those of
// DeleteObjects one by one.
func needs(r *request) ([]need, error) {
	if r.op == "DeleteObjects" {
		return nil, nil
	}
	action := r.op
	if other, ok := otherActions[r.op]; ok {
		action = other
	}
	action = onVersion(action, r.version())
	all := append([]need{{"s3:" + action, r.address}}, lockNeeds(r, action)...)
	if r.has("X-Amz-Tagging") && action == "PutObject" {
		all = append(all, need{"s3:PutObjectTagging", r.address})
	}
	if r.op == "GetObjectAttributes" { // asks for both
		all = append(all, need{"s3:" + onVersion("GetObject", r.version()), r.address})
	}
	switch {
	case asksACL(r) && action == "PutObject":
		all = append(all, need{"s3:PutObjectAcl", r.address})
	case asksACL(r) && action == "CreateBucket":
		all = append(all, need{"s3:PutBucketAcl", r.address})
	}
	if r.has("X-Amz-Object-Ownership") && action == "CreateBucket" {
		all = append(all, need{"s3:PutBucketOwnershipControls", r.address})
	}
	if r.op != "CopyObject" && r.op != "UploadPartCopy" {
		return all, nil
	}
	from, err := sourceOf(r)
	return append(all, need{"s3:" + onVersion("GetObject", from.version), from.address}), err
}

// authorize judges an S3 call by the caller's policy and the bucket's.
func (s *Server) authorize(r *request) error {
	if r.op == "CopyObject" || r.op == "UploadPartCopy" {
		if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
			return err // said before anything of the source
		}
	}
	all, err := needs(r)
	if err != nil {
		return err
	}
	for _, n := range all {
		if err := s.may(r, n); err != nil {
			return err
		}
	}
	return nil
}

// policyOperations are never taken from the account by a bucket's policy, so that
// it cannot lock itself out.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
var policyOperations = []string{"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}

// may judges one permission: a Deny of either policy wins, an Allow of either is
// enough, for everybody here belongs to the account that owns the buckets.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (s *Server) may(r *request, n need) error {
	policy, err := s.bucketPolicy(r, n.on.bucket)
	if err != nil {
		return err
	}
	if r.anonymous() {
		return s.mayAnybody(r, n, policy)
	}
	who := r.who
	if policy.Statements != nil {
		who.Context = s.duringUpload(r)
	}
	own, bucket := who.Judge(n.action, n.resource()), policy.JudgeCaller(who, n.action, n.resource())
	if who.Root && slices.Contains(policyOperations, n.action) {
		bucket = iam.Unmentioned
	}
	denied := func(v iam.Verdict, based string) error {
		return refuse(http.StatusForbidden, "AccessDenied", who.Refusal(v, based, n.action, `"`+n.resource()+`"`))
	}
	switch {
	case bucket == iam.Denied:
		return denied(iam.Denied, "resource")
	case own == iam.Denied:
		return denied(iam.Denied, "identity")
	case own == iam.Allowed || bucket == iam.Allowed:
		return nil
	}
	return denied(iam.Unmentioned, "identity")
}

// mayDecrypt judges whether the caller may open a data key: for reading, and for
// the parts of an upload.
func (s *Server) mayDecrypt(r *request, e store.Encryption) error {
	if e.Mode != store.SSEKMS && e.Mode != store.DSSEKMS {
		return nil
	}
	if err := needsKey(r); err != nil {
		return err
	}
	return s.keys.Authorize(r.who, "kms:Decrypt", e.KeyID)
}

// hideMissing hides from who may not list a bucket that a key is not there.
func (s *Server) hideMissing(r *request, err error) error {
	if !errors.Is(err, store.ErrNoSuchKey) || r.op != "GetObject" && r.op != "HeadObject" {
		return err
	}
	if denied := s.may(r, need{"s3:ListBucket", address{bucket: r.bucket}}); denied != nil {
		return denied
	}
	return err
}
