package sigv4

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The xxHash family has one row for each of XXH3's formulas; the values are those
// of the reference implementation, canonical (big-endian) as S3 writes them.
func TestTheXXHashSumsAreCanonical(t *testing.T) {
	for _, row := range []struct {
		n                  int
		xxh64, xxh3, xx128 string
	}{
		{0, "ef46db3751d8e999", "2d06800538d394c2", "99aa06d3014798d86001c324468d497f"},
		{1, "e934a84adb052768", "c44bdff4074eecdb", "a6cd5e9392000f6ac44bdff4074eecdb"},
		{3, "9ff70a635a6209ab", "c3489259e968ad9e", "656e81c56e41fe02c3489259e968ad9e"},
		{17, "758409c57cd5d0a2", "f34c3c9cf5a112d1", "263f67af63088041735fe434ded90c3c"},
		{129, "3fbc5a0162d80206", "28065c6ec25f5b25", "00433635cf8d872e7f4accb76587485b"},
		{241, "06f9e01b26bb1786", "541b19226f0052e8", "75f4da43f23cce5a541b19226f0052e8"},
		{1025, "9912c944c9289457", "2aa0034e7827ee42", "7584e04fe3414e5a2aa0034e7827ee42"},
		{5000, "c80d3aa53325f212", "e69c7c10fe601e8d", "a831ba0ab04f5544e69c7c10fe601e8d"},
	} {
		in := make([]byte, row.n)
		for i := range in {
			in[i] = byte(i*7 + i/251)
		}
		for a, want := range map[Algorithm]string{XXHash64: row.xxh64, XXHash3: row.xxh3, XXHash128: row.xx128} {
			h := a.New()
			_, err := h.Write(in)
			require.NoError(t, err)
			assert.Equal(t, want, hex.EncodeToString(h.Sum(nil)), "%s of %d bytes", a, row.n)
		}
	}
}
