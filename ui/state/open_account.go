package state

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
)

// accountsWorld is what the accounts are told and ask.
func (a *App) accountsWorld() accounts.World {
	return accounts.World{
		Context: a.ctx, Loop: a.loop,
		Read: a.desk.Accounts, Save: a.desk.SaveAccount, Remove: a.desk.RemoveAccount, Test: a.desk.TestAccount,
		Busy:    a.Transfers.IsBusy,
		Problem: a.show,
		Changed: a.changed,
		Saved: func(saved client.Account) {
			a.retire(saved.ID)
			a.Accounts.Load(func() { a.Open(saved.ID) })
		},
		Removed: func(gone client.Account) {
			a.release(gone.ID)
			a.Accounts.Load(func() {
				if a.current == "" {
					a.openOne("")
				}
			})
		},
	}
}

// WhyNotEditAccount says why the open account cannot be changed, "" when it can.
func (a *App) WhyNotEditAccount() string { return a.Accounts.WhyNotEdit(a.current) }

// WhyNotRemoveAccount says why the open account cannot be removed, "" when it
// can.
func (a *App) WhyNotRemoveAccount() string { return a.Accounts.WhyNotRemove(a.current) }

// RemoveAccount forgets the open account and its secret, and opens the first
// that is left.
func (a *App) RemoveAccount() { a.Accounts.Remove(a.current) }
