package settings

import (
	"fmt"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

var accounts = document[[]client.Account]{
	file: AccountsFile, field: "accounts",
	empty: func() []client.Account { return []client.Account{} },
	check: namedOnce,
}

// namedOnce refuses two accounts of one name, as a careless edit leaves them:
// the secret, the keys and the rules of that name belong to one of them.
func namedOnce(all []client.Account) error {
	seen := map[string]bool{}
	for _, a := range all {
		if seen[a.Name] {
			return fmt.Errorf("two accounts are called %q: rename one of them", a.Name)
		}
		seen[a.Name] = true
	}
	return nil
}

// Accounts lists the accounts in the user's order. None is no error.
func (s *Store) Accounts() ([]client.Account, error) { return accounts.load(s) }

// UpdateAccounts replaces the accounts by what change makes of those on disk.
// It refuses an account that does not pass its Check, unless it stands there
// already (an older version may have taken it), and two of one name. A Demo
// account is not written. change may run while other processes wait: it
// must not ask the user, nor call the Store.
func (s *Store) UpdateAccounts(change func([]client.Account) ([]client.Account, error)) error {
	return accounts.update(s, false, func(now []client.Account) ([]client.Account, error) {
		next, err := change(slices.Clone(now))
		if err != nil {
			return nil, err
		}
		kept := make([]client.Account, 0, len(next))
		seen := map[string]bool{}
		for _, a := range next {
			if a.Demo {
				continue
			}
			if err := a.Check(); err != nil && !slices.Contains(now, a) {
				return nil, fmt.Errorf("account %q: %w", a.Name, err)
			}
			if seen[a.Name] {
				return nil, fmt.Errorf("name: there already is an account %q: choose another name", a.Name)
			}
			seen[a.Name] = true
			kept = append(kept, a)
		}
		return kept, nil
	})
}
