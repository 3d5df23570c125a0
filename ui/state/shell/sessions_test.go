package shell_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// renames changes the open account's name and region.
func (s *screen) renames(to string) {
	s.t.Helper()
	e, ok := s.Accounts.Edit(s.Current())
	require.True(s.t, ok)
	e.Set(accounts.FieldName, to)
	e.Set(accounts.FieldRegion, "r2")
	e.Save()
	s.loop.Pump()
	require.Equal(s.t, to, s.CurrentName())
}

func TestEditingAnAccountKeepsItsTransfers(t *testing.T) {
	s := sees(t).open("reports")
	held := s.store.Hold(memstore.PutObject)
	s.Upload([]string{s.file("a.csv", "a"), s.file("b.csv", "b"), s.file("c.csv", "c")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "two are running", func() bool { return s.Transfers.Tally().Running == 2 })
	before := s.Session()
	s.renames("group")
	assert.NotSame(t, before, s.Session())
	assert.Equal(t, "Running 2  |  Waiting 1", s.Transfers.Tally().String())
	s.renames("group 2")
	s.open("reports")
	held.Open()
	s.waitIdle()
	assert.Equal(t, "Done 3", s.Transfers.Tally().String())
	assert.Equal(t, []string{"a.csv", "b.csv", "c.csv"}, s.rows(), "they land in the folder shown")
	s.Transfers.Do(transfers.Clear, nil)
	s.loop.Pump()
	assert.Equal(t, 0, s.Transfers.Rows())
}

func TestWhatFailedIsTriedAgainAsTheAccountIsNow(t *testing.T) {
	s := sees(t).open("reports")
	s.store.Before(memstore.Failing(client.KindBadCredentials, memstore.PutObject))
	s.uploads("a.csv")
	before := s.Session()
	s.renames("group")
	require.Equal(t, 1, s.Transfers.Rows(), "what failed stays in sight")
	s.store.Before(nil)
	s.Transfers.Do(transfers.Retry, []int{0})
	s.waitIdle()
	require.Equal(t, 1, s.Transfers.Rows())
	assert.Equal(t, "Verified, SSE-KMS "+short, s.Transfers.Row(0).State)
	assert.Zero(t, before.Transfers().Summary().Rows(), "it went over")
	assert.Equal(t, 1, s.Session().Transfers().Summary().Rows())
}

func TestWhatLiesUnprovenMayBeDeletedAfterItsAccountWasChanged(t *testing.T) {
	s := dropsEncryption(t)
	s.renames("group")
	s.open("reports")
	assert.Equal(t, "1 object here is NOT encrypted", s.unprovenText())
	s.unproven(0).Delete()
	s.loop.Pump()
	assert.Empty(t, s.rows())
	assert.Empty(t, s.unprovenText())
}

func TestABucketOpenedByItsNameStaysOnTheListAlsoWhenItsAccountIsRenamed(t *testing.T) {
	s := sees(t)
	store := uitest.NewStore("secret")
	store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.ListBuckets {
			return &client.Error{Op: string(c.Op), Kind: client.KindDenied, Status: 403}
		}
		return nil
	})
	s.desk.Add(client.Account{Name: "guest", Endpoint: "https://cos.example.org"}, store)
	asked := 0
	s.OnBucketWanted = func() { asked++ }
	s.Open("guest")
	s.loop.Pump()
	assert.Equal(t, 1, asked)
	assert.Equal(t, "This account may not list its buckets.", s.Status()[0].Tip)

	s.Browser.OpenBucket("secret")
	s.loop.Pump()
	p, err := s.desk.Preferences()
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"guest": {"secret"}}, p.Buckets)
	s.Start() // the accounts are read anew
	s.loop.Pump()
	s.renames("visitor")
	assert.Equal(t, []string{"secret"}, s.Browser.BucketNames())
	assert.Equal(t, 1, asked, "it is known now")
}

// A lateLoop keeps back the answer to the first thing that is asked when late.
type lateLoop struct {
	*uitest.Loop
	late   bool
	answer func()
}

