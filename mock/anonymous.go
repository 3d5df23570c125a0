package mock

import (
	"net/http"

	"github.com/bucketseal/bucketseal/mock/iam"
)

// anonymous tells that nobody signed the request.
func (r *request) anonymous() bool { return r.who.ARN == "" }

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

func accessDenied(message string) error {
	return refuse(http.StatusForbidden, "AccessDenied", message)
}

// mayAnybody judges one permission of a request without a key: the bucket must
// open itself, by its policy, or an ACL open it or the object.
func (s *Server) mayAnybody(r *request, n need, policy iam.Policy) error {
	if message, ok := neverAnonymous[r.op]; ok {
		return accessDenied(message)
	}
	if n.on.bucket == "" {
		return accessDenied("Access Denied.")
	}
	if _, err := s.store.HeadBucket(r.Context(), n.on.bucket); err != nil {
		return err
	}
	block, err := s.publicAccess(r, n.on.bucket)
	if err != nil {
		return err
	}
	verdict := policy.JudgeCaller(r.who, n.action, n.resource())
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
		return accessDenied("Access Denied.")
	case n.action == "s3:GetBucketPolicy" || n.action == "s3:PutBucketPolicy" || n.action == "s3:DeleteBucketPolicy":
		// "If you have the correct permissions, but you're not using an identity that belongs to the bucket owner's account"
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
		return refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	}
	return nil
}

// needsKey refuses KMS to who has no key.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func needsKey(r *request) error {
	if r.anonymous() {
		return badArgument("Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.", "Authorization", "null")
	}
	return nil
}
