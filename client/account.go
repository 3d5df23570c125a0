package client

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// An Account is where a store is and who asks; its secret is kept elsewhere.
type Account struct {
	// ID is what rules, secrets and transfers refer to: made once, never shown.
	// The account of one run has none.
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`               // unique; what people call it
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
	// AccessKeyID is the access key of an account that signs in by one; "" of others.
	AccessKeyID string `json:"accessKeyId"`
	// Service is the id of the row of package services it was made from; "" is known by
	// the endpoint.
	Service string  `json:"service,omitempty"`
	SignIn  SignIn  `json:"signIn,omitzero"`
	Network Network `json:"network,omitzero"`
	// Buckets are those it names, beside those it can list.
	Buckets BucketNames `json:"buckets,omitzero"`
	// RequesterPays says that we pay for what we read from others' buckets.
	RequesterPays bool `json:"requesterPays,omitempty"`
	// Forgotten marks an account that is no more and whose secret may be left; it is
	// kept to find that.
	Forgotten bool `json:"forgotten,omitempty"`
	// Demo marks the built-in account, whose server runs in this program.
	Demo bool `json:"-"`
	// AdHoc marks the account of one run, which flags and the environment make:
	// whatever its name, no rule and no secret kept for a saved account is its.
	AdHoc bool `json:"-"`
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
// its partitions. Only there are newer calls known to be safe.
func (a Account) IsAWS() bool {
	if a.Endpoint == "" {
		return true
	}
	u, err := url.Parse(a.Endpoint)
	if err != nil {
		return false
	}
	h := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(amazonHosts, func(end string) bool { return strings.HasSuffix(h, end) })
}

// amazonHosts are the ends of host names at AWS, of all its partitions.
var amazonHosts = []string{
	".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov",
}

// Secure reports whether the account may be asked for SSE-KMS and SSE-C, with
// which a key or a file travels as it is: over https, or to this very machine.
func (a Account) Secure() bool { return a.Endpoint == "" || IsProtected(a.Endpoint) }

// PlainHTTP reports whether the endpoint is reached without TLS, be it secure or not.
func (a Account) PlainHTTP() bool {
	u, err := url.Parse(a.Endpoint)
	return err == nil && u.Scheme == "http"
}

// DemoName is the name of the built-in account; no other may have it.
const DemoName = "Local demo"

// DemoAccount is the built-in account before its server has started.
func DemoAccount() Account { return Account{ID: "demo", Name: DemoName, Demo: true} }

// Tidy is the account as its fields were meant: without invisible characters
// around them, and an endpoint without a scheme by https.
func (a Account) Tidy() Account {
	for _, s := range []*string{&a.Name, &a.Region, &a.AccessKeyID} {
		*s = trimmed(*s)
	}
	a.CAFile = strings.TrimSpace(a.CAFile)
	a.Endpoint, a.KMSEndpoint = tidyEndpoint(a.Endpoint), tidyEndpoint(a.KMSEndpoint)
	a.SignIn, a.Network, a.Buckets = a.SignIn.Tidy(), a.Network.Tidy(), NewBucketNames(a.Buckets.All()...)
	return a
}

// Check refuses an account that cannot be opened, saying which field is wrong.
// What was typed or read goes through Tidy first.
func (a Account) Check() error {
	if trimmed(a.Name) == "" {
		return wrong(Say("name"), Say("give the account a name"))
	}
	if strings.ContainsFunc(a.Name, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) {
		return wrong(Say("name"), Say("one line without tabs, please"))
	}
	if a.Name == DemoName && !a.Demo {
		return wrong(Say("name"), Say("the built-in account has this name: choose another"))
	}
	if err := checkEndpoint(a.Endpoint); err != nil {
		return wrong(Say("endpoint"), TextOf(err))
	}
	if err := checkKMSEndpoint(a.KMSEndpoint); err != nil {
		return wrong(Say("KMS endpoint"), TextOf(err))
	}
	if a.Region != "" && !region.MatchString(a.Region) {
		return wrong(Say("region"), Say("%q is none: letters, digits and hyphens, as in us-east-1", a.Region))
	}
	switch a.Addressing {
	case "", AddressingAuto, AddressingPath, AddressingVirtual:
	default:
		return wrong(Say("addressing"), Say("%q is none of auto, path, virtual", a.Addressing))
	}
	if err := cmp.Or(a.SignIn.check(), a.Network.check(a.Endpoint), a.Buckets.check()); err != nil {
		return err
	}
	if !a.NeedsSecret() {
		return nil
	}
	if trimmed(a.AccessKeyID) == "" {
		return wrong(Say("access key"), Say("enter the access key id you were given"))
	}
	return checkASCII(Say("access key"), a.AccessKeyID)
}

// region is what may be in a host name, as regions do at AWS.
var region = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$`)

// Credentials are what proves an account's identity.
type Credentials struct {
	AccessKeyID  string
	Secret       Secret
	SessionToken Secret // temporary credentials only
}

// Tidy is the credentials without invisible characters around them.
func (c Credentials) Tidy() Credentials {
	c.AccessKeyID = trimmed(c.AccessKeyID)
	c.Secret, c.SessionToken = trimmedSecret(c.Secret), trimmedSecret(c.SessionToken)
	return c
}

// Check refuses credentials that no request can be signed or sent with, saying
// which field is wrong and never what is in it. That there are none is for
// others to say. What was typed or read goes through Tidy first.
func (c Credentials) Check() error {
	if err := checkASCII(Say("access key"), c.AccessKeyID); err != nil {
		return err
	}
	if err := checkVisible(Say("secret access key"), c.Secret.Reveal(), true); err != nil {
		return err
	}
	return checkASCII(Say("session token"), c.SessionToken.Reveal())
}
