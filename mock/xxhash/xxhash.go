// Package xxhash computes XXH64, XXH3-64 and XXH3-128 with the seed zero, the three
// of the xxHash family that S3 takes for a checksum. They find accidents, not
// attackers. Sums are big-endian, the canonical form.
//
// The algorithms are those of https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
package xxhash

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

const (
	prime32n1 uint64 = 2654435761
	prime32n2 uint64 = 2246822519
	prime32n3 uint64 = 3266489917
	prime64n1 uint64 = 11400714785074694791
	prime64n2 uint64 = 14029467366897019727
	prime64n3 uint64 = 1609587929392839161
	prime64n4 uint64 = 9650029242287828579
	prime64n5 uint64 = 2870177450012600261
)

func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func le32(b []byte) uint64 { return uint64(binary.LittleEndian.Uint32(b)) }

// xxh64 is the state of XXH64: four lanes over stripes of 32 bytes.
type xxh64 struct {
	lanes [4]uint64
	rest  [32]byte // bytes since the last whole stripe
	n     int      // of them
	total uint64
}

// New64 makes an empty XXH64.
func New64() hash.Hash {
	h := &xxh64{}
	h.Reset()
	return h
}

func (h *xxh64) Size() int      { return 8 }
func (h *xxh64) BlockSize() int { return len(h.rest) }

func (h *xxh64) Reset() {
	p1, p2 := prime64n1, prime64n2 // variables, so that the sums wrap around
	*h = xxh64{lanes: [4]uint64{p1 + p2, p2, 0, -p1}}
}

func round64(lane, input uint64) uint64 {
	return bits.RotateLeft64(lane+input*prime64n2, 31) * prime64n1
}

func (h *xxh64) stripe(b []byte) {
	for i := range h.lanes {
		h.lanes[i] = round64(h.lanes[i], le64(b[8*i:]))
	}
}

func (h *xxh64) Write(p []byte) (int, error) {
	whole := len(p)
	h.total += uint64(whole)
	if h.n > 0 {
		k := copy(h.rest[h.n:], p)
		h.n, p = h.n+k, p[k:]
		if h.n < len(h.rest) {
			return whole, nil
		}
		h.stripe(h.rest[:])
	}
	for ; len(p) >= len(h.rest); p = p[len(h.rest):] {
		h.stripe(p)
	}
	h.n = copy(h.rest[:], p)
	return whole, nil
}

func (h *xxh64) Sum(b []byte) []byte {
	sum := prime64n5
	if h.total >= uint64(len(h.rest)) {
		l := h.lanes
		sum = bits.RotateLeft64(l[0], 1) + bits.RotateLeft64(l[1], 7) + bits.RotateLeft64(l[2], 12) + bits.RotateLeft64(l[3], 18)
		for _, lane := range l {
			sum = (sum^round64(0, lane))*prime64n1 + prime64n4
		}
	}
	sum += h.total
	rest := h.rest[:h.n]
	for ; len(rest) >= 8; rest = rest[8:] {
		sum = bits.RotateLeft64(sum^round64(0, le64(rest)), 27)*prime64n1 + prime64n4
	}
	if len(rest) >= 4 {
		sum = bits.RotateLeft64(sum^le32(rest)*prime64n1, 23)*prime64n2 + prime64n3
		rest = rest[4:]
	}
	for _, c := range rest {
		sum = bits.RotateLeft64(sum^uint64(c)*prime64n5, 11) * prime64n1
	}
	return binary.BigEndian.AppendUint64(b, avalanche64(sum))
}

// avalanche64 is the last mixing of XXH64; XXH3 uses it for the shortest inputs.
func avalanche64(h uint64) uint64 {
	h = (h ^ h>>33) * prime64n2
	h = (h ^ h>>29) * prime64n3
	return h ^ h>>32
}
