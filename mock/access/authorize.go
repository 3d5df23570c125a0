package access

import (
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// Permission is to do something: an action ("s3:GetObject") on what is addressed.
type Permission struct {
	Action string
	On     wire.Address
}

// BucketARN names a bucket in policies.
func BucketARN(bucket string) string { return "arn:aws:s3:::" + bucket }

func objectARN(bucket, key string) string { return BucketARN(bucket) + "/" + key }

func (n Permission) resource() string {
	switch n.On.Level() {
	case "bucket":
		return BucketARN(n.On.Bucket)
	case "object":
		return objectARN(n.On.Bucket, n.On.Key)
	}
	return BucketARN("*")
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

// required are the permissions for an S3 call. Those of KMS are judged where the key is known; those of
// DeleteObjects one by one.
func required(r *wire.Request) ([]Permission, error) {
	if r.Op == "DeleteObjects" {
		return nil, nil
	}
	action := r.Op
	if other, ok := otherActions[r.Op]; ok {
		action = other
	}
	action = OnVersion(action, r.Version())
	all := append([]Permission{{"s3:" + action, r.Address}}, requiredByLock(r, action)...)
	if r.Has("X-Amz-Tagging") && action == "PutObject" {
		all = append(all, Permission{"s3:PutObjectTagging", r.Address})
	}
	if r.Op == "GetObjectAttributes" { // asks for both
		all = append(all, Permission{"s3:" + OnVersion("GetObject", r.Version()), r.Address})
	}
	switch {
	case asksACL(r) && action == "PutObject":
		all = append(all, Permission{"s3:PutObjectAcl", r.Address})
	case asksACL(r) && action == "CreateBucket":
		all = append(all, Permission{"s3:PutBucketAcl", r.Address})
	}
	if r.Has("X-Amz-Object-Ownership") && action == "CreateBucket" {
		all = append(all, Permission{"s3:PutBucketOwnershipControls", r.Address})
	}
	if r.Op != "CopyObject" && r.Op != "UploadPartCopy" {
		return all, nil
	}
	from, err := wire.SourceOf(r)
	return append(all, Permission{"s3:" + OnVersion("GetObject", from.Version), from.Address}), err
}

// Authorize judges an S3 call by the caller's policy and the bucket's.
func (s *Service) Authorize(r *wire.Request) error {
	if r.Op == "CopyObject" || r.Op == "UploadPartCopy" {
		if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
			return err // said before anything of the source
		}
	}
	all, err := required(r)
	if err != nil {
		return err
	}
	for _, n := range all {
		if err := s.Require(r, n); err != nil {
			return err
		}
	}
	return nil
}

// policyOperations are never taken from the account by a bucket's policy, so that
// it cannot lock itself out.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
var policyOperations = []string{"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}

// Require judges one permission: a Deny of either policy wins, an Allow of either is
// enough, for everybody here belongs to the account that owns the buckets.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (s *Service) Require(r *wire.Request, n Permission) error {
	policy, err := s.bucketPolicy(r, n.On.Bucket)
	if err != nil {
		return err
	}
	if r.Anonymous() {
		return s.requireOfAnonymous(r, n, policy)
	}
	who := r.Caller
	if policy.Statements != nil {
		who.Context = s.duringUpload(r)
	}
	own, bucket := who.Judge(n.Action, n.resource()), policy.JudgeCaller(who, n.Action, n.resource())
	if who.Root && slices.Contains(policyOperations, n.Action) {
		bucket = iam.Unmentioned
	}
	denied := func(v iam.Verdict, based string) error {
		return s3.Refuse(http.StatusForbidden, "AccessDenied", who.Refusal(v, based, n.Action, `"`+n.resource()+`"`))
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

// MayDecrypt judges whether the caller may open a data key: for reading, and for
// the parts of an upload.
func (s *Service) MayDecrypt(r *wire.Request, e store.Encryption) error {
	if e.Mode != store.SSEKMS && e.Mode != store.DSSEKMS {
		return nil
	}
	if err := RefuseAnonymousKMS(r); err != nil {
		return err
	}
	return s.Keys.Authorize(r.Caller, "kms:Decrypt", e.KeyID)
}

// HideMissing hides from who may not list a bucket that a key is not there.
func (s *Service) HideMissing(r *wire.Request, err error) error {
	if !errors.Is(err, store.ErrNoSuchKey) || r.Op != "GetObject" && r.Op != "HeadObject" {
		return err
	}
	if denied := s.Require(r, Permission{"s3:ListBucket", wire.Address{Bucket: r.Bucket}}); denied != nil {
		return denied
	}
	return err
}

// requiredByLock are the permissions for what a request says of object lock.
func requiredByLock(r *wire.Request, action string) []Permission {
	var all []Permission
	also := func(said bool, actions ...string) {
		for _, action := range actions {
			if said {
				all = append(all, Permission{"s3:" + action, r.Address})
			}
		}
	}
	switch action {
	case "PutObject":
		also(r.Has(s3.HeaderLockMode), "PutObjectRetention")
		also(r.Has(s3.HeaderLegalHold), "PutObjectLegalHold")
	case "DeleteObject", "DeleteObjectVersion", "PutObjectRetention":
		also(r.BypassesGovernance(), "BypassGovernanceRetention")
	case "CreateBucket":
		also(r.Has(s3.HeaderLockBucket), "PutBucketObjectLockConfiguration", "PutBucketVersioning")
	}
	return all
}

// versionActions are the permissions that a request for one version needs in place
// of those for the object.
var versionActions = map[string]string{
	"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion",
	"GetObjectTagging": "GetObjectVersionTagging", "PutObjectTagging": "PutObjectVersionTagging", "DeleteObjectTagging": "DeleteObjectVersionTagging",
	"GetObjectAttributes": "GetObjectVersionAttributes", "GetObjectAcl": "GetObjectVersionAcl", "PutObjectAcl": "PutObjectVersionAcl",
}

// OnVersion is the permission for an action on a version, or on no one in particular.
func OnVersion(action, version string) string {
	if other, ok := versionActions[action]; ok && version != "" {
		return other
	}
	return action
}
