package settings

import (
	"maps"
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
	first: firstKeys,
}

// KeptKeys lists the SSE-C keys that were ever given here and not removed,
// oldest first, for accounts as they are now.
func (s *Store) KeptKeys() ([]rules.KeptKey, error) {
	all, err := keptKeys.load(s)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return s.referKeys(all)
}

// NoteKey remembers an SSE-C key that the user gives for a rule, and where the
// rule's account is: before the key is kept, so that none is forgotten.
func (s *Store) NoteKey(md5 string, r rules.Rule) error {
	all, err := s.accountsFor([]rules.Rule{r})
	if err != nil {
		return err
	}
	return s.updateKeys(func(kept []rules.KeptKey) []rules.KeptKey {
		kept, i := noted(kept, md5)
		r.Account = r.Account.Among(all)
		addPlace(&kept[i], r)
		if a, ok := find(all, r.Account); ok {
			addEndpoint(&kept[i], a)
		}
		return kept
	})
}

// ForgetKey drops what is remembered of a key.
func (s *Store) ForgetKey(md5 string) error {
	return s.updateKeys(func(all []rules.KeptKey) []rules.KeptKey {
		return slices.DeleteFunc(all, func(k rules.KeptKey) bool { return k.MD5 == md5 })
	})
}

// FollowAccount lets keys follow an account to the endpoint its user gives it. A
// new account gets only keys that were given for its name while no account of
// that name was known.
func (s *Store) FollowAccount(a client.Account, isNew bool) error {
	return s.updateKeys(func(all []rules.KeptKey) []rules.KeptKey {
		for i := range all {
			k := &all[i]
			meant := func(r client.AccountRef) bool { return r.ID == a.ID || isNew && r.Name == a.Name }
			named := slices.ContainsFunc(k.Places, func(p rules.KeyPlace) bool { return meant(p.Account) })
			known := slices.ContainsFunc(k.Endpoints, func(e rules.KeyEndpoint) bool { return meant(e.Account) })
			if named && !(isNew && known) {
				addEndpoint(k, a)
			}
		}
		return all
	})
}

// noteRules remembers the keys of SSE-C rules and where the rules say they
// belong, before the rules are changed: a key that no rule names any more is
// found by that.
func (s *Store) noteRules(all []rules.Rule) error {
	all = slices.DeleteFunc(all, func(r rules.Rule) bool { return r.Type != client.TypeSSEC || r.CustomerKeyMD5 == "" })
	if len(all) == 0 {
		return nil
	}
	accounts, err := s.accountsFor(all)
	if err != nil {
		return err
	}
	return s.updateKeys(func(kept []rules.KeptKey) []rules.KeptKey {
		for _, r := range all {
			var i int
			kept, i = noted(kept, r.CustomerKeyMD5)
			addPlace(&kept[i], r)
			// An account is known by where it was first: elsewhere it does not get the
			// key by a change of the rule.
			if a, ok := find(accounts, r.Account); ok && len(kept[i].EndpointsOf(r.Account)) == 0 {
				addEndpoint(&kept[i], a)
			}
		}
		return kept
	})
}

func (s *Store) updateKeys(change func([]rules.KeptKey) []rules.KeptKey) error {
	err := keptKeys.update(s, false, func(all []rules.KeptKey) ([]rules.KeptKey, error) {
		all, err := s.referKeys(all)
		if err != nil {
			return nil, err
		}
		return change(all), nil
	})
	if err != nil {
		return client.Say("remember the SSE-C keys: %v", err).Err()
	}
	return nil
}

// referKeys is what is remembered of keys with its accounts as they are meant
// now. What was said of an account that was removed and of the one that has its
// name now is said once.
func (s *Store) referKeys(all []rules.KeptKey) ([]rules.KeptKey, error) {
	meant, err := s.meant()
	if err != nil {
		return nil, err
	}
	for k := range all {
		key := &all[k]
		for i := range key.Places {
			key.Places[i].Account = meant(key.Places[i].Account)
		}
		for i := range key.Endpoints {
			key.Endpoints[i].Account = meant(key.Endpoints[i].Account)
		}
		key.Places, key.Endpoints = once(key.Places), once(key.Endpoints)
	}
	return all, nil
}

// once is a list without what is in it already.
func once[T comparable](all []T) (kept []T) {
	for _, one := range all {
		if !slices.Contains(kept, one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// accountsFor are the saved accounts, for rules that name any; none for others,
// so that damaged accounts do not keep those from being saved.
func (s *Store) accountsFor(all []rules.Rule) ([]client.Account, error) {
	if !slices.ContainsFunc(all, func(r rules.Rule) bool { return !r.Account.IsZero() }) {
		return nil, nil
	}
	return s.Accounts()
}

func find(all []client.Account, r client.AccountRef) (client.Account, bool) {
	i := slices.IndexFunc(all, r.Is)
	if i < 0 {
		return client.Account{}, false
	}
	return all[i], true
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

func addEndpoint(k *rules.KeptKey, a client.Account) {
	if !slices.Contains(k.EndpointsOf(a.Ref()), a.Endpoint) {
		k.Endpoints = append(k.Endpoints, rules.KeyEndpoint{Account: a.Ref(), Endpoint: a.Endpoint})
	}
}

// firstKeys reads a file that calls accounts by their names.
func firstKeys(whole []byte) ([]rules.KeptKey, error) {
	var read []struct {
		MD5    string `json:"md5"`
		Places []struct {
			Account string `json:"account"`
			Bucket  string `json:"bucket"`
			Key     string `json:"key"`
		} `json:"places"`
		Endpoints map[string][]string `json:"endpoints"` // by the account's name
		RuleIDs   []string            `json:"ruleIds"`
	}
	if err := strictBody(whole, "keys", &read); err != nil {
		return nil, err
	}
	all := make([]rules.KeptKey, len(read))
	for i, k := range read {
		all[i] = rules.KeptKey{MD5: k.MD5, RuleIDs: k.RuleIDs}
		for _, p := range k.Places {
			all[i].Places = append(all[i].Places, rules.KeyPlace{Account: client.RefOfVersion1(p.Account), Bucket: p.Bucket, Key: p.Key})
		}
		for _, name := range slices.Sorted(maps.Keys(k.Endpoints)) {
			for _, e := range k.Endpoints[name] {
				all[i].Endpoints = append(all[i].Endpoints, rules.KeyEndpoint{Account: client.RefOfVersion1(name), Endpoint: e})
			}
		}
	}
	return all, nil
}
