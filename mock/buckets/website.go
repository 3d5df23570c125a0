package buckets

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
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
			return s3.MalformedXML()
		}
		return checkProtocol(to.Protocol)
	}
	switch {
	case d.Index == nil:
		return s3.MalformedXML()
	case d.Index.Suffix == "", strings.Contains(d.Index.Suffix, "/"):
		return s3.BadArgument("The IndexDocument Suffix is not well formed", "IndexDocument", d.Index.Suffix)
	case d.Error != nil && d.Error.Key == "":
		return s3.BadArgument("The ErrorDocument Key is not well formed", "ErrorDocument", "")
	case len(d.rules()) > maxRoutingRules:
		return s3.BadRequest(fmt.Sprintf("%d routing rules provided, the number of routing rules in a website configuration is limited to 50.", len(d.rules())))
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
		return s3.MalformedXML()
	case to.ReplaceKey != "" && to.ReplacePrefix != "":
		return s3.BadRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
	}
	if err := checkProtocol(to.Protocol); err != nil {
		return err
	}
	if code := to.HTTPRedirectCode; code != "" {
		switch n, err := strconv.Atoi(code); {
		case err != nil:
			return s3.MalformedXML()
		case n < 301 || n > 308 || n == 306:
			return s3.BadRequest(fmt.Sprintf("The provided HTTP redirect code (%d) is not valid. Valid codes are 3XX except 300.", n))
		}
	}
	if l.Condition == nil {
		return nil
	}
	code := l.Condition.HTTPErrorCode
	if code == "" {
		if l.Condition.KeyPrefix == "" {
			return s3.MalformedXML()
		}
		return nil
	}
	switch n, err := strconv.Atoi(code); {
	case err != nil:
		return s3.MalformedXML()
	case n < 400 || n > 417 && n < 500 || n > 505:
		return s3.BadRequest(fmt.Sprintf("The provided HTTP error code (%d) is not valid. Valid codes are 4XX or 5XX.", n))
	}
	return nil
}

func checkProtocol(protocol string) error {
	if protocol != "" && protocol != "http" && protocol != "https" {
		return s3.BadRequest("Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.")
	}
	return nil
}

func (s *Service) putBucketWebsite(_ http.ResponseWriter, r *wire.Request) error {
	if r.ContentLength > maxWebsite {
		return s3.Refuse(http.StatusBadRequest, "MaxMessageLengthExceeded", "Your request was too big.", s3.Field("MaxMessageLengthBytes", strconv.Itoa(maxWebsite)))
	}
	var doc websiteDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	if err := doc.check(); err != nil {
		return err
	}
	doc.Xmlns = s3.Namespace
	return s.keepDocument(r, websiteConfig, doc)
}

func (s *Service) getBucketWebsite(w http.ResponseWriter, r *wire.Request) error {
	return s.storedDocument(w, r, websiteConfig, s3.Refuse(http.StatusNotFound, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", s3.Field("BucketName", r.Bucket)))
}

func (s *Service) deleteBucketWebsite(w http.ResponseWriter, r *wire.Request) error {
	return s.forgetDocument(w, r, websiteConfig)
}
