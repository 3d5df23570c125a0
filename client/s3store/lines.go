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
	idle  map[peer][]*line // the last used last
	sweep *time.Timer      // closes what is idle for too long; nil when nothing is
}

// The habits of net/http's transport are theirs.
const (
	shortBody   = 128 << 10 // bytes
	maxIdle     = 64        // lines to one server
	idleFor     = 90 * time.Second
	maxHead     = 10 << 20 // bytes of an answer's head
	interimMost = 5        // answers before the answer
)

// A peer is what a line leads to: scheme and host, with its port where one was
// named.
type peer struct{ scheme, host string }

// A written request is one as it goes over a line.
type written struct {
	raw    []byte // all of it, with its body
	to     peer
	asked  *http.Request // of the answer: net/http wants to know the method
	once   bool          // arriving twice it would mean something else
	within time.Duration // how long the answer's first byte may take, 0 for as long as the context lives
}

// RoundTrip sends a request and gives its answer, as http.RoundTripper has it.
func (s *lines) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.carries(r) {
		return s.through.RoundTrip(r)
	}
	out := buffers.Get().(*[]byte)
	defer buffers.Put(out)
	var err error
	if *out, err = appendRequest((*out)[:0], r); err != nil {
		return nil, err
	}
	return s.exchange(r.Context(), written{raw: *out, to: peer{r.URL.Scheme, r.URL.Host}, asked: r, once: !mayRepeat(r)})
}

// exchange sends a request over a line and reads the head of its answer.
func (s *lines) exchange(ctx context.Context, w written) (*http.Response, error) {
	for {
		l, used, err := s.take(ctx, w)
		if err != nil {
			return nil, err
		}
		answer, err := l.exchange(ctx, w)
		if err == nil {
			return answer, nil
		}
		var silent *errNoByte
		if used && !w.once && errors.As(err, &silent) && ctx.Err() == nil {
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

// buffers are for requests.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// appendRequest appends a request as it goes over the line, with its body.
func appendRequest(out []byte, r *http.Request) ([]byte, error) {
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

// take is a line to where a request goes, and whether it was used before.
func (s *lines) take(ctx context.Context, w written) (l *line, used bool, err error) {
	s.mu.Lock()
	if n := len(s.idle[w.to]); n > 0 {
		l = s.idle[w.to][n-1]
		s.idle[w.to] = s.idle[w.to][:n-1]
	}
	s.mu.Unlock()
	if l != nil {
		return l, true, nil
	}
	if w.within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.within, &errStalled{w.within})
		defer cancel()
	}
	conn, err := s.dial(ctx, w.to)
	if err != nil {
		if stalled := stalledBy(ctx); stalled != nil {
			err = stalled
		}
		return nil, false, err
	}
	head := &io.LimitedReader{R: conn, N: math.MaxInt64}
	return &line{all: s, to: w.to, conn: conn, in: bufio.NewReaderSize(head, 4<<10), head: head}, false, nil
}

func (s *lines) dial(ctx context.Context, to peer) (net.Conn, error) {
	dial, port := s.bare, "80"
	if to.scheme == "https" {
		dial, port = s.secured, "443"
	}
	u := url.URL{Host: to.host}
	if u.Port() != "" {
		port = u.Port()
	}
	return dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
}

// give keeps a line for the next request.
func (s *lines) give(l *line) {
	l.since = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle[l.to]) >= maxIdle {
		_ = l.conn.Close() // nothing is under way on it
		return
	}
	s.idle[l.to] = append(s.idle[l.to], l)
	if s.sweep == nil {
		s.sweep = time.AfterFunc(idleFor, s.closeIdle)
	}
}

// closeIdle closes what was idle for too long, and comes again while anything is.
func (s *lines) closeIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep = nil
	for to, all := range s.idle {
		s.idle[to] = slices.DeleteFunc(all, func(l *line) bool {
			old := time.Since(l.since) >= idleFor
			if old {
				_ = l.conn.Close() // nothing is under way on it
			}
			return old
		})
		if len(s.idle[to]) > 0 && s.sweep == nil {
			s.sweep = time.AfterFunc(idleFor, s.closeIdle)
		}
	}
}
