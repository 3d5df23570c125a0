package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
)

const packageSealed = 65536 + 32

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func layers(n int) []*seal.Key {
	keys := make([]*seal.Key, n)
	for i := range keys {
		keys[i] = seal.GenerateKey()
	}
	return keys
}

func sealed(t testing.TB, content []byte, keys ...*seal.Key) []byte {
	t.Helper()
	var out closeless
	w, err := seal.NewWriter(&out, keys...)
	require.NoError(t, err)
	for rest := content; len(rest) > 0; { // in pieces that fit no package
		n := min(len(rest), 10_007)
		_, err = w.Write(rest[:n])
		require.NoError(t, err)
		rest = rest[n:]
	}
	require.NoError(t, w.Close())
	require.False(t, out.closed, "the destination belongs to the caller")
	return out.Bytes()
}

type closeless struct {
	bytes.Buffer
	closed bool
}

func (c *closeless) Close() error {
	c.closed = true
	return nil
}

func TestAThousandRangesAreEqual(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2} {
		for _, size := range []int{0, 1, 65535, 65536, 65537, 2 * 65536, 10<<20 + 123} {
			t.Run(fmt.Sprintf("%d layers %d bytes", n, size), func(t *testing.T) {
				keys, content := layers(n), noise(size)
				box := sealed(t, content, keys...)
				want, err := seal.SealedSize(int64(size), n)
				require.NoError(t, err)
				require.EqualValues(t, want, len(box))
				s, err := seal.OpenStream(bytes.NewReader(box), int64(len(box)), int64(size), keys...)
				require.NoError(t, err)
				assert.EqualValues(t, size, s.Size())
				for range 1000 {
					off := rnd.IntN(size + 1)
					length := min(rnd.IntN(200_000), size-off)
					p := make([]byte, length)
					got, err := s.ReadAt(p, int64(off))
					if off == size {
						require.Equal(t, io.EOF, err)
					} else {
						require.NoError(t, err)
					}
					require.Equal(t, length, got)
					require.True(t, bytes.Equal(content[off:off+length], p), "ReadAt %d+%d", off, length)
				}
				for range 50 {
					off := rnd.IntN(size + 1)
					r, err := s.From(int64(off))
					require.NoError(t, err)
					got, err := io.ReadAll(r)
					require.NoError(t, err)
					require.True(t, bytes.Equal(content[off:], got), "From %d", off)
				}
			})
		}
	}
}

func TestWhatWasChangedIsNotRead(t *testing.T) {
	const size = 3*65536 + 5
	for _, n := range []int{1, 2} {
		keys, content := layers(n), noise(size)
		box := sealed(t, content, keys...)
		for _, at := range []int{0, 1, 2, 4, 5, 16, 17, packageSealed - 1, packageSealed, packageSealed + 4, len(box) / 2, len(box) - 21, len(box) - 1} {
			changed := bytes.Clone(box)
			changed[at] ^= 0x80
			assertUnreadable(t, changed, content, keys...)
		}
		swapped := bytes.Clone(box)
		copy(swapped, box[packageSealed:2*packageSealed])
		copy(swapped[packageSealed:], box[:packageSealed])
		assertUnreadable(t, swapped, content, keys...)
		assertUnreadable(t, box, content, layers(n)...)
	}
}

// assertUnreadable says that neither way of reading hands out what is not true.
func assertUnreadable(t testing.TB, box, content []byte, keys ...*seal.Key) {
	t.Helper()
	s, err := seal.OpenStream(bytes.NewReader(box), int64(len(box)), int64(len(content)), keys...)
	require.NoError(t, err, "the length is right")
	p := make([]byte, len(content))
	n, err := s.ReadAt(p, 0)
	require.ErrorIs(t, err, seal.ErrCorrupt)
	assert.Zero(t, n)
	assert.Equal(t, make([]byte, len(content)), p)
	r, err := s.From(0)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.ErrorIs(t, err, seal.ErrCorrupt)
	assert.True(t, bytes.HasPrefix(content, got))
	_, err = r.Read(p)
	require.ErrorIs(t, err, seal.ErrCorrupt, "and it stays so")
}

// A package carries its nonce, and its place is only that nonce combined with its
// number: who can write may move packages and adjust the nonces. The last one
// gives them away.
func TestPackagesMovedTogetherWithTheirNoncesAreNotRead(t *testing.T) {
	const size = 4*65536 + 5
	content := noise(size)
	key := seal.GenerateKey()
	box := sealed(t, content, key)
	// moved puts the package of one place into another, as if it belonged there.
	moved := func(into []byte, to, from int) {
		copy(into[to*packageSealed:(to+1)*packageSealed], box[from*packageSealed:(from+1)*packageSealed])
		into[to*packageSealed+4+8] ^= byte(to ^ from)
	}
	one, all := bytes.Clone(box), bytes.Clone(box)
	moved(one, 1, 0)
	for to := range 4 {
		moved(all, to, to^1)
	}
	all[4*packageSealed+4+8] ^= 1 // the last one's nonce is made to fit, too
	for name, box := range map[string][]byte{"one": one, "all, in pairs": all} {
		s, err := seal.OpenStream(bytes.NewReader(box), int64(len(box)), size, key)
		require.NoError(t, err)
		for _, off := range []int64{0, 100, 65536, 65536 + 100, 2 * 65536, 3*65536 + 1} {
			p := make([]byte, 1000)
			if n, err := s.ReadAt(p, off); err != nil {
				require.ErrorIs(t, err, seal.ErrCorrupt, name)
				require.Zero(t, n)
				require.Equal(t, make([]byte, 1000), p)
			} else {
				require.Equal(t, content[off:off+1000], p, "%s at %d", name, off)
			}
			var got []byte
			r, err := s.From(off)
			if err == nil {
				got, err = io.ReadAll(r)
			}
			require.True(t, bytes.HasPrefix(content[off:], got), "%s from %d", name, off)
			if off < 2*65536 || name != "one" {
				require.ErrorIs(t, err, seal.ErrCorrupt, "%s from %d", name, off)
			}
		}
	}
}

