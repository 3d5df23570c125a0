package buckets

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const (
	accelerateConfig = "accelerate"
	paymentConfig    = "requestPayment"
)

// accelerateDocument is kept and told again: loopback is as fast as it is.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html
type accelerateDocument struct {
	XMLName xml.Name `xml:"AccelerateConfiguration"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Status  string   `xml:",omitempty"`
}

func (s *Service) putBucketAccelerate(_ http.ResponseWriter, r *wire.Request) error {
	var doc accelerateDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	switch {
	case doc.Status != "Enabled" && doc.Status != "Suspended":
		return s3.MalformedXML()
	case strings.Contains(r.Bucket, "."):
		return s3.BadRequest("S3 Transfer Acceleration is not supported for buckets with periods (.) in their names")
	}
	doc.Xmlns = s3.Namespace
	return s.keepDocument(r, accelerateConfig, doc)
}

func (s *Service) getBucketAccelerate(w http.ResponseWriter, r *wire.Request) error {
	return s.storedOrEmpty(w, r, accelerateConfig, accelerateDocument{Xmlns: s3.Namespace})
}

// paymentDocument says who pays for requests: nobody does here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html
type paymentDocument struct {
	XMLName xml.Name `xml:"RequestPaymentConfiguration"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Payer   string
}

func (s *Service) putBucketRequestPayment(_ http.ResponseWriter, r *wire.Request) error {
	var doc paymentDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if doc.Payer != "BucketOwner" && doc.Payer != "Requester" {
		return s3.MalformedXML()
	}
	doc.Xmlns = s3.Namespace
	return s.keepDocument(r, paymentConfig, doc)
}

func (s *Service) getBucketRequestPayment(w http.ResponseWriter, r *wire.Request) error {
	return s.storedOrEmpty(w, r, paymentConfig, paymentDocument{Xmlns: s3.Namespace, Payer: "BucketOwner"})
}
