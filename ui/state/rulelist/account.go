package rulelist

import (
	"maps"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// hasKey reports whether the SSE-C key of a rule is at hand.
func (l *List) hasKey(r rules.Rule) bool {
	set, _ := l.world.RuleSet()
	_, kept := set.Keys[r.CustomerKeyMD5]
	return kept || l.draft.HasKey(r.CustomerKeyMD5)
}

// keyAsked reports whether the SSE-C key of a rule was asked for: those of
// other accounts are not, and without an open account none is.
func (l *List) keyAsked(r rules.Rule) bool {
	set, err := l.world.RuleSet()
	_, open := l.world.Account()
	return open && err == nil && set.Account.Name != "" && (r.Account.IsZero() || r.Account.Is(set.Account))
}

// set is the rules of a list as the open account sees them.
func (l *List) set(all []rules.Rule) rules.Set {
	known, _ := l.world.RuleSet()
	s := rules.Set{Rules: all, Keys: map[string]client.CustomerKey{}, Kept: known.Kept}
	s.Account, _ = l.world.Account()
	maps.Copy(s.Keys, known.Keys)
	maps.Copy(s.Keys, l.draft.Keys())
	return s
}
