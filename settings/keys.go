package settings

import (
	"fmt"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// KeysFile remembers SSE-C keys by their MD5, and where rules said they belong.
// The keys themselves are in the keychain.
const KeysFile File = "keys.json"

var keptKeys = document[[]rules.KeptKey]{
	file: KeysFile, field: "keys",
	empty: func() []rules.KeptKey { return []rules.KeptKey{} },
}

// KeptKeys lists the SSE-C keys that were ever given here and not removed,
// oldest first.
func (s *Store) KeptKeys() ([]rules.KeptKey, error) { return keptKeys.load(s) }

// NoteKey remembers an SSE-C key that the user gives for a rule, and where the
// rule's account is: before the key is kept, so that none is forgotten.
func (s *Store) NoteKey(md5 string, r rules.Rule) error {
	endpoint, known, err := s.endpoint(r.Account)
	if err != nil {
		return err
	}
	return s.updateKeys(func(all []rules.KeptKey) []rules.KeptKey {
		all, i := noted(all, md5)
		addPlace(&all[i], r)
		if known {
			addEndpoint(&all[i], r.Account, endpoint)
		}
		return all
	})
}

// ForgetKey drops what is remembered of a key.
func (s *Store) ForgetKey(md5 string) error {
	return s.updateKeys(func(all []rules.KeptKey) []rules.KeptKey {
		return slices.DeleteFunc(all, func(k rules.KeptKey) bool { return k.MD5 == md5 })
	})
}

// FollowAccount lets keys follow an account to the name and endpoint its user
// gives it. old is its name before, "" for a new account: that one gets only
// keys for which no account of the name is known yet.
func (s *Store) FollowAccount(old string, a client.Account) error {
	return s.updateKeys(func(all []rules.KeptKey) []rules.KeptKey {
		for i := range all {
			k := &all[i]
			for _, p := range slices.Clone(k.Places) {
				if p.Account == old && old != a.Name && old != "" {
					addPlace(k, rules.Rule{Account: a.Name, Bucket: p.Bucket, Key: p.Key})
				}
			}
			for _, e := range k.Endpoints[old] {
				addEndpoint(k, a.Name, e)
			}
			names := slices.ContainsFunc(k.Places, func(p rules.KeyPlace) bool { return p.Account == a.Name })
			if names && (old != "" || len(k.Endpoints[a.Name]) == 0) {
				addEndpoint(k, a.Name, a.Endpoint)
			}
		}
		return all
	})
}

// noteRules remembers the keys of SSE-C rules and where the rules say they
// belong, before the rules are changed: a key that no rule names any more is
// found by that.
func (s *Store) noteRules(all []rules.Rule) error {
	type place struct {
		endpoint string
		known    bool
	}
	accounts := map[string]place{}
	for _, r := range all {
		if _, ok := accounts[r.Account]; ok || r.Type != client.TypeSSEC || r.CustomerKeyMD5 == "" {
			continue
		}
		endpoint, known, err := s.endpoint(r.Account)
		if err != nil {
			return err
		}
		accounts[r.Account] = place{endpoint, known}
	}
	if len(accounts) == 0 {
		return nil
	}
	return s.updateKeys(func(kept []rules.KeptKey) []rules.KeptKey {
		for _, r := range all {
			if r.Type != client.TypeSSEC || r.CustomerKeyMD5 == "" {
				continue
			}
			var i int
			kept, i = noted(kept, r.CustomerKeyMD5)
			addPlace(&kept[i], r)
			// An account is known by where it was first: another one that takes its
			// name does not get the key by a change of the rule.
			if at := accounts[r.Account]; at.known && len(kept[i].Endpoints[r.Account]) == 0 {
				addEndpoint(&kept[i], r.Account, at.endpoint)
			}
		}
		return kept
	})
}

func (s *Store) updateKeys(change func([]rules.KeptKey) []rules.KeptKey) error {
	err := keptKeys.update(s, false, func(all []rules.KeptKey) ([]rules.KeptKey, error) { return change(all), nil })
	if err != nil {
		return fmt.Errorf("remember the SSE-C keys: %w", err)
	}
	return nil
}

// endpoint is where a saved account is.
func (s *Store) endpoint(account string) (endpoint string, known bool, err error) {
	if account == "" {
		return "", false, nil
	}
	all, err := s.Accounts()
	for _, a := range all {
		if a.Name == account {
			return a.Endpoint, true, nil
		}
	}
	return "", false, err
}

// noted finds a key, or adds it.
func noted(all []rules.KeptKey, md5 string) ([]rules.KeptKey, int) {
	i := slices.IndexFunc(all, func(k rules.KeptKey) bool { return k.MD5 == md5 })
	if i < 0 {
		all, i = append(all, rules.KeptKey{MD5: md5}), len(all)
	}
	return all, i
}

func addPlace(k *rules.KeptKey, r rules.Rule) {
	if p := rules.PlaceOf(r); !slices.Contains(k.Places, p) {
		k.Places = append(k.Places, p)
	}
	if r.ID != "" && !slices.Contains(k.RuleIDs, r.ID) {
		k.RuleIDs = append(k.RuleIDs, r.ID)
	}
}

func addEndpoint(k *rules.KeptKey, account, endpoint string) {
	if k.Endpoints == nil {
		k.Endpoints = map[string][]string{}
	}
	if !slices.Contains(k.Endpoints[account], endpoint) {
		k.Endpoints[account] = append(k.Endpoints[account], endpoint)
	}
}
