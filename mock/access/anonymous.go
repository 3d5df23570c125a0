package access

import (
	"net/http"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// neverAnonymous are the refusals of operations that S3 lets nobody do without a
// key, whatever policy and ACL say. They are its own words.
var neverAnonymous = map[string]string{
	"CreateBucket":                  "Anonymous users cannot invoke this API. Please authenticate.",
	"PutBucketAcl":                  "Anonymous users cannot invoke this API. Please authenticate.",
	"PutObjectAcl":                  "Anonymous users cannot invoke this API. Please authenticate.",
	"CreateMultipartUpload":         "Anonymous users cannot initiate multipart uploads. Please authenticate.",
	"CopyObject":                    "Anonymous users cannot copy objects. Please authenticate.",
	"UploadPartCopy":                "Access Denied.",
	"PutBucketOwnershipControls":    "s3:PutBucketOwnershipControls does not support Anonymous requests!",
	"DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls does not support Anonymous requests!",
	"GetBucketOwnershipControls":    "s3:GetBucketOwnershipControls does not support Anonymous requests!",
}

// requireOfAnonymous judges one permission of a request without a key: the bucket must
// open itself, by its policy, or an ACL open it or the object.
func (s *Service) requireOfAnonymous(r *wire.Request, n Permission, policy iam.Policy) error {
	if message, ok := neverAnonymous[r.Op]; ok {
		return s3.AccessDenied(message)
	}
	if n.On.Bucket == "" {
		return s3.AccessDenied("Access Denied.")
	}
	if _, err := s.Store.HeadBucket(r.Context(), n.On.Bucket); err != nil {
		return err
	}
	block, err := s.publicAccess(r, n.On.Bucket)
	if err != nil {
		return err
	}
	verdict := policy.JudgeCaller(r.Caller, n.Action, n.resource())
	if verdict == iam.Allowed && block.RestrictPublicBuckets && policy.Public() {
		verdict = iam.Unmentioned
	}
	if verdict == iam.Unmentioned {
		open, err := s.aclOpens(r, n, block)
		switch {
		case err != nil:
			return err
		case open:
			return nil
		}
	}
	switch {
	case verdict != iam.Allowed:
		return s3.AccessDenied("Access Denied.")
	case n.Action == "s3:GetBucketPolicy" || n.Action == "s3:PutBucketPolicy" || n.Action == "s3:DeleteBucketPolicy":
		// "If you have the correct permissions, but you're not using an identity that belongs to the bucket owner's account"
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
		return s3.Refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	}
	return nil
}

// RefuseAnonymousKMS refuses KMS to who has no key.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func RefuseAnonymousKMS(r *wire.Request) error {
	if r.Anonymous() {
		return s3.BadArgument("Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.", "Authorization", "null")
	}
	return nil
}
