package browser_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// A window is a browser in a world of plain functions, with what it told of and
// asked for.
type window struct {
	*browser.Browser
	t     *testing.T
	loop  *uitest.Loop
	desk  *uitest.Desk
	store *uitest.Store

	problems []explain.Message
	deletion *browser.Deletion
	wanted   int // times a bucket's name was asked for
	known    map[string][]string
	hides    bool
}

// sees shows an account with two buckets and one rule: reports* -> SSE-KMS.
func sees(t *testing.T, filled ...string) *window {
	t.Helper()
	store := uitest.NewStore("photos", "reports")
	store.Fill(100, filled...)
	desk := uitest.NewDesk().Add(client.Account{Name: "team", Endpoint: "https://cos.example.org"}, store).
		SetRules(rules.Rule{ID: "1", Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: uitest.Key})
	w := &window{t: t, loop: &uitest.Loop{}, desk: desk, store: store, known: map[string][]string{}}
	w.Browser = browser.New(browser.World{
		Context: t.Context(), Loop: w.loop, Now: time.Now,
		Problem:         func(m explain.Message) { w.problems = append(w.problems, m) },
		Heard:           func(client.Account, error, time.Time) {},
		Listed:          func(client.Account, error) {},
		NeedsBucket:     func() { w.wanted++ },
		Ask:             func(d *browser.Deletion) { w.deletion = d },
		Known:           func(a client.Account) []string { return w.known[a.Name] },
		Keep:            func(a client.Account, names []string) { w.known[a.Name] = names },
		HidesEncryption: func() bool { return w.hides },
	})
	return w.enter("team")
}

// enter shows another account.
func (w *window) enter(account string) *window {
	w.t.Helper()
	s, err := w.desk.Open(w.t.Context(), account)
	require.NoError(w.t, err)
	w.Enter(s)
	w.loop.Pump()
	return w
}

func (w *window) open(place string) *window {
	w.t.Helper()
	require.NoError(w.t, w.GoTo(place))
	w.loop.Pump()
	return w
}

func (w *window) rows() []string {
	var rows []string
	for i := range w.Rows() {
		rows = append(rows, w.Row(i).Name)
	}
	return rows
}
