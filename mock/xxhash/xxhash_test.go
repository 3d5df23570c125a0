package xxhash_test

import (
	"encoding/hex"
	"hash"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/xxhash"
)

// sums of the bytes i*7 + i/251, computed by github.com/cespare/xxhash and
// github.com/zeebo/xxh3: one row for each formula and each border between two.
var sums = []struct {
	n                  int
	xxh64, xxh3, xx128 string
}{
	{0, "ef46db3751d8e999", "2d06800538d394c2", "99aa06d3014798d86001c324468d497f"},
	{1, "e934a84adb052768", "c44bdff4074eecdb", "a6cd5e9392000f6ac44bdff4074eecdb"},
	{3, "9ff70a635a6209ab", "c3489259e968ad9e", "656e81c56e41fe02c3489259e968ad9e"},
	{4, "ae5acdc00a55ac41", "d3d60c1519014e89", "ab5c3e7474d809db81a65295de8e7dde"},
	{8, "87116b3365b924eb", "b88dee77f6bf6980", "e4b9dd0b66ff3c50ebabbd0695002ff6"},
	{9, "340667a92c4324ff", "03688dcad730d826", "82ddc95bc76007671c69c3f04aaed08c"},
	{16, "ed1dd2fac0a31fbc", "9da23836adf2be1e", "ddf6c1254d70f76794eaa17b20756f46"},
	{17, "758409c57cd5d0a2", "f34c3c9cf5a112d1", "263f67af63088041735fe434ded90c3c"},
	{32, "91b0cb0931a8c629", "99cb9ad0f1a11fbe", "a86b514658f976a5407920045a9a834c"},
	{33, "931b043cf8d65b94", "c077b45492d29cde", "a943d80ce26ed2928b59b4dfba3c9de4"},
	{64, "bf3052e3445775d0", "6efb76ff16f37561", "a7fa95f7f23b64a7edae5e0312655703"},
	{65, "ed65e3510df3611d", "2640848e9137156b", "c12aaf5f8a1782a45c95500a9909a96f"},
	{96, "0c1298bedcd0a493", "764d2d5db92942df", "dbfa0cd6e568ef54acb9f0967e182865"},
	{97, "ae4b5065ada4d2ab", "077acb7e5f4fd940", "bc31691d04ea6efefee64835dcb60271"},
	{128, "6bd66a757cf20d64", "65f3c2c00fa93185", "dd9e5aa9bd51cc9cc6bd21ecc865f29f"},
	{129, "3fbc5a0162d80206", "28065c6ec25f5b25", "00433635cf8d872e7f4accb76587485b"},
	{160, "32a778ba0cec7db5", "cc592da68fea2254", "2282232242346ee608d4baacce68f2d0"},
	{240, "9f17f1fcbcbfb88e", "4917a75c0ef8eed7", "89e3a0a2ee355d25d10beb4e0599e4b3"},
	{241, "06f9e01b26bb1786", "541b19226f0052e8", "75f4da43f23cce5a541b19226f0052e8"},
	{256, "b90b125ca307d298", "f2331523b74cf0a4", "d49510bd86c6d0acf2331523b74cf0a4"},
	{1024, "deeebe7dec99e6a5", "ba464919c6bb3ccd", "03de0c29e9f0bc7fba464919c6bb3ccd"},
	{1025, "9912c944c9289457", "2aa0034e7827ee42", "7584e04fe3414e5a2aa0034e7827ee42"},
	{1088, "8643df97f07059a2", "6120d50233c9c660", "efb5c378c8fee4446120d50233c9c660"},
	{2048, "46cf63bcdebe42f5", "956f98bea3210c05", "019ce17e87a3de06956f98bea3210c05"},
	{2049, "036f12a0c3c02617", "e26adc81a9c9e336", "5f0a3305dab16878e26adc81a9c9e336"},
	{5000, "c80d3aa53325f212", "e69c7c10fe601e8d", "a831ba0ab04f5544e69c7c10fe601e8d"},
}

func TestTheSumsAreThoseOfOtherImplementations(t *testing.T) {
	for _, row := range sums {
		in := make([]byte, row.n)
		for i := range in {
			in[i] = byte(i*7 + i/251)
		}
		for _, pair := range []struct {
			h    hash.Hash
			want string
		}{{xxhash.New64(), row.xxh64}, {xxhash.New3(), row.xxh3}, {xxhash.New128(), row.xx128}} {
			_, err := pair.h.Write(in)
			require.NoError(t, err)
			assert.Equal(t, pair.want, hex.EncodeToString(pair.h.Sum(nil)), row.n)
			assert.Len(t, pair.h.Sum([]byte("x")), 1+pair.h.Size(), "a sum is appended")

			pair.h.Reset()
			for rest, step := in, 1; len(rest) > 0; step++ { // 1, 2, 3 ... bytes at a time, asked for the sum between
				k := min(step, len(rest))
				_, _ = pair.h.Write(rest[:k])
				_ = pair.h.Sum(nil)
				rest = rest[k:]
			}
			assert.Equal(t, pair.want, hex.EncodeToString(pair.h.Sum(nil)), "in pieces: %d", row.n)
			assert.Positive(t, pair.h.BlockSize())
		}
	}
}
