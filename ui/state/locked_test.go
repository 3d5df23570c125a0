package state_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state"
)

func TestAnAccountWhoseSecretsStayedLockedCanBeChosenAgain(t *testing.T) {
	s := sees(t)
	s.desk.Add(client.Account{Name: "second", Endpoint: "https://cos.example.org"}, s.store)
	locked := true
	s.desk.Fail = func(call string) error {
		if call == "open" && locked {
			return fmt.Errorf("read the secret: %w", state.ErrStillLocked)
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
			return fmt.Errorf("delete the secret of account %q: %w", "team", state.ErrStillLocked)
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
