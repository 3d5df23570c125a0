package transfers_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// A shown list is one over a session at a store in memory, with what it told.
type shown struct {
	*transfers.List
	testing.TB
	store     *memstore.Store
	session   *session.Session
	held      []transfers.Held
	now       *session.Session // that carries on
	loop      uitest.Loop
	ended     []string
	removed   []error
	refreshed int
	problems  []explain.Message
	path      string
	receipt   func(transfer.Receipt) error
	moved     chan struct{} // what the engines signal
	journal   func(client.Account) transfer.Journal
}

// receipts holds the first n receipts until leave is closed.
func (s *shown) receipts(n int) (entered, leave chan struct{}) {
	entered, leave = make(chan struct{}, n), make(chan struct{})
	var held atomic.Int64
	s.receipt = func(transfer.Receipt) error {
		if held.Add(1) <= int64(n) {
			entered <- struct{}{}
			<-leave
		}
		return nil
	}
	return entered, leave
}

// shows opens an account whose engine does two files at once.
func shows(tb testing.TB) *shown {
	tb.Helper()
	return showsAs(tb, nil)
}

// showsAs is shows with a journal, nil for one that hands receipts to the test.
func showsAs(tb testing.TB, journal func(client.Account) transfer.Journal) *shown {
	tb.Helper()
	s := &shown{TB: tb, journal: journal, store: uitest.NewStore("reports"), moved: make(chan struct{}, 1), path: filepath.Join(tb.TempDir(), "file")}
	require.NoError(tb, os.WriteFile(s.path, []byte("a,b\n"), 0o600))
	s.session = s.opens()
	s.now, s.held = s.session, []transfers.Held{{Account: "lab", Session: s.session}}
	s.List = transfers.New(transfers.World{
		Context: tb.Context(), Loop: &s.loop,
		Held:      func() []transfers.Held { return s.held },
		Successor: func(of *session.Session) *session.Session { return s.now },
		Problem:   func(m explain.Message) { s.problems = append(s.problems, m) },
		Ended: func(account string, r transfer.Row) {
			s.ended = append(s.ended, fmt.Sprintf("%s %s %s", account, r.Job.At().Key, r.Phase))
		},
		Removed:   func(_ string, _ client.Object, err error) { s.removed = append(s.removed, err) },
		Refreshed: func() { s.refreshed++ },
	})
	return s
}

// opens opens the account once more.
func (s *shown) opens() *session.Session {
	s.Helper()
	opened, err := session.Opener{
		Dial:        func(client.Account, client.Credentials) (client.Store, error) { return s.store, nil },
		Credentials: func(context.Context, client.Account) (client.Credentials, error) { return client.Credentials{}, nil },
		Rules:       func() ([]rules.Rule, error) { return nil, nil },
		Journal:     s.journal,
		Transfer: transfer.Config{Concurrency: 2, Journal: &transfer.Memory{Keep: func(r transfer.Receipt) error {
			if s.receipt == nil {
				return nil
			}
			return s.receipt(r)
		}}},
	}.Open(s.Context(), client.Account{Name: "lab", Endpoint: "https://s3.example.org", AccessKeyID: "AKIATEST"})
	require.NoError(s, err)
	opened.Transfers().Notify(s.moved)
	s.Cleanup(func() { assert.NoError(s, opened.Close(context.Background())) })
	return opened
}

func (s *shown) job(key string) transfer.Job {
	return transfer.Job{
		Op: transfer.Upload, From: transfer.ReadFrom(s.path), To: transfer.ObjectAt("lab", client.Location{Bucket: "reports", Key: key}, ""),
		Treatment: client.TreatmentOf(client.SSES3{}), Expect: transfer.Expect{Size: 4}, Overwrite: transfer.OverwriteAlways,
	}
}

// uploads submits uploads, and says nothing of it to the list.
func (s *shown) uploads(keys ...string) {
	s.Helper()
	_, err := s.session.Transfers().Submit(func(yield func(transfer.Job) bool) {
		for _, key := range keys {
			if !yield(s.job(key)) {
				return
			}
		}
	})
	require.NoError(s, err)
}

// waitIdle waits until nothing runs, and refreshes.
func (s *shown) waitIdle() {
	s.Helper()
	require.NoError(s, s.session.Transfers().Wait(s.Context()))
	s.Refresh()
}

// unencrypted has the server encrypt nothing.
func (s *shown) unencrypted() {
	s.store.EncryptAs(func(client.Reported) client.Reported { return client.Reported{Told: true, Type: client.TypeNone} })
}

func (s *shown) keys() (all []string) {
	for row := range s.Rows() {
		all = append(all, s.read(row).Job.At().Key)
	}
	return all
}

