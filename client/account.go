package client

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// An Account is where a store is and who asks; its secret is kept elsewhere.
type Account struct {
	Name     string `json:"name"`               // unique; what people and rules call it
	Endpoint string `json:"endpoint,omitempty"` // URL of an S3-compatible service; "" is AWS
	Region   string `json:"region,omitempty"`   // "" is us-east-1
	// Addressing is how bucket names travel; "" is Auto.
	Addressing Addressing `json:"addressing,omitempty"`
	// CAFile is a PEM file of certificate authorities trusted besides the
	// system's.
	CAFile string `json:"caFile,omitempty"`
	// KMSEndpoint is the URL of a KMS API beside a compatible service; "" is
	// none there, and AWS KMS on AWS.
	KMSEndpoint string `json:"kmsEndpoint,omitempty"`
	AccessKeyID string `json:"accessKeyId"`
	// Demo marks the built-in account, whose server runs in this program.
	Demo bool `json:"-"`
}

// Addressing is how a bucket is named in a request.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
type Addressing string

// The ways of addressing. Auto is virtual-host on AWS and path elsewhere.
const (
	AddressingAuto    Addressing = "auto"
	AddressingPath    Addressing = "path"
	AddressingVirtual Addressing = "virtual"
)

// DefaultRegion is signed where an account names none; most compatible
// services take any region.
const DefaultRegion = "us-east-1"

// IsAWS reports whether the account is at AWS itself: no endpoint, or one of
// amazonaws.com. Only there are newer calls known to be safe.
func (a Account) IsAWS() bool {
	if a.Endpoint == "" {
		return true
	}
	u, err := url.Parse(a.Endpoint)
	if err != nil {
		return false
	}
	h := strings.ToLower(u.Hostname())
	return strings.HasSuffix(h, ".amazonaws.com") || strings.HasSuffix(h, ".amazonaws.com.cn")
}

// Check refuses an account that cannot be opened, saying which field is wrong.
func (a Account) Check() error {
	if strings.TrimSpace(a.Name) == "" {
		return errors.New("name: give the account a name")
	}
	if strings.ContainsAny(a.Name, "\r\n\t") {
		return errors.New("name: one line without tabs, please")
	}
	for _, f := range []struct{ name, value string }{{"endpoint", a.Endpoint}, {"KMS endpoint", a.KMSEndpoint}} {
		if err := checkEndpoint(f.value); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	switch a.Addressing {
	case "", AddressingAuto, AddressingPath, AddressingVirtual:
	default:
		return fmt.Errorf("addressing: %q is none of auto, path, virtual", a.Addressing)
	}
	if strings.TrimSpace(a.AccessKeyID) == "" {
		return errors.New("access key: enter the access key id you were given")
	}
	return nil
}

func checkEndpoint(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.User != nil && u.Host == "":
		return errors.New("this is not a URL") // not quoted: it may hold a password
	case u.User != nil:
		return errors.New("no user name or password in the URL, please: they go into their own fields")
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q should begin with https:// (or http://)", s)
	case u.Host == "":
		return fmt.Errorf("%q names no host", s)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		return fmt.Errorf("%q should end after the host: bucket names come later", s)
	}
	return nil
}

// Credentials are what proves an account's identity.
type Credentials struct {
	AccessKeyID  string
	Secret       Secret
	SessionToken Secret // temporary credentials only
}
