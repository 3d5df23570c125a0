// Package memstore is a [client.Store] in memory, for tests only: it passes the
// whole of storetest, as any of the servers of that package, and does on request
// what servers do on bad days.
//
//	store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"reports"}})
//	store.Fill(100, "reports/a.csv")
//	store.Before(memstore.Failing(client.KindDenied, memstore.HeadObject))
//
// Four things can be changed while it is in use: what comes before a call
// ([Store.Before], [Store.Hold]), what is answered ([Store.After],
// [Store.Send]), how things are encrypted whatever is asked ([Store.EncryptAs]),
// and what is in it ([Store.Write], [Store.Remove], [Store.Begin]), as if
// somebody else had done it. [Store.Calls] says what it was asked.
//
// It encrypts nothing: it asks for the keys that would be needed, and reports
// what a server would.
package memstore

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// Options are how a store begins. The zero value is an empty Ceph without keys.
type Options struct {
	Server  storetest.Server
	Buckets []string
	Keys    []client.Key     // what its key management service has; none is no such service
	Now     func() time.Time // nil is time.Now
	// PageSize is the most entries of a page of a listing, client.MaxEntries when 0.
	PageSize int
}

// A Store is safe for concurrent use, its hooks included: they are called without
// a lock and may use the store.
type Store struct {
	now func() time.Time

	mu        sync.Mutex
	pageSize  int
	server    storetest.Server
	keys      []client.Key
	buckets   map[string]*bucket
	uploads   map[string]*upload
	calls     []Call
	asked     map[Op]int
	answers   int // for request ids
	written   int // for ids of versions and uploads, and for ETags
	gates     map[Op]*Gate
	before    func(context.Context, Call) error
	after     func(Call, *client.Object) error
	send      func(Call, []byte) io.Reader
	encryptAs func(client.Reported) client.Reported
	doubtful  time.Time
}

var _ client.Store = (*Store)(nil)

// New makes a store.
func New(o Options) *Store {
	s := &Store{
		now: o.Now, pageSize: o.PageSize, server: o.Server, keys: slices.Clone(o.Keys),
		buckets: map[string]*bucket{}, uploads: map[string]*upload{}, asked: map[Op]int{}, gates: map[Op]*Gate{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.pageSize == 0 {
		s.pageSize = client.MaxEntries
	}
	for _, name := range o.Buckets {
		s.addBucket(name)
	}
	return s
}

// Become makes the store another server from now on; what is in it stays.
func (s *Store) Become(server storetest.Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = server
}

// SetPageSize is the most entries of a page of a listing from now on.
func (s *Store) SetPageSize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pageSize = n
}

// time is the time of what is written: whole seconds, as in an HTTP date.
func (s *Store) time() time.Time { return s.now().Truncate(time.Second) }

// begin lets a call in: it is noted, held and judged by the hook. The error is
// what the caller is to answer.
func (s *Store) begin(ctx context.Context, c Call) (Call, error) {
	if ctx.Err() != nil {
		return c, c.cancelled(ctx)
	}
	s.mu.Lock()
	s.asked[c.Op]++
	c.Nth = s.asked[c.Op]
	noted := c
	noted.Body = nil
	s.calls = append(s.calls, noted)
	before, gate := s.before, s.gates[c.Op]
	s.mu.Unlock()
	if before != nil {
		if err := before(ctx, c); err != nil {
			return c, err
		}
	}
	return c, gate.wait(ctx, c)
}

// answer is what a call that was carried out says: the truth, as the hook has it.
func (s *Store) answer(c Call, o client.Object) (client.Object, error) {
	s.mu.Lock()
	s.answers++
	o.RequestID = fmt.Sprintf("req-%d", s.answers)
	after := s.after
	s.mu.Unlock()
	if after == nil {
		return o, nil
	}
	if err := after(c, &o); err != nil {
		return client.Object{}, err
	}
	return o, nil
}