// read is a row once it has been read.
func (s *shown) read(row int) transfer.Row {
	for {
		r := s.Transfer(row)
		if !r.Unread {
			return r
		}
		<-s.moved
	}
}

func (s *shown) nth(row int) int { return s.Transfer(row).Nth }

func one(nth int) transfer.Range { return transfer.Range{First: nth, N: 1} }

func TestScrollingALongWayKeepsNoMoreRowsThanAScreenShows(t *testing.T) {
	s := shows(t)
	held := s.store.Hold(memstore.PutObject)
	defer held.Open()
	var keys []string
	for i := range 3 * transfers.MaxDrawn {
		keys = append(keys, fmt.Sprintf("%04d", i))
	}
	s.uploads(keys...)
	s.Refresh()
	assert.Equal(t, keys, s.keys())
	assert.LessOrEqual(t, s.Drawn(), transfers.MaxDrawn)
	s.session.Transfers().Cancel()
}

func TestRowsStandStillUntilTheNextRefresh(t *testing.T) {
	s := shows(t)
	held := s.store.Hold(memstore.PutObject)
	s.uploads("a", "b", "c", "d")
	assert.Zero(t, s.Rows(), "nobody looked yet")
	s.Refresh()
	assert.Equal(t, []string{"a", "b", "c", "d"}, s.keys())
	held.Open()
	require.NoError(t, s.session.Transfers().Wait(t.Context()))
	s.session.Transfers().Cancel()
	assert.Equal(t, []string{"a", "b", "c", "d"}, s.keys())
	assert.Equal(t, 2, s.Tally().Running, "as it was drawn")
	s.Refresh()
	assert.Equal(t, 4, s.Tally().Done)
}

func TestOneLookIsDrawnOnceHoweverMuchChanged(t *testing.T) {
	s := shows(t)
	drawn := 0
	s.OnChange = func() { drawn++ }
	s.uploads("a", "b", "c")
	s.waitIdle()
	assert.Equal(t, 1, drawn)
	assert.Equal(t, 1, s.refreshed)
	assert.Len(t, s.ended, 3)
}

func TestEachEndIsToldOnce(t *testing.T) {
	s := shows(t)
	s.uploads("a")
	s.waitIdle()
	s.Refresh()
	assert.Equal(t, []string{"lab a done"}, s.ended)
	s.store.Before(memstore.Failing(client.KindDenied, memstore.PutObject))
	s.uploads("b")
	s.waitIdle()
	s.store.Before(nil)
	s.Do(transfers.Retry, nil)
	s.waitIdle()
	assert.Equal(t, []string{"lab a done", "lab b failed", "lab b done"}, s.ended, "a retry ends anew")
}

func TestSelectedRowsStaySelectedWhereverTheyMove(t *testing.T) {
	s := shows(t)
	held := s.store.Hold(memstore.PutObject)
	var keys []string
	for i := range 3000 {
		keys = append(keys, fmt.Sprintf("%04d", i))
	}
	s.uploads(keys...)
	s.Refresh()
	s.Selection.Only(0)
	s.Selection.Toggle(1500)
	s.Selection.Toggle(2999)
	s.session.Transfers().Pause() // what ran goes to what waits
	require.NoError(t, s.session.Transfers().Wait(t.Context()))
	s.session.Transfers().Cancel(one(s.nth(1500)))
	s.Refresh()
	selected := func() (all []string) {
		for row := range s.Selection.All() {
			all = append(all, s.read(row).Job.At().Key)
		}
		return all
	}
	assert.Equal(t, []string{"0000", "2999", "1500"}, selected())
	assert.Equal(t, "2999", s.Transfer(s.Selection.Cursor()).Job.At().Key)
	held.Open()
	s.Do(transfers.Cancel, nil)
	s.session.Transfers().Clear(one(s.nth(2999)))
	s.Refresh()
	assert.Equal(t, []string{"0000", "1500"}, selected(), "what is gone is not selected")
}

func TestAListReadAnewKeepsItsSelectionAndTellsNoEndTwice(t *testing.T) {
	s := shows(t)
	var keys []string
	for i := range 3000 {
		keys = append(keys, fmt.Sprintf("%04d", i))
	}
	for _, key := range keys {
		j := s.job(key)
		j.Treatment = client.Treatment{} // refused, and so over
		_, err := s.session.Transfers().Submit(func(yield func(transfer.Job) bool) { yield(j) })
		require.NoError(t, err)
	}
	s.Refresh()
	require.Len(t, s.ended, 3000)
	s.Selection.Only(2999)
	s.session.Transfers().Clear(transfer.Range{N: 7}, transfer.Range{First: 8, N: 2991})
	s.Refresh()
	assert.Equal(t, []string{"0007", "2999"}, s.keys())
	assert.True(t, s.Selection.Contains(1))
	assert.Len(t, s.ended, 3000)
}

