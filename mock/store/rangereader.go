package store

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Range streams length bytes from off; cheaper than an io.SectionReader over
// ReadAt for long runs, because each package is decrypted once. A range that passes
// the end stops there. It implements io.WriterTo with large writes. It holds nothing
// that needs closing but the Reader.
func (r *Reader) Range(off, length int64) io.Reader {
	off = max(0, min(off, r.Size()))
	return &rangeReader{r: r, pos: off, rest: max(0, min(length, r.Size()-off))}
}

// rangeReader walks from segment to segment with one file open at a time.
type rangeReader struct {
	r         *Reader
	pos, rest int64
	inSegment int64 // bytes left of the open segment
	cur       io.Reader
	file      *os.File
	err       error
}

var _ io.WriterTo = (*rangeReader)(nil)

func (x *rangeReader) Read(p []byte) (int, error) {
	if x.err != nil {
		return 0, x.err
	}
	if x.rest == 0 {
		x.finish()
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := x.read(p)
	if err != nil {
		x.finish()
		x.err = fmt.Errorf("read object: %w", err)
		return n, x.err
	}
	return n, nil
}

func (x *rangeReader) read(p []byte) (int, error) {
	if x.cur == nil {
		if err := x.advance(); err != nil {
			return 0, err
		}
	}
	p = p[:min(int64(len(p)), x.rest, x.inSegment)]
	n, err := x.cur.Read(p)
	x.pos += int64(n)
	x.rest -= int64(n)
	x.inSegment -= int64(n)
	if x.inSegment == 0 {
		x.finish()
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		return n, fmt.Errorf("the body ends too early: %w", ErrCorrupt)
	}
	return n, err
}

// advance opens the segment at pos.
func (x *rangeReader) advance() error {
	g := x.r.segments[x.r.segmentAt(x.pos)]
	src, f, err := x.r.openSegment(g)
	if err != nil {
		return err
	}
	x.file = f
	x.inSegment = g.off + g.size - x.pos
	x.cur, err = src.From(x.pos - g.off)
	return err
}

// finish leaves the open segment.
func (x *rangeReader) finish() {
	if x.file != nil {
		x.r.closeFile(x.file)
	}
	x.file, x.cur = nil, nil
}

// WriteTo implements io.WriterTo.
func (x *rangeReader) WriteTo(w io.Writer) (int64, error) {
	if len(x.r.keys) > 0 && x.rest > copyBuffer {
		return sendAhead(w, x)
	}
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	var written int64
	for {
		p, err := fillBuffer(x, *buf)
		m, werr := w.Write(p)
		written += int64(m)
		switch {
		case werr != nil:
			return written, werr
		case err == io.EOF: //nolint:errorlint // fillBuffer says the end with this very value; a wrapped one is a failure
			return written, nil
		case err != nil:
			return written, err
		}
	}
}
