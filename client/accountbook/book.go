// Package accountbook changes accounts: it adds, changes, renames and removes
// them, with their secrets and with what is remembered of SSE-C keys for them.
// The window and the command line both ask it.
//
// A change is carried out whole or not at all. Where one of its writes fails,
// those before it are taken back; where the program dies between two of them,
// the accounts are the old or the new ones, and every secret and every SSE-C key
// that was kept before is still kept. Rules and secrets refer to an account by
// its id, so that renaming is one write; the names beside the
// ids follow it.
//
// It knows neither the disk nor the keyring: see [Settings] and [Secrets].
package accountbook

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// Settings are where accounts are kept, and what refers to them.
type Settings interface {
	Accounts() ([]client.Account, error)
	// ForgottenAccounts are accounts that are no more, whose secrets may be left.
	ForgottenAccounts() ([]client.Account, error)
	// UpdateAccounts replaces the accounts, the forgotten ones among them, by what
	// change makes of them.
	UpdateAccounts(change func([]client.Account) ([]client.Account, error)) error
	// PinAccounts lets rules and keys refer to accounts by their ids, and by the
	// names of today where an account is no more.
	PinAccounts() error
	// FollowAccount lets SSE-C keys follow an account to its endpoint.
	FollowAccount(a client.Account, isNew bool) error
}

// Secrets are where the accounts' secrets are kept, under their ids. All may
// wait for the user.
type Secrets interface {
	AccountCredentials(context.Context, client.Account) (client.Credentials, error)
	SetAccountCredentials(context.Context, client.Account, client.Credentials) error
	DeleteAccountCredentials(context.Context, client.Account) error
	// HasAccountCredentials reports whether there are any; an error says that it
	// could not be found out.
	HasAccountCredentials(context.Context, client.Account) (bool, error)
}

// A Book is the accounts and their secrets. It is safe for concurrent use if
// both are.
type Book struct {
	Settings Settings
	Secrets  Secrets
}

// A NoAccountError says that there is no such account.
type NoAccountError struct {
	Name    string
	Removed bool // it was there when it was opened
}

func (e *NoAccountError) Error() string { return e.Text().String() }

// Text is what it says, for another language.
func (e *NoAccountError) Text() client.Text {
	if e.Removed {
		return client.Say("there is no account called %q any more: it was removed since it was opened", e.Name)
	}
	return client.Say("there is no account called %q", e.Name)
}

// Find finds a saved account by its name; a NoAccountError without one.
func (b Book) Find(name string) (client.Account, error) {
	all, err := b.Settings.Accounts()
	if err != nil {
		return client.Account{}, err
	}
	i := slices.IndexFunc(all, func(a client.Account) bool { return a.Name == name })
	if i < 0 {
		return client.Account{}, &NoAccountError{Name: name}
	}
	return all[i], nil
}

// Now is a saved account as it is now; a NoAccountError where it was removed.
func (b Book) Now(a client.Account) (client.Account, error) {
	all, err := b.Settings.Accounts()
	if err != nil {
		return client.Account{}, err
	}
	if i := byID(all, a.ID); i >= 0 {
		return all[i], nil
	}
	return client.Account{}, &NoAccountError{Name: a.Name, Removed: true}
}

func byID(all []client.Account, id string) int {
	return slices.IndexFunc(all, func(a client.Account) bool { return a.ID == id })
}

// Current refuses an account that was removed since it was opened: which rules
// are for it is not known any more.
func (b Book) Current(a client.Account) error {
	_, err := b.Now(a)
	return err
}

// Save adds an account, which has no id yet, or changes the one with its id. A
// zero secret keeps the one kept before. Fields go through Tidy. The result is
// the account as it was saved.
func (b Book) Save(ctx context.Context, a client.Account, c client.Credentials) (client.Account, error) {
	a, c = a.Tidy(), c.Tidy()
	if err := cmp.Or(a.Check(), c.Check()); err != nil {
		return a, err
	}
	all, err := b.Settings.Accounts()
	if err != nil {
		return a, err
	}
	if slices.ContainsFunc(all, func(o client.Account) bool { return o.Name == a.Name && o.ID != a.ID }) {
		return a, client.Say("name: there is an account called %q already", a.Name).Err()
	}
	if a.ID == "" {
		return b.add(ctx, a, c)
	}
	i := byID(all, a.ID)
	if i < 0 {
		return a, &NoAccountError{Name: a.Name, Removed: true}
	}
	return a, b.change(ctx, all[i], a, c)
}