func TestEachVerbForAllCanBeUsedWhenItCanOnOneRow(t *testing.T) {
	s := shows(t)
	verbs := []transfers.Verb{
		transfers.Retry, transfers.Cancel, transfers.Pause, transfers.Resume, transfers.Keep, transfers.Accept, transfers.Clear, transfers.Remove,
	}
	agree := func(when string) {
		t.Helper()
		for _, v := range verbs {
			one := false
			for row := range s.Rows() {
				one = one || s.WhyNot(v, []int{row}) == ""
			}
			assert.Equal(t, one, s.WhyNot(v, nil) == "", "%s, %s", v, when)
		}
	}
	agree("nothing there")
	held := s.store.Hold(memstore.PutObject)
	s.uploads("a", "b", "c")
	s.Refresh()
	agree("running and waiting")
	s.Do(transfers.Pause, nil)
	require.NoError(t, s.session.Transfers().Wait(t.Context()))
	s.Refresh()
	agree("paused")
	held.Open()
	s.Do(transfers.Resume, nil)
	s.waitIdle()
	agree("done")
	s.Do(transfers.Clear, nil)
	assert.Zero(t, s.Rows())
	s.unencrypted()
	s.uploads("a", "b")
	s.waitIdle()
	agree("not encrypted")
	s.Do(transfers.Keep, nil)
	assert.Equal(t, 2, s.Tally().Kept)
	assert.NotEmpty(t, s.WhyNot(transfers.Retry, nil), "what was decided is not undone in passing")
	assert.Empty(t, s.WhyNot(transfers.Retry, []int{0, 1}), "but by name")
	s.Do(transfers.Remove, nil)
	assert.Zero(t, s.Rows())
}

func TestWhatReplacedAnObjectCountsThoughItsRowIsCleared(t *testing.T) {
	s := shows(t)
	s.unencrypted()
	s.uploads("a")
	s.waitIdle()
	in := client.Location{Bucket: "reports"}
	require.Len(t, s.UnprovenIn("lab", in), 1)
	assert.Empty(t, s.UnprovenIn("other", in))
	assert.Empty(t, s.UnprovenIn("lab", client.Location{Bucket: "reports", Key: "sub/"}))

	s.store.EncryptAs(nil)
	held := s.store.Hold(memstore.PutObject)
	s.uploads("a")
	s.Refresh()
	assert.Empty(t, s.UnprovenIn("lab", in), "it is about to be replaced")
	s.Do(transfers.Cancel, []int{0})
	s.waitIdle()
	require.Len(t, s.UnprovenIn("lab", in), 1, "it was not")
	held.Open()
	s.uploads("a")
	s.waitIdle()
	assert.Empty(t, s.UnprovenIn("lab", in))
	s.Do(transfers.Clear, nil)
	assert.Empty(t, s.UnprovenIn("lab", in))
	u, ok := s.Unproven(0)
	require.True(t, ok)
	assert.Equal(t, "Another upload has replaced it since.", u.WhyNotDelete())
}

func TestOfTwoUploadsThatEndTogetherTheLaterOneIsThere(t *testing.T) {
	s := shows(t)
	s.unencrypted()
	held := s.store.Hold(memstore.PutObject)
	s.uploads("a")
	s.uploads("a")
	s.Refresh()
	held.Open()
	s.waitIdle()
	left := s.UnprovenIn("lab", client.Location{Bucket: "reports"})
	require.Len(t, left, 1, "one object is there, not two")
	var last transfer.Row
	for row := range s.Rows() {
		if r := s.Transfer(row); last.Receipt == nil || r.Receipt.VerifiedAt.After(last.Receipt.VerifiedAt) {
			last = r
		}
	}
	s.SelectUnproven(left)
	assert.Equal(t, last.Nth, s.Transfer(s.Selection.Cursor()).Nth)
}

func TestAnUploadThatEndsLateIsNotWhatIsThere(t *testing.T) {
	s := shows(t)
	s.unencrypted()
	entered, leave := s.receipts(1)
	s.uploads("a")
	<-entered
	s.store.EncryptAs(nil)
	other := s.opens()
	s.held = append(s.held, transfers.Held{Account: "lab", Session: other})
	_, err := other.Transfers().Submit(func(yield func(transfer.Job) bool) { yield(s.job("a")) })
	require.NoError(t, err)
	require.NoError(t, other.Transfers().Wait(t.Context()))
	s.Refresh()
	require.Equal(t, 1, s.Tally().Done)
	close(leave)
	s.waitIdle()
	assert.Equal(t, 1, s.Tally().Failed)
	assert.Empty(t, s.UnprovenIn("lab", client.Location{Bucket: "reports"}), "the other was verified after it")
}

