package store_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

func rewrap(t testing.TB, s *store.Store, how store.Sealing) (store.Object, error) {
	t.Helper()
	return s.Rewrap(t.Context(), store.RewrapRequest{Bucket: "b", Key: "k", Sealing: how, Headers: map[string]string{"Echo": "x"}})
}

func TestADataKeyMovesUnderAnotherKey(t *testing.T) {
	to := store.Sealing{Mode: store.SSEKMS, KeyID: otherARN, BucketKey: true}
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			ring := newKeyring()
			s := openStore(t, store.Options{KMS: ring.wrapper})
			content := noise(70_000, 1)
			was := putObject(t, s, "k", content, how)
			is, err := rewrap(t, s, to)
			if how.Mode != store.SSES3 && how.Mode != store.SSEKMS {
				require.ErrorIs(t, err, store.ErrNotRewrappable)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, store.Encryption{Mode: store.SSEKMS, KeyID: otherARN, BucketKey: true, Context: map[string]string{"aws:s3:arn": "arn:aws:s3:::b"}}, is.Encryption)
			assert.Equal(t, map[string]string{"Echo": "x"}, is.Headers)
			is.Encryption, is.Headers = was.Encryption, was.Headers
			assert.Equal(t, was, is, "nothing else changed")
			ring.disable(keyARN)
			got, err := load(t, s, "k", to)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(content, got))
			ring.disable(otherARN)
			_, err = load(t, s, "k", to)
			require.ErrorIs(t, err, errKeyDisabled)
		})
	}
}

func TestARewrapThatCannotBeDoneChangesNothing(t *testing.T) {
	ring := newKeyring()
	s := openStore(t, store.Options{KMS: ring.wrapper})
	_, err := rewrap(t, s, store.Sealing{Mode: store.SSEKMS, KeyID: otherARN})
	require.ErrorIs(t, err, store.ErrNoSuchKey)
	under := store.Sealing{Mode: store.SSEKMS, KeyID: keyARN}
	was := putObject(t, s, "k", []byte("hello"), under)
	_, err = rewrap(t, s, store.Sealing{Mode: store.DSSEKMS, KeyID: otherARN})
	require.ErrorIs(t, err, store.ErrNotRewrappable)
	ring.disable(otherARN)
	_, err = rewrap(t, s, store.Sealing{Mode: store.SSEKMS, KeyID: otherARN})
	require.ErrorIs(t, err, errKeyDisabled)
	is, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, was, is)
	got, err := load(t, s, "k", under)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(got))
}

func TestAnObjectReplacedDuringARewrapIsTheOneThatMoves(t *testing.T) {
	ring := newKeyring()
	var meanwhile func()
	s := openStore(t, store.Options{KMS: func(ctx context.Context, id string) (seal.KeyWrapper, error) {
		if f := meanwhile; f != nil && id == otherARN {
			meanwhile = nil
			f()
		}
		return ring.wrapper(ctx, id)
	}})
	under := store.Sealing{Mode: store.SSEKMS, KeyID: keyARN}
	putObject(t, s, "k", []byte("old"), under)
	meanwhile = func() { putObject(t, s, "k", []byte("new"), under) }
	to := store.Sealing{Mode: store.SSEKMS, KeyID: otherARN}
	_, err := rewrap(t, s, to)
	require.NoError(t, err)
	ring.disable(keyARN)
	got, err := load(t, s, "k", to)
	require.NoError(t, err)
	assert.Equal(t, "new", string(got))
}
