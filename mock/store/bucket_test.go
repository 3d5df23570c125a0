package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

func TestBucketsComeAndGo(t *testing.T) {
	s := openStore(t, store.Options{})
	_, err := s.CreateBucket(t.Context(), "b", "")
	require.ErrorIs(t, err, store.ErrBucketExists)
	made, err := s.CreateBucket(t.Context(), "a", "eu-west-1")
	require.NoError(t, err)
	all, err := s.Buckets(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, made, all[0])
	assert.Equal(t, "b", all[1].Name)
	head, err := s.HeadBucket(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, made, head)
	for _, name := range []string{"", "none"} {
		_, err = s.HeadBucket(t.Context(), name)
		require.ErrorIs(t, err, store.ErrNoSuchBucket)
		require.ErrorIs(t, s.DeleteBucket(t.Context(), name), store.ErrNoSuchBucket)
	}
	require.NoError(t, s.DeleteBucket(t.Context(), "a"))
	_, err = s.HeadBucket(t.Context(), "a")
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
}

func TestABucketWithObjectsStays(t *testing.T) {
	s := openStore(t, store.Options{})
	putObject(t, s, "k", []byte("x"), store.Sealing{})
	require.ErrorIs(t, s.DeleteBucket(t.Context(), "b"), store.ErrBucketNotEmpty)
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.Equal(t, "x", string(got))
}

func TestABucketTakesItsUploadsAlong(t *testing.T) {
	s := openStore(t, smallParts)
	for _, key := range []string{"k", "l"} {
		up := createUpload(t, s, key, store.Sealing{})
		putPart(t, s, up, 1, []byte("x"), seal.CustomerKey{})
	}
	require.NoError(t, s.DeleteBucket(t.Context(), "b"))
	assert.Empty(t, bodies(t, s))
}

func TestConfigurationsAreKeptPerBucket(t *testing.T) {
	s := openStore(t, store.Options{})
	_, err := s.BucketConfig(t.Context(), "b", "encryption")
	require.ErrorIs(t, err, store.ErrNoSuchConfig)
	require.NoError(t, s.SetBucketConfig(t.Context(), "b", "encryption", []byte("doc")))
	require.NoError(t, s.SetBucketConfig(t.Context(), "b", "empty", []byte{}))
	doc, err := s.BucketConfig(t.Context(), "b", "encryption")
	require.NoError(t, err)
	assert.Equal(t, "doc", string(doc))
	doc, err = s.BucketConfig(t.Context(), "b", "empty")
	require.NoError(t, err)
	assert.Empty(t, doc)
	require.NoError(t, s.SetBucketConfig(t.Context(), "b", "encryption", nil))
	_, err = s.BucketConfig(t.Context(), "b", "encryption")
	require.ErrorIs(t, err, store.ErrNoSuchConfig)
	require.ErrorIs(t, s.SetBucketConfig(t.Context(), "none", "x", nil), store.ErrNoSuchBucket)
	_, err = s.BucketConfig(t.Context(), "none", "x")
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
}

func TestADerivedRootKeySurvivesARestart(t *testing.T) {
	s := openStore(t, store.Options{})
	wrapped, err := s.RootKey("kms keystore").Wrap([]byte("x"), nil)
	require.NoError(t, err)
	_, err = s.RootKey("other use").Unwrap(wrapped, nil)
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.NoError(t, s.Close())
	got, err := reopen(t, s.Dir(), store.Options{}).RootKey("kms keystore").Unwrap(wrapped, nil)
	require.NoError(t, err)
	assert.Equal(t, "x", string(got))
}
