package mock

import (
	"crypto/tls"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/store"
)

// conditionHeaders are the headers that policies may speak of, as s3:NAME.
var conditionHeaders = []string{
	"x-amz-acl", "x-amz-copy-source", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write",
	"x-amz-grant-write-acp", "x-amz-metadata-directive", "x-amz-object-ownership", keySSE, keyKMS, keyCustomer, "x-amz-storage-class",
	"x-amz-website-redirect-location",
}

const (
	keySSE      = "x-amz-server-side-encryption"
	keyKMS      = "x-amz-server-side-encryption-aws-kms-key-id"
	keyCustomer = "x-amz-server-side-encryption-customer-algorithm"
)

// conditionKeys is what the conditions of policies can see of a call. Of the
// encryption it is what the request says, not what the bucket's default makes of
// it: "deny what has no header" refuses an upload that S3 would have encrypted.
func (s *Server) conditionKeys(r *request) iam.Context {
	now := s.now().UTC()
	c := iam.Context{
		"aws:securetransport": strconv.FormatBool(r.TLS != nil), "s3:resourceaccount": accountID,
		"aws:currenttime": now.Format(time.RFC3339), "aws:epochtime": strconv.FormatInt(now.Unix(), 10),
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c["aws:sourceip"] = host
	}
	if r.TLS != nil {
		c["s3:tlsversion"] = map[uint16]string{tls.VersionTLS12: "1.2", tls.VersionTLS13: "1.3"}[r.TLS.Version]
	}
	said := func(key, value string) {
		if value != "" {
			c[key] = value
		}
	}
	said("aws:useragent", r.Header.Get("User-Agent"))
	said("aws:referer", r.Header.Get("Referer"))
	for _, name := range conditionHeaders {
		if r.has(name) {
			c["s3:"+name] = r.Header.Get(name)
		}
	}
	if ref := c["s3:"+keyKMS]; ref != "" {
		if key, err := s.keys.Resolve(ref); err == nil { // the policy names a key by its ARN, whatever the request does
			c["s3:"+keyKMS] = key.ARN
		}
	}
	for _, name := range []string{"prefix", "delimiter", "max-keys"} {
		if r.query.Has(name) {
			c["s3:"+name] = r.query.Get(name)
		}
	}
	said("s3:versionid", r.query.Get("versionId"))
	said("s3:x-amz-content-sha256", r.auth.Payload)
	s.describeCaller(r, c)
	return c
}

func (s *Server) describeCaller(r *request, c iam.Context) {
	if r.anonymous() {
		c["aws:principaltype"] = "Anonymous"
		return
	}
	kind, name, _ := strings.Cut(strings.TrimPrefix(r.who.ARN, iamARN("")), "/")
	c["aws:principalaccount"], c["aws:principalarn"] = accountID, iam.RoleOf(r.who.ARN)
	switch {
	case r.who.Root:
		c["aws:principaltype"] = "Account"
	case kind == "user":
		c["aws:principaltype"], c["aws:username"] = "User", name
	default:
		c["aws:principaltype"] = "AssumedRole"
	}
	c["s3:signatureversion"], c["s3:authtype"] = "AWS4-HMAC-SHA256", "REST-HEADER"
	switch {
	case r.op == "PostObject":
		c["s3:authtype"] = "POST"
	case r.auth.Presigned:
		c["s3:authtype"] = "REST-QUERY-STRING"
	}
}

// duringUpload is the context of the call; for parts and the completion of an
// upload with the encryption that was asked for at its beginning, which those
// calls cannot repeat.
func (s *Server) duringUpload(r *request) iam.Context {
	if !slices.Contains([]string{"UploadPart", "UploadPartCopy", "CompleteMultipartUpload"}, r.op) {
		return r.who.Context
	}
	u, err := s.store.Upload(r.Context(), r.bucket, r.key, r.query.Get("uploadId"))
	if err != nil { // the operation itself says so
		return r.who.Context
	}
	c := maps.Clone(r.who.Context)
	switch e := u.Encryption; e.Mode {
	case store.SSES3:
		c["s3:"+keySSE] = methodS3
	case store.SSEKMS:
		c["s3:"+keySSE], c["s3:"+keyKMS] = methodKMS, e.KeyID
	case store.DSSEKMS:
		c["s3:"+keySSE], c["s3:"+keyKMS] = methodDSSE, e.KeyID
	case store.SSEC:
		c["s3:"+keyCustomer] = methodS3
	}
	return c
}
