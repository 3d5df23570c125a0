package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// adHoc is what the account of a run with --endpoint or --profile is called.
const adHoc = "ad hoc"

// home opens the settings and finds the keyring.
func (a *app) home(ctx context.Context) (*wiring.Home, error) {
	return a.homeBy(ctx, wiring.Open)
}

// newHome is home for a command that begins settings: it makes their folder.
func (a *app) newHome(ctx context.Context) (*wiring.Home, error) {
	if a.flags.rules != "" {
		return a.home(ctx) // what is written is that file
	}
	return a.homeBy(ctx, wiring.Make)
}

type opening = func(context.Context, string, func(context.Context, keychain.Question) (client.Secret, error)) (*wiring.Home, error)

func (a *app) homeBy(ctx context.Context, open opening) (*wiring.Home, error) {
	h, err := open(ctx, a.flags.configDir, a.passphrase)
	if err != nil {
		return nil, settingsError(err)
	}
	h.Log, h.Note = a.log(), func(t client.Text) { a.note(t.String()) }
	if a.canAsk() {
		h.AskCode = func(ctx context.Context, device string) (client.Secret, error) {
			return a.ask(ctx, "Code of the MFA device "+device+": ")
		}
	}
	return h, nil
}

func (a *app) log() *slog.Logger {
	if !a.flags.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// ruleBook is where rules are read and changed: the file of --rules, or the saved
// ones.
func (a *app) ruleBook(h *wiring.Home) rulebook.Book {
	if a.flags.rules != "" {
		return h.RulesIn(h.Settings.RuleFile(a.flags.rules))
	}
	return h.Rules()
}

// outage is how long a server that serves nothing is waited for: then the run ends,
// and another one goes on.
const outage = 2 * time.Minute

// open opens the account the flags name.
func (a *app) open(ctx context.Context, h *wiring.Home, t transfer.Config) (*session.Session, error) {
	account, err := a.account(h)
	if err != nil {
		return nil, err
	}
	return a.openAccount(ctx, h, t, account)
}

func (a *app) openAccount(ctx context.Context, h *wiring.Home, t transfer.Config, account client.Account) (*session.Session, error) {
	t.Note = h.Note
	h.Flows.Options.GiveUp = outage
	opener := h.Opener(t)
	if a.dial != nil {
		opener.Dial = a.dial
	}
	opener.Rules = a.ruleBook(h).Rules
	if account.AdHoc {
		found, credentials, err := s3store.FromEnvironment(a.flags.profile, account)
		if err != nil {
			return nil, settingsError(err)
		}
		account = found
		saved, current := opener.Credentials, opener.Current
		opener.Credentials = func(ctx context.Context, a client.Account) (client.Credentials, error) {
			if a.AdHoc {
				return credentials, nil
			}
			return saved(ctx, a)
		}
		opener.Current = func(a client.Account) error {
			if a.AdHoc { // it is saved nowhere
				return nil
			}
			return current(a)
		}
	}
	s, err := opener.Open(ctx, account)
	return s, settingsError(err)
}

// account is the one the flags name: --account, or --endpoint and --profile,
// or the only one there is.
func (a *app) account(h *wiring.Home) (client.Account, error) {
	f := a.flags
	if f.account != "" && (f.endpoint != "" || f.profile != "") {
		return client.Account{}, usage("--account names a saved account; leave --endpoint and --profile out, or leave it out")
	}
	if f.account == "" && (f.endpoint != "" || f.profile != "") {
		account := a.override(client.Account{Name: adHoc, AdHoc: true, Endpoint: f.endpoint})
		return account, checkFlags(account)
	}
	all, err := h.Settings.Accounts()
	if err != nil {
		return client.Account{}, settingsError(err)
	}
	switch {
	case f.account != "":
		saved, err := accountNamed(f.account, all)
		return a.override(saved), err
	case len(all) == 1:
		return a.override(all[0]), nil
	case len(all) > 1:
		return client.Account{}, usage("choose an account with --account: %s", strings.Join(namesOf(all), ", "))
	case s3store.InEnvironment():
		return a.override(client.Account{Name: adHoc, AdHoc: true}), nil
	}
	return client.Account{}, usage("no account is saved: add one with 'bucketseal-cli accounts add', or give --endpoint or --profile")
}

// accountNamed is a saved account by its name.
func accountNamed(name string, all []client.Account) (client.Account, error) {
	for _, saved := range all {
		if saved.Name == name {
			return saved, nil
		}
	}
	switch {
	case name == client.DemoName:
		return client.Account{}, usage("the account %q is in the window only: for the command line start mocks3 and give --endpoint and --ca-file", name)
	case len(all) == 0:
		return client.Account{}, usage("there is no account %q, since none is saved: add one with 'bucketseal-cli accounts add', or give --endpoint or --profile", name)
	}
	return client.Account{}, usage("there is no account %q; the accounts are: %s", name, strings.Join(namesOf(all), ", "))
}

func namesOf(all []client.Account) []string {
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.Name
	}
	return names
}

