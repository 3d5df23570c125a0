// Package services is what is known of the services people store objects at, as
// data: where they are, how they are addressed, what they cannot do, where their
// keys are found and what their manuals call things. It asks no server and decides
// nothing about encryption: what a server can do is learned from its answers.
//
// Facts are from public sources, each named in a comment beside its row. What a
// source does not say is left empty, which means "not known".
package services

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Service is one row of the table.
type Service struct {
	ID   string // what is written in settings and after --service
	Name string // as its maker writes it
	// Endpoint is its URL, with {region} and {account} where these belong; "" is a
	// service that each user has elsewhere, and AWS, whose endpoints the SDK knows.
	Endpoint string
	// Regions are those its maker names, the usual one first; none: any is taken.
	Regions    []string
	Addressing client.Addressing // "" is Auto
	// Checksums are the kinds it stores of a whole object that was sent in parts, and
	// tells again; nil: not known, and found out by its answers.
	Checksums []string
	Gaps      []client.Text // what is known not to work there
	KeysAt    client.Text   // where its keys are found
	Words     []Word        // what its manual calls our fields
	Buckets   BucketNames
	Manual    string // URL of the page for users of other programs

	hosts []string // the ends of its host names
}

// A Word is one of our fields in the words of a manual.
type Word struct {
	Field  client.Text
	Manual string
}

// Custom is the row of services that are not in the table.
const Custom = "custom"

// All are the services in the order in which they are offered.
func All() []Service { return slices.Clone(table) }

// Named is a service by its id, in any case.
func Named(id string) (Service, bool) {
	i := slices.IndexFunc(table, func(s Service) bool { return strings.EqualFold(s.ID, id) })
	if i < 0 {
		return Service{}, false
	}
	return table[i], true
}

// Of is the service of an account: the one it names, else the one its host is
// known by, else AWS where it has no endpoint, else the custom one.
func Of(a client.Account) Service {
	if s, ok := Named(a.Service); ok {
		return s
	}
	if s, ok := at(a.Endpoint); ok {
		return s
	}
	id := Custom
	if a.IsAWS() {
		id = "aws"
	}
	s, _ := Named(id)
	return s
}

// at is the service whose host this is.
func at(endpoint string) (Service, bool) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" {
		return Service{}, false
	}
	host := strings.ToLower(u.Hostname())
	for _, s := range table {
		for _, end := range s.hosts {
			if host == end || strings.HasSuffix(host, "."+end) {
				return s, true
			}
		}
	}
	return Service{}, false
}

// Fill gives an account of the service what its user has left open: endpoint,
// region and addressing. The error says what has to be given.
func (s Service) Fill(a client.Account) (client.Account, error) {
	a.Service = s.ID
	if a.Region == "" && len(s.Regions) > 0 {
		a.Region = s.Regions[0]
	}
	if len(s.Regions) > 0 && s.Endpoint != "" && strings.Contains(s.Endpoint, "{region}") && a.Endpoint == "" && !slices.Contains(s.Regions, a.Region) {
		return a, client.Say("%s has no region %q that we know of; its regions are %s: choose one, or give the endpoint", s.Name, a.Region, strings.Join(s.Regions, ", ")).Err()
	}
	if a.Endpoint == "" && s.Endpoint != "" {
		a.Endpoint = s.endpointIn(a.Region)
	}
	switch {
	case strings.Contains(a.Endpoint, "{account}"):
		return a, client.Say("the endpoint of %s holds the id of your account: give it as %s", s.Name, a.Endpoint).Err()
	case a.Endpoint == "" && s.ID != "aws":
		return a, client.Say("%s is wherever you run it: give its endpoint", s.Name).Err()
	}
	if a.Addressing == "" {
		a.Addressing = s.Addressing
	}
	return a, nil
}

// endpointIn is the endpoint of a region.
func (s Service) endpointIn(region string) string {
	to := strings.ReplaceAll(s.Endpoint, "{region}", region)
	if s.ID == "ovh" && strings.HasPrefix(region, "us-") {
		to = strings.TrimSuffix(to, ".net") + ".us" // its American regions are under a name of their own
	}
	return to
}

// BucketNames are the names a service gives buckets.
type BucketNames struct {
	Min, Max int // characters; 0 is no limit known
	Said     client.Text
	form     *regexp.Regexp
}

// Check refuses the name of a bucket that is to be made and that the service would
// not take. Buckets that are there are opened whatever they are called.
func (b BucketNames) Check(name string) error {
	if b.form == nil || b.form.MatchString(name) && len(name) >= b.Min && len(name) <= b.Max {
		return nil
	}
	return client.Say("%q is no name for a bucket here: %v", name, b.Said).Err()
}
