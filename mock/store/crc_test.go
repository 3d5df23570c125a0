package store_test

import (
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/mock/store"
)

func TestCombinedChecksumsAreThoseOfTheWhole(t *testing.T) {
	content := noise(1<<20, 1)
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	rnd := rand.New(rand.NewPCG(1, 2))
	cuts := []int{0, 1, 7, 8, 255, 65536, len(content) - 1, len(content)}
	for range 200 {
		cuts = append(cuts, rnd.IntN(len(content)+1))
	}
	for _, cut := range cuts {
		a, b := content[:cut], content[cut:]
		n := int64(len(b))
		assert.Equal(t, crc64nvme.Checksum(content), store.CombineCRC64NVME(crc64nvme.Checksum(a), crc64nvme.Checksum(b), n), cut)
		assert.Equal(t, crc32.ChecksumIEEE(content), store.CombineCRC32(crc32.IEEE, crc32.ChecksumIEEE(a), crc32.ChecksumIEEE(b), n), cut)
		assert.Equal(t, crc32.Checksum(content, castagnoli),
			store.CombineCRC32(crc32.Castagnoli, crc32.Checksum(a, castagnoli), crc32.Checksum(b, castagnoli), n), cut)
	}
}

func TestCombiningGoesFarBeyondMemory(t *testing.T) {
	// A run of zeros of 5 TiB, built by doubling, against one step.
	const doublings = 42
	zero := crc64nvme.Checksum([]byte{0})
	sum, n := zero, int64(1)
	for range doublings {
		sum = store.CombineCRC64NVME(sum, sum, n)
		n *= 2
	}
	rest := store.CombineCRC64NVME(zero, sum, n)
	assert.Equal(t, store.CombineCRC64NVME(sum, zero, 1), rest, "zeros before or after zeros are the same zeros")
}

func FuzzCombine(f *testing.F) {
	f.Add([]byte("hello"), 2)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		if cut < 0 || cut > len(content) {
			return
		}
		a, b := content[:cut], content[cut:]
		assert.Equal(t, crc64nvme.Checksum(content), store.CombineCRC64NVME(crc64nvme.Checksum(a), crc64nvme.Checksum(b), int64(len(b))))
	})
}
