package settings

import (
	"crypto/rand"
	"fmt"

	"github.com/bucketseal/bucketseal/client/rules"
)

var ruleList = document[[]rules.Rule]{
	file: RulesFile, field: "rules", read: rules.Read,
	empty: func() []rules.Rule { return []rules.Rule{} },
}

// Rules lists the rules in their order. None is no error. On an error the
// caller must upload nothing: what the rules say is not known.
//
// A rule that fails its Check is given as it stands; rules.Set.Decide refuses
// what it matches.
func (s *Store) Rules() ([]rules.Rule, error) { return ruleList.load(s) }

// UpdateRules replaces the rules by what change makes of those on disk. It
// refuses a rule that does not pass its Check, by its number. A rule without
// ID gets one, and of two with one ID the later gets a new one, so that each
// SSE-C rule has its own key. change may run while other processes wait: it
// must not ask the user, nor call the Store.
func (s *Store) UpdateRules(change func([]rules.Rule) ([]rules.Rule, error)) error {
	return ruleList.update(s, func(now []rules.Rule) ([]rules.Rule, error) {
		next, err := change(now)
		if err != nil {
			return nil, err
		}
		kept := make([]rules.Rule, len(next))
		seen := map[string]bool{}
		for i, r := range next {
			if err := r.Check(); err != nil {
				return nil, fmt.Errorf("rule %d: %w", i+1, err)
			}
			if r.ID == "" || seen[r.ID] {
				r.ID = rand.Text()
			}
			seen[r.ID] = true
			kept[i] = r
		}
		return kept, nil
	})
}
