package main

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/settings/keychain"
	"github.com/bucketseal/bucketseal/ui"
	"github.com/bucketseal/bucketseal/ui/state/shell"
)

// desk is what the window needs of the world: the user's home, and the Local
// demo account beside it.
type desk struct {
	home *wiring.Home
	demo *demo
	pace *flow.Pace // of all transfers together
	ask  func(ctx context.Context, vault string, isNew, wrong bool) ui.PassphraseAnswer
}

var _ shell.Desk = (*desk)(nil)

// passphrase asks the user for the vault's passphrase, in the window.
func (d *desk) passphrase(ctx context.Context, q keychain.Question) (client.Secret, error) {
	if d.ask == nil {
		return client.Secret{}, keychain.ErrLocked
	}
	switch answer := d.ask(ctx, q.Vault, q.New, q.Wrong); {
	case answer.MemoryOnly:
		return client.Secret{}, keychain.ErrDecline
	case answer.Phrase.IsZero(): // not now: whatever needs a secret asks again
		return client.Secret{}, shell.ErrStillLocked
	default:
		return answer.Phrase, nil
	}
}

// Accounts lists the saved accounts and the demo.
func (d *desk) Accounts() ([]client.Account, error) {
	all, err := d.home.Settings.Accounts()
	if err != nil {
		return nil, err
	}
	return append(all, client.DemoAccount()), nil
}

var errDemo = client.Say("the Local demo account is built in: it cannot be changed").Err()

// SaveAccount adds or changes an account.
func (d *desk) SaveAccount(ctx context.Context, a client.Account, c client.Credentials) (client.Account, error) {
	if a.Demo || a.Name == client.DemoName {
		return a, errDemo
	}
	return d.home.Accounts().Save(ctx, a, c)
}

// RemoveAccount forgets an account and its secrets.
func (d *desk) RemoveAccount(ctx context.Context, was client.Account) error {
	if was.Demo {
		return errDemo
	}
	now, err := d.home.Accounts().Now(was)
	if err == nil {
		_, err = d.home.Accounts().Remove(ctx, now.Name)
	}
	if err != nil {
		return err
	}
	if _, err := d.home.Ledger().DropLeft(now); err != nil { // the account is gone all the same
		d.home.Note(client.Say("unfinished transfers of %s could not be forgotten: %v", now.Name, err))
	}
	return nil
}

// TestAccount asks the account's server something harmless.
func (d *desk) TestAccount(ctx context.Context, a client.Account, c client.Credentials) error {
	return d.home.TestAccount(ctx, a, c)
}

// Open opens an account.
func (d *desk) Open(ctx context.Context, wanted client.Account) (*session.Session, error) {
	opener := d.home.Opener(d.transferConfig())
	if wanted.ID != client.DemoAccount().ID {
		a, err := d.home.Accounts().Now(wanted)
		if err != nil {
			return nil, err
		}
		return opener.Open(ctx, a)
	}
	a, c, err := d.demo.start()
	if err != nil {
		return nil, err
	}
	opener.Credentials = func(context.Context, client.Account) (client.Credentials, error) { return c, nil }
	opener.Current = nil // it is saved nowhere
	opener.Journal = nil // nor are its transfers: it is another server in each run
	return opener.Open(ctx, a)
}

// transferConfig is how the user wants transfers done; preferences that cannot
// be read leave the defaults.
func (d *desk) transferConfig() transfer.Config {
	p, _ := d.home.Settings.Preferences() // reported when the window reads them
	d.limit(p.Transfers)
	return transfer.Config{Concurrency: p.Concurrency, PartSize: p.PartSize, Pace: d.pace}
}

// SecretsKeptIn says where secrets are kept.
func (d *desk) SecretsKeptIn() string {
	switch d.home.Secrets.Where() {
	case keychain.Keyring:
		return "the keyring of this computer"
	case keychain.Vault:
		return "a file sealed with your passphrase"
	}
	return "memory, until the program ends"
}

// OnNote has tell told what is worth knowing of the ledger.
func (d *desk) OnNote(tell func(client.Text)) { d.home.Note = tell }

// Rules is the list of encryption rules, with their keys.
func (d *desk) Rules() rulebook.Book { return d.home.Rules() }
