package access

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// The groups of S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee
const (
	allUsers           = "http://acs.amazonaws.com/groups/global/AllUsers"
	authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	logDelivery        = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

// What is granted.
const (
	FullControl = "FULL_CONTROL"
	Read        = "READ"
	Write       = "WRITE"
	readACP     = "READ_ACP"
	writeACP    = "WRITE_ACP"
)

var permissions = []string{FullControl, Read, Write, readACP, writeACP}

// ec2 is the canonical id by which aws-exec-read lets in Amazon EC2.
const ec2 = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"

// cannedACLs are what each name adds to the owner's full control. Of the two of
// the bucket's owner nothing is left to add: every object is theirs.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
var cannedACLs = map[string][]store.Grant{
	"private":            nil,
	"public-read":        {{Grantee: allUsers, Permission: Read}},
	"public-read-write":  {{Grantee: allUsers, Permission: Read}, {Grantee: allUsers, Permission: Write}},
	"authenticated-read": {{Grantee: authenticatedUsers, Permission: Read}},
	"aws-exec-read":      {{Grantee: ec2, Permission: Read}},

	"bucket-owner-read": nil, "bucket-owner-full-control": nil, // of objects
	"log-delivery-write": {{Grantee: logDelivery, Permission: Write}, {Grantee: logDelivery, Permission: readACP}}, // of buckets
}

var ofObjects, ofBuckets = []string{"bucket-owner-read", "bucket-owner-full-control"}, []string{"log-delivery-write"}

// ownersGrant is an ACL's first line unless its author left it out.
var ownersGrant = store.Grant{Grantee: s3.OwnerID, Permission: FullControl}

// grantHeaders and what they grant.
var grantHeaders = []struct{ name, permission string }{
	{"x-amz-grant-full-control", FullControl},
	{"x-amz-grant-read", Read},
	{"x-amz-grant-read-acp", readACP},
	{"x-amz-grant-write", Write},
	{"x-amz-grant-write-acp", writeACP},
}

// asksACL tells whether the headers of a request ask for an ACL.
func asksACL(r *wire.Request) bool {
	return r.Has("X-Amz-Acl") || slices.ContainsFunc(grantHeaders, func(h struct{ name, permission string }) bool { return r.Has(h.name) })
}

// headerACL reads the ACL that the headers ask for; nil for none. level is
// "bucket" or "object".
func headerACL(r *wire.Request, level string) ([]store.Grant, error) {
	var granted []store.Grant
	for _, h := range grantHeaders {
		grants, err := grantsOf(r, h.name, h.permission)
		if err != nil {
			return nil, err
		}
		granted = append(granted, grants...)
	}
	canned := r.Header.Get("X-Amz-Acl")
	adds, known := cannedACLs[canned]
	switch {
	case !r.Has("X-Amz-Acl") && granted == nil:
		return nil, nil
	case !r.Has("X-Amz-Acl"):
		return append([]store.Grant{ownersGrant}, granted...), nil
	case granted != nil:
		return nil, s3.BadRequest("Specifying both Canned ACLs and Header Grants is not allowed.")
	case r.Op == "CreateBucket" && slices.Contains(ofObjects, canned): // "S3 ignores it", says the page of canned ACLs
		return nil, nil
	case !known, level == "bucket" && slices.Contains(ofObjects, canned), level == "object" && slices.Contains(ofBuckets, canned):
		return nil, s3.BadArgument("", "x-amz-acl", canned)
	}
	// S3 promises no order. The owner comes last, for versitygw's suite compares grant
	// by grant, and dies of a group (which has no ID) where the permissions agree.
	return append(slices.Clone(adds), ownersGrant), nil
}

var oneGrantee = regexp.MustCompile(`^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*?)"?\s*$`)

// grantsOf reads a header of the form id="...", uri="...".
func grantsOf(r *wire.Request, name, permission string) ([]store.Grant, error) {
	var grants []store.Grant
	for _, value := range r.Header.Values(name) {
		for one := range strings.SplitSeq(value, ",") {
			if r.Has("X-Amz-Acl") { // S3 minds that both are given before it minds how
				grants = append(grants, store.Grant{})
				continue
			}
			m := oneGrantee.FindStringSubmatch(one)
			if m == nil {
				return nil, s3.BadArgument("Argument format not recognized", name, value)
			}
			if err := checkGrantee(m[1], m[2]); err != nil {
				return nil, err
			}
			grants = append(grants, store.Grant{Grantee: m[2], Permission: permission})
		}
	}
	return grants, nil
}

var canonicalForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkGrantee judges who is granted something. Canonical ids of other accounts
// are taken as they are; nobody ever calls from one.
func checkGrantee(kind, value string) error {
	switch {
	case kind == "id" && !canonicalForm.MatchString(value):
		return s3.BadArgument("Invalid id", "CanonicalUser/ID", value)
	case kind == "uri" && value != allUsers && value != authenticatedUsers && value != logDelivery:
		return s3.BadArgument("Invalid group uri", "Group/URI", value)
	case kind == "emailAddress":
		return s3.Refuse(http.StatusBadRequest, "UnresolvableGrantByEmailAddress", "The e-mail address you provided does not match any account on record.",
			s3.Field("EmailAddress", value))
	}
	return nil
}

// publicACL tells whether an ACL lets in the world, or everybody who has an
// account anywhere, which S3 calls public as well.
func publicACL(acl []store.Grant) bool {
	return slices.ContainsFunc(acl, func(g store.Grant) bool { return g.Grantee == allUsers || g.Grantee == authenticatedUsers })
}

// beyondOwner tells whether an ACL grants anything to another.
func beyondOwner(acl []store.Grant) bool {
	return slices.ContainsFunc(acl, func(g store.Grant) bool { return g.Grantee != s3.OwnerID })
}

// aclActions are what a permission lets a grantee do: on a bucket, on an object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping
var aclActions = map[string]map[string][]string{
	"bucket": {
		Read:    {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"},
		Write:   {"s3:PutObject", "s3:PutObjectAcl"}, // the latter for what is being written; PutObjectAcl itself is never anonymous
		readACP: {"s3:GetBucketAcl"},
	},
	"object": {
		Read:    {"s3:GetObject", "s3:GetObjectVersion"},
		readACP: {"s3:GetObjectAcl", "s3:GetObjectVersionAcl"},
	},
}

// opens tells whether an ACL lets everybody do something.
func opens(acl []store.Grant, level, action string) bool {
	return slices.ContainsFunc(acl, func(g store.Grant) bool {
		if g.Grantee != allUsers {
			return false
		}
		for permission, actions := range aclActions[level] {
			if (g.Permission == permission || g.Permission == FullControl) && slices.Contains(actions, action) {
				return true
			}
		}
		return false
	})
}
