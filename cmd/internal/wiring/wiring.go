// Package wiring joins the rooms for the programs: settings on disk, secrets
// in the keyring, the S3 store, sessions. It decides nothing.
package wiring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// A Home is one user's settings and secrets.
type Home struct {
	Settings *settings.Store
	Secrets  *keychain.Keychain
	Log      *slog.Logger // every request, without secrets; nil for none
}

// Open opens the settings in dir ("" for the user's own) and finds where
// secrets can be kept. ask is how a vault's passphrase is asked for; nil when
// nobody can be asked.
func Open(ctx context.Context, dir string, ask func(context.Context, keychain.Question) (client.Secret, error)) (*Home, error) {
	s, err := settings.Open(dir)
	if err != nil {
		return nil, err
	}
	return at(ctx, s, ask), nil
}

// Make is Open for whoever is about to write settings: a folder that is not
// there is made.
func Make(ctx context.Context, dir string, ask func(context.Context, keychain.Question) (client.Secret, error)) (*Home, error) {
	s, err := settings.Make(dir)
	if err != nil {
		return nil, err
	}
	return at(ctx, s, ask), nil
}

func at(ctx context.Context, s *settings.Store, ask func(context.Context, keychain.Question) (client.Secret, error)) *Home {
	k := keychain.Open(ctx, keychain.Options{VaultFile: filepath.Join(s.Dir(), "secrets.age"), Passphrase: ask})
	return &Home{Settings: s, Secrets: k}
}

// Opener opens accounts with this home's secrets and rules.
func (h *Home) Opener(t transfer.Config) session.Opener {
	return session.Opener{
		Dial:        h.Dial,
		Credentials: h.Secrets.AccountCredentials,
		Rules:       h.Settings.Rules,
		CustomerKey: h.Secrets.CustomerKey,
		KeptKeys:    h.Settings.KeptKeys,
		Current:     h.current,
		Ledger:      func(a client.Account) transfer.Ledger { return settings.NewOpenUploads("", a) },
		Transfer:    t,
	}
}

// Dial makes the store of an account.
func (h *Home) Dial(a client.Account, c client.Credentials) (client.Store, error) {
	return s3store.Dial(a, c, s3store.Options{Log: h.Log})
}

// Account finds a saved account.
func (h *Home) Account(name string) (client.Account, error) {
	all, err := h.Settings.Accounts()
	if err != nil {
		return client.Account{}, err
	}
	for _, a := range all {
		if a.Name == name {
			return a, nil
		}
	}
	return client.Account{}, fmt.Errorf("%w %q", errNoAccount, name)
}

var errNoAccount = errors.New("there is no account called")

// current refuses an account that was renamed or removed since it was opened:
// the rules no longer know it by that name.
func (h *Home) current(a client.Account) error {
	if _, err := h.Account(a.Name); err != nil {
		return fmt.Errorf("%w any more: it was renamed or removed since it was opened; open it again", err)
	}
	return nil
}

// SaveAccount adds an account, or replaces the one called old. A zero secret
// keeps the one kept before. The secret is kept first: an account without its
// secret would be of no use.
func (h *Home) SaveAccount(ctx context.Context, old string, a client.Account, c client.Credentials) error {
	a, c = a.Tidy(), c.Tidy()
	if err := cmp.Or(a.Check(), c.Check()); err != nil {
		return err
	}
	if err := h.checkName(old, a.Name); err != nil {
		return err
	}
	if c.Secret.IsZero() && old != "" {
		before, err := h.Account(old)
		if err != nil {
			return err
		}
		if c, err = h.Secrets.AccountCredentials(ctx, before); err != nil {
			return err
		}
		if before.AccessKeyID != a.AccessKeyID {
			return errors.New("the access key changed: enter its secret")
		}
	}
	c.AccessKeyID = a.AccessKeyID
	if old != "" && old != a.Name {
		return h.rename(ctx, old, a, c)
	}
	return inSteps([]step{
		{
			func() error { return h.Secrets.SetAccountCredentials(ctx, a, c) },
			func() error { return h.forgetUnless(ctx, a.Name) },
		},
		{
			func() error { return h.Settings.FollowAccount(old, a) },
			func() error { return nil }, // where the account may be tomorrow harms nobody
		},
		{do: func() error { return h.putAccount(old, a) }},
	})
}

// forgetUnless forgets the secret of an account, unless there is such an account.
func (h *Home) forgetUnless(ctx context.Context, name string) error {
	if _, err := h.Account(name); !errors.Is(err, errNoAccount) {
		return err
	}
	return h.Secrets.Delete(ctx, keychain.AccountName(name))
}

// Rules is the book of the saved rules and their keys.
func (h *Home) Rules() rulebook.Book { return h.RulesIn(h.Settings) }

// RulesIn is the book of rules that are stored elsewhere; their keys are kept with
// all others.
func (h *Home) RulesIn(shelf rulebook.Shelf) rulebook.Book {
	return rulebook.Book{Shelf: shelf, Keys: h.Secrets, Notes: h.Settings}
}

// putAccount adds an account, or puts it in place of the one called old.
func (h *Home) putAccount(old string, a client.Account) error {
	return h.Settings.UpdateAccounts(func(all []client.Account) ([]client.Account, error) {
		for i := range all {
			if all[i].Name == old {
				all[i] = a
				return all, nil
			}
		}
		return append(all, a), nil
	})
}

func (h *Home) checkName(old, name string) error {
	if old == name {
		return nil
	}
	if _, err := h.Account(name); err == nil {
		return fmt.Errorf("name: there is an account called %q already", name)
	}
	_, err := h.Settings.Accounts()
	return err
}

// RemoveAccount forgets an account and its secret. Its rules stay, and apply
// to nothing. The secret goes first: where it cannot be removed, because nobody
// gives the vault's passphrase, the account stays, and removing it again finds
// the secret. What is left of an account that is no more goes as well. found
// says that a secret was there; a keyring that does not answer may hold one.
func (h *Home) RemoveAccount(ctx context.Context, name string) (found bool, err error) {
	_, missing := h.Account(name)
	if missing != nil && !errors.Is(missing, errNoAccount) {
		return false, missing
	}
	_, err = h.Secrets.Get(ctx, keychain.AccountName(name))
	if found = err == nil; !found && missing != nil {
		if errors.Is(err, keychain.ErrNotFound) {
			return false, missing
		}
		return false, fmt.Errorf("%w, and whether a secret of that name is left could not be found out: %w", missing, err)
	}
	if err := h.Secrets.Delete(ctx, keychain.AccountName(name)); err != nil {
		return found, fmt.Errorf("%w: the account stays until its secret is removed with it", err)
	}
	return found, h.ForgetAccount(name)
}

// ForgetAccount forgets an account and leaves its secret where it is.
func (h *Home) ForgetAccount(name string) error {
	return h.Settings.UpdateAccounts(func(all []client.Account) ([]client.Account, error) {
		return slices.DeleteFunc(all, func(a client.Account) bool { return a.Name == name }), nil
	})
}

// TestAccount asks the server something harmless. A zero secret means the one
// kept.
func (h *Home) TestAccount(ctx context.Context, a client.Account, c client.Credentials) error {
	if c.Secret.IsZero() {
		var err error
		if c, err = h.Secrets.AccountCredentials(ctx, a); err != nil {
			return err
		}
	}
	store, err := s3store.Open(a, c, s3store.Options{Log: h.Log})
	if err != nil {
		return err
	}
	return store.Test(ctx)
}
