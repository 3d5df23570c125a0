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
	"github.com/bucketseal/bucketseal/ui/state"
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

func TestAnAccountIsAddedTestedAndOpened(t *testing.T) {
	s := sees(t)
	e := s.NewAccount()
	assert.Equal(t, "https://cos.twcc.ai", e.Get(state.FieldEndpoint))
	assert.Equal(t, client.AddressingPath, e.Addressing())
	assert.Empty(t, e.Problems(false), "nothing is wrong before anything was typed")
	e.Save()
	assert.Len(t, e.Problems(false), 3, "name, access key, secret: each at its place")

	e.Set(state.FieldName, "team")
	assert.Contains(t, e.Problems(false)[state.FieldName], "already")
	e.Set(state.FieldName, " lab ")
	e.Set(state.FieldEndpoint, " cos.twcc.ai/")
	assert.Equal(t, state.PresetCOS, e.Preset(), "it is still the same service")
	a, _ := e.Account()
	assert.Equal(t, "https://cos.twcc.ai", a.Endpoint)
	e.Set(state.FieldEndpoint, "cos.example.org")
	a, _ = e.Account()
	assert.Equal(t, "https://cos.example.org", a.Endpoint, "a host is reached by https")
	e.Set(state.FieldEndpoint, "ftp://cos.example.org")
	assert.Contains(t, e.Problems(false)[state.FieldEndpoint], "should begin with https://")
	e.SetPreset(state.PresetAWS)
	e.SetPreset(state.PresetCompatible)
	assert.Contains(t, e.Problems(true)[state.FieldEndpoint], "Enter the address")
	e.Set(state.FieldEndpoint, "http://store.example.org/")
	assert.Contains(t, e.Warning(), "not protected")
	e.Set(state.FieldEndpoint, "https://store.example.org/")
	assert.Empty(t, e.Warning())
	e.Set(state.FieldAccessKey, "AK\n")
	e.Set(state.FieldSecret, " hidden\n")

	s.desk.Fail = func(call string) error {
		if call == "test account" {
			return &client.Error{Op: "ListBuckets", Kind: client.KindBadCredentials, Status: 403}
		}
		return nil
	}
	e.Test()
	assert.True(t, e.Testing())
	s.loop.Pump()
	m, ok, done := e.Tested()
	assert.True(t, done)
	assert.False(t, ok)
	assert.Equal(t, "The server did not accept the access key", m.Title)
	s.desk.Fail = nil
	e.Test()
	s.loop.Pump()
	_, ok, _ = e.Tested()
	assert.True(t, ok)

	saved := false
	e.OnSaved = func() { saved = true }
	e.Save()
	s.loop.Pump()
	assert.True(t, saved)
	assert.Equal(t, "lab", s.Current())
	assert.Equal(t, "hidden", s.desk.Credentials("lab").Secret.Reveal())
	account := s.Session().Account()
	assert.Equal(t, "https://store.example.org", account.Endpoint)
	assert.Equal(t, "AK", account.AccessKeyID)
}

func TestEditingAnAccountKeepsTheSecretThatIsNotTyped(t *testing.T) {
	s := sees(t)
	e, ok := s.EditAccount("team")
	require.True(t, ok)
	e.Set(state.FieldName, "group")
	assert.Empty(t, e.WhyNotSave())
	_, c := e.Account()
	assert.True(t, c.Secret.IsZero())
	e.Save()
	s.loop.Pump()
	assert.Equal(t, "group", s.CurrentName())
	require.Len(t, s.Accounts(), 1)
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
	assert.Empty(t, s.Accounts())
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
