// Package wiring joins the rooms for the programs: settings on disk, secrets
// in the keyring, the S3 store, sessions. It decides nothing.
package wiring

import (
	"context"
	"log/slog"
	"path/filepath"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/accountbook"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/ledger"
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
	// Note is told what is worth knowing of the ledger of transfers: that it was
	// damaged, that there can be none. nil for nobody. Calls come from several goroutines.
	Note func(client.Text)

	// AskCode asks for the code of an MFA device; nil where nobody can be asked.
	AskCode func(ctx context.Context, device string) (client.Secret, error)

	// Flows are what transfers may use of each endpoint, whatever the account.
	Flows flow.Endpoints

	ledger *ledger.Ledger
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
	h := &Home{Settings: s, Secrets: k}
	h.ledger = ledger.New(ledger.Options{Dir: s.StateDir(), Earlier: s.EarlierUploads(), Note: h.note})
	return h
}

func (h *Home) note(t client.Text) {
	if h.Note != nil {
		h.Note(t)
	}
}

// Ledger is where transfers and receipts are kept.
func (h *Home) Ledger() *ledger.Ledger { return h.ledger }

// Close closes the ledger; no session is open any more. What it could not tidy up the
// next program does.
func (h *Home) Close() {
	if err := h.ledger.Close(); err != nil {
		h.note(client.TextOf(err))
	}
}

// Opener opens accounts with this home's secrets and rules.
func (h *Home) Opener(t transfer.Config) session.Opener {
	return session.Opener{
		Dial:        h.Dial,
		Credentials: h.Credentials,
		Rules:       h.Settings.Rules,
		CustomerKey: h.Secrets.CustomerKey,
		KeptKeys:    h.Settings.KeptKeys,
		Current:     h.Accounts().Current,
		Account:     h.account,
		Journal:     h.ledger.Journal,
		Flows:       &h.Flows,
		Transfer:    t,
	}
}

// account is a saved account by its id.
func (h *Home) account(id string) (client.Account, error) {
	all, err := h.Settings.Accounts()
	if err != nil {
		return client.Account{}, err
	}
	for _, a := range all {
		if a.ID == id {
			return a, nil
		}
	}
	return client.Account{}, client.Say("it is not among the saved accounts any more: add it again, and give the same command again").Err()
}

// Accounts is where accounts are changed.
func (h *Home) Accounts() accountbook.Book {
	return accountbook.Book{Settings: h.Settings, Secrets: h.Secrets}
}

// Dial makes the store of an account.
func (h *Home) Dial(a client.Account, c client.Credentials) (client.Store, error) {
	return s3store.Dial(a, c, h.store(a))
}

// store are the habits of the store of an account.
func (h *Home) store(a client.Account) s3store.Options {
	return s3store.Options{Log: h.Log, AskCode: h.AskCode, Note: func(t client.Text) { h.note(client.Say("account %q: %v", a.Name, t)) }}
}

// Credentials are those kept for an account; none where it signs in without any.
func (h *Home) Credentials(ctx context.Context, a client.Account) (client.Credentials, error) {
	if !a.NeedsSecret() {
		return client.Credentials{}, nil
	}
	return h.Secrets.AccountCredentials(ctx, a)
}

// Rules is the book of the saved rules and their keys.
func (h *Home) Rules() rulebook.Book { return h.RulesIn(h.Settings) }

// RulesIn is the book of rules that are stored elsewhere; their keys are kept with
// all others.
func (h *Home) RulesIn(storage rulebook.Storage) rulebook.Book {
	return rulebook.Book{Storage: storage, Keys: h.Secrets, KeyIndex: h.Settings}
}

// TestAccount asks the server something harmless. A zero secret means the one
// kept.
func (h *Home) TestAccount(ctx context.Context, a client.Account, c client.Credentials) error {
	if c.Secret.IsZero() {
		var err error
		if c, err = h.Credentials(ctx, a); err != nil {
			return err
		}
	}
	store, err := s3store.Open(a, c, h.store(a))
	if err != nil {
		return err
	}
	return store.Test(ctx)
}

// ExamineAccount goes the way to an account's server step by step. The error says that
// the way could not be begun.
func (h *Home) ExamineAccount(ctx context.Context, a client.Account, bucket string) (client.ConnectionTest, error) {
	c, err := h.Credentials(ctx, a)
	if err != nil {
		return client.ConnectionTest{}, err
	}
	store, err := s3store.Open(a, c, h.store(a))
	if err != nil {
		return client.ConnectionTest{}, err
	}
	return store.Examine(ctx, bucket), nil
}
