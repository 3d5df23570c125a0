package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

func TestAKeyIsFetchedOnceForManyFilesAndAgainAMinuteLater(t *testing.T) {
	kept, gone := customerKey(t, "k"), errors.New("removed from the keyring")
	fetched, now := 0, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var missing error
	s := &Session{now: func() time.Time { return now }, opener: Opener{
		CustomerKey: func(context.Context, string, ...string) (client.CustomerKey, error) { fetched++; return kept, missing },
	}}
	for range 100 {
		key, err := s.CustomerKey(t.Context(), kept.MD5())
		require.NoError(t, err)
		assert.Equal(t, kept.MD5(), key.MD5())
	}
	assert.Equal(t, 1, fetched)

	now, missing = now.Add(heldFor), gone
	_, err := s.CustomerKey(t.Context(), kept.MD5())
	require.ErrorIs(t, err, gone, "what was removed is not used for ever")
	missing = nil
	_, err = s.CustomerKey(t.Context(), kept.MD5())
	require.NoError(t, err, "a failure is not remembered")
}

func TestAKeyGivenForACallIsHeldAsLongAsTheSession(t *testing.T) {
	given := customerKey(t, "g")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := &Session{now: func() time.Time { return now }}
	s.Give(client.CustomerKey{})
	s.Give(given)
	now = now.Add(24 * time.Hour)
	key, err := s.CustomerKey(t.Context(), given.MD5())
	require.NoError(t, err)
	assert.Equal(t, given, key)
	_, err = s.CustomerKey(t.Context(), "another")
	require.ErrorContains(t, err, "no keys are kept here")
	s.opener.KeptKeys = func() ([]rules.KeptKey, error) { return nil, errors.New("keys.json is damaged") }
	_, err = s.CustomerKey(t.Context(), "another")
	require.ErrorContains(t, err, "keys.json is damaged")
}