// add writes down the account as a forgotten one first, so that removing its name
// finds a secret that a program which died in between has left. Then the secret: an
// account without one would be of no use, and the user may be asked for a
// passphrase, and go. What is meant for an account that had this name
// once stays that one's. One of that name which was forgotten is taken up again: its
// secret, if it is left, gives way to the new one.
func (b Book) add(ctx context.Context, a client.Account, c client.Credentials) (client.Account, error) {
	forgotten, err := b.forgotten(a.Name)
	if err != nil {
		return a, err
	}
	b.pin()
	c.AccessKeyID = a.AccessKeyID
	a.ID = rand.Text()
	undo := func() error { return b.clear(ctx, a) }
	if len(forgotten) > 0 {
		a.ID = forgotten[0].ID
		undo = func() error { return b.put(forgotten[0]) } // whose secret its user left there
	}
	return a, inSteps(
		step{func() error { return b.forget(a) }, undo},
		step{do: func() error {
			if !a.NeedsSecret() && len(forgotten) == 0 {
				return nil // nothing can be kept under a new id: nobody is asked for a passphrase
			}
			return b.secret(ctx, a, c)
		}},
		step{do: func() error { return b.Settings.FollowAccount(a, true) }},
		step{func() error { return b.put(a) }, func() error { return b.forget(a) }},
	)
}

// change keeps a new secret last: until then the one before it is kept. A program
// that dies before it leaves an account that asks for the secret of its new
// access key.
func (b Book) change(ctx context.Context, before, a client.Account, c client.Credentials) error {
	var was client.Credentials
	var err error
	if before.NeedsSecret() {
		was, err = b.Secrets.AccountCredentials(ctx, before)
	}
	if c.Secret.IsZero() && a.NeedsSecret() {
		if err != nil {
			return err
		}
		if before.AccessKeyID != a.AccessKeyID {
			return client.Say("the access key changed: enter its secret").Err()
		}
	}
	steps := []step{
		{do: func() error { return b.Settings.FollowAccount(a, false) }},
		{func() error { return b.put(a) }, func() error { return b.put(before) }},
	}
	if before.Name != a.Name {
		// Before it by the id, so that the name may change; after it by the new name,
		// which says who is meant when the accounts are lost and added again.
		steps = append(slices.Insert(steps, 0, step{do: b.Settings.PinAccounts}), step{do: b.Settings.PinAccounts})
	}
	if !c.Secret.IsZero() || !a.NeedsSecret() && before.NeedsSecret() {
		c.AccessKeyID = a.AccessKeyID
		steps = append(steps, step{
			func() error { return b.secret(ctx, a, c) },
			func() error { return b.Secrets.SetAccountCredentials(ctx, before, was) }, // none was kept: it says so
		})
	}
	return inSteps(steps...)
}

// secret keeps the secret of an account, or leaves none where it signs in without.
func (b Book) secret(ctx context.Context, a client.Account, c client.Credentials) error {
	if !a.NeedsSecret() {
		return b.Secrets.DeleteAccountCredentials(ctx, a)
	}
	return b.Secrets.SetAccountCredentials(ctx, a, c)
}

// put adds an account, or puts it in place of the one with its id.
func (b Book) put(a client.Account) error {
	return b.Settings.UpdateAccounts(func(all []client.Account) ([]client.Account, error) {
		if i := byID(all, a.ID); i >= 0 {
			all[i] = a
			return all, nil
		}
		return append(all, a), nil
	})
}

func (b Book) drop(id string) error {
	return b.Settings.UpdateAccounts(func(all []client.Account) ([]client.Account, error) {
		return slices.DeleteFunc(all, func(a client.Account) bool { return a.ID == id }), nil
	})
}

// A step is one write of a change that takes several, and its way back; nil
// where what it wrote harms nobody.
type step struct{ do, undo func() error }

// inSteps takes steps one after the other. When one fails, it and those before it
// are taken back: what it wrote may be there all the same. When that fails too, what
// is between must be safe.
func inSteps(steps ...step) error {
	for i, s := range steps {
		err := s.do()
		if err == nil {
			continue
		}
		for ; i >= 0; i-- {
			if undo := steps[i].undo; undo != nil {
				_ = undo() // err says what matters
			}
		}
		return err
	}
	return nil
}
