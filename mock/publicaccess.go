package mock

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
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

var errNoPublicAccessBlock = refuse(http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")

// publicAccess is what holds for a bucket: that which was put, nothing once it
// was deleted, and for a new bucket all four, as on AWS since April 2023.
func (s *Server) publicAccess(r *request, bucket string) (publicAccess, error) {
	block, _, err := s.storedPublicAccess(r, bucket)
	return block, err
}

// blocksPublicByDefault tells whether a new bucket has a public access block.
func (s *Server) blocksPublicByDefault() bool {
	return !s.personality.NoPublicAccessBlock && !s.allowPublic
}

// storedPublicAccess also tells whether there is a block at all.
func (s *Server) storedPublicAccess(r *request, bucket string) (block publicAccess, there bool, err error) {
	raw, err := s.store.BucketConfig(r.Context(), bucket, publicAccessConfig)
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

func (s *Server) getPublicAccessBlock(w http.ResponseWriter, r *request) error {
	block, there, err := s.storedPublicAccess(r, r.bucket)
	if err == nil && !there {
		err = errNoPublicAccessBlock
	}
	if err != nil {
		return err
	}
	return writeXML(w, publicAccessDocument{Xmlns: namespace, publicAccess: block})
}

func (s *Server) putPublicAccessBlock(_ http.ResponseWriter, r *request) error {
	var doc publicAccessDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	kept, err := json.Marshal(doc.publicAccess)
	if err != nil {
		return err
	}
	return s.store.SetBucketConfig(r.Context(), r.bucket, publicAccessConfig, kept)
}

func (s *Server) deletePublicAccessBlock(w http.ResponseWriter, r *request) error {
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, publicAccessConfig, []byte(deletedConfig)); err != nil {
		return err
	}
	return noContent(w)
}
