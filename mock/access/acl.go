package access

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const (
	aclConfig = "acl"
	maxGrants = 100
	// InstanceNamespace is that of the attribute which tells the kind of a grantee.
	InstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
)

// Grantee is somebody in a document, as it is written.
type Grantee struct {
	XSI         string `xml:"xmlns:xsi,attr"`
	Kind        string `xml:"xsi:type,attr"`
	ID          string `xml:",omitempty"`
	DisplayName string `xml:",omitempty"`
	URI         string `xml:",omitempty"`

	EmailAddress string `xml:",omitempty"` // of the grantees of logs
}

type grantElement struct {
	Grantee    Grantee
	Permission string
}

// aclDocument as it is written.
type aclDocument struct {
	XMLName xml.Name `xml:"AccessControlPolicy"`
	Xmlns   string   `xml:"xmlns,attr"`
	Owner   s3.Owner
	List    struct{ Grant []grantElement } `xml:"AccessControlList"`
}

func writeACL(w http.ResponseWriter, acl []store.Grant) error {
	doc := aclDocument{Xmlns: s3.Namespace, Owner: s3.TheOwner}
	for _, g := range acl {
		who := Grantee{XSI: InstanceNamespace, Kind: "CanonicalUser", ID: g.Grantee}
		switch {
		case g.Grantee == s3.OwnerID:
			who.DisplayName = s3.OwnerName
		case strings.HasPrefix(g.Grantee, "http://"):
			who = Grantee{XSI: InstanceNamespace, Kind: "Group", URI: g.Grantee}
		}
		doc.List.Grant = append(doc.List.Grant, grantElement{who, g.Permission})
	}
	return wire.WriteXML(w, doc)
}

func encodeACL(acl []store.Grant) ([]byte, error) { return json.Marshal(acl) }

