package rulebook

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// An entry is an SSE-C key that was entered, and the rules it was entered for.
type entry struct {
	key   client.CustomerKey
	rules []rules.Rule
}

// entered are the keys that rules of a list name.
func (d *Draft) entered(all []rules.Rule) (found []entry) {
	for _, r := range all {
		key, ok := d.keys[r.CustomerKeyMD5]
		if !ok || r.Type != client.TypeSSEC {
			continue
		}
		i := slices.IndexFunc(found, func(e entry) bool { return e.key.MD5() == r.CustomerKeyMD5 })
		if i < 0 {
			found, i = append(found, entry{key: key}), len(found)
		}
		found[i].rules = append(found[i].rules, r)
	}
	return found
}

// keep remembers and keeps keys, in this order, so that none is kept that nobody
// knows of.
func (b Book) keep(ctx context.Context, all []entry) error {
	for _, e := range all {
		for _, r := range e.rules {
			if err := b.KeyIndex.NoteKey(e.key.MD5(), r); err != nil {
				return err
			}
		}
		if err := b.Keys.SetCustomerKey(ctx, e.key); err != nil {
			return client.Say("keep the SSE-C key: %v", err).Err()
		}
	}
	return nil
}

// A Key is an SSE-C key that is kept, or that a rule names.
type Key struct {
	MD5    string
	Places []rules.KeyPlace // where rules name it for, or named it
	Rules  []int            // numbers of the rules that name it, from 1

	ruleIDs []string // by which an older version kept it
}

// KnownKeys are the keys that are remembered, oldest first, and after them those of
// rules from before keys were.
func (b Book) KnownKeys() ([]Key, error) {
	kept, err := b.KeyIndex.KeptKeys()
	if err != nil {
		return nil, err
	}
	all, err := b.Rules()
	if err != nil {
		return nil, err
	}
	keys := make([]Key, 0, len(kept))
	for _, k := range kept {
		keys = append(keys, Key{MD5: k.MD5, Places: k.Places, ruleIDs: k.RuleIDs})
	}
	for i, r := range all {
		if r.Type != client.TypeSSEC || r.CustomerKeyMD5 == "" {
			continue
		}
		at := slices.IndexFunc(keys, func(k Key) bool { return k.MD5 == r.CustomerKeyMD5 })
		if at < 0 {
			keys, at = append(keys, Key{MD5: r.CustomerKeyMD5, Places: []rules.KeyPlace{rules.PlaceOf(r)}}), len(keys)
		}
		keys[at].Rules = append(keys[at].Rules, i+1)
	}
	return keys, nil
}

// A KeyInUseError says that rules name the key that was to be forgotten.
type KeyInUseError struct{ Rules []int }

func (e *KeyInUseError) Error() string { return e.Text().String() }

// Text is what it says, for another language.
func (e *KeyInUseError) Text() client.Text { return client.Say("rules name this key: %v", e.Rules) }

// ForgetKey removes an SSE-C key, for a user who asked for it: objects written with
// it can be read by nobody any more who has no other copy. A KeyInUseError says
// that a rule names it. The key goes first: one that is remembered and gone can be
// removed again, one that is kept and forgotten could not.
func (b Book) ForgetKey(ctx context.Context, md5 string) error {
	known, err := b.KnownKeys()
	if err != nil {
		return err
	}
	var key Key
	if i := slices.IndexFunc(known, func(k Key) bool { return k.MD5 == md5 }); i >= 0 {
		key = known[i]
	}
	if len(key.Rules) > 0 {
		return &KeyInUseError{key.Rules}
	}
	if err := b.Keys.DeleteCustomerKey(ctx, md5, key.ruleIDs...); err != nil {
		return err
	}
	return b.KeyIndex.ForgetKey(md5)
}
