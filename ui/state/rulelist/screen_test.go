package rulelist_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/rulelist"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// A screen is the list of rules over a desk in memory, and what it asks of the
// world: one account that is open, with its buckets.
type screen struct {
	t        *testing.T
	loop     *uitest.Loop
	desk     *uitest.Desk
	store    *memstore.Store
	accounts []client.Account
	session  *session.Session // nil while none is open
	bucket   string           // the one shown
	buckets  []string
	known    bool
	set      rules.Set
	setErr   error

	list      *rulelist.List
	saved     int
	conflicts int
	wrong     []explain.Message
}

var team = client.Account{Name: "team", Endpoint: "https://cos.example.org"}

// rulesOf shows some rules with an account of two buckets open.
func rulesOf(t *testing.T, all ...rules.Rule) *screen {
	t.Helper()
	r := closed(t, all...)
	var err error
	r.session, err = r.desk.Open(t.Context(), r.accounts[0])
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.session.Close(context.WithoutCancel(t.Context()))) })
	r.buckets, r.known = []string{"photos", "reports"}, true
	return r.show()
}

// closed is a screen on which no account is open and no list shown.
func closed(t *testing.T, all ...rules.Rule) *screen {
	t.Helper()
	store := uitest.NewStore("photos", "reports")
	r := &screen{t: t, loop: &uitest.Loop{}, desk: uitest.NewDesk().Add(team, store).SetRules(all...), store: store}
	var err error
	r.accounts, err = r.desk.Accounts()
	require.NoError(t, err)
	return r
}

// show begins to show the list.
func (r *screen) show() *screen {
	r.list = rulelist.New(rulelist.World{
		Context: r.t.Context(), Loop: r.loop, Book: r.desk.Rules(),
		Account: func() (client.Account, bool) {
			if r.session == nil {
				return client.Account{}, false
			}
			return r.session.Account(), true
		},
		Accounts: func() []client.Account { return r.accounts },
		Bucket:   func() string { return r.bucket },
		Buckets:  func() ([]string, bool) { return r.buckets, r.known },
		RuleSet:  func() (rules.Set, error) { return r.set, r.setErr },
		Reread: func() {
			if r.session != nil {
				r.set, r.setErr = r.session.RuleSet(r.t.Context())
			}
		},
		KMSKeys: func() func(context.Context) ([]client.Key, error) {
			if r.session == nil {
				return nil
			}
			return r.session.KMSKeys
		},
		SecretsKeptIn: func() string { return "the keyring of this computer" },
	})
	r.list.OnSaved = func() { r.saved++ }
	r.list.OnConflict = func() { r.conflicts++ }
	r.list.OnProblem = func(m explain.Message) { r.wrong = append(r.wrong, m) }
	r.loop.Pump()
	r.t.Cleanup(r.list.Close)
	return r
}

// stored is what the desk keeps.
func (r *screen) stored() []rules.Rule {
	all, err := r.desk.Rules().Rules()
	require.NoError(r.t, err)
	return all
}

func (r *screen) table() []string {
	var rows []string
	for i := range r.list.Rows() {
		rows = append(rows, r.list.Row(i).String())
	}
	return rows
}

func (r *screen) masks() []string {
	var all []string
	for i := range r.list.Rows() {
		all = append(all, r.list.Row(i).Bucket)
	}
	return all
}

// pick selects rows, counted from 0.
func (r *screen) pick(rows ...int) *screen {
	r.list.Selection().SetSelected(rows)
	return r
}

func kms(id, bucket, file string) rules.Rule {
	return rules.Rule{ID: id, Bucket: bucket, Key: file, Type: client.TypeSSEKMS, KMSKey: uitest.Key}
}
