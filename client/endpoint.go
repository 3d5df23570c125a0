package client

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// IsThisMachine reports whether a host, as it is in a URL, is this machine
// whatever a name server, a hosts file or a C library makes of it: an address of
// the loopback network, or localhost. Other spellings that may end up here
// ("127.1", "0.0.0.0", a name for 127.0.0.1) are another machine's until
// somebody spells them so: what must not leave this machine is at stake.
func IsThisMachine(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// IsProtected reports whether nobody can listen on the way to a URL: by https,
// or because the way does not leave this machine.
func IsProtected(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (u.Scheme == "https" || IsThisMachine(u.Hostname()))
}

// tidyEndpoint is an endpoint as it was meant: a host without a scheme is
// reached by https.
func tidyEndpoint(s string) string {
	s = strings.TrimRight(trimmed(s), "/")
	if s == "" {
		return ""
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return "https://" + strings.TrimLeft(s, "/")
	}
	return strings.ToLower(scheme) + "://" + rest
}

func checkEndpoint(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.User != nil && u.Host == "":
		return Say("this is not a URL").Err() // not quoted: it may hold a password
	case u.User != nil:
		return Say("no user name or password in the URL, please: they go into their own fields").Err()
	case u.Scheme != "https" && u.Scheme != "http":
		return Say("%q should begin with https:// (or http://)", s).Err()
	case u.Hostname() == "":
		return Say("%q names no host", s).Err()
	case !isPort(u.Port()):
		return Say("%q: a port is a number from 1 to 65535", s).Err()
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return Say("%q should end after the host: bucket names come later", s).Err()
	}
	return nil
}

// checkKMSEndpoint refuses plain http to another machine as well: whoever
// answers there says which key is meant by a name, and so what counts as proof.
func checkKMSEndpoint(s string) error {
	if err := checkEndpoint(s); err != nil || s == "" || IsProtected(s) {
		return err
	}
	return Say("%q is not protected: anybody on the way could answer for the KMS; begin it with https://", s).Err()
}

func isPort(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
