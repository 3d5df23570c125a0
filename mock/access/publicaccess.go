package access

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const publicAccessConfig = "publicAccessBlock"

// publicAccess is a bucket's public access block.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
type publicAccess struct {
	BlockPublicAcls       bool
	IgnorePublicAcls      bool
	BlockPublicPolicy     bool
	RestrictPublicBuckets bool
}

type publicAccessDocument struct {
	XMLName xml.Name `xml:"PublicAccessBlockConfiguration"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	publicAccess
}

// cephPublicAccessDocument is what Ceph 16 tells, also where none is set.
type cephPublicAccessDocument struct {
	XMLName xml.Name `xml:"BlockPublicAccessBlockConfiguration"`
	publicAccess
}

var errNoPublicAccessBlock = s3.Refuse(http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")

// publicAccess is what holds for a bucket: that which was put, nothing once it
// was deleted, and for a new bucket all four, as on AWS since April 2023.
func (s *Service) publicAccess(r *wire.Request, bucket string) (publicAccess, error) {
	block, _, err := s.storedPublicAccess(r, bucket)
	return block, err
}

// blocksPublicByDefault tells whether a new bucket has a public access block.
func (s *Service) blocksPublicByDefault() bool {
	return !s.Personality.NoPublicAccessBlock && !s.AllowPublic
}

// storedPublicAccess also tells whether there is a block at all.
func (s *Service) storedPublicAccess(r *wire.Request, bucket string) (block publicAccess, there bool, err error) {
	raw, err := s.Store.BucketConfig(r.Context(), bucket, publicAccessConfig)
	switch {
	case errors.Is(err, store.ErrNoSuchConfig):
		on := s.blocksPublicByDefault()
		return publicAccess{on, on, on, on}, on, nil
	case err != nil || string(raw) == deletedConfig:
		return publicAccess{}, false, err
	}
	return block, true, json.Unmarshal(raw, &block)
}

// deletedConfig is kept where deleting is not the same as never having set.
const deletedConfig = "null"

func (s *Service) getPublicAccessBlock(w http.ResponseWriter, r *wire.Request) error {
	block, there, err := s.storedPublicAccess(r, r.Bucket)
	switch {
	case err != nil:
		return err
	case s.Personality.CephPublicAccess:
		return wire.WriteXML(w, cephPublicAccessDocument{publicAccess: block})
	case !there:
		return errNoPublicAccessBlock
	}
	return wire.WriteXML(w, publicAccessDocument{Xmlns: s3.Namespace, publicAccess: block})
}

func (s *Service) putPublicAccessBlock(_ http.ResponseWriter, r *wire.Request) error {
	var doc publicAccessDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	kept, err := json.Marshal(doc.publicAccess)
	if err != nil {
		return err
	}
	return s.Store.SetBucketConfig(r.Context(), r.Bucket, publicAccessConfig, kept)
}

func (s *Service) deletePublicAccessBlock(w http.ResponseWriter, r *wire.Request) error {
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, publicAccessConfig, []byte(deletedConfig)); err != nil {
		return err
	}
	return wire.NoContent(w)
}
