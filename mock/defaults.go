package mock

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"

	"github.com/bucketseal/bucketseal/mock/store"
)

// bucketDefault is a bucket's configured encryption.
type bucketDefault struct {
	Method    string   `json:"method,omitempty"` // empty: none configured
	KeyID     string   `json:"keyId,omitempty"`
	BucketKey bool     `json:"bucketKey,omitempty"`
	Blocked   []string `json:"blocked,omitempty"`
}

const encryptionConfig = "encryption"

func (s *Server) bucketDefault(r *request) (bucketDefault, error) {
	var d bucketDefault
	raw, err := s.store.BucketConfig(r.Context(), r.bucket, encryptionConfig)
	if err == nil {
		err = json.Unmarshal(raw, &d)
	}
	if errors.Is(err, store.ErrNoSuchConfig) {
		err = nil
	}
	if d.Method == "" && s.personality.BucketEncryption == EncryptedByDefault {
		d.Method = methodS3
	}
	return d, err
}

// defaultSealing is how a write is stored that asks for nothing.
func (s *Server) defaultSealing(r *request) (sealed, error) {
	d, err := s.bucketDefault(r)
	if err != nil {
		return sealed{}, err
	}
	switch d.Method {
	case "":
		return sealed{}, nil
	case methodS3:
		return sealed{Sealing: store.Sealing{Mode: store.SSES3}}, nil
	}
	out, err := s.underKey(r, d.Method, d.KeyID)
	out.BucketKey = d.BucketKey && d.Method == methodKMS
	out.context = s.personality.AlwaysContext
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

func (s *Server) getBucketEncryption(w http.ResponseWriter, r *request) error {
	if s.personality.BucketEncryption == NoSubresource {
		return notImplemented("encryption")
	}
	if _, err := s.store.HeadBucket(r.Context(), r.bucket); err != nil {
		return err
	}
	d, err := s.bucketDefault(r)
	if err != nil {
		return err
	}
	if d.Method == "" {
		return refuse(http.StatusNotFound, "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found")
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
	return writeXML(w, encryptionDocument{Xmlns: namespace, Rules: []encryptionRule{rule}})
}

func (s *Server) putBucketEncryption(w http.ResponseWriter, r *request) error {
	if s.personality.BucketEncryption == NoSubresource {
		return notImplemented("encryption")
	}
	var doc encryptionDocument
	if err := readDigested(r, &doc); err != nil {
		return err
	}
	if len(doc.Rules) != 1 {
		return malformedXML()
	}
	old, err := s.bucketDefault(r)
	if err != nil {
		return err
	}
	rule := doc.Rules[0]
	d := bucketDefault{Method: methodS3, Blocked: old.Blocked}
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
	case !slices.Contains([]string{methodS3, methodKMS, methodDSSE}, d.Method), rule.Apply == nil && rule.Blocked == nil:
		return malformedXML()
	case d.Method == methodS3 && d.KeyID != "":
		return badArgument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse", "ApplyServerSideEncryptionByDefault", methodS3)
	case slices.ContainsFunc(d.Blocked, func(t string) bool { return t != "SSE-C" }):
		return malformedXML()
	}
	doc2, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return s.store.SetBucketConfig(r.Context(), r.bucket, encryptionConfig, doc2)
}

func (s *Server) deleteBucketEncryption(w http.ResponseWriter, r *request) error {
	if s.personality.BucketEncryption == NoSubresource {
		return notImplemented("encryption")
	}
	if err := s.store.SetBucketConfig(r.Context(), r.bucket, encryptionConfig, nil); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
