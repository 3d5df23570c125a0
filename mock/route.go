package mock

import (
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/admin"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

func isAdmin(r *wire.Request) bool { return r.Bucket == admin.Path }

// isForm tells an upload by an HTML form, which is signed in the form.
func isForm(r *wire.Request) bool {
	return r.Op == "PostObject" && r.Header.Get("Authorization") == "" && !r.Query.Has("X-Amz-Signature")
}

// parameters are the query names that belong to an operation without choosing it.
var parameters = []string{
	"prefix", "delimiter", "marker", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner",
	"key-marker", "version-id-marker", "upload-id-marker", "max-uploads", "part-number-marker", "max-parts", "max-buckets",
	"bucket-region", "versionId", "partNumber", "allow-unordered",
}

func isParameter(name string) bool {
	lower := strings.ToLower(name)
	return slices.Contains(parameters, name) || strings.HasPrefix(lower, "x-amz-") || lower == "x-id" ||
		strings.HasPrefix(lower, "response-")
}

// remembered are the sub-resources that Ceph 16 knows; all others it ignores.
// Those of them which are not among the operations are answered 501.
var remembered = []string{
	"acl", "attributes", "cors", "delete", "legal-hold", "lifecycle", "list-type", "location", "logging", "notification",
	"object-lock", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "retention", "tagging",
	"torrent", "uploadId", "uploads", "versioning", "versions", "website",
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// addressOf reads path-style names, and virtual-host ones under ".localhost" and
// under the domain that the server was given. A host without a bucket in it, the
// domain itself too, is path-style.
func (s *Server) addressOf(r *http.Request) wire.Address {
	path := strings.TrimPrefix(r.URL.Path, "/")
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	host = strings.ToLower(host)
	for _, domain := range []string{s.domain, "localhost"} { // the more particular first
		if domain == "" {
			continue
		}
		if bucket, ok := strings.CutSuffix(host, "."+domain); ok && bucket != "" {
			return wire.Address{Bucket: bucket, Key: path}
		}
		if host == domain {
			break
		}
	}
	bucket, key, _ := strings.Cut(path, "/")
	return wire.Address{Bucket: bucket, Key: key}
}

// route finds the operation. An unknown sub-resource is 501 and never the base
// verb, except for a server that is forgetful of queries.
func (s *Server) route(r *wire.Request) (string, error) {
	if target := r.Header.Get("X-Amz-Target"); target != "" && r.Method == http.MethodPost && r.Level() == "service" {
		return strings.TrimPrefix(target, kms.Target), nil
	}
	if isSTS(r) {
		return "STS", nil // the operation is in the body, which is signed: callSTS looks
	}
	if r.Method == http.MethodOptions {
		return "Preflight", nil
	}
	method, sub := r.Method, ""
	for name := range r.Query {
		switch {
		case isParameter(name), name == "list-type" && r.Query.Get(name) != "2":
		case s.personality.ForgetfulOfQueries && !slices.Contains(remembered, name):
		case r.Level() == "object" && slices.Contains(strings.Fields(s.personality.ForgetfulOf), name):
		case sub != "":
			return "", s3.NotImplemented(name)
		default:
			sub = name
		}
	}
	op, ok := s3.Operations[method+" "+r.Level()+" "+sub]
	switch {
	case sub != "" && r.Level() == "bucket" && s.personality.Lacks(method, sub):
		return "", s3.NotImplemented(sub)
	case sub == "attributes" && s.personality.ForgetfulOfQueries:
		// Measured on Ceph 16: it miscounts the signature of what it does not know.
		return "", s3.Refuse(http.StatusForbidden, "SignatureDoesNotMatch", "")
	case ok:
		return withCopySource(op, r), nil
	case sub != "":
		return "", s3.NotImplemented(sub)
	}
	return "", s3.NotAllowed(r.Method, strings.ToUpper(r.Level()))
}

func withCopySource(op string, r *wire.Request) string {
	if r.Header.Get("X-Amz-Copy-Source") == "" {
		return op
	}
	switch op {
	case "PutObject":
		return "CopyObject"
	case "UploadPart":
		return "UploadPartCopy"
	}
	return op
}

func isKMS(r *wire.Request) bool { return r.Header.Get("X-Amz-Target") != "" && r.Level() == "service" }

// serviceOf is the service that a request must be signed for.
func serviceOf(r *wire.Request) string {
	switch {
	case isKMS(r):
		return "kms"
	case isSTS(r):
		return "sts"
	}
	return "s3"
}

// isSTS tells a call of the token service, which the AWS query protocol posts as
// a form to the root.
func isSTS(r *wire.Request) bool {
	return r.Method == http.MethodPost && r.Level() == "service" && !isKMS(r) &&
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// writesVersions are the operations which make versions and cannot be asked for one.
var writesVersions = []string{"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"}

// checkVersion refuses a version id where there can be none.
func checkVersion(r *wire.Request) error {
	switch {
	case !r.Query.Has("versionId"):
		return nil
	case r.Level() != "object" || slices.Contains(writesVersions, r.Op):
		return s3.BadArgument("This operation does not accept a version-id.", "versionId", r.Version())
	case r.Version() == "":
		return s3.BadArgument("Version id cannot be the empty string", "versionId", "")
	}
	return nil
}
