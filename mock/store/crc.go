package store

import "github.com/minio/crc64nvme"

// CombineCRC64NVME returns the CRC64NVME of a+b from those of a and b and the
// length of b in bytes.
func CombineCRC64NVME(a, b uint64, lenB int64) uint64 {
	return combine(crc64nvme.NVME, 64, a, b, lenB)
}

// CombineCRC32 is the same for a reflected 32 bit polynomial as hash/crc32 names
// them (crc32.IEEE, crc32.Castagnoli).
func CombineCRC32(poly, a, b uint32, lenB int64) uint32 {
	return uint32(combine(uint64(poly), 32, uint64(a), uint64(b), lenB))
}

// matrix is a linear map over GF(2): column i is the image of bit i.
type matrix [64]uint64

func (m *matrix) times(v uint64) (sum uint64) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *matrix) squared() *matrix {
	var sq matrix
	for i, column := range m {
		sq[i] = m.times(column)
	}
	return &sq
}

// combine moves the register of a over lenB zero bytes, a linear map whose powers of
// two are found by squaring, and adds b. The method is that of zlib's crc32_combine
// (Mark Adler); the inversions before and after a CRC cancel out.
func combine(poly uint64, width int, a, b uint64, lenB int64) uint64 {
	if lenB <= 0 {
		return a
	}
	step := &matrix{poly} // one zero bit: shift right, bit 0 falls out into the polynomial
	for i := 1; i < width; i++ {
		step[i] = 1 << (i - 1)
	}
	step = step.squared().squared().squared() // eight: one zero byte
	for n := lenB; ; step = step.squared() {
		if n&1 != 0 {
			a = step.times(a)
		}
		if n >>= 1; n == 0 {
			return a ^ b
		}
	}
}
