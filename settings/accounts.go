package settings

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

var accounts = document[[]client.Account]{
	file: AccountsFile, field: "accounts",
	empty: func() []client.Account { return []client.Account{} },
	check: toldApart,
}

// toldApart gives those their ids that have none yet, and refuses two accounts
// of one name or one id, as a careless edit leaves them: the secret, the keys and
// the rules of that account belong to one of them.
func toldApart(all []client.Account) ([]client.Account, error) {
	names, ids := map[string]bool{}, map[string]string{}
	for i := range all {
		a := &all[i]
		if a.ID == "" {
			a.ID = client.IDOfVersion1(a.Name)
		}
		if names[a.Name] && !a.Forgotten {
			return nil, client.Say("two accounts are called %q: rename one of them", a.Name).Err()
		}
		if other, taken := ids[a.ID]; taken {
			return nil, client.Say("the accounts %q and %q have one id: write another into one of them", other, a.Name).Err()
		}
		ids[a.ID] = a.Name
		names[a.Name] = names[a.Name] || !a.Forgotten
	}
	return all, nil
}

// Accounts lists the accounts in the user's order. None is no error.
func (s *Store) Accounts() ([]client.Account, error) { return s.accounts(false) }

// ForgottenAccounts lists those that are no more and whose secrets may be left.
func (s *Store) ForgottenAccounts() ([]client.Account, error) { return s.accounts(true) }

func (s *Store) accounts(forgotten bool) ([]client.Account, error) {
	all, err := accounts.load(s)
	return slices.DeleteFunc(all, func(a client.Account) bool { return a.Forgotten != forgotten }), err
}

// UpdateAccounts replaces the accounts, the forgotten ones among them, by what
// change makes of those on disk.
// It refuses an account that does not pass its Check, unless it is there
// already (an older version may have taken it), and two of one name or one id.
// An account without an id gets one. A Demo account is not written. change may
// run while other processes wait: it must not ask the user, nor call the Store.
func (s *Store) UpdateAccounts(change func([]client.Account) ([]client.Account, error)) error {
	return accounts.update(s, false, func(now []client.Account) ([]client.Account, error) {
		next, err := change(slices.Clone(now))
		if err != nil {
			return nil, err
		}
		kept := make([]client.Account, 0, len(next))
		names, ids := map[string]bool{}, map[string]bool{}
		for _, a := range next {
			if a.Demo {
				continue
			}
			if err := a.Check(); err != nil && !slices.Contains(now, a) {
				return nil, client.Say("account %q: %v", a.Name, err).Err()
			}
			if a.ID == "" {
				a.ID = rand.Text()
			}
			if names[a.Name] && !a.Forgotten || ids[a.ID] {
				return nil, client.Say("name: there already is an account %q: choose another name", a.Name).Err()
			}
			ids[a.ID] = true
			names[a.Name] = names[a.Name] || !a.Forgotten
			kept = append(kept, a)
		}
		return kept, nil
	})
}

// meant gives references to accounts as they are meant now. Where the accounts are
// damaged, they stay as they are: whoever opens an account learns why. Where the
// disk did not give them, it is an error: an account that is opened a moment later
// would miss the rules that are its by name.
func (s *Store) meant() (func(client.AccountRef) client.AccountRef, error) {
	all, err := s.Accounts()
	var disk *fs.PathError
	switch {
	case errors.As(err, &disk):
		return nil, err
	case err == nil:
		all = append(all, client.DemoAccount())
	}
	return func(r client.AccountRef) client.AccountRef { return r.Among(all) }, nil
}

// PinAccounts writes the references to accounts that rules and keys hold as they
// are meant now: by the ids, with the names of today. It comes before an account
// is added, renamed or removed, after which a name alone could mean another one.
func (s *Store) PinAccounts() error {
	err := s.UpdateRules(false, func(all []rules.Rule) ([]rules.Rule, error) { return all, nil })
	if err != nil {
		return err
	}
	return s.updateKeys(func(all []rules.KeptKey) []rules.KeptKey { return all })
}
