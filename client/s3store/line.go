package s3store

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A line is a connection that carries one request after the other.
type line struct {
	all   *lines
	to    peer
	conn  net.Conn
	in    *bufio.Reader
	head  *io.LimitedReader // below in
	since time.Time         // when it became idle
}

// errNoByte says that a line ended before a byte of the answer came.
type errNoByte struct{ err error }

func (e *errNoByte) Error() string { return e.err.Error() }
func (e *errNoByte) Unwrap() error { return e.err }

// exchange sends a request and reads the head of its answer. The line goes back by
// itself when the body is read to its end.
func (l *line) exchange(ctx context.Context, w written) (*http.Response, error) {
	l.expect(w.within)
	uncut := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(longAgo) })
	answer, err := l.answer(w)
	if err != nil {
		uncut()
		_ = l.conn.Close() // what went wrong is known
		return nil, ended(ctx, err, w.within)
	}
	if answer.Body == http.NoBody {
		l.free(uncut, answer.Close)
		return answer, nil
	}
	answer.Body = &lineBody{ReadCloser: answer.Body, line: l, uncut: uncut, ctx: ctx, close: answer.Close}
	return answer, nil
}

// free gives the line back after the last byte of an answer, unless it is of no use
// any more: the context ended it, the server wants it closed, or something came more.
func (l *line) free(uncut func() bool, closed bool) {
	if !uncut() || closed || l.in.Buffered() > 0 {
		_ = l.conn.Close() // nothing was written that is not answered
		return
	}
	l.all.give(l)
}

// expect has the line end when nothing comes, or goes, for so long; 0 is for ever.
func (l *line) expect(within time.Duration) {
	until := time.Time{}
	if within > 0 {
		until = time.Now().Add(within)
	}
	_ = l.conn.SetDeadline(until) // what is wrong with the line is seen by who uses it
}

// ended is what a line ended with: the context, silence of so long (which is no sign
// that the server had closed it), or the error.
func ended(ctx context.Context, err error, within time.Duration) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case within > 0 && errors.Is(err, os.ErrDeadlineExceeded):
		return &errStalled{within}
	}
	return err
}

// longAgo is a deadline that ends whatever waits.
var longAgo = time.Unix(1, 0)

func (l *line) answer(w written) (*http.Response, error) {
	if _, err := l.conn.Write(w.raw); err != nil {
		return nil, &errNoByte{err}
	}
	l.head.N = maxHead
	if _, err := l.in.Peek(1); err != nil {
		return nil, &errNoByte{brokenOff(err)}
	}
	for range interimMost {
		answer, err := readHead(l.in, w.asked)
		switch {
		case err != nil && l.head.N <= 0:
			return nil, client.Say("malformed HTTP: the head of the answer is longer than %d bytes", maxHead).Err()
		case err != nil:
			return nil, brokenOff(err)
		case answer.StatusCode >= http.StatusOK:
			l.head.N = math.MaxInt64
			return answer, nil
		case answer.StatusCode == http.StatusSwitchingProtocols:
			return nil, errInterim
		}
	}
	return nil, errInterim
}

var errInterim = client.Say("malformed HTTP: notes that an answer will come (1xx), and no answer").Err()

// brokenOff is what an answer that ends in its head is: nobody has announced the
// end.
func brokenOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A lineBody is the body of an answer; at its end its line is free.
type lineBody struct {
	io.ReadCloser
	line  *line
	uncut func() bool     // takes off what ends the line with the context
	ctx   context.Context //nolint:containedctx // the request's own, to learn why it ended
	stall time.Duration   // how long it may be silent, 0 for as long as the context lives
	close bool            // the server wants the line closed
	whole func()          // is told when all of it is there, nil for nobody
	over  error           // what reading ended with: a body that broke off ends well when it is asked again
	once  sync.Once
}

func (b *lineBody) Read(p []byte) (int, error) {
	if b.over != nil {
		return 0, b.over
	}
	if b.stall > 0 {
		b.line.expect(b.stall)
		if b.ctx.Err() != nil { // it may have ended the line before that
			_ = b.line.conn.SetDeadline(longAgo)
		}
	}
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		b.once.Do(func() {
			b.line.free(b.uncut, b.close)
			if b.whole != nil {
				b.whole()
			}
		})
	default:
		err = ended(b.ctx, err, b.stall)
	}
	b.over = err
	return n, err
}

// Close before the end ends the line: what is left of a body may be long.
func (b *lineBody) Close() error {
	b.once.Do(func() {
		b.uncut()
		_ = b.line.conn.Close() // nothing was written that is not answered
	})
	return nil
}
