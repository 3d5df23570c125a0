package transfer

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestWhatComesLaterMeetsNothingThatIsThereAndIsReadBack(t *testing.T) {
	there := besideOf([]string{"a.txt", "Sub/x", "TWIN", "f/g"})
	names := NamesBeside([]string{"A.txt", "sub/y", "Sub/z", "twin", "f", "new"}, there)
	assert.Equal(t, []string{"A.txt%-2", "sub%-2/y", "Sub/z", "twin%-2", "f%file", "new"}, names)

	assert.Equal(t, []string{"a.txt/b"}, NamesBeside([]string{"a.txt/b"}, there), "a file in the way is met, and told")
}

// TestHostileKeysInTwoBatchesAreAllReadBack brings some keys down, and later the others.
func TestHostileKeysInTwoBatchesAreAllReadBack(t *testing.T) {
	all := hostileKeys()
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		var first, later []string
		for _, k := range all {
			if r.IntN(2) == 0 {
				first = append(first, k)
			} else {
				later = append(later, k)
			}
		}
		isInTheWay := func(k string) bool { // of a folder that comes later
			return slices.ContainsFunc(first, func(f string) bool { return strings.HasPrefix(k, f+"/") })
		}
		later = slices.DeleteFunc(later, isInTheWay)
		for _, s := range systems {
			old := s.names(first, nil)
			names := s.names(later, besideOf(old))
			taken := map[string]string{}
			for _, n := range old {
				taken[foldName(n)] = n
			}
			beside := besideOf(append(slices.Clone(old), names...))
			for i, n := range names {
				require.True(t, filepath.IsLocal(filepath.FromSlash(n)), n)
				require.NotContains(t, taken, foldName(n), "%s: %q", s, later[i])
				taken[foldName(n)] = n
				require.Equal(t, later[i], s.keyOf(n, beside), "%s: %q, seed %d", s, n, seed)
			}
			for i, n := range old {
				require.Equal(t, first[i], s.keyOf(n, beside), "%s: %q stays what it was, seed %d", s, n, seed)
			}
		}
	}
}

func TestTheChecksumOfAFileIsThatOfTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte("123456789"), 0o600))
	sum, err := SumOf(t.Context(), path, client.CRC64NVME)
	require.NoError(t, err)
	assert.Equal(t, client.Checksum{Algorithm: client.CRC64NVME, Value: "rosUhgp5mIg="}, sum)
	for _, wrong := range []string{filepath.Dir(path), path + "-missing"} {
		_, err = SumOf(t.Context(), wrong, client.CRC64NVME)
		require.Error(t, err)
	}
	_, err = SumOf(t.Context(), path, "XXHASH64")
	require.ErrorContains(t, err, "XXHASH64 is no checksum")
	assert.False(t, CanSum("XXHASH64"))
}
