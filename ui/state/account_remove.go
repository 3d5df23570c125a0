package state

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// busyWith says why an account must not be removed now, "" when it may.
func (a *App) busyWith(id string) string {
	if a.Transfers.IsBusy(id) {
		return i18n.T("Files are being transferred with this account: wait for them, or cancel them first.")
	}
	return ""
}

// WhyNotEditAccount says why the open account cannot be changed, "" when it can.
func (a *App) WhyNotEditAccount() string {
	account, ok := a.account(a.current)
	switch {
	case !ok:
		return i18n.T("Open an account first.")
	case account.Demo:
		return i18n.T("The demo account is built in.")
	}
	return ""
}

// WhyNotRemoveAccount says why the open account cannot be removed, "" when it
// can.
func (a *App) WhyNotRemoveAccount() string {
	if why := a.WhyNotEditAccount(); why != "" {
		return why
	}
	return a.busyWith(a.current)
}

// RemoveAccount forgets the open account and its secret, and opens the first
// that is left.
func (a *App) RemoveAccount() {
	if a.WhyNotRemoveAccount() != "" {
		return
	}
	id := a.current
	account, _ := a.account(id)
	loop.Do(a.ctx, a.loop, func(ctx context.Context) error { return a.desk.RemoveAccount(ctx, account) }, func(err error) {
		if err != nil {
			a.problem(&notRemoved{err})
			return
		}
		a.release(id)
		a.current = ""
		a.loadAccounts(func() {
			if len(a.accounts) > 0 {
				a.Open(a.accounts[0].ID)
			}
		})
	})
}

// notRemoved says why an account stays.
type notRemoved struct{ err error }

func (e *notRemoved) Error() string { return e.err.Error() }
func (e *notRemoved) Unwrap() error { return e.err }

// Explain says that it stays, and why.
func (e *notRemoved) Explain() explain.Message {
	why := explain.Error(e.err)
	return explain.Message{
		Title:   i18n.T("The account was not removed"),
		Body:    strings.Join([]string{why.Title, why.Body}, "\n"),
		Hints:   []string{i18n.T("Its secret is removed first. Remove the account again, and give the passphrase when you are asked.")},
		Details: why.Details,
	}
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
