package rulebook

import (
	"crypto/rand"
	"maps"
	"reflect"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// A Draft is a list of rules while it is changed, with the SSE-C keys that were
// entered for it. Nothing is stored by it. Places are counted from 0, and those
// given must be in the list. It is for one goroutine; the slices it gave out are
// never written to.
type Draft struct {
	Rules []rules.Rule
	keys  map[string]client.CustomerKey // entered, by MD5
}

// NewDraft is a list as it is stored.
func NewDraft(stored []rules.Rule) Draft { return Draft{Rules: slices.Clone(stored)} }

// Insert puts a rule before the one at a place; at the length of the list, at its
// end. key is the SSE-C key entered for it, zero for none.
func (d *Draft) Insert(at int, r rules.Rule, key client.CustomerKey) {
	d.Rules = withIDs(slices.Insert(slices.Clone(d.Rules), at, d.named(r, key)))
}

// ErrRuleChanged says that the rule to be edited is not in the list any more.
var ErrRuleChanged = client.Say("the rule was changed or removed meanwhile: nothing was changed").Err()

// Edit puts a rule in the place of what it was before, and returns its place. The
// rule is looked for at a place and then anywhere, since the list may have been
// changed; ErrRuleChanged says that it is no longer there.
func (d *Draft) Edit(place int, before, after rules.Rule, key client.CustomerKey) (int, error) {
	// By all it says: a list written by hand may have no IDs.
	if place >= len(d.Rules) || !same(d.Rules[place], before) {
		place = slices.IndexFunc(d.Rules, func(r rules.Rule) bool { return same(r, before) })
	}
	if place < 0 {
		return 0, ErrRuleChanged
	}
	d.Rules = slices.Clone(d.Rules)
	d.Rules[place] = d.named(after, key)
	return place, nil
}

// named lets a rule name the key entered for it.
func (d *Draft) named(r rules.Rule, key client.CustomerKey) rules.Rule {
	if key.IsZero() {
		return r
	}
	r.CustomerKeyMD5 = key.MD5()
	d.keys = maps.Clone(d.keys)
	if d.keys == nil {
		d.keys = map[string]client.CustomerKey{}
	}
	d.keys[key.MD5()] = key
	return r
}

// Duplicate puts a copy of a rule below it.
func (d *Draft) Duplicate(at int) {
	r := d.Rules[at]
	r.ID, r.Context = "", maps.Clone(r.Context)
	d.Insert(at+1, r, client.CustomerKey{})
}

// Move moves the rules at some places by a number of places: up below 0, down above.
// Whatever would go over an end of the list stays there.
func (d *Draft) Move(places []int, by int) (moved []int) {
	all, places := slices.Clone(d.Rules), slices.Sorted(slices.Values(places))
	step := 1
	if by < 0 {
		step = -1
	} else {
		slices.Reverse(places)
	}
	for ; by != 0; by -= step {
		for i, p := range places {
			to := p + step
			if to < 0 || to >= len(all) || slices.Contains(places, to) {
				continue
			}
			all[p], all[to] = all[to], all[p]
			places[i] = to
		}
	}
	d.Rules = all
	slices.Sort(places)
	return places
}

// Switch switches the rules at some places on or off.
func (d *Draft) Switch(places []int, on bool) {
	d.Rules = slices.Clone(d.Rules)
	for _, p := range places {
		d.Rules[p].Disabled = !on
	}
}

// Remove takes the rules at some places off the list. Their keys stay where they
// are kept, for objects written with them.
func (d *Draft) Remove(places []int) {
	var kept []rules.Rule
	for i, r := range d.Rules {
		if !slices.Contains(places, i) {
			kept = append(kept, r)
		}
	}
	d.Rules = kept
}

// Import puts rules from elsewhere below those there are. One whose ID is taken is
// a rule of its own.
func (d *Draft) Import(all []rules.Rule) { d.Rules = withIDs(slices.Concat(d.Rules, all)) }

// Replace puts rules from elsewhere in the place of those there are.
func (d *Draft) Replace(all []rules.Rule) { d.Rules = withIDs(all) }

// HasKey reports whether the SSE-C key with an MD5 was entered.
func (d *Draft) HasKey(md5 string) bool { return !d.keys[md5].IsZero() }

// Keys are the SSE-C keys entered, by MD5.
func (d *Draft) Keys() map[string]client.CustomerKey { return maps.Clone(d.keys) }

// Differs reports whether there is something to store in place of a list: other
// rules, or a key for one of them.
func (d *Draft) Differs(from []rules.Rule) bool {
	return !Same(d.Rules, from) || len(d.entered(d.Rules)) > 0
}

// withIDs gives an ID to every rule that has none, or that of an earlier one.
func withIDs(all []rules.Rule) []rules.Rule {
	all, seen := slices.Clone(all), map[string]bool{}
	for i := range all {
		if all[i].ID == "" || seen[all[i].ID] {
			all[i].ID = rand.Text()
		}
		seen[all[i].ID] = true
	}
	return all
}

// Same reports whether two lists say the same in the same order.
func Same(a, b []rules.Rule) bool { return slices.EqualFunc(a, b, same) }

func same(a, b rules.Rule) bool {
	if len(a.Context) == 0 && len(b.Context) == 0 {
		a.Context, b.Context = nil, nil
	}
	if a.Account.Same(b.Account) {
		a.Account = b.Account // renamed, it is the same account
	}
	return reflect.DeepEqual(a, b)
}
