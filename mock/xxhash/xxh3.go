package xxhash

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

const (
	stripeBytes = 64
	blockBytes  = 1024 // so many stripes as the secret has steps of 8 bytes
	shortest    = 240  // up to so many bytes have formulas of their own (short.go)
)

// secret is XXH3's default secret: public, and the same for everybody.
var secret = [192]byte{
	0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
	0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
	0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
	0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
	0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
	0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
	0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
	0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
	0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
	0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
	0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
	0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
}

// xxh3 is the state of XXH3. A full block is taken in only when more follows, as
// the last stripe is treated apart.
type xxh3 struct {
	acc   [8]uint64
	block [blockBytes]byte
	n     int               // bytes in block
	tail  [stripeBytes]byte // the last bytes of the block before
	total uint64
	wide  bool
}

// New3 makes an empty XXH3 of 64 bits.
func New3() hash.Hash { return fresh(false) }

// New128 makes an empty XXH3 of 128 bits.
func New128() hash.Hash { return fresh(true) }

func fresh(wide bool) *xxh3 {
	h := &xxh3{wide: wide}
	h.Reset()
	return h
}

func (h *xxh3) BlockSize() int { return stripeBytes }

func (h *xxh3) Size() int {
	if h.wide {
		return 16
	}
	return 8
}

func (h *xxh3) Reset() {
	h.acc = [8]uint64{prime32n3, prime64n1, prime64n2, prime64n3, prime64n4, prime32n2, prime64n5, prime32n1}
	h.n, h.total = 0, 0
}

func (h *xxh3) Write(p []byte) (int, error) {
	whole := len(p)
	h.total += uint64(whole)
	for len(p) > 0 {
		if h.n == blockBytes {
			h.takeBlock()
		}
		k := copy(h.block[h.n:], p)
		h.n, p = h.n+k, p[k:]
	}
	return whole, nil
}

func (h *xxh3) takeBlock() {
	for i := range blockBytes / stripeBytes {
		accumulate(&h.acc, h.block[i*stripeBytes:], secret[8*i:])
	}
	for i := range h.acc { // scramble
		h.acc[i] = (h.acc[i] ^ h.acc[i]>>47 ^ le64(secret[len(secret)-stripeBytes+8*i:])) * prime32n1
	}
	copy(h.tail[:], h.block[blockBytes-stripeBytes:])
	h.n = 0
}

func accumulate(acc *[8]uint64, stripe, key []byte) {
	for i := range acc {
		value := le64(stripe[8*i:])
		mixed := value ^ le64(key[8*i:])
		acc[i^1] += value
		acc[i] += (mixed & 0xFFFFFFFF) * (mixed >> 32)
	}
}

func (h *xxh3) Sum(b []byte) []byte {
	if h.total <= shortest {
		in := h.block[:h.n]
		if h.wide {
			hi, lo := short128(in)
			return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, hi), lo)
		}
		return binary.BigEndian.AppendUint64(b, short64(in))
	}
	acc := h.acc // whoever asks may write on
	for i := range (h.n - 1) / stripeBytes {
		accumulate(&acc, h.block[i*stripeBytes:], secret[8*i:])
	}
	var last [stripeBytes]byte
	copy(last[:], h.tail[min(h.n, stripeBytes):])
	copy(last[max(0, stripeBytes-h.n):], h.block[max(0, h.n-stripeBytes):h.n])
	accumulate(&acc, last[:], secret[len(secret)-stripeBytes-7:])
	if h.wide {
		b = binary.BigEndian.AppendUint64(b, merge(acc, secret[len(secret)-stripeBytes-11:], ^(h.total*prime64n2)))
	}
	return binary.BigEndian.AppendUint64(b, merge(acc, secret[11:], h.total*prime64n1))
}

func merge(acc [8]uint64, key []byte, start uint64) uint64 {
	for i := 0; i < len(acc); i += 2 {
		start += fold(acc[i]^le64(key[8*i:]), acc[i+1]^le64(key[8*i+8:]))
	}
	return avalanche3(start)
}

// fold multiplies to 128 bits and folds them into 64.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func avalanche3(h uint64) uint64 {
	h = (h ^ h>>37) * 0x165667919E3779F9
	return h ^ h>>32
}
