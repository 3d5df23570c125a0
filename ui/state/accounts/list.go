package accounts

import (
	"context"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// World is what the accounts need of the world. Read, Save, Remove and Test may
// wait for a disk, a keyring or the network.
type World struct {
	Context context.Context // lives as long as the program
	Loop    loop.Loop

	// Read reads the accounts, the built-in one included.
	Read func() ([]client.Account, error)
	// Save adds an account, which has no id yet, or changes the one with its id, and
	// gives it as it was saved. A zero secret keeps the stored one.
	Save func(context.Context, client.Account, client.Credentials) (client.Account, error)
	// Remove forgets an account and its secrets.
	Remove func(context.Context, client.Account) error
	// Test asks the server whether account and credentials would work. A zero secret
	// is the stored one of the account with that id.
	Test func(context.Context, client.Account, client.Credentials) error

	// Busy reports whether files are being transferred with an account.
	Busy func(id string) bool
	// Problem shows why something that was asked for was not done.
	Problem func(explain.Message)
	// Changed is told that the list was read anew.
	Changed func()
	// Saved and Removed are told what became of an account; the list is as it was
	// before, until Load.
	Saved, Removed func(client.Account)
}

// A List is the accounts there are. It is empty before Load.
type List struct {
	world World
	all   []client.Account
}

// New makes a list that has not been read.
func New(w World) *List { return &List{world: w} }

// Load reads the accounts and then calls then, unless they cannot be read.
func (l *List) Load(then func()) {
	loop.Fetch(l.world.Context, l.world.Loop, func(context.Context) ([]client.Account, error) { return l.world.Read() },
		func(all []client.Account, err error) {
			if err != nil {
				l.world.Problem(explain.Error(err))
				return
			}
			l.all = all
			l.world.Changed()
			then()
		})
}

// All are the accounts, in the order they were added.
func (l *List) All() []client.Account { return slices.Clone(l.all) }

// Find is the account of an id; ok is false when there is none.
func (l *List) Find(id string) (a client.Account, ok bool) {
	i := slices.IndexFunc(l.all, func(have client.Account) bool { return have.ID == id })
	if i < 0 {
		return client.Account{}, false
	}
	return l.all[i], true
}

// WhyNotEdit says why an account cannot be changed, "" when it can.
func (l *List) WhyNotEdit(id string) string {
	account, ok := l.Find(id)
	switch {
	case !ok:
		return i18n.T("Open an account first.")
	case account.Demo:
		return i18n.T("The demo account is built in.")
	}
	return ""
}

// WhyNotRemove says why an account cannot be removed, "" when it can.
func (l *List) WhyNotRemove(id string) string {
	if why := l.WhyNotEdit(id); why != "" {
		return why
	}
	if l.world.Busy(id) {
		return i18n.T("Files are being transferred with this account: wait for them, or cancel them first.")
	}
	return ""
}

// Remove forgets an account and its secret.
func (l *List) Remove(id string) {
	if l.WhyNotRemove(id) != "" {
		return
	}
	account, _ := l.Find(id)
	loop.Do(l.world.Context, l.world.Loop, func(ctx context.Context) error { return l.world.Remove(ctx, account) }, func(err error) {
		if err != nil {
			l.world.Problem(notRemoved(err))
			return
		}
		l.world.Removed(account)
	})
}

// notRemoved says why an account stays.
func notRemoved(err error) explain.Message {
	why := explain.Error(err)
	return explain.Message{
		Title:   i18n.T("The account was not removed"),
		Body:    strings.Join([]string{why.Title, why.Body}, "\n"),
		Hints:   []string{i18n.T("Its secret is removed first. Remove the account again, and give the passphrase when you are asked.")},
		Details: why.Details,
	}
}
