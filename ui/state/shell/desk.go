package shell

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// A Desk is what the screen needs of the world outside it: accounts, secrets,
// preferences, and sessions. All methods may wait for a disk, a keyring or the
// network, so they are only called through a [loop.Loop]; they are safe for
// concurrent use.
type Desk interface {
	// Accounts lists the accounts, the built-in demo account included.
	Accounts() ([]client.Account, error)
	// SaveAccount adds an account, which has no id yet, or changes the one with its
	// id, and gives it as it was saved. A zero secret keeps the stored one.
	SaveAccount(ctx context.Context, a client.Account, c client.Credentials) (client.Account, error)
	// RemoveAccount forgets an account and its secrets.
	RemoveAccount(ctx context.Context, a client.Account) error
	// TestAccount asks the server whether account and credentials would work.
	// A zero secret means the stored one of the account with that id.
	TestAccount(ctx context.Context, a client.Account, c client.Credentials) error
	// Open opens an account. The caller closes the session.
	Open(ctx context.Context, a client.Account) (*session.Session, error)
	// SecretsKeptIn says in a few English words where secrets are kept: "the
	// keyring of this computer". "" is not known yet. Those of [keptIn] are
	// translated.
	SecretsKeptIn() string

	// Rules is the list of encryption rules, which belongs to no account.
	Rules() rulebook.Book

	// OnNote has tell told, on any goroutine, what is worth knowing of what is kept of
	// transfers: that it was damaged and is set aside. It is called once, before
	// anything else.
	OnNote(tell func(client.Text))

	// Preferences are what the window remembers.
	Preferences() (preferences.Window, error)
	SavePreferences(preferences.Window) error
	// TransferPreferences are how transfers are done.
	TransferPreferences() (preferences.Transfers, error)
	// LimitRate keeps how many bytes a second may move at most, 0 for no limit, and
	// has it count at once, for what is under way too.
	LimitRate(bytes int64) error
}

// keptIn are the places a desk may name.
var keptIn = []string{
	i18n.M("the keyring of this computer"),
	i18n.M("a file sealed with your passphrase"),
	i18n.M("memory, until the program ends"),
}

// SecretsKeptIn says where secrets are kept, in the user's language.
func (a *App) SecretsKeptIn() string {
	where := a.desk.SecretsKeptIn()
	switch {
	case where == "":
		return i18n.T("not known yet")
	case slices.Contains(keptIn, where):
		return i18n.T(where)
	}
	return where
}

// ErrStillLocked is why a secret is not there when the user did not want to give
// the vault's passphrase just now.
var ErrStillLocked error = stillLocked{}

type stillLocked struct{}

func (stillLocked) Error() string { return "the secrets are still locked" }

// Explain says how to be asked for the passphrase again.
func (stillLocked) Explain() explain.Message {
	return explain.Message{
		Title: i18n.T("Your secrets are still locked"),
		Hints: []string{i18n.T("Choose the account again, and you are asked for the passphrase again.")},
	}
}
