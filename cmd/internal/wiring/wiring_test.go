package wiring

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// anotherRun opens the home of a user who answers like this.
func anotherRun(t *testing.T, h *Home, answer error) *Home {
	t.Helper()
	again, err := Open(t.Context(), h.Settings.Dir(), func(context.Context, keychain.Question) (client.Secret, error) {
		return client.NewSecret("p"), answer
	})
	require.NoError(t, err)
	return again
}

func names(t *testing.T, h *Home) []string {
	t.Helper()
	all, err := h.Settings.Accounts()
	require.NoError(t, err)
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	return names
}

func TestARemovedAccountLeavesNoSecretWhateverComesBetween(t *testing.T) {
	for name, refused := range map[string]error{"nobody to ask": keychain.ErrLocked, "declined": keychain.ErrDecline, "interrupted": context.Canceled} {
		t.Run(name, func(t *testing.T) {
			h := homeOfTeam(t)
			locked := anotherRun(t, h, refused)
			_, err := locked.RemoveAccount(t.Context(), "team")
			require.ErrorIs(t, err, refused)
			assert.ErrorContains(t, err, "the account stays until its secret is removed with it")
			_, err = locked.RemoveAccount(t.Context(), "team")
			require.ErrorIs(t, err, refused, "the second time, too")
			assert.Equal(t, []string{"team"}, names(t, h))

			open := anotherRun(t, h, nil)
			found, err := open.RemoveAccount(t.Context(), "team")
			require.NoError(t, err)
			assert.True(t, found)
			assert.Empty(t, names(t, h))
			_, err = anotherRun(t, h, nil).Secrets.Get(t.Context(), keychain.AccountName("team"))
			require.ErrorIs(t, err, keychain.ErrNotFound)
		})
	}
}

func TestRemovingFindsWhatARunThatWasKilledLeft(t *testing.T) {
	h := homeOfTeam(t)
	require.NoError(t, h.ForgetAccount("team"), "the account is gone, its secret is not")
	_, err := anotherRun(t, h, keychain.ErrLocked).RemoveAccount(t.Context(), "team")
	require.ErrorContains(t, err, `there is no account called "team", and whether a secret of that name is left could not be found out`)
	found, err := h.RemoveAccount(t.Context(), "team")
	require.NoError(t, err)
	assert.True(t, found)
	_, err = h.RemoveAccount(t.Context(), "team")
	assert.EqualError(t, err, `there is no account called "team"`)

	h = homeOfTeam(t)
	require.NoError(t, h.Secrets.Delete(t.Context(), keychain.AccountName("team")), "the secret is gone, the account is not")
	found, err = h.RemoveAccount(t.Context(), "team")
	require.NoError(t, err)
	assert.False(t, found)
	assert.Empty(t, names(t, h))
}

func TestSettingsThatCannotBeReadAreNoMissingAccount(t *testing.T) {
	h := homeOfTeam(t)
	require.NoError(t, os.WriteFile(h.Settings.Path(settings.AccountsFile), []byte("{"), 0o600))
	_, err := h.RemoveAccount(t.Context(), "team")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "no account called")
	_, err = h.Secrets.Get(t.Context(), keychain.AccountName("team"))
	require.NoError(t, err, "the secret stays")
}

func TestAnAccountThatIsNotSavedLeavesNoSecret(t *testing.T) {
	h := homeOfTeam(t)
	twice := `{"version":1,"accounts":[{"name":"team","accessKeyId":"AK"},{"name":"team","accessKeyId":"AK"}]}`
	require.NoError(t, os.WriteFile(h.Settings.Path(settings.AccountsFile), []byte(twice), 0o600))
	require.ErrorContains(t, h.SaveAccount(t.Context(), "", team2, kept), "two accounts are called")
	_, err := h.Secrets.Get(t.Context(), keychain.AccountName("team2"))
	require.ErrorIs(t, err, keychain.ErrNotFound)
	require.ErrorContains(t, h.SaveAccount(t.Context(), "", team, kept), "two accounts are called")
	_, err = h.Secrets.Get(t.Context(), keychain.AccountName("team"))
	require.NoError(t, err, "that of the account of that name stays")
}

func TestWhatIsSavedWasMeant(t *testing.T) {
	h := homeOfTeam(t)
	typed := client.Account{Name: " lab\n", Endpoint: "cos.twcc.ai/", AccessKeyID: "AK \r\n"}
	require.NoError(t, h.SaveAccount(t.Context(), "", typed, client.Credentials{Secret: client.NewSecret("\ufeffs3cret\n"), SessionToken: client.NewSecret("\n")}))
	a, err := h.Account("lab")
	require.NoError(t, err)
	assert.Equal(t, client.Account{Name: "lab", Endpoint: "https://cos.twcc.ai", AccessKeyID: "AK"}, a)
	c, err := h.Secrets.AccountCredentials(t.Context(), a)
	require.NoError(t, err)
	assert.Equal(t, "s3cret", c.Secret.Reveal())
	assert.True(t, c.SessionToken.IsZero())
	bad := client.Credentials{Secret: client.NewSecret("two\nlines")}
	require.ErrorContains(t, h.SaveAccount(t.Context(), "", client.Account{Name: "x", AccessKeyID: "AK"}, bad), "secret access key: character 4 is a line end")
	assert.Equal(t, []string{"team", "lab"}, names(t, h))
}
