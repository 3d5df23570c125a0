package rules

import (
	"net/url"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A KeptKey is what is remembered of an SSE-C key beside the key itself, which
// is in the keyring under its MD5: for which places rules named it. It outlives
// the rules, as the objects do.
type KeptKey struct {
	MD5    string     `json:"md5"`
	Places []KeyPlace `json:"places,omitempty"`
	// Endpoints are where accounts named by the places were when the key was
	// given for them. Elsewhere the account does not get the key.
	Endpoints []KeyEndpoint `json:"endpoints,omitempty"`
	// RuleIDs are the rules by whose IDs an older version kept the key.
	RuleIDs []string `json:"ruleIds,omitempty"`
}

// A KeyPlace is where a rule's masks and account say its key belongs.
type KeyPlace struct {
	Account client.AccountRef `json:"account,omitzero"`
	Bucket  string            `json:"bucket,omitempty"`
	Key     string            `json:"key,omitempty"`
}

// A KeyEndpoint is where an account was when a key was given for it.
type KeyEndpoint struct {
	Account  client.AccountRef `json:"account"`
	Endpoint string            `json:"endpoint"` // URL; "" is AWS
}

// EndpointsOf is where an account was when the key was given for it; nothing
// where that is not known.
func (k KeptKey) EndpointsOf(account client.AccountRef) (all []string) {
	for _, e := range k.Endpoints {
		if e.Account.Same(account) {
			all = append(all, e.Endpoint)
		}
	}
	return all
}

// PlaceOf is where a rule's key belongs.
func PlaceOf(r Rule) KeyPlace { return KeyPlace{r.Account, r.Bucket, r.Key} }

// mostTried is how many keys are tried to open one object. Keys that no rule
// names any more come last and newest first.
const mostTried = 4

// CustomerKeys names the SSE-C keys, by MD5, that may be sent to open an
// object, the likeliest first. A key goes only to accounts and buckets that its
// user named for it: those of an enabled rule whose masks fit the name, then
// those that earlier rules named it for. A server that says which key the
// object has (named is its MD5, "" where it does not) is sent that one or none,
// and it may be the key of a rule that is switched off.
func (s Set) CustomerKeys(at client.Location, named string) []string {
	found := s.customerKeys(at, named, named != "")
	return found[:min(len(found), mostTried)]
}

// HasKeysFor reports whether there is any SSE-C key that may be sent to open an
// object, if only when the server names it.
func (s Set) HasKeysFor(at client.Location) bool { return len(s.customerKeys(at, "", true)) > 0 }

// customerKeys is CustomerKeys; off says whether keys that are switched off
// count.
func (s Set) customerKeys(at client.Location, named string, off bool) (found []string) {
	if !s.Account.Secure() {
		return nil
	}
	add := func(md5 string) {
		if md5 != "" && (named == "" || md5 == named) && !slices.Contains(found, md5) {
			found = append(found, md5)
		}
	}
	for _, r := range s.Rules {
		if r.Type == client.TypeSSEC && (off || !r.Disabled) && s.concerns(r) && r.fits(at) > misses && s.elsewhere(r) == nil {
			add(r.CustomerKeyMD5)
		}
	}
	for _, k := range slices.Backward(s.Kept) {
		if (off || !s.switchedOff(k.MD5)) && s.belongs(k, at) {
			add(k.MD5)
		}
	}
	return found
}

// switchedOff reports whether rules name the key and all of them are off.
func (s Set) switchedOff(md5 string) bool {
	off := false
	for _, r := range s.Rules {
		if r.Type == client.TypeSSEC && r.CustomerKeyMD5 == md5 {
			if !r.Disabled {
				return false
			}
			off = true
		}
	}
	return off
}

// belongs reports whether a key was given for a place. One that was given for
// everything belongs nowhere any more once its rule is gone.
func (s Set) belongs(k KeptKey, at client.Location) bool {
	return slices.ContainsFunc(k.Places, func(p KeyPlace) bool {
		r := Rule{Type: client.TypeSSEC, Account: p.Account, Bucket: p.Bucket, Key: p.Key, CustomerKeyMD5: k.MD5}
		somewhere := !p.Account.IsZero() || strings.Trim(p.Bucket, "*?") != ""
		return somewhere && s.concerns(r) && r.fits(at) > misses && s.elsewhere(r) == nil
	})
}

// elsewhere refuses the key of a rule for an account that was at another
// endpoint when the key was given.
func (s Set) elsewhere(r Rule) error {
	if r.Account.IsZero() {
		return nil
	}
	for _, k := range s.Kept {
		known := k.EndpointsOf(r.Account)
		if k.MD5 != r.CustomerKeyMD5 || len(known) == 0 {
			continue
		}
		if !slices.ContainsFunc(known, func(e string) bool { return sameEndpoint(e, s.Account.Endpoint) }) {
			return client.Say("its SSE-C key was given for %s at %s, which is elsewhere now: edit the rule and enter the key, if it belongs here too",
				r.Account.Name, endpointName(known[0])).Err()
		}
	}
	return nil
}

func endpointName(e string) string {
	if e == "" {
		return "AWS"
	}
	return e
}

// sameEndpoint compares two URLs by what they reach.
func sameEndpoint(a, b string) bool { return plainEndpoint(a) == plainEndpoint(b) }

func plainEndpoint(e string) string {
	u, err := url.Parse(e)
	if err != nil || u.Host == "" {
		return e
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	port := map[string]string{"https": ":443", "http": ":80"}[scheme]
	return scheme + "://" + strings.TrimSuffix(host, port)
}
