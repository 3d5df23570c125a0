package xxhash

import "math/bits"

const mixer uint64 = 0x9FB21C651E98DF25

// key reads the secret at an offset in bytes.
func key(at int) uint64 { return le64(secret[at:]) }

// keys are two neighbours in the secret, as one.
func keys(at int) uint64 { return key(at) ^ key(at+8) }

// mix16 takes in 16 bytes.
func mix16(in []byte, at int) uint64 { return fold(le64(in)^key(at), le64(in[8:])^key(at+8)) }

// tiny packs one to three bytes and their number.
func tiny(in []byte) uint64 {
	n := len(in)
	return uint64(in[0])<<16 | uint64(in[n>>1])<<24 | uint64(in[n-1]) | uint64(n)<<8
}

// short64 is XXH3-64 of at most 240 bytes.
func short64(in []byte) uint64 {
	n := len(in)
	size := uint64(n)
	switch {
	case n == 0:
		return avalanche64(keys(56))
	case n <= 3:
		return avalanche64(tiny(in) ^ le32(secret[:]) ^ le32(secret[4:]))
	case n <= 8:
		h := (le32(in[n-4:]) | le32(in)<<32) ^ keys(8)
		h = (h ^ bits.RotateLeft64(h, 49) ^ bits.RotateLeft64(h, 24)) * mixer
		h = (h ^ (h>>35 + size)) * mixer
		return h ^ h>>28
	case n <= 16:
		lo, hi := le64(in)^keys(24), le64(in[n-8:])^keys(40)
		return avalanche3(size + bits.ReverseBytes64(lo) + hi + fold(lo, hi))
	}
	acc := size * prime64n1
	if n <= 128 {
		for i := (n - 1) / 32; i >= 0; i-- {
			acc += mix16(in[16*i:], 32*i) + mix16(in[n-16*(i+1):], 32*i+16)
		}
		return avalanche3(acc)
	}
	for i := range 8 {
		acc += mix16(in[16*i:], 16*i)
	}
	acc = avalanche3(acc)
	for i := 8; i < n/16; i++ {
		acc += mix16(in[16*i:], 16*(i-8)+3)
	}
	return avalanche3(acc + mix16(in[n-16:], 119))
}

// pair is the state of the 128-bit formulas.
type pair struct{ lo, hi uint64 }

// mix takes in 16 bytes of a and 16 of b.
func (p *pair) mix(a, b []byte, at int) {
	p.lo = (p.lo + mix16(a, at)) ^ (le64(b) + le64(b[8:]))
	p.hi = (p.hi + mix16(b, at+16)) ^ (le64(a) + le64(a[8:]))
}

func (p *pair) sum(size uint64) (hi, lo uint64) {
	return -avalanche3(p.lo*prime64n1 + p.hi*prime64n4 + size*prime64n2), avalanche3(p.lo + p.hi)
}

// short128 is XXH3-128 of at most 240 bytes.
func short128(in []byte) (hi, lo uint64) {
	n := len(in)
	size := uint64(n)
	switch {
	case n == 0:
		return avalanche64(keys(80)), avalanche64(keys(64))
	case n <= 3:
		low := uint32(tiny(in))
		high := bits.RotateLeft32(bits.ReverseBytes32(low), 13)
		return avalanche64(uint64(high) ^ le32(secret[8:]) ^ le32(secret[12:])), avalanche64(uint64(low) ^ le32(secret[:]) ^ le32(secret[4:]))
	case n <= 8:
		hi, lo = bits.Mul64((le32(in)|le32(in[n-4:])<<32)^keys(16), prime64n1+size<<2)
		hi += lo << 1
		lo ^= hi >> 3
		lo = (lo ^ lo>>35) * mixer
		return avalanche3(hi), lo ^ lo>>28
	case n <= 16:
		return middle128(in)
	}
	p := pair{lo: size * prime64n1}
	if n <= 128 {
		for i := (n - 1) / 32; i >= 0; i-- {
			p.mix(in[16*i:], in[n-16*(i+1):], 32*i)
		}
		return p.sum(size)
	}
	for i := range 4 {
		p.mix(in[32*i:], in[32*i+16:], 32*i)
	}
	p.lo, p.hi = avalanche3(p.lo), avalanche3(p.hi)
	for i := 4; i < n/32; i++ {
		p.mix(in[32*i:], in[32*i+16:], 32*(i-4)+3)
	}
	p.mix(in[n-16:], in[n-32:], 103)
	return p.sum(size)
}

// middle128 is short128 of 9 to 16 bytes.
func middle128(in []byte) (hi, lo uint64) {
	n := len(in)
	first, last := le64(in), le64(in[n-8:])
	h, l := bits.Mul64(first^last^keys(32), prime64n1)
	l += uint64(n-1) << 54
	last ^= keys(48)
	h += last + (last&0xFFFFFFFF)*(prime32n2-1)
	l ^= bits.ReverseBytes64(h)
	hi, lo = bits.Mul64(l, prime64n2)
	return avalanche3(hi + h*prime64n2), avalanche3(lo)
}
