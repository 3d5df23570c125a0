package state_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

func TestTransfersArePausedResumedCancelledRetriedAndCleared(t *testing.T) {
	s := sees(t).open("reports")
	held := s.store.Hold(memstore.PutObject)
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Pause, nil))
	s.Drop([]string{s.file("a", "a"), s.file("b", "b"), s.file("c", "c")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "two are running", func() bool { return s.Transfers.Tally().Running == 2 })
	assert.Equal(t, "Running 2  |  Waiting 1", s.Transfers.Tally().String())
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Clear, nil))
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Retry, nil))

	s.Transfers.Do(transfers.Pause, []int{2})
	assert.Equal(t, "Paused", s.Transfers.Row(2).State)
	s.Transfers.Do(transfers.Cancel, []int{0})
	s.loop.Until(t, "the first is cancelled, and stands behind what runs and waits", func() bool { return s.Transfers.Row(2).State == "Cancelled" })
	held.Open()
	s.Transfers.Do(transfers.Resume, nil)
	s.loop.Until(t, "the others are done", func() bool { return s.Transfers.Tally().Done == 2 })
	assert.Equal(t, "Cancelled", s.Transfers.Row(0).State, "rows that are over stand as they were submitted")
	s.Transfers.Do(transfers.Retry, []int{0})
	s.settled()
	assert.Equal(t, "Done 3", s.Transfers.Tally().String())
	assert.Equal(t, []string{"a", "b", "c"}, s.rows())
	s.Transfers.Do(transfers.Clear, nil)
	assert.Equal(t, 0, s.Transfers.Rows())
}

func TestAnAccountThatIsAddedIsOpened(t *testing.T) {
	s := sees(t)
	e := s.Accounts.Add()
	e.Set(accounts.FieldName, "lab")
	e.Set(accounts.FieldEndpoint, "https://store.example.org/")
	e.Set(accounts.FieldAccessKey, "AK")
	e.Set(accounts.FieldSecret, "hidden")
	e.Test()
	s.loop.Pump()
	_, ok, _ := e.Tested()
	assert.True(t, ok)
	e.Save()
	s.loop.Pump()
	assert.Equal(t, "lab", s.CurrentName())
	assert.Equal(t, "hidden", s.desk.Credentials(s.Current()).Secret.Reveal())
	assert.Equal(t, "https://store.example.org", s.Session().Account().Endpoint)
}

func TestEditingAnAccountKeepsTheSecretThatIsNotTyped(t *testing.T) {
	s := sees(t)
	e, ok := s.Accounts.Edit("team")
	require.True(t, ok)
	e.Set(accounts.FieldName, "group")
	assert.Empty(t, e.WhyNotSave())
	_, c := e.Account()
	assert.True(t, c.Secret.IsZero())
	e.Save()
	s.loop.Pump()
	assert.Equal(t, "group", s.CurrentName())
	require.Len(t, s.Accounts.All(), 1)
}

func TestAnAccountIsNotRemovedUnderItsTransfers(t *testing.T) {
	s := sees(t).open("reports")
	held := s.store.Hold(memstore.PutObject)
	s.Drop([]string{s.file("a", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == 1 })
	assert.Contains(t, s.WhyNotRemoveAccount(), "being transferred")
	assert.Empty(t, s.WhyNotEditAccount())
	held.Open()
	s.settled()
	assert.Empty(t, s.WhyNotRemoveAccount())
	s.RemoveAccount()
	s.loop.Pump()
	assert.Empty(t, s.Accounts.All())
	assert.Equal(t, "No account is open", s.Browser.Empty().Title)
}

func TestTransfersGoOnWhileAnotherAccountIsShown(t *testing.T) {
	s := sees(t).open("reports")
	s.desk.Add(client.Account{Name: "other", Endpoint: "http://plain.example.org"}, s.store)
	held := s.store.Hold(memstore.PutObject)
	s.Drop([]string{s.file("a", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == 1 })
	s.Open("other")
	s.loop.Pump()
	assert.Equal(t, "other", s.Session().Account().Name)
	assert.Equal(t, 1, s.Transfers.Tally().Running)
	held.Open()
	s.settled()
	assert.Equal(t, "Done 1", s.Transfers.Tally().String())
	assert.Equal(t, 0, s.Browser.Rows(), "it was another account's upload")
}

func TestTheStatusLineSaysHowTheConnectionIs(t *testing.T) {
	s := sees(t).open("reports")
	line := s.Status()
	assert.Equal(t, "Connected: team @ cos.example.org", line[0].Text)
	assert.Equal(t, "TLS", line[1].Text)
	assert.Contains(t, line[2].Text, "Here: rule 1")

	s.store.Before(func(_ context.Context, c memstore.Call) error {
		return &client.Error{Op: string(c.Op), Kind: client.KindNetwork, Err: errors.New("refused")}
	})
	s.Browser.RefreshBuckets()
	s.loop.Pump()
	assert.Equal(t, "Not connected: team @ cos.example.org", s.Status()[0].Text)
	assert.Equal(t, explain.RoleBad, s.Status()[0].Role)
}

func TestAnAccountThatCannotBeOpenedSaysWhyAndLeavesNothingOpen(t *testing.T) {
	s := sees(t)
	s.desk.Add(client.Account{Name: "broken"}, s.store)
	s.desk.Fail = func(call string) error {
		if call == "open" {
			return errors.New("the keyring is locked")
		}
		return nil
	}
	s.Start() // the accounts are read anew
	s.loop.Pump()
	s.problems = nil
	s.Open("broken")
	assert.Equal(t, "Connecting: broken @ AWS", s.Status()[0].Text)
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	assert.Equal(t, "The keyring is locked.", s.problems[0].Body)
	assert.Nil(t, s.Session())
	assert.Equal(t, "No account is open", s.Status()[0].Text)
}

func TestTheEndOfTheProgramLeavesNoTransferBehind(t *testing.T) {
	s := sees(t).open("reports")
	s.store.Hold(memstore.PutObject)
	s.Drop([]string{s.file("a", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == 1 })
	engine := s.Session().Transfers()
	s.Finish()
	assert.Equal(t, transfer.Cancelled, engine.Rows(0, 1)[0].Phase)
	assert.Empty(t, s.store.Names("reports"))
	require.Error(t, s.Context().Err(), "answers on their way are dropped")
}
