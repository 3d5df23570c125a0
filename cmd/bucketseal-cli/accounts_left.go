package main

import (
	"fmt"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
)

// unfinishedOf is what earlier programs left unfinished of an account that is about to
// be removed.
type unfinishedOf struct {
	app     *app
	home    *wiring.Home
	account client.Account
	rows    int
	gone    bool // the account was removed
}

// unfinished refuses to go on without a yes where there is anything. A ledger that
// cannot be read keeps nobody from removing an account.
func (a *app) unfinished(h *wiring.Home, name string, yes bool) (*unfinishedOf, error) {
	u := &unfinishedOf{app: a, home: h}
	account, err := h.Accounts().Find(name)
	if err != nil {
		return u, nil //nolint:nilerr // there may be a secret left of one that was forgotten: who removes it says so
	}
	u.account = account
	if u.rows, err = h.Ledger().Left(account); err != nil {
		a.note(fmt.Sprintf("what transfers of it are unfinished could not be looked up: %v", err))
	}
	if u.rows > 0 && !yes {
		return u, usage("%d transfers of %q that were left unfinished would be forgotten with it ('bucketseal-cli uploads resume' goes on with them): add --yes if that is meant", u.rows, name)
	}
	return u, nil
}

// removed takes notice of what came of the removal of the account.
func (u *unfinishedOf) removed(err error) error {
	u.gone = err == nil
	return err
}

// drop forgets it, once the account is removed.
func (u *unfinishedOf) drop() {
	if !u.gone || u.rows == 0 {
		return
	}
	n, err := u.home.Ledger().DropLeft(u.account)
	if err != nil {
		u.app.note(fmt.Sprintf("its unfinished transfers could not be forgotten: %v", err))
		return
	}
	u.app.confirm("%d unfinished transfers of it are forgotten.", n)
}