// checkFlags refuses what the flags say of a service, before the environment adds
// to it and is blamed.
func checkFlags(a client.Account) error {
	a.AccessKeyID = cmp.Or(a.AccessKeyID, "later") // the environment has it
	return settingsError(a.Check())
}

// override applies the flags that change one run of any account. Its name and
// key stay as they are: its secret is kept under them.
func (a *app) override(c client.Account) client.Account {
	set := func(to *string, flag string) {
		if flag != "" {
			*to = flag
		}
	}
	set(&c.Region, a.flags.region)
	set(&c.CAFile, a.flags.caFile)
	set(&c.KMSEndpoint, a.flags.kmsEndpoint)
	set((*string)(&c.Addressing), a.flags.addressing)
	meant := c.Tidy()
	c.Region, c.CAFile, c.Endpoint, c.KMSEndpoint = meant.Region, meant.CAFile, meant.Endpoint, meant.KMSEndpoint
	return c
}

// closeTimeout is how long a run waits at its end for unfinished uploads to be
// dropped on the server.
const closeTimeout = 15 * time.Second

// with opens the session, lets work use it and closes it.
func (a *app) with(ctx context.Context, t transfer.Config, work func(*session.Session) error) (err error) {
	h, err := a.home(ctx)
	if err != nil {
		return err
	}
	defer func() {
		h.Close()
		err = a.withLost(err, h.Ledger().Lost())
	}()
	s, err := a.open(ctx, h, t)
	if err != nil {
		return err
	}
	return closed(ctx, s, func() error { return work(s) })
}

// closed lets work use a session and closes it.
func closed(ctx context.Context, s *session.Session, work func() error) error {
	err := work()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if closed := s.Close(closing); err == nil && ctx.Err() == nil {
		err = closed
	}
	return err
}

// withLost is how a command ends of which so many receipts are lost: not well, though all
// was transferred, for what cannot be shown afterwards is not proved.
func (a *app) withLost(err error, receipts int) error {
	if receipts == 0 {
		return err
	}
	lost := fmt.Errorf("the ledger of transfers was damaged or removed while it was used, and the receipts of %d transfers of this command are lost; the transfers ended as was said, and of uploads the same command with --overwrite skip compares what is there and keeps receipts again", receipts)
	if err == nil {
		return lost
	}
	printf(a.err, "bucketseal-cli: %v\n", lost)
	return err
}

// secretFrom reads a secret of text from a file; "-" is the standard input. A
// secret is never an argument: every user of the machine could read it there.
func (a *app) secretFrom(file string) (client.Secret, error) {
	whole, err := a.bytesFrom(file)
	if err != nil {
		return client.Secret{}, err
	}
	s := strings.TrimRight(whole.Reveal(), "\r\n")
	if s == "" {
		return client.Secret{}, usage("%s holds no secret", file)
	}
	return client.NewSecret(s), nil
}

// bytesFrom reads a secret as it is.
func (a *app) bytesFrom(file string) (client.Secret, error) {
	in := a.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return client.Secret{}, usage("read the secret: %w", err)
		}
		defer f.Close() //nolint:errcheck // opened for reading
		in = f
	}
	const most = 8 << 10
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return client.Secret{}, usage("read the secret: %w", err)
	case len(b) > most:
		return client.Secret{}, usage("%s is longer than any secret", file)
	case len(b) == 0:
		return client.Secret{}, usage("%s holds no secret", file)
	}
	return client.NewSecret(string(b)), nil
}
