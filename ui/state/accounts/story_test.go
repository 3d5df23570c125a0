package accounts_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// A window is the accounts in a world of plain functions, with what it told of.
type window struct {
	*accounts.List
	loop *uitest.Loop

	stored  []client.Account
	secrets map[string]client.Credentials // by id
	busy    string                        // id of the account files are transferred with
	fails   error                         // what every call of the world answers
	removed []string

	problems []explain.Message
}

// sees reads one account called team, of that id.
func sees(t *testing.T) *window {
	t.Helper()
	w := &window{
		loop: &uitest.Loop{}, secrets: map[string]client.Credentials{},
		stored: []client.Account{{ID: "team", Name: "team", Endpoint: "https://cos.example.org", AccessKeyID: "AKIATEAM"}},
	}
	w.List = accounts.New(accounts.World{
		Context: t.Context(), Loop: w.loop,
		Read: func() ([]client.Account, error) { return w.stored, w.fails },
		Save: func(_ context.Context, a client.Account, c client.Credentials) (client.Account, error) {
			if w.fails == nil && a.ID == "" {
				a.ID = "new"
				w.stored, w.secrets[a.ID] = append(w.stored, a), c
			}
			return a, w.fails
		},
		Remove:  func(_ context.Context, a client.Account) error { return w.fails },
		Test:    func(context.Context, client.Account, client.Credentials) error { return w.fails },
		Busy:    func(id string) bool { return id == w.busy },
		Problem: func(m explain.Message) { w.problems = append(w.problems, m) },
		Changed: func() {},
		Saved:   func(client.Account) { w.Load(func() {}) },
		Removed: func(a client.Account) { w.removed = append(w.removed, a.ID) },
	})
	w.Load(func() {})
	w.loop.Pump()
	return w
}

func TestAnAccountIsTypedTestedAndSaved(t *testing.T) {
	w := sees(t)
	e := w.Add()
	assert.Equal(t, "https://cos.twcc.ai", e.Get(accounts.FieldEndpoint))
	assert.Equal(t, client.AddressingPath, e.Addressing())
	assert.Empty(t, e.Problems(false), "nothing is wrong before anything was typed")
	e.Save()
	assert.Len(t, e.Problems(false), 3, "name, access key, secret: each at its place")

	e.Set(accounts.FieldName, "team")
	assert.Contains(t, e.Problems(false)[accounts.FieldName], "already")
	e.Set(accounts.FieldName, " lab ")
	e.Set(accounts.FieldEndpoint, " cos.twcc.ai/")
	assert.Equal(t, accounts.PresetCOS, e.Preset(), "it is still the same service")
	a, _ := e.Account()
	assert.Equal(t, "https://cos.twcc.ai", a.Endpoint)
	e.Set(accounts.FieldEndpoint, "cos.example.org")
	a, _ = e.Account()
	assert.Equal(t, "https://cos.example.org", a.Endpoint, "a host is reached by https")
	e.Set(accounts.FieldEndpoint, "ftp://cos.example.org")
	assert.Contains(t, e.Problems(false)[accounts.FieldEndpoint], "should begin with https://")
	e.SetPreset(accounts.PresetAWS)
	e.SetPreset(accounts.PresetCompatible)
	assert.Contains(t, e.Problems(true)[accounts.FieldEndpoint], "Enter the address")
	e.Set(accounts.FieldEndpoint, "http://store.example.org/")
	assert.Contains(t, e.Warning(), "not protected")
	e.Set(accounts.FieldEndpoint, "http://127.0.0.1:9000")
	assert.Empty(t, e.Warning(), "nobody is on the way to this very machine, and nothing is refused there")
	e.Set(accounts.FieldEndpoint, "https://store.example.org/")
	assert.Empty(t, e.Warning())
	e.Set(accounts.FieldAccessKey, "AK\n")
	e.Set(accounts.FieldSecret, " hidden\n")

	w.fails = &client.Error{Op: "ListBuckets", Kind: client.KindBadCredentials, Status: 403}
	e.Test()
	assert.True(t, e.Testing())
	w.loop.Pump()
	m, ok, done := e.Tested()
	assert.True(t, done)
	assert.False(t, ok)
	assert.Equal(t, "The server did not accept the access key", m.Title)
	assert.Equal(t, accounts.FieldSecret, e.Wants())
	w.fails = nil
	e.Test()
	w.loop.Pump()
	_, ok, _ = e.Tested()
	assert.True(t, ok)

	saved := 0
	e.OnSaved = func() { saved++ }
	w.fails = errors.New("disk full")
	e.Save()
	w.loop.Pump()
	m, ok, _ = e.Tested()
	assert.False(t, ok)
	assert.Contains(t, m.Body, "Disk full.")
	assert.Zero(t, saved)
	w.fails = nil
	e.Save()
	w.loop.Pump()
	assert.Equal(t, 1, saved)
	a, found := w.Find("new")
	require.True(t, found)
	assert.Equal(t, "https://store.example.org AK", a.Endpoint+" "+a.AccessKeyID)
	assert.Equal(t, "hidden", w.secrets["new"].Secret.Reveal())
}

func TestAnAccountIsNotChangedWhereItCannotBe(t *testing.T) {
	w := sees(t)
	w.stored = append(w.stored, client.Account{ID: "demo", Name: client.DemoName, Demo: true})
	w.Load(func() {})
	w.loop.Pump()
	assert.Equal(t, "Open an account first.", w.WhyNotEdit(""))
	assert.Equal(t, "The demo account is built in.", w.WhyNotRemove("demo"))
	_, ok := w.Edit("demo")
	assert.False(t, ok)
	_, ok = w.Edit("gone")
	assert.False(t, ok)
	w.busy = "team"
	assert.Empty(t, w.WhyNotEdit("team"))
	assert.Contains(t, w.WhyNotRemove("team"), "being transferred")
	w.Remove("team")
	w.loop.Pump()
	assert.Empty(t, w.removed)
	w.busy = ""
	w.Remove("team")
	w.loop.Pump()
	assert.Equal(t, []string{"team"}, w.removed)
}

func TestAccountsThatCannotBeReadAreSaidAndTheOldOnesStay(t *testing.T) {
	w := sees(t)
	w.fails = errors.New("accounts.json is damaged")
	w.Load(func() { t.Error("they were not read") })
	w.loop.Pump()
	require.Len(t, w.problems, 1)
	assert.Contains(t, w.problems[0].Body, "ccounts.json is damaged")
	assert.Len(t, w.All(), 1)
	w.Remove("team")
	w.loop.Pump()
	require.Len(t, w.problems, 2)
	assert.Equal(t, "The account was not removed", w.problems[1].Title)
	assert.Empty(t, w.removed)
}