func (l *lateLoop) Start(ctx context.Context, work func(context.Context) func()) {
	if !l.late {
		l.Loop.Start(ctx, work)
		return
	}
	l.late = false
	l.answer = work(ctx)
}

func TestAnAccountThatWasChangedWhileItWasOpenedIsOpenedAsItIsNow(t *testing.T) {
	loop := &lateLoop{Loop: &uitest.Loop{}}
	desk := uitest.NewDesk().Add(client.Account{Name: "first", Endpoint: "https://cos.example.org"}, uitest.NewStore()).
		Add(client.Account{Name: "team", Endpoint: "https://cos.example.org"}, uitest.NewStore())
	a := shell.New(desk, loop, nil)
	a.Start()
	loop.Pump()
	loop.late = true
	a.Open("team")
	e, ok := a.Accounts.Edit("team")
	require.True(t, ok)
	e.Set(accounts.FieldRegion, "r2")
	e.Save()
	loop.Work()
	loop.Apply() // it is saved, and not yet opened anew
	loop.answer()
	loop.Pump()
	require.NotNil(t, a.Session())
	assert.Equal(t, "r2", a.Session().Account().Region)
	a.Open("first")
	loop.Pump()
	a.Open("team")
	loop.Pump()
	assert.Equal(t, "r2", a.Session().Account().Region, "the other one is not held either")
}

func TestTransfersGoOnWhileAnotherAccountIsShown(t *testing.T) {
	s := sees(t).open("reports")
	s.desk.Add(client.Account{Name: "other", Endpoint: "http://plain.example.org"}, s.store)
	held := s.store.Hold(memstore.PutObject)
	s.Upload([]string{s.file("a", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == 1 })
	s.Open("other")
	s.loop.Pump()
	assert.Equal(t, "other", s.Session().Account().Name)
	assert.Equal(t, 1, s.Transfers.Tally().Running)
	held.Open()
	s.waitIdle()
	assert.Equal(t, "Done 1", s.Transfers.Tally().String())
	assert.Equal(t, 0, s.Browser.Rows(), "it was another account's upload")
}

func TestThreeBusyAccountsAreDrawnNoMoreOftenThanOne(t *testing.T) {
	s := sees(t).open("reports")
	held := s.store.Hold(memstore.PutObject)
	for i, name := range []string{"team", "second", "third"} {
		if i > 0 {
			s.desk.Add(client.Account{Name: name, Endpoint: "https://cos.example.org"}, s.store)
			s.Open(name)
			s.loop.Pump()
			s.open("reports")
		}
		s.Upload([]string{s.file("a"+name, "a")})
		s.loop.Pump()
		s.confirm.Start()
		s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == i+1 })
	}
	assert.LessOrEqual(t, s.loop.MostRefreshes(), 10.0, "a second")
	held.Open()
	s.waitIdle()
	assert.Equal(t, "Done 3", s.Transfers.Tally().String(), "each account's transfers are followed")
}

func TestTheEndOfTheProgramLeavesNoTransferBehind(t *testing.T) {
	s := sees(t).open("reports")
	s.store.Hold(memstore.PutObject)
	s.Upload([]string{s.file("a", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == 1 })
	engine := s.Session().Transfers()
	s.Finish()
	assert.Equal(t, transfer.Cancelled, engine.AppendRows(nil, 0, 1)[0].Phase)
	assert.Empty(t, s.store.Names("reports"))
	require.Error(t, s.Context().Err(), "answers on their way are dropped")
}

func TestARowKeepsItsPlaceWhenItsAccountIsChanged(t *testing.T) {
	s := sees(t).open("reports")
	s.desk.Add(client.Account{Name: "other", Endpoint: "https://cos.example.org"}, s.store)
	s.Accounts.Load(func() {})
	s.loop.Pump()
	s.uploads("first.csv")
	s.Open("other")
	s.loop.Pump()
	s.open("reports")
	s.uploads("second.csv")
	s.Open("team")
	s.loop.Pump()
	s.renames("group")
	assert.Equal(t, "first.csv", s.Transfers.Row(0).Name)
	assert.Equal(t, "second.csv", s.Transfers.Row(1).Name)
}
