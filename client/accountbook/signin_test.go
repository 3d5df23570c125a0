package accountbook_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

func TestAnAccountThatSignsInByAProfileKeepsNoSecretAndAsksForNoPassphrase(t *testing.T) {
	h := homeOfTeam(t, true)
	h.refused = keychain.ErrDecline // who is asked would say no
	work := client.Account{Name: "work", SignIn: client.SignIn{Kind: client.ProfileSignIn, Profile: "work"}}
	saved, err := h.book().Save(t.Context(), work, client.Credentials{})
	require.NoError(t, err)
	saved.Region = "eu-west-1"
	_, err = h.book().Save(t.Context(), saved, client.Credentials{})
	require.NoError(t, err)
	assert.Equal(t, "eu-west-1", h.find("work").Region)
	assert.Equal(t, work.SignIn, h.find("work").SignIn)
}

func TestTheSecretOfAKeyGoesWithTheKeyWhenItsAccountSignsInOtherwise(t *testing.T) {
	h := homeOfTeam(t, false)
	team := h.find("team")
	require.Equal(t, "s3cret", h.secret(team))
	other := team
	other.AccessKeyID, other.SignIn = "", client.SignIn{Kind: client.ProfileSignIn, Profile: "p"}
	_, err := h.book().Save(t.Context(), other, client.Credentials{})
	require.NoError(t, err)
	assert.Empty(t, h.ring.all(), "no secret is left behind")
	_, err = h.book().Save(t.Context(), team, client.Credentials{})
	require.ErrorContains(t, err, "enter its secret", "and back it wants one")
	_, err = h.book().Save(t.Context(), team, kept)
	require.NoError(t, err)
	assert.Equal(t, "s3cret", h.secret(team))
}
