package seal_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// FuzzUnwrap throws anything at the decoding of envelopes: nothing but the envelope
// itself opens, and nothing panics.
func FuzzUnwrap(f *testing.F) {
	kek, err := seal.NewKey(bytes.Repeat([]byte{1}, seal.KeyLen))
	require.NoError(f, err)
	for n := 1; n <= seal.MaxLayers; n++ {
		under := []seal.KeyWrapper{kek, kek}[:n]
		envelope, err := seal.Wrap(layers(n), under, []byte("aad"))
		require.NoError(f, err)
		f.Add(envelope, n)
		f.Add(envelope[:len(envelope)-1], n)
	}
	f.Add([]byte{1, 1, 0xff, 0xff}, 1)
	f.Fuzz(func(t *testing.T, envelope []byte, n int) {
		under := make([]seal.KeyWrapper, max(0, min(n, 4)))
		for i := range under {
			under[i] = kek
		}
		keys, err := seal.Unwrap(envelope, under, []byte("aad"))
		if err != nil {
			require.ErrorIs(t, err, seal.ErrCorrupt)
			return
		}
		require.Len(t, keys, len(under))
		_, err = seal.Unwrap(envelope, under, []byte("other"))
		require.ErrorIs(t, err, seal.ErrCorrupt, "it is bound to its additional data")
		_, err = seal.Unwrap(append(bytes.Clone(envelope), 0), under, []byte("aad"))
		require.ErrorIs(t, err, seal.ErrCorrupt, "there is one way to write it")
	})
}

// FuzzOpenStream changes, cuts and misdescribes a sealed stream: whatever is read
// was written.
func FuzzOpenStream(f *testing.F) {
	key, err := seal.NewKey(bytes.Repeat([]byte{2}, seal.KeyLen))
	require.NoError(f, err)
	content := noise(66_000)
	box := sealed(f, content, key)
	whole, size := len(box), int64(len(content))
	f.Add([]byte{}, 0, whole, size, int64(0))
	f.Add([]byte{0x20, 0, 0xff, 0xff}, 0, whole, size, int64(1))
	f.Add([]byte{0x80}, 4, packageSealed, int64(65536), int64(10))
	f.Add([]byte{0x20, 0, 0, 0}, 0, 33, int64(1), int64(0))
	f.Add(box[packageSealed:], 0, whole-packageSealed, size-65536, int64(0))
	f.Fuzz(func(t *testing.T, patch []byte, at, length int, plain, off int64) {
		stream := bytes.Clone(box)
		if at >= 0 && at < len(stream) {
			copy(stream[at:], patch)
		}
		if length >= 0 && length < len(stream) {
			stream = stream[:length]
		}
		s, err := seal.OpenStream(bytes.NewReader(stream), int64(len(stream)), plain, key)
		if err != nil {
			require.ErrorIs(t, err, seal.ErrCorrupt)
			return
		}
		r, err := s.From(off)
		if err != nil {
			return
		}
		got, err := io.ReadAll(r)
		if err != nil {
			require.ErrorIs(t, err, seal.ErrCorrupt)
		}
		if plain == size {
			require.True(t, bytes.HasPrefix(content[min(off, size):], got))
		} else { // not the size that was sealed, as OpenStream asks for: still nothing that was not
			require.True(t, bytes.Contains(content, got))
		}
	})
}