// bucketACL is the ACL of a bucket; its owner alone where none was set.
func (s *Service) bucketACL(r *wire.Request, bucket string) ([]store.Grant, error) {
	raw, err := s.Store.BucketConfig(r.Context(), bucket, aclConfig)
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
func (s *Service) toldACL(r *wire.Request, acl []store.Grant) ([]store.Grant, error) {
	which, err := s.ownership(r, r.Bucket)
	if acl == nil || which == ownerEnforced {
		acl = []store.Grant{ownersGrant}
	}
	return acl, err
}

func (s *Service) getBucketACL(w http.ResponseWriter, r *wire.Request) error {
	acl, err := s.bucketACL(r, r.Bucket)
	if err == nil {
		acl, err = s.toldACL(r, acl)
	}
	if err != nil {
		return err
	}
	return writeACL(w, acl)
}

func (s *Service) putBucketACL(_ http.ResponseWriter, r *wire.Request) error {
	acl, err := s.newACL(r)
	if err != nil {
		return err
	}
	raw, err := encodeACL(acl)
	if err != nil {
		return err
	}
	return s.Store.SetBucketConfig(r.Context(), r.Bucket, aclConfig, raw)
}

func (s *Service) getObjectACL(w http.ResponseWriter, r *wire.Request) error {
	o, err := s.Store.Stat(r.Context(), r.Bucket, r.Key, r.Version())
	if err != nil {
		return err
	}
	acl, err := s.toldACL(r, o.ACL)
	if err != nil {
		return err
	}
	wire.SetReadVersion(w.Header(), r, o)
	return writeACL(w, acl)
}

func (s *Service) putObjectACL(w http.ResponseWriter, r *wire.Request) error {
	o, err := s.Store.Stat(r.Context(), r.Bucket, r.Key, r.Version())
	if err != nil {
		return err
	}
	acl, err := s.newACL(r)
	if err == nil {
		err = s.Store.SetACL(r.Context(), r.Bucket, r.Key, r.Version(), acl)
	}
	if err != nil {
		return err
	}
	wire.SetReadVersion(w.Header(), r, o)
	w.WriteHeader(http.StatusOK)
	return nil
}

var (
	errNoACLs       = s3.Refuse(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs.")
	errMalformedACL = s3.Refuse(http.StatusBadRequest, "MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema.")
)

// newACL reads the ACL of a PUT of one: by a header, or as a document.
func (s *Service) newACL(r *wire.Request) ([]store.Grant, error) {
	which, err := s.ownership(r, r.Bucket)
	switch {
	case err != nil:
		return nil, err
	case which == ownerEnforced:
		return nil, errNoACLs
	}
	raw, err := wire.ReadChecked(r, false)
	if err != nil {
		return nil, err
	}
	var acl []store.Grant
	switch {
	case asksACL(r) && len(raw) > 0:
		return nil, s3.Refuse(http.StatusBadRequest, "UnexpectedContent", "This request does not support content.")
	case asksACL(r):
		acl, err = headerACL(r, r.Level())
	case len(raw) == 0:
		return nil, s3.Refuse(http.StatusBadRequest, "MissingSecurityHeader", "Your request was missing a required header.", s3.Field("MissingHeaderName", "x-amz-acl"))
	default:
		acl, err = readACL(raw)
	}
	switch {
	case err != nil:
		return nil, err
	case s.Personality.OnlyPrivateACL && beyondOwner(acl):
		return nil, s3.NotImplemented("x-amz-acl")
	}
	return acl, s.blockACL(r, acl)
}

// blockACL refuses a public ACL where the bucket blocks them.
func (s *Service) blockACL(r *wire.Request, acl []store.Grant) error {
	if !publicACL(acl) {
		return nil
	}
	block, err := s.publicAccess(r, r.Bucket)
	if err != nil || !block.BlockPublicAcls {
		return err
	}
	on := Permission{Action: "s3:PutObject", On: r.Address}
	if r.Op == "PutBucketAcl" || r.Op == "PutObjectAcl" {
		on.Action = "s3:" + r.Op
	}
	return s3.AccessDenied("User: " + r.Caller.ARN + " is not authorized to perform: " + on.Action + ` on resource: "` + on.resource() +
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
	if doc.Owner.ID != s3.OwnerID {
		return nil, s3.BadArgument("Invalid id", "CanonicalUser/ID", doc.Owner.ID)
	}
	return acl, nil
}

// ObjectACL is what a write says of the new object's ACL; nil for its owner
// alone. While ownership is enforced, only that may be said.
func (s *Service) ObjectACL(r *wire.Request) ([]store.Grant, error) {
	if !asksACL(r) || s.Personality.OnlyPrivateACL {
		return nil, nil
	}
	acl, err := headerACL(r, "object")
	if err != nil {
		return nil, err
	}
	which, err := s.ownership(r, r.Bucket)
	switch {
	case err != nil:
		return nil, err
	case which == ownerEnforced && (beyondOwner(acl) || r.Has("X-Amz-Acl") && r.Header.Get("X-Amz-Acl") != "bucket-owner-full-control"):
		return nil, errNoACLs
	case !beyondOwner(acl):
		return nil, nil
	}
	return acl, s.blockACL(r, acl)
}

// aclOpens tells whether an ACL lets everybody do something: that of the bucket,
// or of an object which is there.
func (s *Service) aclOpens(r *wire.Request, n Permission, block publicAccess) (bool, error) {
	if block.IgnorePublicAcls {
		return false, nil
	}
	which, err := s.ownership(r, n.On.Bucket)
	if err != nil || which == ownerEnforced {
		return false, err
	}
	acl, err := s.bucketACL(r, n.On.Bucket)
	if err != nil || opens(acl, "bucket", n.Action) {
		return err == nil, err
	}
	if n.On.Level() != "object" {
		return false, nil
	}
	o, err := s.Store.Stat(r.Context(), n.On.Bucket, n.On.Key, r.Version())
	if errors.Is(err, store.ErrNoSuchKey) && (n.Action == "s3:GetObject" || n.Action == "s3:GetObjectVersion") {
		return opens(acl, "bucket", "s3:ListBucket"), nil // who may list may know that it is not there
	}
	if err != nil {
		return false, nil //nolint:nilerr // what cannot be looked at is not open
	}
	return opens(o.ACL, "object", n.Action), nil
}
