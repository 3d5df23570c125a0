package transfer

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// The server that the programs of a model reach.

// mortal is the store as one program reaches it: nothing that it asks arrives any
// more once it has crashed.
type mortal struct {
	*memstore.Store
	program *modelProgram
}

type programKey struct{}

func (m mortal) by(ctx context.Context) context.Context {
	return context.WithValue(ctx, programKey{}, m.program)
}

func (m mortal) Put(ctx context.Context, at client.Location, body io.ReadSeeker, size int64, o client.PutOptions) (client.Object, error) {
	return m.Store.Put(m.by(ctx), at, body, size, o)
}

func (m mortal) Head(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, error) {
	return m.Store.Head(m.by(ctx), at, o)
}

func (m mortal) CreateUpload(ctx context.Context, at client.Location, o client.PutOptions) (client.Upload, client.Object, error) {
	return m.Store.CreateUpload(m.by(ctx), at, o)
}

func (m mortal) UploadPart(ctx context.Context, u client.Upload, n int, body io.ReadSeeker, size int64, d client.Digests) (client.Part, error) {
	return m.Store.UploadPart(m.by(ctx), u, n, body, size, d)
}

func (m mortal) CompleteUpload(ctx context.Context, u client.Upload, parts []client.Part, sum client.Checksum) (client.Object, error) {
	return m.Store.CompleteUpload(m.by(ctx), u, parts, sum)
}

func (m mortal) AbortUpload(ctx context.Context, u client.Upload) error {
	return m.Store.AbortUpload(m.by(ctx), u)
}

func (m mortal) Parts(ctx context.Context, u client.Upload) ([]client.Part, error) {
	return m.Store.Parts(m.by(ctx), u)
}

// mood is what the server makes of a call: a number below 100.
func (m *model) mood(c memstore.Call, seed uint64, when string) int {
	name := fmt.Sprint(seed, when, c.Op, c.At.Key, c.Part)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kind {
		return 99
	}
	m.calls[name]++
	h := fnv.New64a()
	fmt.Fprint(h, name, m.calls[name])
	return int(h.Sum64() >> 33 % 100)
}

func (m *model) before(ctx context.Context, c memstore.Call, seed uint64) error {
	p := ctx.Value(programKey{}).(*modelProgram)
	if p.crashed() {
		return errDead
	}
	m.mu.Lock()
	gate := m.gate
	m.mu.Unlock()
	if c.Op == memstore.AbortMultipartUpload { // so that what is left is left by the engine
		return nil
	}
	switch mood := m.mood(c, seed, "before"); {
	case mood < 8:
		return c.Error(client.KindDenied)
	case mood < 12:
		return c.Error(client.KindNetwork)
	case mood < 30:
		select {
		case <-gate:
		case <-p.gone:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if p.crashed() {
		return errDead
	}
	if c.Op == memstore.PutObject || c.Op == memstore.CompleteMultipartUpload {
		m.writes(p, c.At.Key)
	}
	return nil
}

// writes checks a write: its row is of the program that does it, and not done.
func (m *model) writes(p *modelProgram, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j := m.jobs[index(key)]
	j.wrote++
	m.estate.mu.Lock()
	owner := m.estate.owners[j.number]
	m.estate.mu.Unlock()
	if owner != p.journal {
		m.wrong = append(m.wrong, key+" was written by a program whose it is not")
	}
	if j.done {
		m.wrong = append(m.wrong, key+" was written after it was done")
	}
}

func (m *model) after(c memstore.Call, o *client.Object, seed uint64) error {
	switch mood := m.mood(c, seed, "after"); {
	case mood < 4 && c.Op != memstore.AbortMultipartUpload && c.Op != memstore.CreateMultipartUpload:
		return c.Error(client.KindNetwork) // the answer was lost
	case mood < 9 && c.Op == memstore.HeadObject:
		o.Encryption = client.Reported{Told: true, Type: client.TypeNone}
	}
	return nil
}

func (p *modelProgram) crashed() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

func index(key string) (n int) {
	_, _ = fmt.Sscanf(key, "k%d", &n) // of the model's own making
	return n
}
