package memstore

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Before lets f see each call before it is carried out. An error it returns is
// the answer, and nothing is carried out; it may also wait, read the body, or
// change what is in the store. nil takes the hook away.
func (s *Store) Before(f func(context.Context, Call) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// Failing is a hook for Before that fails every call of these operations.
func Failing(kind client.Kind, ops ...Op) func(context.Context, Call) error {
	return func(_ context.Context, c Call) error {
		if slices.Contains(ops, c.Op) {
			return c.Error(kind)
		}
		return nil
	}
}

// FailingTimes is a hook for Before that fails the next n calls of an operation.
func FailingTimes(n int, kind client.Kind, op Op) func(context.Context, Call) error {
	var mu sync.Mutex
	return func(_ context.Context, c Call) error {
		mu.Lock()
		defer mu.Unlock()
		if c.Op != op || n == 0 {
			return nil
		}
		n--
		return c.Error(kind)
	}
}

// After lets f change what is answered to a call that was carried out, or lose
// the answer by an error. It is asked wherever an object is answered, of the
// beginning of an upload only what it says of the encryption; a part comes as an
// object of its size, ETag, checksum and encryption. nil takes the hook away.
func (s *Store) After(f func(Call, *client.Object) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = f
}

// Report is a hook for After by which every answer, whatever the call, says this
// of the encryption.
func Report(r client.Reported) func(Call, *client.Object) error {
	return func(_ Call, o *client.Object) error { o.Encryption = r; return nil }
}

// Send lets f send other bytes than those which a GetObject asked for. nil takes
// the hook away.
func (s *Store) Send(f func(c Call, asked []byte) io.Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send = f
}

// EncryptAs lets the server encrypt what is written from now on as f says, which
// is told how it was asked to; HEAD and GET then report that. nil takes the hook
// away.
func (s *Store) EncryptAs(f func(asked client.Reported) client.Reported) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.encryptAs = f
}

// Doubt says of every CreateMultipartUpload from now on that an answer to it may
// have been lost since then; the zero time ends it.
func (s *Store) Doubt(since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doubtful = since
}

// A Gate holds calls until a test lets them go.
type Gate struct {
	entered chan struct{}
	open    chan struct{}
	once    sync.Once
}

// Hold lets calls of these operations wait, after the hook of Before and before
// anything is carried out, until the gate is opened or their context ends.
func (s *Store) Hold(ops ...Op) *Gate {
	g := &Gate{entered: make(chan struct{}, 10_000), open: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, op := range ops {
		s.gates[op] = g
	}
	return g
}

// Entered gives one value for each call that came to wait.
func (g *Gate) Entered() <-chan struct{} { return g.entered }

// Open lets all calls go, those to come too. A second time it does nothing.
func (g *Gate) Open() { g.once.Do(func() { close(g.open) }) }

func (g *Gate) wait(ctx context.Context, c Call) error {
	if g == nil {
		return nil
	}
	select {
	case <-g.open:
		return nil
	default:
	}
	g.entered <- struct{}{}
	select {
	case <-g.open:
		return nil
	case <-ctx.Done():
		return c.cancelled(ctx)
	}
}
