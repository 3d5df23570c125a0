package s3store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Lines are a transport for short requests: those without a body, and those whose
// body is small. They do with one goroutine, the caller's, what net/http does with
// three: a request leaves in one write, and whoever sent it reads the answer. For
// small files that is half of what a request costs.
//
// Everything else goes the way of net/http: long bodies, since a server may refuse
// one before it has all of it; POST, which must not be sent twice; and what goes
// through a proxy.
type lines struct {
	through http.RoundTripper
	proxy   func(*http.Request) (*url.URL, error)
	secured func(ctx context.Context, network, address string) (net.Conn, error)
	bare    func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	idle  map[string][]*line // by scheme and host, the last used last
	sweep *time.Timer        // closes what is idle for too long; nil when nothing is
}

// The habits of net/http's transport are theirs.
const (
	shortBody   = 128 << 10 // bytes
	maxIdle     = 64        // lines to one server
	idleFor     = 90 * time.Second
	maxHead     = 10 << 20 // bytes of an answer's head
	interimMost = 5        // answers before the answer
)

// RoundTrip sends a request and gives its answer, as http.RoundTripper has it.
func (s *lines) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.carries(r) {
		return s.through.RoundTrip(r)
	}
	out := heads.Get().(*[]byte)
	defer heads.Put(out)
	var err error
	if *out, err = written((*out)[:0], r); err != nil {
		return nil, err
	}
	for {
		l, used, err := s.take(r)
		if err != nil {
			return nil, err
		}
		answer, err := l.exchange(r, *out)
		if err == nil {
			return answer, nil
		}
		var silent *errNoByte
		if used && mayRepeat(r) && errors.As(err, &silent) && r.Context().Err() == nil {
			continue // the server had closed it, which nobody saw
		}
		return nil, err
	}
}

func (s *lines) carries(r *http.Request) bool {
	if r.Method == http.MethodPost || r.Header["Expect"] != nil || r.Close ||
		r.Body != nil && r.Body != http.NoBody && (r.ContentLength <= 0 || r.ContentLength > shortBody) {
		return false
	}
	to, err := s.proxy(r)
	return to == nil && err == nil
}

// mayRepeat reports whether a request means the same when it arrives twice. What
// asks for the object to be as it was does not: the second would find the first.
func mayRepeat(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Header["If-Match"] == nil && r.Header["If-None-Match"] == nil
}

// heads are buffers for requests.
var heads = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// written appends a request as it goes over the line, with its body.
func written(out []byte, r *http.Request) ([]byte, error) {
	if r.Body != nil {
		defer r.Body.Close() //nolint:errcheck // it was only read
	}
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	out = fmt.Appendf(out, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.URL.RequestURI(), host)
	for name, values := range r.Header {
		if ofTheWay[name] {
			continue
		}
		for _, v := range values {
			out = append(append(append(append(out, name...), ": "...), v...), "\r\n"...)
		}
	}
	if r.Header["User-Agent"] == nil {
		out = append(out, "User-Agent: Go-http-client/1.1\r\n"...)
	}
	if r.ContentLength > 0 || r.Method == http.MethodPut {
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), r.ContentLength, 10), "\r\n"...)
	}
	if !sound(r.Header) || strings.ContainsAny(host, " \r\n") {
		return out, errUnsound
	}
	out = append(out, "\r\n"...)
	if r.ContentLength <= 0 {
		return out, nil
	}
	head := len(out)
	out = append(out, make([]byte, r.ContentLength)...)
	_, err := io.ReadFull(r.Body, out[head:])
	return out, err
}

// ofTheWay are headers that say how a request travels, not what it asks.
var ofTheWay = map[string]bool{"Host": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true}

// errUnsound says that a header would not be what it says it is.
var errUnsound = client.Say("a header holds a line break or a control character: the request is not sent").Err()

// sound reports whether no header can be taken for two.
func sound(h http.Header) bool {
	for name, values := range h {
		if name == "" || strings.ContainsAny(name, " :\r\n\t\x00") {
			return false
		}
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\x00") {
				return false
			}
		}
	}
	return true
}

// A line is a connection that carries one request after the other.
type line struct {
	all   *lines
	place string
	conn  net.Conn
	in    *bufio.Reader
	head  *io.LimitedReader // below in
	since time.Time         // when it became idle
}

