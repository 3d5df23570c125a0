package accountbook_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/accountbook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/faults"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// house is one user's settings folder and keyring, which outlive a run.
type house struct {
	t       *testing.T
	dir     string
	ring    *ring
	vault   bool  // there is no keyring: secrets go into a vault
	refused error // what whoever is asked for the passphrase answers
}

func newHouse(t *testing.T, vault bool) *house {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o700))
	return &house{t: t, dir: dir, ring: &ring{entries: map[string]string{}}, vault: vault}
}

// run opens the house, with faults unless run is nil.
func (h *house) run(run *faults.Run) (accountbook.Book, *settings.Store, *keychain.Keychain) {
	h.t.Helper()
	o := keychain.Options{Backend: h.ring, WorkFactor: 1, Passphrase: func(context.Context, keychain.Question) (client.Secret, error) {
		return client.NewSecret("p"), h.refused
	}}
	open := settings.Open
	if run != nil {
		o.Backend, o.Disk = run.Keyring(h.ring), run
		open = func(dir string) (*settings.Store, error) { return settings.OpenOn(run, dir) }
	}
	if h.vault {
		o.Backend, o.VaultFile = keychain.NoKeyring, filepath.Join(h.dir, "secrets.age")
	}
	s, err := open(h.dir)
	require.NoError(h.t, err)
	k := keychain.Open(h.t.Context(), o)
	return accountbook.Book{Settings: s, Secrets: k}, s, k
}

func (h *house) book() accountbook.Book { b, _, _ := h.run(nil); return b }

func (h *house) find(name string) client.Account {
	h.t.Helper()
	a, err := h.book().Find(name)
	require.NoError(h.t, err)
	return a
}

func (h *house) names() []string {
	h.t.Helper()
	_, s, _ := h.run(nil)
	all, err := s.Accounts()
	require.NoError(h.t, err)
	names := []string{}
	for _, a := range all {
		names = append(names, a.Name)
	}
	return names
}

// secret is what is kept for an account, "" for nothing.
func (h *house) secret(a client.Account) string {
	h.t.Helper()
	_, _, k := h.run(nil)
	c, err := k.AccountCredentials(h.t.Context(), a)
	if err != nil {
		require.ErrorIs(h.t, err, keychain.ErrNotFound)
	}
	return c.Secret.Reveal()
}

func (h *house) setRules(all ...rules.Rule) {
	h.t.Helper()
	_, s, _ := h.run(nil)
	require.NoError(h.t, s.UpdateRules(false, func([]rules.Rule) ([]rules.Rule, error) { return all, nil }))
}

// decide says what an upload of an account into reports would ask for, undecided
// where it is refused.
func (h *house) decide(a client.Account) client.EncryptionType {
	h.t.Helper()
	b, s, k := h.run(nil)
	set, err := session.Opener{Rules: s.Rules, CustomerKey: k.CustomerKey, KeptKeys: s.KeptKeys, Current: b.Current}.RuleSet(h.t.Context(), a)
	if err != nil {
		return client.TypeUndecided
	}
	return set.Decide(rules.File{}, client.Location{Bucket: "reports", Key: "a"}).Treatment.Type
}

// ring is a keyring in memory.
type ring struct {
	mu      sync.Mutex
	entries map[string]string
}

func (r *ring) Get(_, user string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.entries[user]; ok {
		return v, nil
	}
	return "", keyring.ErrNotFound
}

func (r *ring) Set(_, user, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[user] = secret
	return nil
}

func (r *ring) Delete(_, user string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, user)
	return nil
}

func (r *ring) all() map[string]string { return maps.Clone(r.entries) }
