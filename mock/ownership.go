package mock

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/store"
)

const (
	ownershipConfig = "ownershipControls"

	// ownerEnforced switches ACLs off.
	ownerEnforced = "BucketOwnerEnforced"
)

// ownerships of objects. All writers here belong to the owner's account, so that
// the last two differ in name only.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
var ownerships = []string{ownerEnforced, "BucketOwnerPreferred", "ObjectWriter"}

type ownershipDocument struct {
	XMLName xml.Name `xml:"OwnershipControls"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Rules   []struct {
		ObjectOwnership string
	} `xml:"Rule"`
}

// ownership is that of a bucket; empty where it was deleted, which leaves ACLs on.
func (s *Server) ownership(r *request, bucket string) (string, error) {
	raw, err := s.store.BucketConfig(r.Context(), bucket, ownershipConfig)
	switch {
	case errors.Is(err, store.ErrNoSuchConfig) && s.personality.ACLsByDefault:
		return "", nil
	case errors.Is(err, store.ErrNoSuchConfig):
		return ownerEnforced, nil
	case err != nil || string(raw) == deletedConfig:
		return "", err
	}
	return string(raw), nil
}

func (s *Server) getBucketOwnershipControls(w http.ResponseWriter, r *request) error {
	which, err := s.ownership(r, r.bucket)
	if err == nil && which == "" {
		err = refuse(http.StatusNotFound, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found.", field("BucketName", r.bucket))
	}
	if err != nil {
		return err
	}
	return writeXML(w, ownershipDocument{Xmlns: namespace, Rules: []struct{ ObjectOwnership string }{{which}}})
}

func (s *Server) putBucketOwnershipControls(_ http.ResponseWriter, r *request) error {
	var doc ownershipDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) != 1 || !slices.Contains(ownerships, doc.Rules[0].ObjectOwnership) {
		return malformedXML()
	}
	which := doc.Rules[0].ObjectOwnership
	if which == ownerEnforced {
		acl, err := s.bucketACL(r, r.bucket)
		if err != nil {
			return err
		}
		if beyondOwner(acl) {
			return errACLUnderEnforced
		}
	}
	return s.store.SetBucketConfig(r.Context(), r.bucket, ownershipConfig, []byte(which))
}

func (s *Server) deleteBucketOwnershipControls(w http.ResponseWriter, r *request) error {
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, ownershipConfig, []byte(deletedConfig)); err != nil {
		return err
	}
	return noContent(w)
}

var errACLUnderEnforced = refuse(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")

// newBucketAccess reads what a CreateBucket says of ownership and ACL: the
// documents to keep with the new bucket, by name.
func (s *Server) newBucketAccess(r *request) (map[string][]byte, error) {
	docs := map[string][]byte{}
	which := r.Header.Get("X-Amz-Object-Ownership")
	if which != "" {
		if !slices.Contains(ownerships, which) {
			return nil, refuse(http.StatusBadRequest, "InvalidArgument", "Invalid x-amz-object-ownership header: "+which, field("ArgumentName", "x-amz-object-ownership"))
		}
		docs[ownershipConfig] = []byte(which)
	}
	acl, err := headerACL(r, "bucket")
	if err != nil || acl == nil {
		return docs, err
	}
	switch {
	case beyondOwner(acl) && (which == ownerEnforced || which == "" && !s.personality.ACLsByDefault):
		return nil, errACLUnderEnforced
	case publicACL(acl) && s.blocksPublicByDefault():
		return nil, refuse(http.StatusBadRequest, "InvalidBucketAclWithBlockPublicAccessError", "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
	}
	docs[aclConfig], err = encodeACL(acl)
	return docs, err
}
