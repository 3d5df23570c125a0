package transfer

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"io"
	"sync"

	"github.com/minio/crc64nvme"

	"github.com/bucketseal/bucketseal/client"
)

// readThrough passes all of r on, in pieces of a buffer of ours.
func readThrough(to io.Writer, r io.Reader) (int64, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	// Both are hidden behind struct{} so that io.CopyBuffer uses our buffer.
	return io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{r}, *buf)
}

// buffers are what bytes pass through here: a few, reused, whatever the size of
// the files.
var buffers = sync.Pool{New: func() any { b := make([]byte, bufferBytes); return &b }}

const bufferBytes = 256 << 10

// checksumOf writes a CRC64NVME as S3 does: base64 of its eight bytes, most
// significant first.
func checksumOf(crc uint64) client.Checksum {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], crc)
	return client.Checksum{Algorithm: client.CRC64NVME, Value: base64.StdEncoding.EncodeToString(b[:])}
}

// combineCRC is the CRC64NVME of A followed by B, of their CRCs and B's length
// in bytes.
func combineCRC(a, b uint64, lengthB int64) uint64 {
	return combiners[client.CRC64NVME].combine(a, b, lengthB)
}

// combiners are the checksums of which that of a whole can be made of those of its
// parts.
var combiners = map[client.ChecksumAlgorithm]*combiner{
	client.CRC64NVME: newCombiner(crc64nvme.NVME, 64),
	"CRC32":          newCombiner(crc32.IEEE, 32),
	"CRC32C":         newCombiner(crc32.Castagnoli, 32),
}

// A combiner works the way of zlib's crc32_combine, by the matrices of as many zero
// bytes as B has: those of 1, 2, 4, 8 and so on, each the square of the one before.
// They are the same for all files, and made once.
type combiner struct {
	width int // bits of the CRC
	zeros func() *[63][64]uint64
}

// newCombiner is that of a CRC by its polynomial, lowest bit first.
func newCombiner(polynomial uint64, width int) *combiner {
	return &combiner{width, sync.OnceValue(func() *[63][64]uint64 {
		var bit, other [64]uint64
		bit[0] = polynomial // the operator of one zero bit
		for i := 1; i < width; i++ {
			bit[i] = 1 << (i - 1)
		}
		square(&other, &bit) // two zero bits
		square(&bit, &other) // four
		var all [63][64]uint64
		square(&all[0], &bit)
		for k := 1; k < len(all); k++ {
			square(&all[k], &all[k-1])
		}
		return &all
	})}
}

func (c *combiner) combine(a, b uint64, lengthB int64) uint64 {
	zeros := c.zeros()
	for k := 0; lengthB > 0; k, lengthB = k+1, lengthB>>1 {
		if lengthB&1 == 1 {
			a = times(&zeros[k], a)
		}
	}
	return a ^ b
}

// join is the checksum of A followed by B, each with its most significant byte
// first.
func (c *combiner) join(a, b []byte, lengthB int64) []byte {
	var whole [8]byte
	binary.BigEndian.PutUint64(whole[:], c.combine(number(a), number(b), lengthB))
	return bytes.Clone(whole[8-c.width/8:])
}

func number(b []byte) (n uint64) {
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return n
}

func times(m *[64]uint64, v uint64) (sum uint64) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 == 1 {
			sum ^= m[i]
		}
	}
	return sum
}

func square(to, m *[64]uint64) {
	for i := range m {
		to[i] = times(m, m[i])
	}
}

// crcOf is the CRC64NVME in a checksum that checksumOf wrote.
func crcOf(c client.Checksum) uint64 { return number(bytesOf(c)) }

// bytesOf are the bytes of a checksum, none where it is no base64.
func bytesOf(c client.Checksum) []byte {
	b, err := base64.StdEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	return b
}
