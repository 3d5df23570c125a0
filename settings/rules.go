package settings

import (
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/bucketseal/bucketseal/client/rules"
)

var ruleList = document[[]rules.Rule]{
	file: RulesFile, field: "rules", read: rules.Read,
	empty: func() []rules.Rule { return []rules.Rule{} },
}

// Rules lists the rules in their order. None is no error, unless there were
// some: see GoneError. On an error the caller must upload nothing: what the
// rules say is not known.
//
// A rule that fails its Check is given as it stands; rules.Set.Decide refuses
// what it matches.
func (s *Store) Rules() ([]rules.Rule, error) {
	all, err := ruleList.load(s)
	if err == nil && len(all) > 0 {
		s.sawRules.Store(true)
	}
	return all, err
}

// UpdateRules replaces the rules by what change makes of those on disk. It
// refuses a rule that does not pass its Check, by its number. A rule without
// ID gets one, and of two with one ID the later gets a new one. Where SSE-C
// keys belong is remembered first (KeptKeys). change may run
// while other processes wait: it must not ask the user, nor call the Store.
func (s *Store) UpdateRules(change func([]rules.Rule) ([]rules.Rule, error)) error {
	return s.updateRules(false, change)
}

// RenewRules is UpdateRules for a user who was told that the rules are gone (a
// GoneError) and saves a list all the same: it begins with none.
func (s *Store) RenewRules(change func([]rules.Rule) ([]rules.Rule, error)) error {
	return s.updateRules(true, change)
}

func (s *Store) updateRules(anew bool, change func([]rules.Rule) ([]rules.Rule, error)) error {
	saved := false
	err := ruleList.update(s, anew, func(now []rules.Rule) ([]rules.Rule, error) {
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
		saved = len(now)+len(kept) > 0
		return kept, s.noteRules(slices.Concat(now, kept))
	})
	if err == nil && saved {
		s.sawRules.Store(true)
		s.markRules()
	}
	return err
}
