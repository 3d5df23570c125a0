package seal

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/minio/sio"
)

// The package layout of DARE 2.0: 64 KiB of plaintext under a 16 byte header and a
// 16 byte tag. https://github.com/minio/sio/blob/master/DARE.md
const (
	packagePlain  = 1 << 16
	packageSealed = packagePlain + 32
)

func config(k *Key, sequence uint32) sio.Config {
	return sio.Config{
		MinVersion:     sio.Version20,
		MaxVersion:     sio.Version20,
		CipherSuites:   []byte{sio.AES_256_GCM},
		Key:            k.bytes(),
		SequenceNumber: sequence,
	}
}

// SealedSize is the number of bytes plain bytes take under so many layers. An
// empty stream is empty in every layer: nothing in it is authenticated, so bind
// its size elsewhere.
func SealedSize(plain int64, layers int) (int64, error) {
	if plain < 0 {
		return 0, fmt.Errorf("sealed size of %d bytes: negative", plain)
	}
	size := uint64(plain)
	for range layers {
		var err error
		if size, err = sio.EncryptedSize(size); err != nil {
			return 0, fmt.Errorf("sealed size of %d bytes: %w", plain, err)
		}
	}
	return int64(size), nil
}

// NewWriter seals what is written to it, one layer per key, the first key
// innermost. Close ends the stream and leaves dst open; without Close the stream
// is cut and will not open.
func NewWriter(dst io.Writer, keys ...*Key) (io.WriteCloser, error) {
	if len(keys) == 0 || len(keys) > MaxLayers {
		return nil, fmt.Errorf("seal stream: %d keys", len(keys))
	}
	var w io.Writer = onlyWriter{dst}
	for i := len(keys) - 1; i >= 0; i-- {
		layer, err := sio.EncryptWriter(w, config(keys[i], 0))
		if err != nil {
			return nil, fmt.Errorf("seal stream: %w", err)
		}
		w = layer // its Close closes the layer around it
	}
	return w.(io.WriteCloser), nil
}

// onlyWriter hides a Close from sio, which would call it.
type onlyWriter struct{ io.Writer }

// Stream is a sealed stream opened for reading at any offset. Safe for
// concurrent use when its source is.
type Stream struct {
	src    io.ReaderAt
	sealed int64
	plain  int64
	layers []layer
}

// OpenStream opens sealed bytes of which plain is the authenticated plaintext
// size; [ErrCorrupt] when sealed is not the length that plain bytes take, which
// finds every truncation before a byte is read.
func OpenStream(src io.ReaderAt, sealed, plain int64, keys ...*Key) (*Stream, error) {
	if len(keys) == 0 || len(keys) > MaxLayers {
		return nil, fmt.Errorf("open stream: %d keys", len(keys))
	}
	want, err := SealedSize(plain, len(keys))
	if err != nil || want != sealed {
		return nil, fmt.Errorf("open stream: %d bytes where %d bytes of content take %d: %w", sealed, plain, want, ErrCorrupt)
	}
	s := &Stream{src: src, sealed: sealed, plain: plain, layers: make([]layer, len(keys))}
	for i, key := range keys {
		size, err := SealedSize(plain, i)
		if err != nil {
			return nil, fmt.Errorf("open stream: %w", err)
		}
		l := layer{key: key, last: max(0, size-1) / packagePlain}
		l.nonce = sync.OnceValues(func() (nonce, error) { return s.lastNonce(i) })
		s.layers[i] = l
	}
	return s, nil
}

// Size is the number of plaintext bytes.
func (s *Stream) Size() int64 { return s.plain }

// ReadAt implements io.ReaderAt over the plaintext. After [ErrCorrupt] p holds
// nothing to be used.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read sealed stream: negative offset %d", off)
	}
	if off >= s.plain {
		return 0, io.EOF
	}
	short := false
	if rest := s.plain - off; int64(len(p)) > rest {
		p, short = p[:rest], true
	}
	if len(p) == 0 {
		return 0, nil
	}
	r, err := s.From(off)
	if err == nil {
		_, err = io.ReadFull(r, p) // run never ends early without saying why
	}
	if err != nil {
		clear(p)
		return 0, err
	}
	if short {
		return len(p), io.EOF
	}
	return len(p), nil
}

// From streams the plaintext from off to the end, decrypting each package once
// and the last one, which tells the others' nonce, in advance.
func (s *Stream) From(off int64) (io.Reader, error) {
	if off < 0 || off > s.plain {
		return nil, fmt.Errorf("read sealed stream: offset %d of %d", off, s.plain)
	}
	if off == s.plain {
		return eof{}, nil
	}
	return &run{open: func() (io.Reader, error) { return s.open(0, off) }, rest: s.plain - off}, nil
}

// run ends at the authenticated size and takes an earlier end for damage.
type run struct {
	open func() (io.Reader, error) // at the first Read
	src  io.Reader
	rest int64
	err  error
}

func (r *run) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.rest == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > r.rest {
		p = p[:r.rest]
	}
	if r.src == nil {
		if r.src, r.err = r.open(); r.err != nil {
			r.err = readError(r.err)
			return 0, r.err
		}
	}
	n, err := r.src.Read(p)
	r.rest -= int64(n)
	switch {
	case r.rest == 0:
		if err == nil { // sio gives its buffer of 64 KiB back when it says the end
			var none [1]byte
			_, _ = r.src.Read(none[:])
		}
		return n, nil
	case err != nil:
		r.err = readError(err)
		return n, r.err
	}
	return n, nil
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// readError tells damage (what sio refuses, an early end) from a failing disk.
func readError(err error) error {
	var damaged sio.Error
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &damaged) || errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("read sealed stream: %w", ErrCorrupt)
	}
	return fmt.Errorf("read sealed stream: %w", err)
}
