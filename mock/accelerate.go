package mock

import (
	"encoding/xml"
	"net/http"
	"strings"
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

func (s *Server) putBucketAccelerate(_ http.ResponseWriter, r *request) error {
	var doc accelerateDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	switch {
	case doc.Status != "Enabled" && doc.Status != "Suspended":
		return malformedXML()
	case strings.Contains(r.bucket, "."):
		return badRequest("S3 Transfer Acceleration is not supported for buckets with periods (.) in their names")
	}
	doc.Xmlns = namespace
	return s.keepDocument(r, accelerateConfig, doc)
}

func (s *Server) getBucketAccelerate(w http.ResponseWriter, r *request) error {
	return s.storedOrEmpty(w, r, accelerateConfig, accelerateDocument{Xmlns: namespace})
}

// paymentDocument says who pays for requests: nobody does here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html
type paymentDocument struct {
	XMLName xml.Name `xml:"RequestPaymentConfiguration"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	Payer   string
}

func (s *Server) putBucketRequestPayment(_ http.ResponseWriter, r *request) error {
	var doc paymentDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if doc.Payer != "BucketOwner" && doc.Payer != "Requester" {
		return malformedXML()
	}
	doc.Xmlns = namespace
	return s.keepDocument(r, paymentConfig, doc)
}

func (s *Server) getBucketRequestPayment(w http.ResponseWriter, r *request) error {
	return s.storedOrEmpty(w, r, paymentConfig, paymentDocument{Xmlns: namespace, Payer: "BucketOwner"})
}
