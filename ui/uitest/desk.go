package uitest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// Desk is a shell.Desk in memory: accounts over stores, rules, keys.
type Desk struct {
	// Journal keeps the transfers of an account; nil: they end with its session.
	Journal func(client.Account) transfer.Journal

	mu          sync.Mutex
	accounts    []client.Account
	stores      map[string]*memstore.Store
	secrets     map[string]client.Credentials
	rules       []rules.Rule
	keys        map[string]client.CustomerKey
	preferences preferences.Window
	limitRate   int64
	// Fail is asked before each call by its name; nil never fails.
	Fail func(call string) error
	// Note tells the screen what is worth knowing of what is kept of transfers.
	Note func(client.Text)
	// Saved counts how often preferences were saved.
	Saved int
}

// NewDesk makes a desk without accounts.
func NewDesk() *Desk {
	return &Desk{stores: map[string]*memstore.Store{}, secrets: map[string]client.Credentials{}, keys: map[string]client.CustomerKey{}}
}

// Add gives the desk an account over a store. Without an id, its name is its id.
func (d *Desk) Add(a client.Account, s *memstore.Store) *Desk {
	if a.AccessKeyID == "" && a.NeedsSecret() {
		a.AccessKeyID = "AKIATEST"
	}
	if a.ID == "" {
		a.ID = a.Name
	}
	d.accounts, d.stores[a.ID] = append(d.accounts, a), s
	return d
}

// SetRules replaces the rules.
func (d *Desk) SetRules(all ...rules.Rule) *Desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rules = all
	return d
}

// SetPreferences replaces the preferences.
func (d *Desk) SetPreferences(p preferences.Window) *Desk {
	d.preferences = p
	return d
}

// Credentials are what an account was saved with.
func (d *Desk) Credentials(id string) client.Credentials { return d.secrets[id] }

func (d *Desk) enter(call string) error {
	if d.Fail != nil {
		return d.Fail(call)
	}
	return nil
}

// Accounts lists the accounts.
func (d *Desk) Accounts() ([]client.Account, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.accounts), d.enter("accounts")
}

// SaveAccount adds or changes an account. A new one's id is its name.
func (d *Desk) SaveAccount(_ context.Context, a client.Account, c client.Credentials) (client.Account, error) {
	if err := d.enter("save account"); err != nil {
		return a, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.ID == "" {
		a.ID = a.Name
		d.accounts, d.stores[a.ID] = append(d.accounts, a), cmp.Or(d.stores[a.ID], NewStore())
	} else {
		d.accounts[slices.IndexFunc(d.accounts, func(have client.Account) bool { return have.ID == a.ID })] = a
	}
	if c.Secret.IsZero() {
		c.Secret = d.secrets[a.ID].Secret
	}
	d.secrets[a.ID] = c
	return a, nil
}

// RemoveAccount forgets an account.
func (d *Desk) RemoveAccount(_ context.Context, was client.Account) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enter("remove account"); err != nil {
		return err // the account stays
	}
	d.accounts = slices.DeleteFunc(d.accounts, func(a client.Account) bool { return a.ID == was.ID })
	return nil
}

// TestAccount works unless Fail says otherwise.
func (d *Desk) TestAccount(context.Context, client.Account, client.Credentials) error {
	return d.enter("test account")
}

// Open opens an account over its store.
func (d *Desk) Open(ctx context.Context, wanted client.Account) (*session.Session, error) {
	if err := d.enter("open"); err != nil {
		return nil, err
	}
	d.mu.Lock()
	i := slices.IndexFunc(d.accounts, func(a client.Account) bool { return a.ID == wanted.ID })
	d.mu.Unlock()
	if i < 0 {
		return nil, fmt.Errorf("there is no account %q", wanted.ID)
	}
	o := session.Opener{
		Journal: d.Journal,
		Dial: func(a client.Account, _ client.Credentials) (client.Store, error) {
			return d.stores[a.ID].WithKMS(), nil
		},
		Credentials: func(context.Context, client.Account) (client.Credentials, error) { return client.Credentials{}, nil },
		Rules:       d.Rules().Rules,
		CustomerKey: func(_ context.Context, md5 string, _ ...string) (client.CustomerKey, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if k, ok := d.keys[md5]; ok {
				return k, nil
			}
			return client.CustomerKey{}, fmt.Errorf("no key with MD5 %s", md5)
		},
		Transfer: transfer.Config{Concurrency: 2},
		Now:      func() time.Time { return Epoch },
	}
	return o.Open(ctx, d.accounts[i])
}

// SecretsKeptIn is the keyring.
func (d *Desk) SecretsKeptIn() string { return "the keyring of this computer" }

// Rules are the desk's rules and keys.
func (d *Desk) Rules() rulebook.Book {
	return rulebook.Book{Storage: storage{d}, Keys: keyring{d}, KeyIndex: keyIndex{}}
}

// CustomerKey is a key kept, by its MD5.
func (d *Desk) CustomerKey(md5 string) client.CustomerKey {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keys[md5]
}

// OnNote remembers whom to tell.
func (d *Desk) OnNote(tell func(client.Text)) { d.Note = tell }

// Preferences are those set or saved.
func (d *Desk) Preferences() (preferences.Window, error) {
	return d.preferences, d.enter("preferences")
}

// TransferPreferences are the defaults, but for the limit that was set.
func (d *Desk) TransferPreferences() (preferences.Transfers, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return preferences.Transfers{LimitRate: d.limitRate}, d.enter("preferences")
}

// LimitRate keeps a limit.
func (d *Desk) LimitRate(bytes int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter("limit rate")
	if err == nil {
		d.limitRate = bytes
	}
	return err
}

// SavePreferences keeps them.
func (d *Desk) SavePreferences(p preferences.Window) error {
	d.preferences = p
	d.Saved++
	return d.enter("save preferences")
}
