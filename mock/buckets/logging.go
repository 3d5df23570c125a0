package buckets

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
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
	return e.EncodeElement(access.Grantee{XSI: access.InstanceNamespace, Kind: g.Kind, ID: g.ID, EmailAddress: g.EmailAddress, URI: g.URI}, start)
}

func (s *Service) putBucketLogging(_ http.ResponseWriter, r *wire.Request) error {
	var doc loggingDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if on := doc.Enabled; on != nil {
		_, err := s.Store.HeadBucket(r.Context(), on.TargetBucket)
		switch {
		case on.TargetPrefix == nil, on.TargetBucket == "":
			return s3.MalformedXML()
		case errors.Is(err, store.ErrNoSuchBucket):
			return s3.Refuse(http.StatusBadRequest, "InvalidTargetBucketForLogging", "The target bucket for logging does not exist", s3.Field("TargetBucket", on.TargetBucket))
		case err != nil:
			return err
		}
		if on.Grants != nil {
			for _, g := range on.Grants.Grant {
				if g.Permission != access.FullControl && g.Permission != access.Read && g.Permission != access.Write {
					return s3.MalformedXML()
				}
			}
		}
	}
	doc.Xmlns = s3.Namespace
	return s.keepDocument(r, loggingConfig, doc)
}

func (s *Service) getBucketLogging(w http.ResponseWriter, r *wire.Request) error {
	return s.storedOrEmpty(w, r, loggingConfig, loggingDocument{Xmlns: s3.Namespace})
}
