package store

import "io"

// behind writes in a goroutine of its own, so that one buffer is sealed and written
// while the next is read and digested. It belongs to one goroutine. Memory stays
// flat: it has two buffers.
type behind struct {
	free   chan *[]byte
	full   chan filled
	failed chan error // holds the first error; closed when all is written
}

type filled struct {
	buf *[]byte
	n   int
}

func writeBehind(to io.Writer) *behind {
	q := &behind{free: make(chan *[]byte, 2), full: make(chan filled, 2), failed: make(chan error, 1)}
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

// sendAhead reads in a goroutine of its own, so that one buffer is opened while the
// one before it is sent. It reads until io.EOF, and ends when the goroutine has.
func sendAhead(w io.Writer, from io.Reader) (written int64, err error) {
	type piece struct {
		filled
		err error
	}
	free, full := make(chan *[]byte, 2), make(chan piece, 2)
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
