// Package rules decides how a file is encrypted, and says why.
//
// It is pure: no files, no network, no clock. A [Set] is the user's ordered
// list of rules seen from one account; [Set.Decide] takes any file and any
// place and always answers, either with what to send or with a refusal that
// says what to do. The first enabled rule whose account, bucket and file masks
// fit wins; when none fits, nothing is sent and the bucket's default applies.
//
// It fails closed: a rule that fits and cannot be carried out refuses the file
// rather than letting a later rule, or the bucket's default, take it.
package rules

import (
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A Set is the rules as they apply to one account.
type Set struct {
	Rules   []Rule
	Account client.Account
	// Keys holds the SSE-C keys that rules for this account name, by their MD5,
	// as far as the keyring gave them.
	Keys map[string]client.CustomerKey
	Kept []KeptKey // what is remembered of SSE-C keys, oldest first
}

// A File is what is known of an upload when it is decided.
type File struct {
	Size int64 // bytes
	// Override is what the user asked for this one upload, over every rule; the zero
	// value lets the rules decide.
	Override client.Treatment
}

// A Decision is what to do with one file, and because of what.
type Decision struct {
	// Treatment says how, by which rule and because of what: "rule 2, reports* ->
	// SSE-KMS, key ab12". It asks for nothing decided where Refuse is set.
	Treatment client.Treatment
	Refuse    client.Text // not zero: the file must not be sent, and why
	// LooksAlike says that the rule's mask and the name look the same and are
	// written with other characters.
	LooksAlike bool
}

// Decide says how a file bound for a place is encrypted.
func (s Set) Decide(f File, to client.Location) Decision {
	if err := to.CheckKey(); err != nil {
		return Decision{Refuse: client.TextOf(err)}
	}
	if f.Override.Type != client.TypeUndecided {
		t := f.Override
		t.Because = client.Say("chosen for this upload: %v", t.Describe())
		return s.finish(Decision{Treatment: t}, nil)
	}
	for i, r := range s.Rules {
		fit := s.takes(r, to)
		if fit == misses {
			continue
		}
		t, err := r.treatment(s.Keys[r.CustomerKeyMD5])
		t.RuleID, t.Rule, t.Because = r.ID, i+1, client.Say("rule %d, %s -> %v", i+1, r.masks(), r.Describe())
		if wrong := s.elsewhere(r); r.Type == client.TypeSSEC && wrong != nil {
			err = wrong
		}
		if err != nil {
			err = client.Say("rule %d matches and cannot be used: %v", i+1, err).Err()
		}
		return s.finish(Decision{Treatment: t, LooksAlike: fit == looksAlike}, err)
	}
	return s.finish(Decision{Treatment: client.Treatment{Type: client.TypeInherit, Because: client.Say("no rule matches: bucket default")}}, nil)
}

// finish refuses what must not be sent.
func (s Set) finish(d Decision, err error) Decision {
	t := d.Treatment
	if err == nil {
		err = t.Check()
	}
	if err == nil && t.NeedsTLS() && !s.Account.Secure() {
		err = client.Say("%s over plain http is refused: %v would travel unprotected; use an https endpoint", string(t.Type), exposed(t)).Err()
	}
	if err != nil {
		return Decision{Refuse: client.TextOf(err), LooksAlike: d.LooksAlike, Treatment: client.Treatment{RuleID: t.RuleID, Rule: t.Rule, Because: t.Because}}
	}
	return d
}

func exposed(t client.Treatment) client.Text {
	if t.Type == client.TypeSSEC {
		return client.Say("the key itself")
	}
	return client.Say("the file")
}

// takes is how well the masks of a rule that is in force here fit.
func (s Set) takes(r Rule, at client.Location) fit {
	if r.Disabled || !s.concerns(r) {
		return misses
	}
	return r.fits(at)
}

// concerns reports whether the rule is for this account.
func (s Set) concerns(r Rule) bool { return r.Account.IsZero() || r.Account.Is(s.Account) }

// masks writes the rule's masks as people read them.
func (r Rule) masks() string {
	b, k := r.Bucket, r.Key
	if b == "" {
		b = "*"
	}
	if k == "" {
		return b
	}
	return b + "/" + k
}

// ShadowedBy gives, for each rule, the number (from 1) of an earlier enabled
// rule that already takes everything it could take; 0 where there is none. A
// disabled rule is not shadowed: it is off.
func ShadowedBy(all []Rule) []int {
	by := make([]int, len(all))
	for j, r := range all {
		if r.Disabled {
			continue
		}
		for i, earlier := range all[:j] {
			if !earlier.Disabled && (earlier.Account.IsZero() || earlier.Account.Same(r.Account)) &&
				earlier.covers(r) {
				by[j] = i + 1
				break
			}
		}
	}
	return by
}

// ErrGone says that rules were saved and are no longer there. It must not mean
// that there are none.
var ErrGone = client.Say("the rules are gone").Err()

// UnknownAccounts says of each rule whether it is for an account that is not
// among those there are, and so applies to nothing.
func UnknownAccounts(all []Rule, accounts []client.Account) []bool {
	unknown := make([]bool, len(all))
	for i, r := range all {
		unknown[i] = !r.Account.IsZero() && !slices.ContainsFunc(accounts, r.Account.Is)
	}
	return unknown
}

// A BucketMatch says what one rule does in one bucket.
type BucketMatch struct {
	Bucket  string
	TakenBy int // number of the earlier rule that takes all of it there, 0 for none
}

// MatchesNow lists the buckets in which the rule at index i would take files,
// in the order given, whether or not the rule is enabled. A rule for another
// account matches nothing.
func (s Set) MatchesNow(i int, buckets []string) []BucketMatch {
	r := s.Rules[i]
	var out []BucketMatch
	if !s.concerns(r) {
		return nil
	}
	for _, b := range buckets {
		if !r.TakesBucket(b) {
			continue
		}
		m := BucketMatch{Bucket: b}
		for j, earlier := range s.Rules[:i] {
			here := Rule{Type: r.Type, Bucket: b, Key: r.Key}
			if !earlier.Disabled && s.concerns(earlier) && earlier.TakesBucket(b) && (Rule{Type: earlier.Type, Bucket: b, Key: earlier.Key}).covers(here) {
				m.TakenBy = j + 1
				break
			}
		}
		out = append(out, m)
	}
	return out
}
