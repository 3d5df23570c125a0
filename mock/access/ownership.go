package access

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
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
func (s *Service) ownership(r *wire.Request, bucket string) (string, error) {
	raw, err := s.Store.BucketConfig(r.Context(), bucket, ownershipConfig)
	switch {
	case errors.Is(err, store.ErrNoSuchConfig) && s.Personality.ACLsByDefault:
		return "", nil
	case errors.Is(err, store.ErrNoSuchConfig):
		return ownerEnforced, nil
	case err != nil || string(raw) == deletedConfig:
		return "", err
	}
	return string(raw), nil
}

func (s *Service) getBucketOwnershipControls(w http.ResponseWriter, r *wire.Request) error {
	which, err := s.ownership(r, r.Bucket)
	if err == nil && which == "" {
		err = s3.Refuse(http.StatusNotFound, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found.", s3.Field("BucketName", r.Bucket))
	}
	if err != nil {
		return err
	}
	return wire.WriteXML(w, ownershipDocument{Xmlns: s3.Namespace, Rules: []struct{ ObjectOwnership string }{{which}}})
}

func (s *Service) putBucketOwnershipControls(_ http.ResponseWriter, r *wire.Request) error {
	var doc ownershipDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) != 1 || !slices.Contains(ownerships, doc.Rules[0].ObjectOwnership) {
		return s3.MalformedXML()
	}
	which := doc.Rules[0].ObjectOwnership
	if which == ownerEnforced {
		acl, err := s.bucketACL(r, r.Bucket)
		if err != nil {
			return err
		}
		if beyondOwner(acl) {
			return errACLUnderEnforced
		}
	}
	return s.Store.SetBucketConfig(r.Context(), r.Bucket, ownershipConfig, []byte(which))
}

func (s *Service) deleteBucketOwnershipControls(w http.ResponseWriter, r *wire.Request) error {
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, ownershipConfig, []byte(deletedConfig)); err != nil {
		return err
	}
	return wire.NoContent(w)
}

var errACLUnderEnforced = s3.Refuse(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")

// NewBucketAccess reads what a CreateBucket says of ownership and ACL: the
// documents to keep with the new bucket, by name.
func (s *Service) NewBucketAccess(r *wire.Request) (map[string][]byte, error) {
	docs := map[string][]byte{}
	which := r.Header.Get("X-Amz-Object-Ownership")
	if which != "" {
		if !slices.Contains(ownerships, which) {
			return nil, s3.Refuse(http.StatusBadRequest, "InvalidArgument", "Invalid x-amz-object-ownership header: "+which, s3.Field("ArgumentName", "x-amz-object-ownership"))
		}
		docs[ownershipConfig] = []byte(which)
	}
	acl, err := headerACL(r, "bucket")
	if err != nil || acl == nil {
		return docs, err
	}
	switch {
	case beyondOwner(acl) && (which == ownerEnforced || which == "" && !s.Personality.ACLsByDefault):
		return nil, errACLUnderEnforced
	case publicACL(acl) && s.blocksPublicByDefault():
		return nil, s3.Refuse(http.StatusBadRequest, "InvalidBucketAclWithBlockPublicAccessError", "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
	}
	docs[aclConfig], err = encodeACL(acl)
	return docs, err
}
