package mock

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/store"
)

const loggingConfig = "logging"

// loggingDocument is kept and told again; no logs are delivered.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
type loggingDocument struct {
	XMLName xml.Name `xml:"BucketLoggingStatus"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Enabled *struct {
		TargetBucket string
		TargetPrefix *string
		Grants       *struct {
			Grant []struct {
				Grantee    loggingGrantee
				Permission string
			}
		} `xml:"TargetGrants,omitempty"`
		KeyFormat *struct {
			Simple      *struct{} `xml:"SimplePrefix,omitempty"`
			Partitioned *struct {
				Source string `xml:"PartitionDateSource"`
			} `xml:"PartitionedPrefix,omitempty"`
		} `xml:"TargetObjectKeyFormat,omitempty"`
	} `xml:"LoggingEnabled,omitempty"`
}

// loggingGrantee is read by the namespace of its type, and written with the
// prefix that the SDKs look for.
type loggingGrantee struct {
	Kind         string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
	ID           string `xml:",omitempty"`
	EmailAddress string `xml:",omitempty"`
	URI          string `xml:",omitempty"`
}

// MarshalXML implements xml.Marshaler.
func (g loggingGrantee) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(grantee{XSI: instance, Kind: g.Kind, ID: g.ID, EmailAddress: g.EmailAddress, URI: g.URI}, start)
}

func (s *Server) putBucketLogging(_ http.ResponseWriter, r *request) error {
	var doc loggingDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if on := doc.Enabled; on != nil {
		_, err := s.store.HeadBucket(r.Context(), on.TargetBucket)
		switch {
		case on.TargetPrefix == nil, on.TargetBucket == "":
			return malformedXML()
		case errors.Is(err, store.ErrNoSuchBucket):
			return refuse(http.StatusBadRequest, "InvalidTargetBucketForLogging", "The target bucket for logging does not exist", field("TargetBucket", on.TargetBucket))
		case err != nil:
			return err
		}
		if on.Grants != nil {
			for _, g := range on.Grants.Grant {
				if g.Permission != fullControl && g.Permission != read && g.Permission != write {
					return malformedXML()
				}
			}
		}
	}
	doc.Xmlns = namespace
	return s.keepDocument(r, loggingConfig, doc)
}

func (s *Server) getBucketLogging(w http.ResponseWriter, r *request) error {
	return s.storedOrEmpty(w, r, loggingConfig, loggingDocument{Xmlns: namespace})
}
