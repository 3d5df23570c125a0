package mock

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/store"
)

const (
	aclConfig = "acl"
	maxGrants = 100
	instance  = "http://www.w3.org/2001/XMLSchema-instance"
)

type grantee struct {
	XSI         string `xml:"xmlns:xsi,attr"`
	Kind        string `xml:"xsi:type,attr"`
	ID          string `xml:",omitempty"`
	DisplayName string `xml:",omitempty"`
	URI         string `xml:",omitempty"`

	EmailAddress string `xml:",omitempty"` // of the grantees of logs
}

type grantElement struct {
	Grantee    grantee
	Permission string
}

// aclDocument as it is written.
type aclDocument struct {
	XMLName xml.Name `xml:"AccessControlPolicy"`
	Xmlns   string   `xml:"xmlns,attr"`
	Owner   owner
	List    struct{ Grant []grantElement } `xml:"AccessControlList"`
}

func writeACL(w http.ResponseWriter, acl []store.Grant) error {
	doc := aclDocument{Xmlns: namespace, Owner: theOwner}
	for _, g := range acl {
		who := grantee{XSI: instance, Kind: "CanonicalUser", ID: g.Grantee}
		switch {
		case g.Grantee == ownerID:
			who.DisplayName = ownerName
		case strings.HasPrefix(g.Grantee, "http://"):
			who = grantee{XSI: instance, Kind: "Group", URI: g.Grantee}
		}
		doc.List.Grant = append(doc.List.Grant, grantElement{who, g.Permission})
	}
	return writeXML(w, doc)
}

func encodeACL(acl []store.Grant) ([]byte, error) { return json.Marshal(acl) }

// bucketACL is the ACL of a bucket; its owner alone where none was set.
func (s *Server) bucketACL(r *request, bucket string) ([]store.Grant, error) {
	raw, err := s.store.BucketConfig(r.Context(), bucket, aclConfig)
	if errors.Is(err, store.ErrNoSuchConfig) {
		return []store.Grant{ownersGrant}, nil
	}
	var acl []store.Grant
	if err == nil {
		err = json.Unmarshal(raw, &acl)
	}
	return acl, err
}

// toldACL is an object's or a bucket's ACL as it is told: while the owner's
// ownership is enforced there is no other than theirs.
func (s *Server) toldACL(r *request, acl []store.Grant) ([]store.Grant, error) {
	which, err := s.ownership(r, r.bucket)
	if acl == nil || which == ownerEnforced {
		acl = []store.Grant{ownersGrant}
	}
	return acl, err
}

func (s *Server) getBucketACL(w http.ResponseWriter, r *request) error {
	acl, err := s.bucketACL(r, r.bucket)
	if err == nil {
		acl, err = s.toldACL(r, acl)
	}
	if err != nil {
		return err
	}
	return writeACL(w, acl)
}

func (s *Server) putBucketACL(_ http.ResponseWriter, r *request) error {
	acl, err := s.newACL(r)
	if err != nil {
		return err
	}
	raw, err := encodeACL(acl)
	if err != nil {
		return err
	}
	return s.store.SetBucketConfig(r.Context(), r.bucket, aclConfig, raw)
}

func (s *Server) getObjectACL(w http.ResponseWriter, r *request) error {
	o, err := s.store.Stat(r.Context(), r.bucket, r.key, r.version())
	if err != nil {
		return err
	}
	acl, err := s.toldACL(r, o.ACL)
	if err != nil {
		return err
	}
	setRead(w.Header(), r, o)
	return writeACL(w, acl)
}

func (s *Server) putObjectACL(w http.ResponseWriter, r *request) error {
	o, err := s.store.Stat(r.Context(), r.bucket, r.key, r.version())
	if err != nil {
		return err
	}
	acl, err := s.newACL(r)
	if err == nil {
		err = s.store.SetACL(r.Context(), r.bucket, r.key, r.version(), acl)
	}
	if err != nil {
		return err
	}
	setRead(w.Header(), r, o)
	w.WriteHeader(http.StatusOK)
	return nil
}

