package kms_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/seal"
)

// FuzzAKeyUnwrapsOnlyWhatItWrapped throws anything at the unwrapping of a key that
// was rotated: nothing opens but what it wrapped, before and after.
func FuzzAKeyUnwrapsOnlyWhatItWrapped(f *testing.F) {
	h := &house{path: filepath.Join(f.TempDir(), "k"), root: seal.GenerateKey()}
	k, err := kms.Open(h.path, h.root, kms.Options{})
	require.NoError(f, err)
	made, err := k.Create(kms.Spec{})
	require.NoError(f, err)
	under, err := k.Wrapper(made.ID)
	require.NoError(f, err)
	dek, aad := bytes.Repeat([]byte{3}, seal.KeyLen), []byte("aad")
	var wrapped [][]byte
	for range 3 {
		w, err := under.Wrap(dek, aad)
		require.NoError(f, err)
		wrapped = append(wrapped, w)
		_, err = k.Call("RotateKeyOnDemand", []byte(`{"KeyId":"`+made.ID+`"}`))
		require.NoError(f, err)
	}
	for i := range wrapped {
		f.Add(i, 0, []byte{})
		f.Add(i, 0, []byte{2})
		f.Add(i, 1, []byte{0, 2})
		f.Add(i, 1, []byte{0xff, 0xff})
	}
	f.Add(-1, 0, []byte{2, 0, 1})
	f.Fuzz(func(t *testing.T, which, at int, patch []byte) {
		blob := patch
		if which >= 0 && which < len(wrapped) {
			blob = bytes.Clone(wrapped[which])
			if at >= 0 && at < len(blob) {
				copy(blob[at:], patch)
			}
		}
		honest := false
		for _, w := range wrapped {
			honest = honest || bytes.Equal(w, blob)
		}
		got, err := under.Unwrap(blob, aad)
		if !honest {
			require.ErrorIs(t, err, seal.ErrCorrupt)
			require.Empty(t, got)
			return
		}
		require.NoError(t, err)
		require.Equal(t, dek, got)
		_, err = under.Unwrap(blob, []byte("other"))
		require.ErrorIs(t, err, seal.ErrCorrupt, "it is bound to its additional data")
	})
}
