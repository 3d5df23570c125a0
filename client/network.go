package client

import (
	"encoding/hex"
	"net/url"
	"strings"
	"time"
)

// A Network is how an account's requests travel. The zero Network is that of the
// system: its proxy, the usual certificates, the usual patience.
type Network struct {
	// Proxy is the URL of a proxy (http, https, socks5, socks5h), without a password;
	// "none" is none; "" and "system" is what the environment says.
	Proxy string `json:"proxy,omitempty"`
	// Certificate is the SHA-256 of the one certificate that the server may show, in
	// hex; "" is any that the authorities vouch for. With it no other is asked.
	Certificate string `json:"certificate,omitempty"`
	// ClientCertificate and ClientKey are PEM files by which we are known to the server.
	ClientCertificate string `json:"clientCertificate,omitempty"`
	ClientKey         string `json:"clientKey,omitempty"`
	// ConnectSeconds is how long a connection may take, and SilenceSeconds how long it
	// may stay silent, in seconds; 0 is 30 and 60.
	ConnectSeconds int `json:"connectSeconds,omitempty"`
	SilenceSeconds int `json:"silenceSeconds,omitempty"`
}

// NoProxy and SystemProxy are the proxies that are no URL.
const (
	NoProxy     = "none"
	SystemProxy = "system"
)

// mostSeconds is the longest anybody waits for a connection, or within one.
const mostSeconds = 3600

// Tidy is the network as it was meant: a proxy by its scheme, a fingerprint without
// the marks that programs write it with.
func (n Network) Tidy() Network {
	n.Proxy = trimmed(n.Proxy)
	switch lower := strings.ToLower(n.Proxy); {
	case lower == SystemProxy:
		n.Proxy = ""
	case lower == NoProxy:
		n.Proxy = NoProxy
	case lower != "" && !strings.Contains(lower, "://"):
		n.Proxy = "http://" + n.Proxy
	}
	n.Certificate = strings.ToLower(trimmed(n.Certificate))
	n.Certificate = strings.TrimPrefix(strings.TrimPrefix(n.Certificate, "sha256:"), "sha-256:")
	n.Certificate = strings.NewReplacer(":", "", " ", "").Replace(n.Certificate)
	n.ClientCertificate, n.ClientKey = strings.TrimSpace(n.ClientCertificate), strings.TrimSpace(n.ClientKey)
	return n
}

func (n Network) check(endpoint string) error {
	if err := checkProxy(n.Proxy); err != nil {
		return wrong(Say("proxy"), TextOf(err))
	}
	if n.Certificate != "" {
		if b, err := hex.DecodeString(n.Certificate); err != nil || len(b) != 32 {
			return wrong(Say("certificate"), Say("it is no SHA-256 fingerprint: 64 hexadecimal digits, as 'bucketseal-cli accounts test' shows it"))
		}
		if u, err := url.Parse(endpoint); err == nil && u.Scheme == "http" {
			return wrong(Say("certificate"), Say("over plain http no certificate is shown: begin the endpoint with https://"))
		}
	}
	if (n.ClientCertificate == "") != (n.ClientKey == "") {
		return wrong(Say("client certificate"), Say("a certificate and its key are two files: give both"))
	}
	for _, seconds := range []int{n.ConnectSeconds, n.SilenceSeconds} {
		if seconds < 0 || seconds > mostSeconds {
			return wrong(Say("timeout"), Say("%d is not from 0 to %d seconds", seconds, mostSeconds))
		}
	}
	return nil
}

func checkProxy(s string) error {
	if s == "" || s == NoProxy {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return Say("it is not a URL such as http://host:port").Err()
	case u.User != nil:
		return Say("no user name or password in the URL, please: they would be kept unprotected; put them into HTTPS_PROXY and choose system").Err()
	case u.Hostname() == "":
		return Say("it names no host").Err()
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return nil
	}
	return Say("it should begin with http://, https://, socks5:// or socks5h://").Err()
}

// Connect is how long a connection may take; 0 is the program's own.
func (n Network) Connect() time.Duration { return time.Duration(n.ConnectSeconds) * time.Second }

// Silence is how long a connection may stay silent; 0 is the program's own.
func (n Network) Silence() time.Duration { return time.Duration(n.SilenceSeconds) * time.Second }
