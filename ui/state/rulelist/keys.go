package rulelist

import (
	"crypto/rand"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// SetKeyType chooses how the KMS key is given. The list is asked for when it
// is wanted for the first time; where there is none the editor goes back to
// typing and says why.
func (e *Editor) SetKeyType(t KMSKeyType) {
	if t == e.keyType {
		return
	}
	e.keyType = t
	delete(e.touched, rules.FieldKMSKey)
	if t == KeyListed && !e.asked {
		e.askKeys()
	}
	e.touched[""] = true
	e.changed()
}

func (e *Editor) askKeys() {
	ask := e.list.world.KMSKeys()
	if ask == nil {
		e.noKeys(i18n.T("Open an account to choose from its keys; until then type the key id."))
		return
	}
	if e.asking {
		return
	}
	e.asking, e.denied = true, ""
	loop.Fetch(e.ctx, e.list.world.Loop, ask, func(keys []client.Key, err error) {
		e.asking = false
		switch {
		case err != nil:
			e.noKeys(whyNoKeys(err))
		case len(keys) == 0:
			e.noKeys(i18n.T("This account has no key it could encrypt with: type the key id you were given."))
		default:
			e.keys, e.asked = keys, true
			e.preselect()
		}
		e.changed()
	})
}

// whyNoKeys says in words why the keys cannot be listed, and what to do.
func whyNoKeys(err error) string {
	switch client.KindOf(err) {
	case client.KindDenied, client.KindKeyDenied:
		return i18n.T("This account may not list keys (kms:ListKeys): type the key id you were given.")
	case client.KindUnsupported:
		return i18n.T("This service has no list of keys: type the key id you were given.")
	}
	return i18n.T("The keys could not be listed (%s): type the key id you were given.", explain.Error(err).Title)
}

// noKeys goes back to typing.
func (e *Editor) noKeys(why string) { e.keyType, e.denied = KeyTyped, why }

// preselect keeps the key the rule has when it is in the list.
func (e *Editor) preselect() {
	for _, k := range e.keys {
		if same, known := client.SameKey(keyToSend(k), client.KeyID(e.typed)); same && known {
			e.listed = keyToSend(k)
		}
		for _, alias := range k.Aliases {
			if alias == e.typed {
				e.listed = keyToSend(k)
			}
		}
	}
}

// keyToSend is how a listed key is named in a rule: by its ARN, which is right
// across accounts too.
func keyToSend(k client.Key) client.KeyID {
	if k.ARN != "" {
		return k.ARN
	}
	return client.KeyID(k.ID)
}

// AskingKeys reports whether the list of keys is under way.
func (e *Editor) AskingKeys() bool { return e.asking }

// Keys are the keys to choose from: "alias/reports (1111-2222)".
func (e *Editor) Keys() []string {
	labels := make([]string, len(e.keys))
	for i, k := range e.keys {
		name := k.ID
		if name == "" {
			name = string(k.ARN)
		}
		labels[i] = name
		if len(k.Aliases) > 0 {
			labels[i] = k.Aliases[0] + " (" + name + ")"
		}
		if k.AWSManaged {
			labels[i] = i18n.T("%s, AWS managed", labels[i])
		}
	}
	return labels
}

// ListedKey is the index of the key chosen among Keys, -1 for none.
func (e *Editor) ListedKey() int {
	for i, k := range e.keys {
		if e.listed != "" && keyToSend(k) == e.listed {
			return i
		}
	}
	return -1
}

// ChooseKey chooses among Keys.
func (e *Editor) ChooseKey(i int) {
	if i >= 0 && i < len(e.keys) {
		edit(e, rules.FieldKMSKey, &e.listed, keyToSend(e.keys[i]))
	}
}

// Generate makes a random SSE-C key and puts it into its field, where the user
// can see and copy it: it is the one time it is shown.
func (e *Editor) Generate() {
	raw := make([]byte, client.CustomerKeyBytes)
	_, _ = rand.Read(raw) // never fails, see crypto/rand
	key, err := client.NewCustomerKey(raw)
	if err != nil {
		panic(err) // it has the right length
	}
	e.customerKey, e.generated = key.Secret().Reveal(), true
	e.touched[FieldCustomerKey] = true
	e.changed()
}

// A PreviewBucket is a bucket the rule matches now.
type PreviewBucket struct {
	Name    string
	TakenBy int // number of the earlier rule that takes all of it, 0 for none
}

// Text is the bucket as it is shown.
func (p PreviewBucket) Text() string {
	if p.TakenBy > 0 {
		return i18n.T("%s (rule %d)", p.Name, p.TakenBy)
	}
	return p.Name
}

// Preview says which of the open account's buckets the rule matches now.
func (e *Editor) Preview() (headline string, role explain.Role, buckets []PreviewBucket) {
	l := e.list
	all, at := e.withRule()
	s := l.set(all)
	names, known := l.world.Buckets()
	_, open := l.world.Account()
	switch {
	case !open:
		return i18n.T("Matches now: open an account to see which of its buckets."), explain.RoleMuted, nil
	case !e.rule.Account.IsZero() && !e.rule.Account.Is(s.Account):
		return i18n.T("Matches now: nothing of the open account, the rule is for %s.", e.rule.Account.Name), explain.RoleMuted, nil
	case !known:
		return i18n.T("Matches now: not known, the buckets of %s are not listed.", s.Account.Name), explain.RoleMuted, nil
	}
	taken := 0
	for _, m := range s.MatchesNow(at, names) {
		buckets = append(buckets, PreviewBucket{m.Bucket, m.TakenBy})
		if m.TakenBy > 0 {
			taken++
		}
	}
	switch {
	case len(buckets) == 0:
		return i18n.T("Matches now: no bucket of %s. It will apply once there is one.", s.Account.Name), explain.RoleWarn, nil
	case taken == len(buckets):
		return i18n.T("Matches now: nothing, earlier rules take it all."), explain.RoleWarn, buckets
	}
	return i18n.N(len(names), "Matches now: %s of the %s bucket of %s", "Matches now: %s of the %s buckets of %s",
		explain.Count(len(buckets)-taken), explain.Count(len(names)), s.Account.Name), explain.RoleNormal, buckets
}

// withRule is the list as it would be with the rule as entered, and where that
// stands.
func (e *Editor) withRule() (all []rules.Rule, at int) {
	r, _ := e.Rule()
	if d := e.list.draft; !e.isNew {
		if at, err := d.Edit(e.place, e.before, r, client.CustomerKey{}); err == nil {
			return d.Rules, at
		}
	}
	all = append(slices.Clone(e.list.draft.Rules), r)
	return all, len(all) - 1
}