func TestAnotherLengthDoesNotOpen(t *testing.T) {
	key := seal.GenerateKey()
	box := sealed(t, noise(3*65536), key)
	for _, n := range []int64{0, 1, packageSealed, 2 * packageSealed, 3*packageSealed - 1, 3*packageSealed + 1} {
		_, err := seal.OpenStream(bytes.NewReader(box), n, 3*65536, key)
		assert.ErrorIs(t, err, seal.ErrCorrupt, "%d", n)
	}
	for _, plain := range []int64{-1, 0, 65536, 3*65536 - 1, 1<<48 + 1} {
		_, err := seal.OpenStream(bytes.NewReader(box), int64(len(box)), plain, key)
		assert.ErrorIs(t, err, seal.ErrCorrupt, "%d", plain)
	}
}

func TestAStreamThatWasNotClosedDoesNotOpen(t *testing.T) {
	key := seal.GenerateKey()
	var out bytes.Buffer
	w, err := seal.NewWriter(&out, key)
	require.NoError(t, err)
	_, err = w.Write(noise(2*65536 + 1))
	require.NoError(t, err)
	// Two packages are out, and an attacker says that this was all.
	s, err := seal.OpenStream(bytes.NewReader(out.Bytes()), int64(out.Len()), 2*65536, key)
	require.NoError(t, err)
	r, err := s.From(0)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.ErrorIs(t, err, seal.ErrCorrupt, "the last package was not sealed as the last")
	require.Empty(t, got)
	_, err = seal.OpenStream(bytes.NewReader(out.Bytes()), int64(out.Len()), 2*65536+1, key)
	require.ErrorIs(t, err, seal.ErrCorrupt, "under the size that was bound it is cut")
}

func TestAFailingDiskIsNotCalledDamage(t *testing.T) {
	key, content := seal.GenerateKey(), noise(200_000)
	box := sealed(t, content, key)
	errDisk := errors.New("i/o error")
	s, err := seal.OpenStream(broken{errDisk}, int64(len(box)), int64(len(content)), key)
	require.NoError(t, err)
	_, err = s.ReadAt(make([]byte, 10), 0)
	require.ErrorIs(t, err, errDisk)
	require.NotErrorIs(t, err, seal.ErrCorrupt)
	r, err := s.From(0)
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 10))
	require.ErrorIs(t, err, errDisk)
	r, err = s.From(65537)
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 10))
	require.ErrorIs(t, err, errDisk)

	w, err := seal.NewWriter(broken{errDisk}, key, seal.GenerateKey())
	require.NoError(t, err)
	_, err = w.Write(content)
	require.ErrorIs(t, err, errDisk)
}

type broken struct{ err error }

func (b broken) ReadAt([]byte, int64) (int, error) { return 0, b.err }
func (b broken) Write([]byte) (int, error)         { return 0, b.err }

func TestAShrinkingFileIsDamage(t *testing.T) {
	key, content := seal.GenerateKey(), noise(200_000)
	box := sealed(t, content, key)
	s, err := seal.OpenStream(bytes.NewReader(box[:packageSealed]), int64(len(box)), int64(len(content)), key)
	require.NoError(t, err)
	_, err = s.ReadAt(make([]byte, len(content)), 0)
	require.ErrorIs(t, err, seal.ErrCorrupt)
	r, err := s.From(0)
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, seal.ErrCorrupt)
}

func TestOddRequestsOfAStream(t *testing.T) {
	for _, n := range []int{0, 3} {
		_, err := seal.NewWriter(io.Discard, layers(n)...)
		require.Error(t, err)
		_, err = seal.OpenStream(bytes.NewReader(nil), 0, 0, layers(n)...)
		require.Error(t, err)
	}
	key := seal.GenerateKey()
	box := sealed(t, []byte("12345"), key)
	s, err := seal.OpenStream(bytes.NewReader(box), int64(len(box)), 5, key)
	require.NoError(t, err)
	_, err = s.ReadAt(nil, -1)
	require.Error(t, err)
	n, err := s.ReadAt(nil, 2)
	require.NoError(t, err)
	assert.Zero(t, n)
	p := make([]byte, 9)
	n, err = s.ReadAt(p, 2)
	require.Equal(t, io.EOF, err)
	assert.Equal(t, "345", string(p[:n]))
	for _, off := range []int64{-1, 6} {
		_, err = s.From(off)
		require.Error(t, err)
	}
}
