package s3store

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// counted is one end of a pipe that counts what is asked of the system, and can
// be slow.
type counted struct {
	net.Conn
	writes atomic.Int64
	slow   time.Duration
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	time.Sleep(c.slow)
	return c.Conn.Write(p)
}

// pipe is a connection over TLS, what lies below it, and its other end.
func pipe(t *testing.T) (c *connection, below *counted, other *tls.Conn) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	identity := server.TLS.Certificates
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	server.Close()
	near, far := net.Pipe()
	below = &counted{Conn: near}
	other = tls.Server(far, &tls.Config{Certificates: identity, MinVersion: tls.VersionTLS13})
	agreed := make(chan error, 1)
	go func() { agreed <- other.Handshake() }()
	c, err := secureOver(t.Context(), below, &tls.Config{RootCAs: pool, ServerName: "example.com", MinVersion: tls.VersionTLS13, DynamicRecordSizingDisabled: true}, time.Minute)
	require.NoError(t, err)
	require.NoError(t, <-agreed)
	below.writes.Store(0)
	return c, below, other
}

func TestTheRecordsOfAWriteLeaveTogether(t *testing.T) {
	c, below, other := pipe(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 200<<10/16)
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, 2*len(sent))
		_, _ = io.ReadFull(other, b)
		got <- b
	}()
	n, err := c.Write(sent)
	require.NoError(t, err)
	assert.Equal(t, len(sent), n)
	assert.EqualValues(t, 1, below.writes.Load(), "13 records, one write")
	long, err := io.Copy(c, bytes.NewReader(sent))
	require.NoError(t, err)
	assert.EqualValues(t, len(sent), long)
	assert.True(t, bytes.Equal(append(bytes.Clone(sent), sent...), <-got))
	require.NoError(t, other.NetConn().Close())
	_, err = c.Write(sent)
	require.Error(t, err, "nobody is there to take it")
	_, err = io.Copy(c, struct{ io.Reader }{bytes.NewReader(sent)})
	require.Error(t, err)
	_ = c.Close()
}

func TestABodyThatCannotBeReadEndsWhatIsSentOfIt(t *testing.T) {
	c, _, other := pipe(t)
	go func() { _, _ = io.Copy(io.Discard, other) }()
	n, err := c.ReadFrom(io.MultiReader(bytes.NewReader([]byte("abc")), failing{}))
	require.ErrorIs(t, err, io.ErrNoProgress)
	assert.EqualValues(t, 3, n)
	_ = c.Close()
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

// asked notes how much is asked of it at once; half is called in its middle.
type asked struct {
	left, middle int
	half         func()
	sizes        []int
}

func (a *asked) Read(p []byte) (int, error) {
	if a.left == 0 {
		return 0, io.EOF
	}
	a.sizes = append(a.sizes, len(p))
	n := min(len(p), a.left)
	if a.left -= n; a.half != nil && a.left <= a.middle {
		a.half()
	}
	return n, nil
}

func TestASlowLineGetsSmallPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, below, other := pipe(t)
		var reading sync.WaitGroup
		reading.Go(func() { _, _ = io.Copy(io.Discard, other) })
		body := &asked{left: 2 << 20, middle: 1 << 20, half: func() { below.slow = time.Second }}
		_, err := io.Copy(c, body)
		require.NoError(t, err)
		assert.Equal(t, []int{32 << 10, 64 << 10, 128 << 10, 256 << 10}, body.sizes[:4])
		last := body.sizes[len(body.sizes)-20:]
		assert.Equal(t, slices.Repeat([]int{32 << 10}, 20), last)
		below.slow = 0
		require.NoError(t, c.Close())
		reading.Wait()
	})
}

func TestClosingDoesNotWaitForAWriteThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := pipe(t)
		wrote := make(chan error, 1)
		go func() {
			_, err := c.Write(make([]byte, 100_000))
			wrote <- err
		}()
		synctest.Wait()
		began := time.Now()
		require.NoError(t, c.Close())
		require.Error(t, <-wrote)
		assert.Zero(t, time.Since(began))
	})
}

func TestAServerThatDoesNotSpeakTLSIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		var reading sync.WaitGroup
		reading.Go(func() { _, _ = io.Copy(io.Discard, far) })
		_, err := secureOver(t.Context(), near, &tls.Config{ServerName: "example.com", MinVersion: tls.VersionTLS12}, handshake)
		require.ErrorContains(t, err, "did not agree on TLS within 10s")
		assert.Equal(t, client.KindNetwork, failure{}.kind(err))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = secureOver(ctx, near, &tls.Config{ServerName: "example.com", MinVersion: tls.VersionTLS12}, handshake)
		require.ErrorIs(t, err, context.Canceled, "who asked has turned away: that is no fault of the server")
		_ = near.Close()
		reading.Wait()
	})
}

func TestAConnectionThatIsNotMadeSaysWhy(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of a test, on loopback
	require.NoError(t, err)
	go func() {
		if c, err := listener.Accept(); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			_ = c.Close()
		}
	}()
	connect := secured(dialing(0), &tls.Config{MinVersion: tls.VersionTLS12}, handshake)
	_, err = connect(t.Context(), "tcp", listener.Addr().String())
	var foreign tls.RecordHeaderError
	require.ErrorAs(t, err, &foreign)
	require.NoError(t, listener.Close())
	_, err = connect(t.Context(), "tcp", listener.Addr().String())
	require.ErrorContains(t, err, "refused")
}
