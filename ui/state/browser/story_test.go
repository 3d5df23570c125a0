package browser_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
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
	store *memstore.Store

	problems []explain.Message
	deletion *browser.Deletion
	wanted   int // times a bucket's name was asked for
	known    map[string][]string
	hides    bool
	heard    []string // accounts whose server answered
}

// sees shows an account with two buckets and one rule: reports* -> SSE-KMS.
func sees(t *testing.T, filled ...string) *window {
	t.Helper()
	store := uitest.NewStore("photos", "reports")
	store.Fill(100, filled...)
	desk := uitest.NewDesk().Add(client.Account{Name: "team", Endpoint: "https://cos.example.org"}, store).
		SetRules(rules.Rule{ID: "1", Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: uitest.Key})
	w := &window{t: t, loop: &uitest.Loop{}, desk: desk, store: store, known: map[string][]string{}}
	w.Browser = browser.New(w.world())
	return w.enter("team")
}

// world is what the browsers of a window are told and ask.
func (w *window) world() browser.World {
	return browser.World{
		Context: w.t.Context(), Loop: w.loop, Now: time.Now,
		Problem:         func(m explain.Message) { w.problems = append(w.problems, m) },
		Heard:           func(a client.Account, _ error, _ time.Time) { w.heard = append(w.heard, a.Name) },
		Listed:          func(client.Account, error) {},
		NeedsBucket:     func() { w.wanted++ },
		Ask:             func(d *browser.Deletion) { w.deletion = d },
		Known:           func(a client.Account) []string { return w.known[a.Name] },
		Keep:            func(a client.Account, names []string) { w.known[a.Name] = names },
		HidesEncryption: func() bool { return w.hides },
	}
}

// enter shows another account.
func (w *window) enter(account string) *window {
	w.t.Helper()
	s, err := w.desk.Open(w.t.Context(), client.Account{ID: account})
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

func TestTwoBrowsersShowTwoAccountsSideBySide(t *testing.T) {
	left := sees(t, "photos/cat.jpg").open("photos")
	store := uitest.NewStore("archive")
	store.Fill(1, "archive/2019/a.csv", "archive/b.csv")
	left.desk.Add(client.Account{Name: "other", Endpoint: "https://s3.example.net"}, store)
	s, err := left.desk.Open(t.Context(), client.Account{ID: "other"})
	require.NoError(t, err)
	right := browser.New(left.world())
	right.Enter(s)
	left.loop.Pump()
	left.heard = nil
	require.NoError(t, right.GoTo("https://s3.example.net/archive/"))
	left.loop.Pump()

	assert.Equal(t, "photos", left.At().Bucket)
	assert.Equal(t, []string{"cat.jpg"}, left.rows())
	assert.Equal(t, "archive", right.At().Bucket)
	assert.Equal(t, "2019/", right.Row(0).Name)
	assert.Equal(t, []string{"other"}, left.heard, "the answer is said to be that of its own server")
	require.Error(t, left.GoTo("https://s3.example.net/archive/"), "the address is not of this account")

	right.Selection().Only(0)
	assert.Empty(t, left.Selected())
	right.Enter(nil)
	assert.Equal(t, []string{"cat.jpg"}, left.rows(), "to leave one account leaves the other")
}
