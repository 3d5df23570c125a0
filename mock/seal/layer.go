package seal

import (
	"bytes"
	"fmt"
	"io"

	"github.com/minio/sio"
)

// A DARE package carries its nonce in the clear, and what ties it to its place is
// only that nonce, combined with the package's number: n-th and m-th may change
// places if their nonces are adjusted, and a reader that begins at one of them has
// nothing to compare it with. The last package pins the nonce: it alone was sealed
// as the last one, so it opens as that under its own nonce and number only. It is
// opened before anything else of a stream of several packages is read.

// nonce is that of a whole layer; the bit that marks the last package is clear.
type nonce [12]byte

const (
	headerSize = 16
	nonceAt    = 4    // offset in the header
	finalBit   = 0x80 // of the first byte: this package is the last
)

// layer is one DARE stream of the sealed bytes.
type layer struct {
	key   *Key
	last  int64 // number of its last package
	nonce func() (nonce, error)
}

// open returns the plaintext of layer i from off on.
func (s *Stream) open(i int, off int64) (io.Reader, error) {
	if i == len(s.layers) {
		return io.NewSectionReader(s.src, off, s.sealed-off), nil
	}
	l, n := s.layers[i], off/packagePlain
	sealed, err := s.open(i+1, n*packageSealed)
	if err != nil {
		return nil, err
	}
	if l.last > 0 {
		if sealed, err = l.expected(sealed, n); err != nil {
			return nil, err
		}
	}
	r, err := sio.DecryptReader(sealed, config(l.key, uint32(n)))
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, r, off%packagePlain); err != nil {
		return nil, err
	}
	return r, nil
}

// expected compares the header of package n, with which sealed begins, to the
// layer's nonce. sio compares those of the following packages to this one's.
func (l layer) expected(sealed io.Reader, n int64) (io.Reader, error) {
	want, err := l.nonce()
	if err != nil {
		return nil, err
	}
	if n == l.last {
		want[0] |= finalBit
	}
	var header [headerSize]byte
	if _, err := io.ReadFull(sealed, header[:]); err != nil {
		return nil, err
	}
	if !bytes.Equal(header[nonceAt:], want[:]) {
		return nil, fmt.Errorf("package %d is not at its place: %w", n, ErrCorrupt)
	}
	return io.MultiReader(bytes.NewReader(header[:]), sealed), nil
}

// lastNonce opens the last package of layer i, and answers its nonce.
func (s *Stream) lastNonce(i int) (nonce, error) {
	l := s.layers[i]
	sealed, err := s.open(i+1, l.last*packageSealed)
	if err != nil {
		return nonce{}, err
	}
	raw, err := io.ReadAll(io.LimitReader(sealed, packageSealed))
	if err != nil {
		return nonce{}, err
	}
	if len(raw) < headerSize {
		return nonce{}, io.ErrUnexpectedEOF
	}
	if _, err := sio.DecryptBuffer(nil, raw, config(l.key, uint32(l.last))); err != nil {
		return nonce{}, err
	}
	found := nonce(raw[nonceAt:headerSize])
	if found[0]&finalBit == 0 {
		return nonce{}, fmt.Errorf("the last package is not the last: %w", ErrCorrupt)
	}
	found[0] &^= finalBit
	return found, nil
}
