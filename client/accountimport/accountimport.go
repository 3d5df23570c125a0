// Package accountimport reads the accounts that other programs have written down:
// rclone, s3cmd, MinIO's mc and Cyberduck. It reads what it is handed, writes nothing
// and asks nobody; profiles of the AWS command line are read where they are used, in
// s3store.
//
// Nothing is guessed: what cannot be taken over as it is meant is left, with the reason.
package accountimport

import (
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/services"
)

// A Found is an account that can be taken over. Its secret is zero where it is kept
// elsewhere.
type Found struct {
	Account     client.Account
	Credentials client.Credentials
	// Dropped says what of it is not taken over, as a setting that has no meaning here.
	Dropped []client.Text
}

// A Left is an account that is left, and why.
type Left struct {
	Name string
	Why  client.Text
}

// An Import is what a file holds.
type Import struct {
	Found []Found
	Left  []Left
}

func (i *Import) leave(name string, why client.Text) { i.Left = append(i.Left, Left{name, why}) }

// take adds an account as it was meant; one that could not be saved is left.
func (i *Import) take(f Found) {
	a := f.Account.Tidy()
	if a.Endpoint == "" || a.IsAWS() && strings.HasSuffix(a.Endpoint, "://s3.amazonaws.com") {
		a.Endpoint = "" // the SDK knows where each region is
	}
	a.Service = services.Of(a).ID
	f.Account, f.Credentials = a, f.Credentials.Tidy()
	f.Credentials.AccessKeyID = a.AccessKeyID
	for _, err := range []error{a.Check(), f.Credentials.Check()} {
		if err != nil {
			i.leave(a.Name, client.TextOf(err))
			return
		}
	}
	i.Found = append(i.Found, f)
}

// endpointOf is a URL by host, port and whether it is reached by TLS.
func endpointOf(host string, secure bool) string {
	if host == "" || strings.Contains(host, "://") {
		return host
	}
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	return scheme + strings.TrimSuffix(host, "/")
}

// withoutPath is the host of a URL without its path, and what was cut off.
func withoutPath(address string) (base, path string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address, ""
	}
	return u.Scheme + "://" + u.Host, strings.Trim(u.Path, "/")
}

// A section of a file in the form of INI, in its order.
type section struct {
	name   string
	values map[string]string
}

// sections reads such a file as rclone and s3cmd write it: a value goes to the end of
// its line.
func sections(b []byte) (all []section) {
	text := strings.TrimPrefix(string(b), "\ufeff")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			all = append(all, section{strings.Trim(line, "[]"), map[string]string{}})
		case len(all) > 0:
			if key, value, ok := strings.Cut(line, "="); ok {
				all[len(all)-1].values[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
			}
		}
	}
	return all
}

func is(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}
