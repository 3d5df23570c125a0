package shell_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
	"github.com/bucketseal/bucketseal/ui/state/shell"
)

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
	s.Upload([]string{s.file("a", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "it runs", func() bool { return s.Transfers.Tally().Running == 1 })
	assert.Contains(t, s.WhyNotRemoveAccount(), "being transferred")
	assert.Empty(t, s.WhyNotEditAccount())
	held.Open()
	s.waitIdle()
	assert.Empty(t, s.WhyNotRemoveAccount())
	s.RemoveAccount()
	s.loop.Pump()
	assert.Empty(t, s.Accounts.All())
	assert.Equal(t, "No account is open", s.Browser.Empty().Title)
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

func TestAnAccountWhoseSecretsStayedLockedCanBeChosenAgain(t *testing.T) {
	s := sees(t)
	s.desk.Add(client.Account{Name: "second", Endpoint: "https://cos.example.org"}, s.store)
	locked := true
	s.desk.Fail = func(call string) error {
		if call == "open" && locked {
			return fmt.Errorf("read the secret: %w", shell.ErrStillLocked)
		}
		return nil
	}
	s.Open("second")
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	assert.Equal(t, "Your secrets are still locked", s.problems[0].Title)
	locked = false
	s.Open("second")
	s.loop.Pump()
	assert.NotNil(t, s.Session())
}

func TestAnAccountWhoseSecretCannotBeRemovedStaysAndSaysSo(t *testing.T) {
	s := sees(t).open("reports")
	s.desk.Fail = func(call string) error {
		if call == "remove account" {
			return fmt.Errorf("delete the secret of account %q: %w", "team", shell.ErrStillLocked)
		}
		return nil
	}
	s.RemoveAccount()
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	assert.Equal(t, "The account was not removed", s.problems[0].Title)
	assert.Contains(t, s.problems[0].Body, "Your secrets are still locked")
	assert.Contains(t, s.problems[0].Hints[0], "Remove the account again")
	assert.Len(t, s.Accounts.All(), 1)
	s.desk.Fail = nil
	s.RemoveAccount()
	s.loop.Pump()
	assert.Empty(t, s.Accounts.All())
}