// take is a line to where a request goes, and whether it was used before.
func (s *lines) take(r *http.Request) (l *line, used bool, err error) {
	place := r.URL.Scheme + "://" + r.URL.Host
	s.mu.Lock()
	if n := len(s.idle[place]); n > 0 {
		l = s.idle[place][n-1]
		s.idle[place] = s.idle[place][:n-1]
	}
	s.mu.Unlock()
	if l != nil {
		return l, true, nil
	}
	dial, port := s.bare, "80"
	if r.URL.Scheme == "https" {
		dial, port = s.secured, "443"
	}
	if r.URL.Port() != "" {
		port = r.URL.Port()
	}
	conn, err := dial(r.Context(), "tcp", net.JoinHostPort(r.URL.Hostname(), port))
	if err != nil {
		return nil, false, err
	}
	head := &io.LimitedReader{R: conn, N: math.MaxInt64}
	return &line{all: s, place: place, conn: conn, in: bufio.NewReaderSize(head, 4<<10), head: head}, false, nil
}

// errNoByte says that a line ended before a byte of the answer came.
type errNoByte struct{ err error }

func (e *errNoByte) Error() string { return e.err.Error() }
func (e *errNoByte) Unwrap() error { return e.err }

// exchange sends a request and reads the head of its answer. The line goes back by
// itself when the body is read to its end.
func (l *line) exchange(r *http.Request, out []byte) (*http.Response, error) {
	ctx := r.Context()
	uncut := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(longAgo) })
	answer, err := l.answer(r, out)
	if err != nil {
		uncut()
		_ = l.conn.Close() // what went wrong is known
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	b := &lineBody{ReadCloser: answer.Body, line: l, uncut: uncut, ctx: ctx, close: answer.Close}
	if answer.Body == http.NoBody {
		b.end()
		return answer, nil
	}
	answer.Body = b
	return answer, nil
}

// longAgo is a deadline that ends whatever waits.
var longAgo = time.Unix(1, 0)

func (l *line) answer(r *http.Request, out []byte) (*http.Response, error) {
	if _, err := l.conn.Write(out); err != nil {
		return nil, &errNoByte{err}
	}
	l.head.N = maxHead
	if _, err := l.in.Peek(1); err != nil {
		return nil, &errNoByte{brokenOff(err)}
	}
	for range interimMost {
		answer, err := http.ReadResponse(l.in, r)
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
	close bool            // the server wants the line closed
	over  error           // what reading ended with: a body that broke off ends well when it is asked again
	once  sync.Once
}

func (b *lineBody) Read(p []byte) (int, error) {
	if b.over != nil {
		return 0, b.over
	}
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		b.end()
	case b.ctx.Err() != nil:
		err = context.Cause(b.ctx)
	}
	b.over = err
	return n, err
}

// end gives the line back after the last byte.
func (b *lineBody) end() {
	b.once.Do(func() {
		if !b.uncut() || b.close || b.line.in.Buffered() > 0 {
			_ = b.line.conn.Close() // it is of no use any more
			return
		}
		b.line.all.give(b.line)
	})
}

// Close before the end ends the line: what is left of a body may be long.
func (b *lineBody) Close() error {
	b.once.Do(func() {
		b.uncut()
		_ = b.line.conn.Close() // nothing was written that is not answered
	})
	return nil
}

// give keeps a line for the next request.
func (s *lines) give(l *line) {
	l.since = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle[l.place]) >= maxIdle {
		_ = l.conn.Close() // nothing is under way on it
		return
	}
	s.idle[l.place] = append(s.idle[l.place], l)
	if s.sweep == nil {
		s.sweep = time.AfterFunc(idleFor, s.closeIdle)
	}
}

// closeIdle closes what was idle for too long, and comes again while anything is.
func (s *lines) closeIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep = nil
	for place, all := range s.idle {
		s.idle[place] = slices.DeleteFunc(all, func(l *line) bool {
			old := time.Since(l.since) >= idleFor
			if old {
				_ = l.conn.Close() // nothing is under way on it
			}
			return old
		})
		if len(s.idle[place]) > 0 && s.sweep == nil {
			s.sweep = time.AfterFunc(idleFor, s.closeIdle)
		}
	}
}
