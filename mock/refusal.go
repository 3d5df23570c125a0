package mock

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

func refuse(status int, code, message string, fields ...sigv4.Field) *sigv4.Error {
	return &sigv4.Error{Status: status, Code: code, Message: message, Fields: fields}
}

func badArgument(message, name, value string) *sigv4.Error {
	return refuse(http.StatusBadRequest, "InvalidArgument", message,
		sigv4.Field{Name: "ArgumentName", Value: name}, sigv4.Field{Name: "ArgumentValue", Value: value})
}

func badRequest(message string) *sigv4.Error {
	return refuse(http.StatusBadRequest, "InvalidRequest", message)
}

func malformedXML() *sigv4.Error {
	return refuse(http.StatusBadRequest, "MalformedXML",
		"The XML you provided was not well-formed or did not validate against our published schema.")
}

func notImplemented(what string) *sigv4.Error {
	return refuse(http.StatusNotImplemented, "NotImplemented",
		"A header or query you provided implies functionality that is not implemented", sigv4.Field{Name: "Header", Value: what})
}

func preconditionFailed(condition string) *sigv4.Error {
	return refuse(http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold.", sigv4.Field{Name: "Condition", Value: condition})
}

func notModified() *sigv4.Error { return refuse(http.StatusNotModified, "NotModified", "Not Modified") }

// OtherSource refuses an UpdateObjectEncryption of what is sealed otherwise.
const (
	onlySealedSources = "Only source objects encrypted with SSE-S3 or SSE-KMS are supported."
	otherSource       = "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. " + onlySealedSources
)

// plainRefusals are the store's answers that need nothing but a code.
var plainRefusals = []struct {
	err     error
	refusal *sigv4.Error
}{
	{store.ErrNoSuchBucket, refuse(404, "NoSuchBucket", "The specified bucket does not exist.")},
	{store.ErrVersionsLeft, refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")},
	{store.ErrBucketNotEmpty, refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.")},
	{store.ErrBucketExists, refuse(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")},
	{store.ErrNoSuchKey, refuse(404, "NoSuchKey", "The specified key does not exist.")},
	{store.ErrNoSuchVersion, refuse(404, "NoSuchVersion", "The specified version does not exist.")},
	{store.ErrNoObjectLock, badRequest("Bucket is missing ObjectLockConfiguration")},
	{store.ErrLocked, refuse(403, "AccessDenied", "Access Denied because object protected by object lock.")},
	{store.ErrObjectLock, refuse(409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")},
	{store.ErrNotVersioned, refuse(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")},
	{store.ErrNoSuchUpload, refuse(404, "NoSuchUpload", "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")},
	{store.ErrInvalidPart, refuse(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")},
	{store.ErrInvalidPartOrder, refuse(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")},
	{store.ErrPartNumber, refuse(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive.", sigv4.Field{Name: "ArgumentName", Value: "partNumber"})},
	{store.ErrNotRewrappable, badRequest(otherSource)}, // replaced during the call
	{store.ErrKeyTooLong, refuse(400, "KeyTooLongError", "Your key is too long.")},
	{store.ErrIncompleteBody, refuse(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")},
	{store.ErrBadDigest, refuse(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")},
}

// refusal puts any error into the words of S3. Whatever it does not know is a
// 500 which tells the client nothing; the log tells the rest.
func refusal(p Personality, err error) *sigv4.Error {
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
		return refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.",
			field("ExpectedDigest", hex.EncodeToString(digest.Want)), field("CalculatedDigest", base64.StdEncoding.EncodeToString(digest.Got)))
	}
	var condition *store.PreconditionError
	if errors.As(err, &condition) {
		return preconditionFailed(condition.Condition)
	}
	var small *store.EntityTooSmallError
	if errors.As(err, &small) {
		return refuse(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
			sigv4.Field{Name: "ProposedSize", Value: strconv.FormatInt(small.Size, 10)},
			sigv4.Field{Name: "MinSizeAllowed", Value: strconv.FormatInt(small.MinSizeBytes, 10)},
			sigv4.Field{Name: "PartNumber", Value: strconv.Itoa(small.PartNumber)},
			sigv4.Field{Name: "ETag", Value: small.ETag})
	}
	var version *store.InvalidVersionIDError
	if errors.As(err, &version) {
		return badArgument("Invalid version id specified", "versionId", version.VersionID)
	}
	for _, p := range plainRefusals {
		if errors.Is(err, p.err) {
			return p.refusal
		}
	}
	if errors.Is(err, context.Canceled) {
		return refuse(http.StatusBadRequest, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period.")
	}
	return refuse(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
}

// keyRefusal is what S3 makes of an answer of KMS.
func keyRefusal(p Personality, e *kms.Error) *sigv4.Error {
	if e.Code == "NotFoundException" && p.UnknownKey != nil {
		u := *p.UnknownKey
		if strings.Contains(u.Message, "%s") {
			u.Message = fmt.Sprintf(u.Message, e.KeyID)
		}
		return &u
	}
	if e.Code == "AccessDeniedException" {
		return refuse(http.StatusForbidden, "AccessDenied", e.Message)
	}
	return refuse(http.StatusBadRequest, "KMS."+e.Code, e.Message)
}

// writeRefusal answers an error document; on HEAD and 304 there is no body.
func writeRefusal(w http.ResponseWriter, r *http.Request, id string, e *sigv4.Error) {
	if e.Code == "RequestTimeout" || e.Code == "IncompleteBody" {
		w.Header().Set("Connection", "close")
	}
	if r.Method == http.MethodHead || e.Status == http.StatusNotModified {
		w.WriteHeader(e.Status)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	_, _ = w.Write(errorDocument(r, id, e))
}

func errorDocument(r *http.Request, id string, e *sigv4.Error) []byte {
	var b strings.Builder
	element := func(name, value string) {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(&b, []byte(value))
		b.WriteString("</" + name + ">")
	}
	b.WriteString(xml.Header + "<Error>")
	element("Code", e.Code)
	element("Message", e.Message)
	for _, f := range e.Fields {
		element(f.Name, f.Value)
	}
	element("Resource", r.URL.Path)
	element("RequestId", id)
	element("HostId", hostID)
	b.WriteString("</Error>")
	return []byte(b.String())
}
