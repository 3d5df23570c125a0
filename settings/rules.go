package settings

import (
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
// Accounts are referred to as they are now: by their ids and the names of today.
// Where the accounts are damaged, as the rules say it.
//
// A rule that fails its Check is given as it is; rules.Set.Decide refuses
// what it matches.
func (s *Store) Rules() ([]rules.Rule, error) {
	all, err := ruleList.load(s)
	if err == nil && len(all) > 0 {
		s.sawRules.Store(true)
		return s.refer(all)
	}
	return all, err
}

// UpdateRules replaces the rules by what change makes of those on disk. Where SSE-C
// keys belong is remembered first (KeptKeys). begin lets a list whose file is gone
// (a GoneError) begin with none, for a user who was told. change may run while other
// processes wait: it must not ask the user, nor call the Store. It stores what it
// is given: package rulebook says what may be stored. Only an account that is known
// by its name alone is referred to by its id from now on, if it is there.
func (s *Store) UpdateRules(begin bool, change func([]rules.Rule) ([]rules.Rule, error)) error {
	saved := false
	err := ruleList.update(s, begin, func(now []rules.Rule) ([]rules.Rule, error) {
		now, err := s.refer(now)
		if err != nil {
			return nil, err
		}
		next, err := change(now)
		if err == nil {
			next, err = s.refer(next)
		}
		if err != nil {
			return nil, err
		}
		saved = len(now)+len(next) > 0
		return append(ruleList.empty(), next...), s.noteRules(slices.Concat(now, next))
	})
	if err == nil && saved {
		s.sawRules.Store(true)
		s.markRules()
	}
	return err
}

// refer is rules with their accounts as they are meant now.
func (s *Store) refer(all []rules.Rule) ([]rules.Rule, error) {
	meant, err := s.meant()
	if err != nil {
		return nil, err
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].Account = meant(all[i].Account)
	}
	return all, nil
}
