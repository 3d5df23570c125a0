package shell

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/state/loop"
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

// Current is the id of the account that is open or being opened, "" for none.
func (a *App) Current() string { return a.current }

// CurrentName is what that account is called, "" for none.
func (a *App) CurrentName() string {
	account, _ := a.Accounts.Find(a.current)
	return account.Name
}

// openOne opens the account of an id, or the first where there is none of it.
func (a *App) openOne(id string) {
	all := a.Accounts.All()
	if len(all) == 0 {
		return
	}
	if _, ok := a.Accounts.Find(id); !ok {
		id = all[0].ID
	}
	a.Open(id)
}

// Open shows an account. Transfers of the one shown before go on.
func (a *App) Open(id string) {
	if id == a.current && (a.opening || a.Session() != nil) {
		return
	}
	a.current, a.opening = id, true
	delete(a.reached, id)
	a.Browser.Enter(nil)
	a.changed()
	if s := a.sessions.of(id); s != nil {
		a.opened(id, s)
		return
	}
	account, ok := a.Accounts.Find(id)
	if !ok {
		account.ID = id // the world says that it is gone
	}
	as := a.changes[id]
	loop.Fetch(a.ctx, a.loop, func(ctx context.Context) (*session.Session, error) { return a.desk.Open(ctx, account) },
		func(s *session.Session, err error) {
			switch {
			case a.changes[id] != as: // the account was another one then
				if err == nil {
					a.close(s)
				}
			case err != nil:
				if a.current == id {
					a.opening, a.current = false, ""
					a.problem(err)
				}
			case a.sessions.of(id) != nil: // opened twice meanwhile
				a.close(s)
			default:
				a.hold(id, s)
				a.takeOver(s)
				if a.current == id {
					a.opened(id, s)
				}
			}
			a.changed()
		})
}

func (a *App) opened(id string, s *session.Session) {
	a.opening = false
	a.Browser.Enter(s)
	if a.Preferences.LastAccount != id {
		a.Preferences.LastAccount = id
		a.SavePreferences()
	}
	a.changed()
}
