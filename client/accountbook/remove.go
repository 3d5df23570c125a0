package accountbook

import (
	"context"
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// Remove forgets the account of a name and its secret. Its rules stay, for an
// account of that name that may come. What is left of such accounts that were
// forgotten goes as well. found says that there was a secret; a keyring that does
// not answer may hold one.
//
// The account is forgotten first and dropped once its secret is gone, so that
// removing it again finds what a program that died in between has left. Where the
// secret cannot be removed, because nobody gives the vault's passphrase, the
// account stays.
func (b Book) Remove(ctx context.Context, name string) (found bool, err error) {
	a, err := b.Find(name)
	var missing *NoAccountError
	switch {
	case err == nil:
		if found, err = b.remove(ctx, a); err != nil {
			return found, err
		}
		left, err := b.clearLeft(ctx, name)
		return found || left, err
	case errors.As(err, &missing):
		return b.removeLeft(ctx, name)
	}
	return false, err
}

func (b Book) removeLeft(ctx context.Context, name string) (found bool, err error) {
	found, err = b.clearLeft(ctx, name)
	if err == nil && !found {
		err = &NoAccountError{Name: name}
	}
	return found, err
}

// clearLeft removes what is left of accounts of a name that are no more.
func (b Book) clearLeft(ctx context.Context, name string) (found bool, err error) {
	left, err := b.left(name)
	if err != nil {
		return false, err
	}
	for _, a := range left {
		had, err := b.Secrets.HasAccountCredentials(ctx, a)
		if err != nil {
			return found, client.Say("there is no account called %q, and whether a secret of that name is left could not be found out: %v", name, err).Err()
		}
		if err := b.clear(ctx, a); err != nil {
			return found, err
		}
		found = found || had
	}
	return found, nil
}

func (b Book) remove(ctx context.Context, a client.Account) (found bool, err error) {
	was, unread := b.Secrets.AccountCredentials(ctx, a) // where it cannot be read, deleting says why
	b.pin()
	err = inSteps(
		step{func() error { return b.forget(a) }, func() error { return b.put(a) }},
		step{
			func() error {
				if err := b.Secrets.DeleteAccountCredentials(ctx, a); err != nil {
					return client.Say("%v: the account stays until its secret is removed with it", err).Err()
				}
				return nil
			},
			func() error { return b.Secrets.SetAccountCredentials(ctx, a, was) }, // none was read: it says so
		},
	)
	if err != nil {
		return unread == nil, err
	}
	return unread == nil, b.drop(a.ID)
}

// Forget forgets the account of a name and leaves its secret where it is, for a
// vault whose passphrase is lost. Remove finds the secret still.
func (b Book) Forget(name string) error {
	a, err := b.Find(name)
	if err != nil {
		return err
	}
	b.pin()
	return b.forget(a)
}

// pin lets rules and keys refer to accounts by their ids and last names before a
// name comes or goes. They do since they were written, unless a program died over
// that or the files are of version 1. Rules that are gone or damaged are no reason
// to keep a secret on this computer, nor to refuse an account.
func (b Book) pin() { _ = b.Settings.PinAccounts() }

func (b Book) forget(a client.Account) error {
	a.Forgotten = true
	return b.put(a)
}

// clear removes what is left of a forgotten account.
func (b Book) clear(ctx context.Context, a client.Account) error {
	if err := b.Secrets.DeleteAccountCredentials(ctx, a); err != nil {
		return err
	}
	return b.drop(a.ID)
}

// forgotten are the accounts of a name that are written down as forgotten.
func (b Book) forgotten(name string) ([]client.Account, error) {
	all, err := b.Settings.ForgottenAccounts()
	return slices.DeleteFunc(all, func(a client.Account) bool { return a.Name != name }), err
}

// left are the accounts of a name of which a secret may be left. Before accounts
// had ids, nothing but the name of a secret was left of one.
func (b Book) left(name string) ([]client.Account, error) {
	all, err := b.forgotten(name)
	if err != nil {
		return nil, err
	}
	now, err := b.Settings.Accounts()
	if err != nil {
		return nil, err
	}
	// One with that id is called otherwise now, and has it.
	if first := client.IDOfVersion1(name); byID(all, first) < 0 && byID(now, first) < 0 {
		all = append(all, client.Account{ID: first, Name: name})
	}
	return all, nil
}
