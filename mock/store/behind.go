package store

import (
	"cmp"
	"io"
)

// behind writes in a goroutine of its own, so that one buffer is sealed, or written,
// while the next is read and digested, or sealed. It belongs to one goroutine.
// Memory stays flat: it has so many buffers.
type behind struct {
	free   chan *[]byte
	full   chan filled
	failed chan error // holds the first error; closed when all is written
}

const buffersAhead = 4

type filled struct {
	buf *[]byte
	n   int
}

func writeBehind(to io.Writer) *behind {
	q := &behind{free: make(chan *[]byte, buffersAhead), full: make(chan filled, buffersAhead), failed: make(chan error, 1)}
	for range cap(q.free) {
		q.free <- copyBuffers.Get().(*[]byte)
	}
	go func() {
		defer close(q.failed)
		broken := false
		for b := range q.full {
			if !broken {
				if _, err := to.Write((*b.buf)[:b.n]); err != nil {
					q.failed <- err
					broken = true
				}
			}
			q.free <- b.buf
		}
	}()
	return q
}

// buffer gives one to fill, when there is one.
func (q *behind) buffer() *[]byte { return <-q.free }

// write takes the first n bytes of a buffer, and the buffer. The error may be one
// of a write before.
func (q *behind) write(buf *[]byte, n int) error {
	q.full <- filled{buf, n}
	select {
	case err := <-q.failed:
		return err
	default:
		return nil
	}
}

// close waits until all is written; every buffer must have been handed back.
func (q *behind) close() error {
	close(q.full)
	err := <-q.failed
	for range cap(q.free) {
		copyBuffers.Put(<-q.free)
	}
	return err
}

// pages is a writer that fills whole buffers and writes them behind: sealed packages
// are not of the size of pages, and written as they come they cost twice the time.
type pages struct {
	q   *behind
	buf *[]byte
	n   int
	err error
}

func (w *pages) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.err != nil {
			return written, w.err
		}
		if w.buf == nil {
			w.buf = w.q.buffer()
		}
		n := copy((*w.buf)[w.n:], p)
		w.n += n
		written += n
		p = p[n:]
		if w.n == len(*w.buf) {
			w.flush()
		}
	}
	return written, w.err
}

func (w *pages) flush() {
	if w.buf != nil {
		w.err = cmp.Or(w.q.write(w.buf, w.n), w.err)
		w.buf, w.n = nil, 0
	}
}

// close writes what is left and waits until all is written.
func (w *pages) close() error {
	w.flush()
	return cmp.Or(w.err, w.q.close())
}

// sendAhead reads in a goroutine of its own, so that one buffer is opened while the
// one before it is sent. It reads until io.EOF, and ends when the goroutine has.
func sendAhead(w io.Writer, from io.Reader) (written int64, err error) {
	type piece struct {
		filled
		err error
	}
	free, full := make(chan *[]byte, buffersAhead), make(chan piece, buffersAhead)
	for range cap(free) {
		free <- copyBuffers.Get().(*[]byte)
	}
	go func() {
		defer close(full)
		for buf := range free {
			p, err := fillBuffer(from, *buf)
			full <- piece{filled{buf, len(p)}, err}
			if err != nil {
				return
			}
		}
	}()
	defer func() { // also when w panics, as that of a fault does
		close(free)
		for p := range full {
			copyBuffers.Put(p.buf)
		}
		for buf := range free {
			copyBuffers.Put(buf)
		}
	}()
	for p := range full {
		n, err := w.Write((*p.buf)[:p.n])
		written += int64(n)
		switch {
		case err != nil:
			return written, err
		case p.err == io.EOF: //nolint:errorlint // fillBuffer says the end with this very value; a wrapped one is a failure
			return written, nil
		case p.err != nil:
			return written, p.err
		}
		free <- p.buf
	}
	return written, nil // never: the last piece has an error
}