func TestWhatFailedGoesOnAsTheAccountIsNow(t *testing.T) {
	s := shows(t)
	s.store.Before(memstore.Failing(client.KindDenied, memstore.PutObject))
	s.uploads("a", "b")
	s.waitIdle()
	s.now = nil
	assert.NotEmpty(t, s.WhyNot(transfers.Retry, nil), "its account is not open")
	s.store.Before(nil)
	s.now = s.opens()
	s.held = append(s.held, transfers.Held{Account: "lab", Session: s.now})
	s.Do(transfers.Retry, []int{1})
	s.loop.Pump()
	require.NoError(t, s.now.Transfers().Wait(t.Context()))
	s.Refresh()
	assert.Equal(t, []string{"a", "b"}, s.keys())
	assert.Equal(t, 1, s.session.Transfers().Summary().Rows())
	require.NoError(t, s.now.Close(t.Context()))
	s.Do(transfers.Retry, nil)
	s.loop.Pump()
	assert.Len(t, s.problems, 1, "an account that is being closed takes no more")

	s.held = s.held[1:]
	s.Refresh()
	assert.Equal(t, []string{"b"}, s.keys(), "an account that is gone takes its rows with it")
}

func TestWhatAnAccountLeftIsReplacedByTheAccountAsItIsNow(t *testing.T) {
	s := shows(t)
	s.unencrypted()
	s.uploads("a")
	s.waitIdle()
	held := s.store.Hold(memstore.PutObject)
	defer held.Open()
	s.uploads("b")
	s.Refresh()
	in := client.Location{Bucket: "reports"}
	assert.Len(t, s.UnprovenIn("lab", in), 1)
	assert.True(t, s.IsBusy("lab"))
	assert.False(t, s.IsBusy("group"))
	u, _ := s.Unproven(1)
	later := s.opens()
	s.held = append(s.held, transfers.Held{Account: "lab", Session: later})
	_, err := later.Transfers().Submit(func(yield func(transfer.Job) bool) { yield(s.job("a")) })
	require.NoError(t, err)
	s.Refresh()
	assert.Empty(t, s.UnprovenIn("lab", in), "the account as it is now writes there")
	later.Transfers().Cancel()
	require.NoError(t, later.Transfers().Wait(t.Context()))
	s.Refresh()
	u.Delete()
	s.loop.Pump()
	assert.Equal(t, []error{nil}, s.removed)
	s.held = nil
	s.Refresh()
	assert.Equal(t, "Its account is not open any more.", u.WhyNotDelete())
	u.Retry()
	u.Keep()
	assert.NotEmpty(t, u.WhyNotRetry())
}

func TestAnAccountIsSilentWhenNoneOfItsTransfersHearsAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shows(t)
		s.store.Before(func(ctx context.Context, c memstore.Call) error {
			if c.Op == memstore.PutObject {
				client.MonitorOf(ctx).Asked(1, 5) // as whoever speaks to a network does
			}
			return nil
		})
		held := s.store.Hold(memstore.PutObject)
		s.uploads("a")
		synctest.Wait()
		time.Sleep(4 * time.Second)
		s.Refresh()
		assert.Zero(t, s.Silence("lab"), "a moment is no silence")
		time.Sleep(8 * time.Second)
		assert.Equal(t, 12*time.Second, s.Silence("lab"))
		assert.Zero(t, s.Silence("other"))
		s.uploads("b")
		synctest.Wait()
		s.Refresh()
		assert.Zero(t, s.Silence("lab"), "another goes on")
		held.Open()
		s.waitIdle()
		assert.Zero(t, s.Silence("lab"))
	})
}

func TestAVerbForSomeRowsFindsThoseItAppliesTo(t *testing.T) {
	s := shows(t)
	held := s.store.Hold(memstore.PutObject)
	s.uploads("a", "b", "c", "d")
	s.Refresh()
	s.Do(transfers.Pause, []int{2})
	assert.NotEmpty(t, s.WhyNot(transfers.Resume, []int{0, 1, 3}))
	assert.Empty(t, s.WhyNot(transfers.Resume, []int{1, 2}))
	assert.Empty(t, s.WhyNot(transfers.Resume, []int{0, 1, 2, 3}), "all, by name")
	assert.NotEmpty(t, s.WhyNot(transfers.Clear, []int{0, 1, 2, 3}))
	assert.NotEmpty(t, s.WhyNot(transfers.Cancel, []int{7, -1}), "there are no such rows")
	s.Do(transfers.Cancel, []int{2, 3})
	assert.Equal(t, 2, s.Tally().Other)
	held.Open()
	s.waitIdle()
	s.Do(transfers.Retry, []int{0, 1, 2, 3})
	s.waitIdle()
	assert.Equal(t, 4, s.Tally().Done)
}
