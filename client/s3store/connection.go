package s3store

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// TLS is spoken in records of 16 KiB at most, and crypto/tls reads and writes
// them one by one: at a gigabyte a second the calls of the system cost as much as
// the cipher. So much is read, and written, at once instead, in bytes.
const (
	readAtOnce  = 64 << 10
	writeAtOnce = 256 << 10
)

// swiftly is how soon a piece is taken on a line to which larger ones may go.
const swiftly = 50 * time.Millisecond

// A connection is one over TLS on which the records of a write leave together.
type connection struct {
	*tls.Conn
	below *joined
}

// secured makes the connections of a transport.
func secured(dial dialer, config *tls.Config, handshake time.Duration) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := config.Clone()
		if c.ServerName, _, err = net.SplitHostPort(address); err == nil {
			if judge := c.VerifyConnection; judge != nil {
				c.VerifyConnection = func(s tls.ConnectionState) error { return judge(askedFor(s, c.ServerName)) }
			}
			var secure *connection
			if secure, err = secureOver(ctx, raw, c, handshake); err == nil {
				return secure, nil
			}
		}
		_ = raw.Close() // nothing was sent
		return nil, err
	}
}

// secureOver speaks TLS over a connection.
func secureOver(ctx context.Context, raw net.Conn, config *tls.Config, handshake time.Duration) (*connection, error) {
	below := &joined{Conn: raw, in: bufio.NewReaderSize(raw, readAtOnce)}
	c := &connection{tls.Client(below, config), below}
	ctx, cancel := context.WithTimeoutCause(ctx, handshake, &errSlowHandshake{handshake})
	defer cancel()
	err := c.HandshakeContext(ctx)
	var slow *errSlowHandshake
	if err != nil && errors.As(context.Cause(ctx), &slow) {
		err = slow
	}
	return c, err
}

// errSlowHandshake is a server that takes the connection and does not speak TLS.
type errSlowHandshake struct{ after time.Duration }

func (e *errSlowHandshake) Error() string { return e.Text().String() }

// Text is what the error says.
func (e *errSlowHandshake) Text() client.Text {
	return client.Say("the server took the connection and did not agree on TLS within %s", e.after.String())
}

// Timeout and Temporary make it an error of the network, as net/http's own is.
func (*errSlowHandshake) Timeout() bool   { return true }
func (*errSlowHandshake) Temporary() bool { return true } //nolint:revive // net.Error

// Write sends all of p in one go.
func (c *connection) Write(p []byte) (int, error) {
	c.below.hold()
	n, err := c.Conn.Write(p)
	if left := c.below.release(); err == nil {
		err = left
	}
	return n, err
}

// ReadFrom sends what r reads, in pieces that grow while the line takes them
// swiftly: on a slow one they stay small, so that who watches it for silence sees
// it move.
func (c *connection) ReadFrom(r io.Reader) (n int64, err error) {
	buffer := pieces.Get().(*[]byte)
	defer pieces.Put(buffer)
	for size := writeAtOnce / 8; ; {
		m, ended := r.Read((*buffer)[:size])
		if m > 0 {
			began := time.Now()
			w, err := c.Write((*buffer)[:m])
			n += int64(w)
			if err != nil {
				return n, err
			}
			if time.Since(began) < swiftly {
				size = min(2*size, writeAtOnce)
			} else {
				size = writeAtOnce / 8
			}
		}
		if errors.Is(ended, io.EOF) {
			return n, nil
		}
		if ended != nil {
			return n, ended
		}
	}
}

// pieces are buffers for what is read from a body.
var pieces = sync.Pool{New: func() any { b := make([]byte, writeAtOnce); return &b }}

// Close does not wait for a write that goes on, as that of tls.Conn does not.
func (c *connection) Close() error {
	if c.below.writing.Load() {
		return c.below.Conn.Close()
	}
	return c.Conn.Close()
}

// joined is the connection below TLS.
type joined struct {
	net.Conn
	in      *bufio.Reader
	writing atomic.Bool // a write is held, or leaves
	mu      sync.Mutex  // TLS also writes by itself, when it reads
	out     *[]byte     // nil when nothing is held
}

func (j *joined) Read(p []byte) (int, error) { return j.in.Read(p) }

func (j *joined) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.out == nil {
		return j.Conn.Write(p)
	}
	*j.out = append(*j.out, p...)
	return len(p), nil
}

// hold keeps what is written until release.
func (j *joined) hold() {
	j.writing.Store(true)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.out = records.Get().(*[]byte)
}

// release writes what was held.
func (j *joined) release() error {
	defer j.writing.Store(false)
	j.mu.Lock()
	defer j.mu.Unlock()
	out := j.out
	j.out = nil
	_, err := j.Conn.Write(*out)
	*out = (*out)[:0]
	records.Put(out)
	return err
}

// records are buffers for a piece within TLS.
var records = sync.Pool{New: func() any { b := make([]byte, 0, writeAtOnce+writeAtOnce/64); return &b }}
