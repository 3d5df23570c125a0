package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
)

// betweenFlags name the accounts of a copy from one to another. Who is not named is the
// account of --account, of --endpoint, or the only one.
type betweenFlags struct{ from, to string }

func (b *betweenFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&b.from, "account-from", "", "copy from the saved account `NAME`, through this machine")
	flags.StringVar(&b.to, "account-to", "", "copy to the saved account `NAME`, through this machine")
}

// given reports whether two accounts are meant.
func (b *betweenFlags) given() bool { return b.from != "" || b.to != "" }

// withBoth opens the account of the target, and beside it that of the source, and closes
// them. Where both are one, the server copies.
func (a *app) withBoth(ctx context.Context, t transfer.Config, b *betweenFlags, work func(to, from *session.Session) error) error {
	h, err := a.home(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	target, err := a.accountOf(h, b.to)
	if err != nil {
		return err
	}
	source, err := a.accountOf(h, b.from)
	if err != nil {
		return err
	}
	to, err := a.openAccount(ctx, h, t, target)
	if err != nil {
		return err
	}
	return closed(ctx, to, func() error {
		if source.ID == target.ID && source.AdHoc == target.AdHoc {
			return work(to, to)
		}
		from, err := a.openAccount(ctx, h, transfer.Config{}, source)
		if err != nil {
			return err
		}
		return closed(ctx, from, func() error { return work(to, from) })
	})
}

// accountOf is the account of one side.
func (a *app) accountOf(h *wiring.Home, name string) (client.Account, error) {
	if name == "" {
		return a.account(h)
	}
	all, err := h.Settings.Accounts()
	if err != nil {
		return client.Account{}, settingsError(err)
	}
	return accountNamed(name, all)
}
