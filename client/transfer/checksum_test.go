package transfer

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// The check values of the catalogue of CRC algorithms and of other programs, all
// of the text 123456789.
func TestChecksumsAreWrittenAsS3WritesThem(t *testing.T) {
	want := map[client.ChecksumAlgorithm]string{
		client.CRC64NVME: "rosUhgp5mIg=", // ae8b14860a799888
		"CRC32":          "y/Q5Jg==",     // cbf43926
		"CRC32C":         "4waSgw==",     // e3069283
		"MD5":            "JfnnlDI7RTiF9RgfG2JNCw==",
		"SHA1":           "98O8HYCOBHMq32eZZczDTKeuNEE=",
		"SHA256":         "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
		"SHA512":         "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ==",
	}
	require.Len(t, hashes, len(want))
	read, err := readSums(t.Context(), strings.NewReader("123456789"), slices.Collect(maps.Keys(want))...)
	require.NoError(t, err)
	assert.EqualValues(t, 9, read.n)
	for a, v := range want {
		assert.Equal(t, v, read.value(a), a)
	}
	assert.Equal(t, client.Checksum{Algorithm: client.CRC64NVME, Value: want[client.CRC64NVME]}, checksumOf(crc64nvme.Checksum([]byte("123456789"))))
}

func TestChecksumFailsWithItsReader(t *testing.T) {
	broken := errors.New("the disk is broken")
	_, err := readSums(t.Context(), iotest.ErrReader(broken), client.CRC64NVME)
	require.ErrorIs(t, err, broken)
}

func FuzzCombinedChecksumsAreThoseOfTheWhole(f *testing.F) {
	f.Add([]byte("123456789"), 4)
	f.Add([]byte(strings.Repeat("x", 100_000)), 1)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		cut = max(0, min(cut, len(data)))
		a, b := crc64nvme.Checksum(data[:cut]), crc64nvme.Checksum(data[cut:])
		assert.Equal(t, crc64nvme.Checksum(data), combineCRC(a, b, int64(len(data)-cut)))
		all := slices.Collect(maps.Keys(combiners))
		whole, pieces := newTally(all...), []*tally{newTally(all...), newTally(all...), newTally(all...)}
		for at, b := range map[*tally][]byte{whole: data, pieces[0]: data[:cut], pieces[1]: data[cut:]} {
			_, _ = at.Write(b)
		}
		assert.Equal(t, whole.reading(), joined([]reading{pieces[0].reading(), pieces[1].reading(), pieces[2].reading()}))
	})
}
