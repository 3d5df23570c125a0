package accountbook_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/accountbook"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

func TestARemovedAccountLeavesNoSecretWhateverComesBetween(t *testing.T) {
	for name, refused := range map[string]error{"nobody to ask": keychain.ErrLocked, "declined": keychain.ErrDecline, "interrupted": context.Canceled} {
		t.Run(name, func(t *testing.T) {
			h := homeOfTeam(t, true)
			a := h.find("team")
			h.refused = refused
			locked := h.book()
			for range 2 {
				_, err := locked.Remove(t.Context(), "team")
				require.ErrorIs(t, err, refused)
				require.ErrorContains(t, err, "the account stays until its secret is removed with it")
			}
			assert.Equal(t, []string{"team"}, h.names())

			h.refused = nil
			found, err := h.book().Remove(t.Context(), "team")
			require.NoError(t, err)
			assert.True(t, found)
			assert.Empty(t, h.names())
			assert.Empty(t, h.secret(a))
			_, err = h.book().Remove(t.Context(), "team")
			require.EqualError(t, err, `there is no account called "team"`)
		})
	}
}

func TestRemovingFindsWhatWasLeftOfAnAccountThatWasForgotten(t *testing.T) {
	h := homeOfTeam(t, true)
	a := h.find("team")
	require.NoError(t, h.book().Forget("team"), "the account is gone, its secret is not")
	assert.Empty(t, h.names())
	assert.Equal(t, "s3cret", h.secret(a))
	require.ErrorAs(t, h.book().Forget("team"), new(*accountbook.NoAccountError))
	h.refused = keychain.ErrLocked
	_, err := h.book().Remove(t.Context(), "team")
	require.ErrorContains(t, err, `there is no account called "team", and whether a secret of that name is left could not be found out`)
	h.refused = nil

	found, err := h.book().Remove(t.Context(), "team")
	require.NoError(t, err)
	assert.True(t, found)
	assert.Empty(t, h.secret(a))
	_, err = h.book().Remove(t.Context(), "team")
	require.EqualError(t, err, `there is no account called "team"`)
}

func TestNoSecretIsLeftOfAnAccountThatWasForgottenAddedAgainAndRemoved(t *testing.T) {
	h := homeOfTeam(t, false)
	require.NoError(t, h.book().Forget("team"))
	again, err := h.book().Save(t.Context(), team, client.Credentials{Secret: client.NewSecret("new")})
	require.NoError(t, err, "its name is free")
	assert.Equal(t, "new", h.secret(again))
	assert.Len(t, h.ring.all(), 1, "the secret that was left gave way")

	require.NoError(t, h.book().Forget("team"))
	lab, err := h.book().Save(t.Context(), client.Account{Name: "lab", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	lab.Name = "team"
	_, err = h.book().Save(t.Context(), lab, client.Credentials{})
	require.NoError(t, err)
	assert.Equal(t, "s3cret", h.secret(lab))
	_, err = h.book().Remove(t.Context(), "team")
	require.NoError(t, err)
	assert.Empty(t, h.ring.all(), "of neither that had the name")
}

func TestAnAccountThatCannotBeAddedAgainLeavesWhatWasLeftOfIt(t *testing.T) {
	h := homeOfTeam(t, true)
	a := h.find("team")
	require.NoError(t, h.book().Forget("team"))
	h.refused = keychain.ErrLocked
	_, err := h.book().Save(t.Context(), team, client.Credentials{Secret: client.NewSecret("new")})
	require.ErrorIs(t, err, keychain.ErrLocked)
	h.refused = nil
	assert.Empty(t, h.names())
	assert.Equal(t, "s3cret", h.secret(a))
}

func TestAnAccountWhoseSecretIsGoneIsRemovedAllTheSame(t *testing.T) {
	h := homeOfTeam(t, false)
	h.ring.entries = map[string]string{}
	found, err := h.book().Remove(t.Context(), "team")
	require.NoError(t, err)
	assert.False(t, found)
	assert.Empty(t, h.names())
}

func TestSettingsThatCannotBeReadAreNoMissingAccount(t *testing.T) {
	h := homeOfTeam(t, false)
	a := h.find("team")
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "accounts.json"), []byte("{"), 0o600))
	_, err := h.book().Remove(t.Context(), "team")
	require.Error(t, err)
	assert.NotErrorAs(t, err, new(*accountbook.NoAccountError))
	assert.Equal(t, "s3cret", h.secret(a), "the secret stays")
}
