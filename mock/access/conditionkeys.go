package access

import (
	"crypto/tls"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/identity"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
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

// ConditionKeys is what the conditions of policies can see of a call. Of the
// encryption it is what the request says, not what the bucket's default makes of
// it: "deny what has no header" refuses an upload that S3 would have encrypted.
func (s *Service) ConditionKeys(r *wire.Request) iam.Context {
	now := s.Now().UTC()
	c := iam.Context{
		"aws:securetransport": strconv.FormatBool(r.TLS != nil), "s3:resourceaccount": s3.AccountID,
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
		if r.Has(name) {
			c["s3:"+name] = r.Header.Get(name)
		}
	}
	if ref := c["s3:"+keyKMS]; ref != "" {
		if key, err := s.Keys.Resolve(ref); err == nil { // the policy names a key by its ARN, whatever the request does
			c["s3:"+keyKMS] = key.ARN
		}
	}
	for _, name := range []string{"prefix", "delimiter", "max-keys"} {
		if r.Query.Has(name) {
			c["s3:"+name] = r.Query.Get(name)
		}
	}
	said("s3:versionid", r.Query.Get("versionId"))
	said("s3:x-amz-content-sha256", r.Auth.Payload)
	s.describeCaller(r, c)
	return c
}

func (s *Service) describeCaller(r *wire.Request, c iam.Context) {
	if r.Anonymous() {
		c["aws:principaltype"] = "Anonymous"
		return
	}
	kind, name, _ := strings.Cut(strings.TrimPrefix(r.Caller.ARN, identity.ARN("")), "/")
	c["aws:principalaccount"], c["aws:principalarn"] = s3.AccountID, iam.RoleOf(r.Caller.ARN)
	switch {
	case r.Caller.Root:
		c["aws:principaltype"] = "Account"
	case kind == "user":
		c["aws:principaltype"], c["aws:username"] = "User", name
	default:
		c["aws:principaltype"] = "AssumedRole"
	}
	c["s3:signatureversion"], c["s3:authtype"] = "AWS4-HMAC-SHA256", "REST-HEADER"
	switch {
	case r.Op == "PostObject":
		c["s3:authtype"] = "POST"
	case r.Auth.Presigned:
		c["s3:authtype"] = "REST-QUERY-STRING"
	}
}

// duringUpload is the context of the call; for parts and the completion of an
// upload with the encryption that was asked for at its beginning, which those
// calls cannot repeat.
func (s *Service) duringUpload(r *wire.Request) iam.Context {
	if !slices.Contains([]string{"UploadPart", "UploadPartCopy", "CompleteMultipartUpload"}, r.Op) {
		return r.Caller.Context
	}
	u, err := s.Store.Upload(r.Context(), r.Bucket, r.Key, r.Query.Get("uploadId"))
	if err != nil { // the operation itself says so
		return r.Caller.Context
	}
	c := maps.Clone(r.Caller.Context)
	switch e := u.Encryption; e.Mode {
	case store.SSES3:
		c["s3:"+keySSE] = s3.MethodS3
	case store.SSEKMS:
		c["s3:"+keySSE], c["s3:"+keyKMS] = s3.MethodKMS, e.KeyID
	case store.DSSEKMS:
		c["s3:"+keySSE], c["s3:"+keyKMS] = s3.MethodDSSE, e.KeyID
	case store.SSEC:
		c["s3:"+keyCustomer] = s3.MethodS3
	}
	return c
}
