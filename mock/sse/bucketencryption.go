package sse

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// bucketDefault is a bucket's configured encryption.
type bucketDefault struct {
	Method    string   `json:"method,omitempty"` // empty: none configured
	KeyID     string   `json:"keyId,omitempty"`
	BucketKey bool     `json:"bucketKey,omitempty"`
	Blocked   []string `json:"blocked,omitempty"`
}

const encryptionConfig = "encryption"

func (s *Service) bucketDefault(r *wire.Request) (bucketDefault, error) {
	var d bucketDefault
	raw, err := s.Store.BucketConfig(r.Context(), r.Bucket, encryptionConfig)
	if err == nil {
		err = json.Unmarshal(raw, &d)
	}
	if errors.Is(err, store.ErrNoSuchConfig) {
		err = nil
	}
	if d.Method == "" && s.Personality.BucketEncryption == personality.EncryptedByDefault {
		d.Method = s3.MethodS3
	}
	return d, err
}

// defaultSealing is how a write is stored that asks for nothing.
func (s *Service) defaultSealing(r *wire.Request) (Sealed, error) {
	d, err := s.bucketDefault(r)
	if err != nil {
		return Sealed{}, err
	}
	switch d.Method {
	case "":
		return Sealed{}, nil
	case s3.MethodS3:
		return Sealed{Sealing: store.Sealing{Mode: store.SSES3}}, nil
	}
	out, err := s.underKey(r, d.Method, d.KeyID)
	out.BucketKey = d.BucketKey && d.Method == s3.MethodKMS
	out.ShowContext = s.Personality.AlwaysContext
	return out, err
}

type encryptionRule struct {
	Apply *struct {
		SSEAlgorithm   string
		KMSMasterKeyID string `xml:",omitempty"`
	} `xml:"ApplyServerSideEncryptionByDefault"`
	BucketKeyEnabled *bool
	Blocked          *struct {
		EncryptionType []string
	} `xml:"BlockedEncryptionTypes"`
}

type encryptionDocument struct {
	XMLName xml.Name         `xml:"ServerSideEncryptionConfiguration"`
	Xmlns   string           `xml:"xmlns,attr,omitempty"`
	Rules   []encryptionRule `xml:"Rule"`
}

func (s *Service) getBucketEncryption(w http.ResponseWriter, r *wire.Request) error {
	if s.Personality.BucketEncryption == personality.NoSubresource {
		return s3.NotImplemented("encryption")
	}
	if _, err := s.Store.HeadBucket(r.Context(), r.Bucket); err != nil {
		return err
	}
	d, err := s.bucketDefault(r)
	if err != nil {
		return err
	}
	if d.Method == "" {
		return s3.Refuse(http.StatusNotFound, "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found")
	}
	var rule encryptionRule
	rule.Apply = &struct {
		SSEAlgorithm   string
		KMSMasterKeyID string `xml:",omitempty"`
	}{d.Method, d.KeyID}
	rule.BucketKeyEnabled = &d.BucketKey
	if len(d.Blocked) > 0 {
		rule.Blocked = &struct{ EncryptionType []string }{d.Blocked}
	}
	return wire.WriteXML(w, encryptionDocument{Xmlns: s3.Namespace, Rules: []encryptionRule{rule}})
}

func (s *Service) putBucketEncryption(w http.ResponseWriter, r *wire.Request) error {
	if s.Personality.BucketEncryption == personality.NoSubresource {
		return s3.NotImplemented("encryption")
	}
	var doc encryptionDocument
	if err := wire.ReadDigestedXML(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) != 1 {
		return s3.MalformedXML()
	}
	old, err := s.bucketDefault(r)
	if err != nil {
		return err
	}
	rule := doc.Rules[0]
	d := bucketDefault{Method: s3.MethodS3, Blocked: old.Blocked}
	if rule.Apply != nil {
		d.Method, d.KeyID = rule.Apply.SSEAlgorithm, rule.Apply.KMSMasterKeyID
	}
	if rule.BucketKeyEnabled != nil {
		d.BucketKey = *rule.BucketKeyEnabled
	}
	if rule.Blocked != nil { // a rule without the element leaves the block as it was, as on AWS
		d.Blocked = slices.DeleteFunc(rule.Blocked.EncryptionType, func(t string) bool { return t == "NONE" })
	}
	switch {
	case !slices.Contains([]string{s3.MethodS3, s3.MethodKMS, s3.MethodDSSE}, d.Method), rule.Apply == nil && rule.Blocked == nil:
		return s3.MalformedXML()
	case d.Method == s3.MethodS3 && d.KeyID != "":
		return s3.BadArgument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse", "ApplyServerSideEncryptionByDefault", s3.MethodS3)
	case slices.ContainsFunc(d.Blocked, func(t string) bool { return t != "SSE-C" }):
		return s3.MalformedXML()
	}
	doc2, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return s.Store.SetBucketConfig(r.Context(), r.Bucket, encryptionConfig, doc2)
}

func (s *Service) deleteBucketEncryption(w http.ResponseWriter, r *wire.Request) error {
	if s.Personality.BucketEncryption == personality.NoSubresource {
		return s3.NotImplemented("encryption")
	}
	if err := s.Store.SetBucketConfig(r.Context(), r.Bucket, encryptionConfig, nil); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