var (
	errNoACLs       = refuse(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs.")
	errMalformedACL = refuse(http.StatusBadRequest, "MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema.")
)

// newACL reads the ACL of a PUT of one: by a header, or as a document.
func (s *Server) newACL(r *request) ([]store.Grant, error) {
	which, err := s.ownership(r, r.bucket)
	switch {
	case err != nil:
		return nil, err
	case which == ownerEnforced:
		return nil, errNoACLs
	}
	raw, err := smallBody(r, false)
	if err != nil {
		return nil, err
	}
	var acl []store.Grant
	switch {
	case asksACL(r) && len(raw) > 0:
		return nil, refuse(http.StatusBadRequest, "UnexpectedContent", "This request does not support content.")
	case asksACL(r):
		acl, err = headerACL(r, r.level())
	case len(raw) == 0:
		return nil, refuse(http.StatusBadRequest, "MissingSecurityHeader", "Your request was missing a required header.", field("MissingHeaderName", "x-amz-acl"))
	default:
		acl, err = readACL(raw)
	}
	switch {
	case err != nil:
		return nil, err
	case s.personality.OnlyPrivateACL && beyondOwner(acl):
		return nil, notImplemented("x-amz-acl")
	}
	return acl, s.blockACL(r, acl)
}

// blockACL refuses a public ACL where the bucket blocks them.
func (s *Server) blockACL(r *request, acl []store.Grant) error {
	if !publicACL(acl) {
		return nil
	}
	block, err := s.publicAccess(r, r.bucket)
	if err != nil || !block.BlockPublicAcls {
		return err
	}
	on := need{action: "s3:PutObject", on: r.address}
	if r.op == "PutBucketAcl" || r.op == "PutObjectAcl" {
		on.action = "s3:" + r.op
	}
	return accessDenied("User: " + r.who.ARN + " is not authorized to perform: " + on.action + ` on resource: "` + on.resource() +
		`" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.`)
}

// readACL reads an AccessControlPolicy. A list without a line is one.
func readACL(raw []byte) ([]store.Grant, error) {
	var doc struct {
		XMLName xml.Name `xml:"AccessControlPolicy"`
		Owner   struct{ ID string }
		List    *struct {
			Grant []struct {
				Grantee struct {
					Kind                  string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
					ID, URI, EmailAddress string
				}
				Permission string
			}
		} `xml:"AccessControlList"`
	}
	if err := xml.Unmarshal(raw, &doc); err != nil || doc.Owner.ID == "" || doc.List == nil || len(doc.List.Grant) > maxGrants {
		return nil, errMalformedACL
	}
	acl := []store.Grant{}
	for _, g := range doc.List.Grant {
		kind, value := "", ""
		switch g.Grantee.Kind {
		case "CanonicalUser":
			kind, value = "id", g.Grantee.ID
		case "Group":
			kind, value = "uri", g.Grantee.URI
		case "AmazonCustomerByEmail":
			kind, value = "emailAddress", g.Grantee.EmailAddress
		}
		if value == "" || !slices.Contains(permissions, g.Permission) {
			return nil, errMalformedACL
		}
		if err := checkGrantee(kind, value); err != nil {
			return nil, err
		}
		acl = append(acl, store.Grant{Grantee: value, Permission: g.Permission})
	}
	if doc.Owner.ID != ownerID {
		return nil, badArgument("Invalid id", "CanonicalUser/ID", doc.Owner.ID)
	}
	return acl, nil
}

// objectACL is what a write says of the new object's ACL; nil for its owner
// alone. While ownership is enforced, only that may be said.
func (s *Server) objectACL(r *request) ([]store.Grant, error) {
	if !asksACL(r) || s.personality.OnlyPrivateACL {
		return nil, nil
	}
	acl, err := headerACL(r, "object")
	if err != nil {
		return nil, err
	}
	which, err := s.ownership(r, r.bucket)
	switch {
	case err != nil:
		return nil, err
	case which == ownerEnforced && (beyondOwner(acl) || r.has("X-Amz-Acl") && r.Header.Get("X-Amz-Acl") != "bucket-owner-full-control"):
		return nil, errNoACLs
	case !beyondOwner(acl):
		return nil, nil
	}
	return acl, s.blockACL(r, acl)
}

// aclOpens tells whether an ACL lets everybody do something: that of the bucket,
// or of an object which is there.
func (s *Server) aclOpens(r *request, n need, block publicAccess) (bool, error) {
	if block.IgnorePublicAcls {
		return false, nil
	}
	which, err := s.ownership(r, n.on.bucket)
	if err != nil || which == ownerEnforced {
		return false, err
	}
	acl, err := s.bucketACL(r, n.on.bucket)
	if err != nil || opens(acl, "bucket", n.action) {
		return err == nil, err
	}
	if n.on.level() != "object" {
		return false, nil
	}
	o, err := s.store.Stat(r.Context(), n.on.bucket, n.on.key, r.version())
	if errors.Is(err, store.ErrNoSuchKey) && (n.action == "s3:GetObject" || n.action == "s3:GetObjectVersion") {
		return opens(acl, "bucket", "s3:ListBucket"), nil // who may list may know that it is not there
	}
	if err != nil {
		return false, nil //nolint:nilerr // what cannot be looked at is not open
	}
	return opens(o.ACL, "object", n.action), nil
}
