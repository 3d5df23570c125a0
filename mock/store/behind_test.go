package store

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
)

var errDisk = errors.New("disk full")

// brittle fails, or panics, after so many bytes.
type brittle struct {
	bytes.Buffer
	left   int
	panics bool
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		if b.panics {
			panic(errDisk)
		}
		return 0, errDisk
	}
	return b.Buffer.Write(p)
}

func long() []byte {
	return bytes.Repeat([]byte("0123456789abcde"), 5*copyBuffer/15)
}

func TestABodyIsSealedBesideItsReading(t *testing.T) {
	content := long()
	for name, size := range map[string]int64{"announced": int64(len(content)), "not announced": -1} {
		var sealed bytes.Buffer
		key := seal.GenerateKey()
		var b body
		require.NoError(t, b.fill(t.Context(), &sealed, incoming{from: bytes.NewReader(content), size: size, keys: []*seal.Key{key}, wantMD5: true}), name)
		assert.EqualValues(t, len(content), b.size)
		sum := md5.Sum(content)
		assert.Equal(t, sum[:], b.md5)
		assert.Equal(t, crc64nvme.Checksum(content), b.crc)
		s, err := seal.OpenStream(bytes.NewReader(sealed.Bytes()), int64(sealed.Len()), b.size, key)
		require.NoError(t, err)
		r, err := s.From(0)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(content, got))
	}
}

// The bubble of synctest does not end while a goroutine is left in it.
func TestWhatFailsBesideLeavesNobodyBehind(t *testing.T) {
	content := long()
	keys := []*seal.Key{seal.GenerateKey()}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		to   io.Writer
		in   incoming
		want error
	}{
		"the disk":          {t.Context(), &brittle{left: copyBuffer}, incoming{from: bytes.NewReader(content), size: -1}, errDisk},
		"the disk, at last": {t.Context(), &brittle{left: len(content)}, incoming{from: bytes.NewReader(content), size: -1}, errDisk},
		"the client":        {t.Context(), io.Discard, incoming{from: io.MultiReader(bytes.NewReader(content[:copyBuffer+1]), iotest.ErrReader(io.ErrUnexpectedEOF)), size: -1}, io.ErrUnexpectedEOF},
		"too short":         {t.Context(), io.Discard, incoming{from: bytes.NewReader(content[1:]), size: int64(len(content))}, ErrIncompleteBody},
		"too long":          {t.Context(), io.Discard, incoming{from: bytes.NewReader(content), size: int64(len(content) - 1)}, ErrIncompleteBody},
		"the context":       {gone, io.Discard, incoming{from: bytes.NewReader(content), size: -1}, context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			c.in.keys = keys
			var b body
			assert.ErrorIs(t, b.fill(c.ctx, c.to, c.in), c.want, name)
		})
	}
}

func TestWhatIsSentAheadIsWholeOrFails(t *testing.T) {
	content := long()
	synctest.Test(t, func(t *testing.T) {
		var got bytes.Buffer
		n, err := sendAhead(&got, bytes.NewReader(content))
		require.NoError(t, err)
		assert.EqualValues(t, len(content), n)
		assert.True(t, bytes.Equal(content, got.Bytes()))
	})
	synctest.Test(t, func(t *testing.T) {
		to := &brittle{left: 2 * copyBuffer}
		n, err := sendAhead(to, bytes.NewReader(content))
		require.ErrorIs(t, err, errDisk)
		assert.EqualValues(t, 2*copyBuffer, n)
	})
	synctest.Test(t, func(t *testing.T) {
		var got bytes.Buffer
		_, err := sendAhead(&got, io.MultiReader(bytes.NewReader(content[:copyBuffer+7]), iotest.ErrReader(ErrCorrupt)))
		require.ErrorIs(t, err, ErrCorrupt)
		assert.Equal(t, content[:copyBuffer+7], got.Bytes(), "what was sent before is true")
	})
	synctest.Test(t, func(t *testing.T) {
		assert.PanicsWithError(t, errDisk.Error(), func() {
			_, _ = sendAhead(&brittle{left: copyBuffer, panics: true}, bytes.NewReader(content))
		})
	})
}
