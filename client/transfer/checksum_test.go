package transfer

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestChecksumIsWrittenAsS3WritesIt(t *testing.T) {
	// The check value of CRC-64/NVME in the catalogue of CRC algorithms is
	// ae8b14860a799888.
	sum, n, err := ReadChecksum(strings.NewReader("123456789"))
	require.NoError(t, err)
	assert.EqualValues(t, 9, n)
	assert.Equal(t, client.Checksum{Algorithm: client.CRC64NVME, Value: "rosUhgp5mIg="}, sum)
}

func TestChecksumFailsWithItsReader(t *testing.T) {
	broken := errors.New("the disk is broken")
	_, _, err := ReadChecksum(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func FuzzCombinedChecksumsAreThoseOfTheWhole(f *testing.F) {
	f.Add([]byte("123456789"), 4)
	f.Add([]byte(strings.Repeat("x", 100_000)), 1)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		cut = max(0, min(cut, len(data)))
		a, b := crc64nvme.Checksum(data[:cut]), crc64nvme.Checksum(data[cut:])
		assert.Equal(t, crc64nvme.Checksum(data), combineCRC(a, b, int64(len(data)-cut)))
	})
}
