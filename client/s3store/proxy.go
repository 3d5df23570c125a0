package s3store

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/bucketseal/bucketseal/client"
)

// proxies are the proxy variables as they were when the account was opened.
// Which hosts go without is decided as in every Go program (NO_PROXY); what a
// variable says is read here, since a value that cannot be understood would
// elsewhere mean "no proxy", and the request would leave by a way that its
// sender had closed.
type proxies struct {
	wanted map[string]variable // by the scheme of the request
	needed func(*url.URL) (*url.URL, error)
}

// A variable is an environment variable that was set.
type variable struct{ name, value string }

// errProxy says why a request has no way. It never holds the variable's value:
// a password may be in it.
type errProxy struct {
	variable string
	why      client.Text
}

func (e *errProxy) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errProxy) Text() client.Text {
	return client.Say("the proxy of %s cannot be used: %v", e.variable, e.why)
}

// refusedTunnel is the error of a proxy that answered and will not let us
// through.
func (p proxies) refusedTunnel(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &errProxy{p.wanted["https"].name, client.Say("it answered %q", strings.TrimSpace(answer.Status))}
}

// proxiesOf are those of an account: its own for everything but this machine, none, or
// what the environment says.
func proxiesOf(a client.Account) proxies {
	switch own := a.Network.Proxy; own {
	case "", client.SystemProxy:
		return proxiesFromEnvironment()
	case client.NoProxy:
		return proxies{}
	default:
		v := variable{"the account", own}
		return proxies{
			wanted: map[string]variable{"http": v, "https": v},
			needed: func(u *url.URL) (*url.URL, error) { return u, nil },
		}
	}
}

func proxiesFromEnvironment() proxies {
	p := proxies{wanted: map[string]variable{
		"http": firstSet("http_proxy", "HTTP_PROXY"), "https": firstSet("https_proxy", "HTTPS_PROXY"),
	}}
	// Any proxy will do to ask whether one is needed.
	ask := httpproxy.FromEnvironment()
	ask.HTTPProxy, ask.HTTPSProxy = "http://proxy.invalid", "http://proxy.invalid"
	p.needed = ask.ProxyFunc()
	return p
}

func firstSet(names ...string) variable {
	for _, name := range names {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" {
			return variable{name, value}
		}
	}
	return variable{}
}

// forURL is the proxy for a URL, nil for none. Nothing for this machine goes
// through a proxy, in whatever spelling, nor what a container is given: it has
// its credentials by plain http.
func (p proxies) forURL(u *url.URL) (*url.URL, error) {
	wanted := p.wanted[u.Scheme]
	if wanted.value == "" || client.IsThisMachine(u.Hostname()) || isContainerHost(u.Hostname()) {
		return nil, nil
	}
	if needed, err := p.needed(u); err != nil || needed == nil {
		return nil, err
	}
	proxy, err := parseProxy(wanted.value)
	if err != nil {
		return nil, &errProxy{wanted.name, client.TextOf(err)}
	}
	return proxy, nil
}

// check refuses an account whose requests have no way, before one is sent.
func (p proxies) check(a client.Account) error {
	for _, endpoint := range []string{urlOf(a), a.KMSEndpoint} {
		u, err := url.Parse(endpoint)
		if err == nil {
			_, err = p.forURL(u)
		}
		if err != nil {
			return &client.Error{Op: "open", Kind: client.KindNetwork, Said: client.TextOf(err)}
		}
	}
	return nil
}

func (p proxies) forRequest(r *http.Request) (*url.URL, error) { return p.forURL(r.URL) }

// parseProxy reads "http://user:password@host:port" and its shorter forms. Its
// errors quote nothing.
func parseProxy(s string) (*url.URL, error) {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		if strings.Contains(s, "@") {
			return nil, client.Say("it is not a URL; in a user name and a password, write %%25 for %%, %%40 for @, %%3A for :, %%2F for /, %%23 for # and %%3F for ?").Err()
		}
		return nil, client.Say("it is not a URL such as http://host:port").Err()
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, client.Say("it should begin with http://, https://, socks5:// or socks5h://").Err()
	}
	if u.Hostname() == "" {
		return nil, client.Say("it names no host").Err()
	}
	return u, nil
}
