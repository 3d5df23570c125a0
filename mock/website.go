package mock

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const (
	websiteConfig   = "website"
	maxWebsite      = 128 << 10 // bytes
	maxRoutingRules = 50
)

// websiteDocument is kept and told again; pages are not served by it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
type websiteDocument struct {
	XMLName     xml.Name `xml:"WebsiteConfiguration"`
	Xmlns       string   `xml:"xmlns,attr,omitempty"`
	RedirectAll *struct {
		HostName string
		Protocol string `xml:",omitempty"`
	} `xml:"RedirectAllRequestsTo,omitempty"`
	Index *struct{ Suffix string } `xml:"IndexDocument,omitempty"`
	Error *struct{ Key string }    `xml:"ErrorDocument,omitempty"`
	Rules *struct {
		Rule []routingRule `xml:"RoutingRule"`
	} `xml:"RoutingRules,omitempty"`
}

type routingRule struct {
	Condition *struct {
		HTTPErrorCode string `xml:"HttpErrorCodeReturnedEquals,omitempty"`
		KeyPrefix     string `xml:"KeyPrefixEquals,omitempty"`
	} `xml:",omitempty"`
	Redirect struct {
		HostName         string `xml:",omitempty"`
		HTTPRedirectCode string `xml:"HttpRedirectCode,omitempty"`
		Protocol         string `xml:",omitempty"`
		ReplacePrefix    string `xml:"ReplaceKeyPrefixWith,omitempty"`
		ReplaceKey       string `xml:"ReplaceKeyWith,omitempty"`
	}
}

func (d websiteDocument) rules() []routingRule {
	if d.Rules == nil {
		return nil
	}
	return d.Rules.Rule
}

// check refuses a website in the words of S3.
func (d websiteDocument) check() error {
	if to := d.RedirectAll; to != nil {
		if d.Index != nil || d.Error != nil || len(d.rules()) > 0 || to.HostName == "" {
			return malformedXML()
		}
		return checkProtocol(to.Protocol)
	}
	switch {
	case d.Index == nil:
		return malformedXML()
	case d.Index.Suffix == "", strings.Contains(d.Index.Suffix, "/"):
		return badArgument("The IndexDocument Suffix is not well formed", "IndexDocument", d.Index.Suffix)
	case d.Error != nil && d.Error.Key == "":
		return badArgument("The ErrorDocument Key is not well formed", "ErrorDocument", "")
	case len(d.rules()) > maxRoutingRules:
		return badRequest(fmt.Sprintf("%d routing rules provided, the number of routing rules in a website configuration is limited to 50.", len(d.rules())))
	}
	for _, rule := range d.rules() {
		if err := rule.check(); err != nil {
			return err
		}
	}
	return nil
}

func (l routingRule) check() error {
	to := l.Redirect
	switch {
	case to.HostName+to.HTTPRedirectCode+to.Protocol+to.ReplacePrefix+to.ReplaceKey == "":
		return malformedXML()
	case to.ReplaceKey != "" && to.ReplacePrefix != "":
		return badRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
	}
	if err := checkProtocol(to.Protocol); err != nil {
		return err
	}
	if code := to.HTTPRedirectCode; code != "" {
		switch n, err := strconv.Atoi(code); {
		case err != nil:
			return malformedXML()
		case n < 301 || n > 308 || n == 306:
			return badRequest(fmt.Sprintf("The provided HTTP redirect code (%d) is not valid. Valid codes are 3XX except 300.", n))
		}
	}
	if l.Condition == nil {
		return nil
	}
	code := l.Condition.HTTPErrorCode
	if code == "" {
		if l.Condition.KeyPrefix == "" {
			return malformedXML()
		}
		return nil
	}
	switch n, err := strconv.Atoi(code); {
	case err != nil:
		return malformedXML()
	case n < 400 || n > 417 && n < 500 || n > 505:
		return badRequest(fmt.Sprintf("The provided HTTP error code (%d) is not valid. Valid codes are 4XX or 5XX.", n))
	}
	return nil
}

func checkProtocol(protocol string) error {
	if protocol != "" && protocol != "http" && protocol != "https" {
		return badRequest("Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.")
	}
	return nil
}

func (s *Server) putBucketWebsite(_ http.ResponseWriter, r *request) error {
	if r.ContentLength > maxWebsite {
		return refuse(http.StatusBadRequest, "MaxMessageLengthExceeded", "Your request was too big.", field("MaxMessageLengthBytes", strconv.Itoa(maxWebsite)))
	}
	var doc websiteDocument
	if err := readDocument(r, &doc); err != nil {
		return err
	}
	if err := doc.check(); err != nil {
		return err
	}
	doc.Xmlns = namespace
	return s.keepDocument(r, websiteConfig, doc)
}

func (s *Server) getBucketWebsite(w http.ResponseWriter, r *request) error {
	return s.storedDocument(w, r, websiteConfig, refuse(http.StatusNotFound, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", field("BucketName", r.bucket)))
}

func (s *Server) deleteBucketWebsite(w http.ResponseWriter, r *request) error {
	return s.forgetDocument(w, r, websiteConfig)
}
