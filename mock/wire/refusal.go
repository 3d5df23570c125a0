package wire

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

// What UpdateObjectEncryption answers of an object that is stored otherwise.
const (
	OnlySealedSources = "Only source objects encrypted with SSE-S3 or SSE-KMS are supported."
	OtherSource       = "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. " + OnlySealedSources
)

// plainRefusals are the store's answers that need nothing but a code.
var plainRefusals = []struct {
	err     error
	refusal *sigv4.Error
}{
	{store.ErrNoSuchBucket, s3.Refuse(404, "NoSuchBucket", "The specified bucket does not exist.")},
	{store.ErrVersionsLeft, s3.Refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")},
	{store.ErrBucketNotEmpty, s3.Refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.")},
	{store.ErrBucketExists, s3.Refuse(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")},
	{store.ErrNoSuchKey, s3.Refuse(404, "NoSuchKey", "The specified key does not exist.")},
	{store.ErrNoSuchVersion, s3.Refuse(404, "NoSuchVersion", "The specified version does not exist.")},
	{store.ErrNoObjectLock, s3.BadRequest("Bucket is missing ObjectLockConfiguration")},
	{store.ErrLocked, s3.Refuse(403, "AccessDenied", "Access Denied because object protected by object lock.")},
	{store.ErrObjectLock, s3.Refuse(409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")},
	{store.ErrNotVersioned, s3.Refuse(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")},
	{store.ErrNoSuchUpload, s3.Refuse(404, "NoSuchUpload", "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")},
	{store.ErrInvalidPart, s3.Refuse(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")},
	{store.ErrInvalidPartOrder, s3.Refuse(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")},
	{store.ErrPartNumber, s3.Refuse(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive.", sigv4.Field{Name: "ArgumentName", Value: "partNumber"})},
	{store.ErrNotRewrappable, s3.BadRequest(OtherSource)}, // replaced during the call
	{store.ErrKeyTooLong, s3.Refuse(400, "KeyTooLongError", "Your key is too long.")},
	{store.ErrIncompleteBody, s3.Refuse(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")},
	{store.ErrBadDigest, s3.Refuse(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")},
}

// Refusal puts any error into the words of S3. Whatever it does not know is a
// 500 which tells the client nothing; the log tells the rest.
func Refusal(p personality.Personality, err error) *sigv4.Error {
	var known *sigv4.Error
	if errors.As(err, &known) {
		return known
	}
	var ofKMS *kms.Error
	if errors.As(err, &ofKMS) {
		return keyRefusal(p, ofKMS)
	}
	var digest *store.DigestError
	if errors.As(err, &digest) {
		return s3.Refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.",
			s3.Field("ExpectedDigest", hex.EncodeToString(digest.Want)), s3.Field("CalculatedDigest", base64.StdEncoding.EncodeToString(digest.Got)))
	}
	var condition *store.PreconditionError
	if errors.As(err, &condition) {
		return s3.PreconditionFailed(condition.Condition)
	}
	var small *store.EntityTooSmallError
	if errors.As(err, &small) {
		return s3.Refuse(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
			sigv4.Field{Name: "ProposedSize", Value: strconv.FormatInt(small.Size, 10)},
			sigv4.Field{Name: "MinSizeAllowed", Value: strconv.FormatInt(small.MinSizeBytes, 10)},
			sigv4.Field{Name: "PartNumber", Value: strconv.Itoa(small.PartNumber)},
			sigv4.Field{Name: "ETag", Value: small.ETag})
	}
	var version *store.InvalidVersionIDError
	if errors.As(err, &version) {
		return s3.BadArgument("Invalid version id specified", "versionId", version.VersionID)
	}
	for _, p := range plainRefusals {
		if errors.Is(err, p.err) {
			return p.refusal
		}
	}
	if errors.Is(err, context.Canceled) {
		return s3.Refuse(http.StatusBadRequest, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period.")
	}
	return s3.Refuse(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
}

// keyRefusal is what S3 makes of an answer of KMS.
func keyRefusal(p personality.Personality, e *kms.Error) *sigv4.Error {
	if e.Code == "NotFoundException" && p.UnknownKey != nil {
		u := *p.UnknownKey
		if strings.Contains(u.Message, "%s") {
			u.Message = fmt.Sprintf(u.Message, e.KeyID)
		}
		return &u
	}
	if e.Code == "AccessDeniedException" {
		return s3.Refuse(http.StatusForbidden, "AccessDenied", e.Message)
	}
	return s3.Refuse(http.StatusBadRequest, "KMS."+e.Code, e.Message)
}

// WriteRefusal answers an error document; on HEAD and 304 there is no body.
func WriteRefusal(w http.ResponseWriter, r *http.Request, id string, e *sigv4.Error) {
	if e.Code == "RequestTimeout" || e.Code == "IncompleteBody" {
		w.Header().Set("Connection", "close")
	}
	if r.Method == http.MethodHead || e.Status == http.StatusNotModified {
		w.WriteHeader(e.Status)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	_, _ = w.Write(s3.ErrorDocument(r, id, e))
}
