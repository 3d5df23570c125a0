package ledger

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// The programs of a model, and the server as they reach it.

// A program is an engine, its ledger, and its own way to the server.
type program struct {
	m       *model
	name    int
	ledger  *Ledger
	journal transfer.Journal
	engine  *transfer.Engine
	gone    chan struct{} // closed when it crashed or was closed
	held    int           // requests; belongs to the model's mutex
}

// mortal is the journal of a program that may die: that it has died is nothing which it
// finds out by itself, as a real one would not. Programs write one after the other: while
// one waits for another SQLite sleeps, how long chance decides.
type mortal struct {
	transfer.Journal
	turn *sync.Mutex
}

func (mortal) Lasts() bool { return true }

func (j mortal) Write(entries []transfer.Entry) error {
	j.turn.Lock()
	defer j.turn.Unlock()
	return j.Journal.Write(entries)
}

func (j mortal) Dropped(at client.Location, id string) error {
	j.turn.Lock()
	defer j.turn.Unlock()
	return j.Journal.Dropped(at, id)
}

// start starts a program.
func (m *model) start() *program {
	m.programs++
	p := &program{m: m, name: m.programs, gone: make(chan struct{})}
	p.ledger = New(Options{Dir: m.dir, Note: func(t client.Text) {
		if !p.isGone() {
			m.blame("program %d notes: %v", p.name, t)
		}
	}})
	require.NoError(m, p.ledger.Open())
	p.journal = p.ledger.Journal(ward)
	var err error
	p.engine, err = transfer.New(transfer.Config{
		Store: m.dial(p), Journal: mortal{p.journal, &m.turn}, PartSize: 5 << 20, Concurrency: 1,
	})
	require.NoError(m, err)
	m.alive = append(m.alive, p)
	return p
}

// end ends the program. Of one that crashes nothing arrives any more, neither at the
// server nor in the ledger.
func (p *program) end(crash bool) {
	if crash {
		p.ledger.mu.Lock()
		p.ledger.dies(p.m.T) // first: who hears that a request failed would write it down
		p.ledger.mu.Unlock()
		close(p.gone)
	}
	require.NoError(p.m, p.engine.Close(context.Background())) // what would have died with it
	if !crash {
		require.NoError(p.m, p.ledger.Close())
		close(p.gone)
	}
}

func (p *program) isGone() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

func (p *program) rows() []transfer.Row { return p.engine.AppendRows(nil, 0, 1<<30) }

func (p *program) holds() int {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	return p.held
}

func (m *model) blame(format string, values ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wrong = append(m.wrong, fmt.Sprintf(format, values...))
}

// dial opens the server by a way to it. What failed is tried again by the engine and by
// people here, not by the store, whose pauses chance spreads.
func (m *model) dial(way http.RoundTripper) client.Store {
	m.Helper()
	store, err := s3store.Dial(
		client.Account{Name: "model", Endpoint: "https://s3.test", AccessKeyID: m.server.AccessKey},
		client.Credentials{AccessKeyID: m.server.AccessKey, Secret: client.NewSecret(m.server.SecretKey)},
		s3store.Options{Attempts: 1, Transport: way})
	require.NoError(m, err)
	return store
}

// direct is the server without moods.
type direct struct{ m *model }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	return d.m.serve(r, body), nil
}

func bodyOf(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

// serve has the server answer a request, as one that came over TLS.
func (m *model) serve(r *http.Request, body []byte) *http.Response {
	in := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	in.Header, in.ContentLength, in.TLS = r.Header.Clone(), int64(len(body)), &tls.ConnectionState{}
	answer := httptest.NewRecorder()
	m.server.ServeHTTP(answer, in)
	a := answer.Result()
	a.Request = r
	if length, err := strconv.ParseInt(a.Header.Get("Content-Length"), 10, 64); err == nil {
		a.ContentLength = length
	}
	return a
}

// A call is a request by what a seed replays of it.
type call struct{ op, key string }

var firstKey = regexp.MustCompile("<Key>(.*?)</Key>")

func callOf(r *http.Request, body []byte) call {
	q := r.URL.Query()
	c := call{r.Method, strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/bucket"), "/")}
	for _, name := range []string{"uploads", "uploadId", "delete", "tagging"} {
		if q.Has(name) {
			c.op += " " + name + q.Get("partNumber")
		}
	}
	if r.Header.Get("Range") != "" {
		c.op += " " + r.Header.Get("Range")
	}
	if c.key == "" {
		c.key = q.Get("prefix")
	}
	if found := firstKey.FindSubmatch(body); c.key == "" && found != nil {
		c.key = string(found[1])
	}
	return c
}

func (c call) isAbort() bool { return c.op == "DELETE uploadId" }

func (c call) begins() bool { return c.op == "POST uploads" }

// writes: the call may make or change the object of its key.
func (c call) writes() bool {
	return strings.HasPrefix(c.op, "PUT") || strings.HasPrefix(c.op, "POST upload")
}

// mood is what the server makes of a call: a number below 100.
func (m *model) mood(when string, c call) int {
	name := fmt.Sprint(m.seed, when, c)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[name]++
	h := fnv.New64a()
	fmt.Fprint(h, name, m.calls[name])
	mood := int(h.Sum64() >> 33 % 100)
	if m.kind {
		mood = 99
	}
	m.asked = append(m.asked, fmt.Sprint(when, c, mood))
	return mood
}

// wasAsked are the calls since it was asked last, sorted: what is left of uploads is
// dropped several at a time.
func (m *model) wasAsked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.asked
	m.asked = nil
	slices.Sort(all)
	return all
}

var errCut = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

func refuse(r *http.Request, status int, code string) *http.Response {
	text := "<Error><Code>" + code + "</Code><Message>not today</Message></Error>"
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/xml"}, "X-Amz-Request-Id": {"1"}},
		ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text)), Request: r,
	}
}

// RoundTrip is the server as the program reaches it: moody, and out of reach once the
// program is gone.
func (p *program) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := bodyOf(r)
	if err != nil || p.isGone() {
		return nil, errCut
	}
	m, c := p.m, callOf(r, body)
	switch mood := m.mood("before", c); {
	case mood < 6:
		return refuse(r, http.StatusForbidden, "AccessDenied"), nil
	case mood < 8:
		return refuse(r, http.StatusInternalServerError, "InternalError"), nil // to one that asks to slow down the store listens for a while, which chance spreads
	case mood < 10:
		return nil, errCut
	case mood < 28 && !c.isAbort():
		if err := p.hold(r.Context()); err != nil {
			return nil, err
		}
	}
	m.noteWrite(p, c, r)
	answer := m.serve(r, body)
	return p.deliver(answer, c)
}

// deliver brings an answer back, as it is or otherwise.
func (p *program) deliver(a *http.Response, c call) (*http.Response, error) {
	m := p.m
	body, err := io.ReadAll(a.Body)
	require.NoError(m, err)
	a.Body = io.NopCloser(bytes.NewReader(body))
	id := m.begun(c, body)
	mood := m.mood("after", c)
	isData := strings.HasPrefix(c.op, "GET") && a.StatusCode < 300 && len(body) > 0 && !strings.Contains(c.op, "upload")
	switch {
	case mood < 4:
		return nil, errCut
	case mood < 12 && !c.isAbort():
		if err := p.hold(a.Request.Context()); err != nil {
			return nil, err
		}
	case mood < 16 && strings.HasPrefix(c.op, "HEAD"):
		for name := range a.Header {
			if strings.HasPrefix(name, "X-Amz-Server-Side-Encryption") {
				delete(a.Header, name)
			}
		}
	case mood < 18 && isData:
		body[len(body)/2] ^= 1
	case mood < 20 && isData:
		a.Body = &halting{Reader: bytes.NewReader(body[:len(body)/2]), then: func() error { return errCut }}
	case mood < 28 && isData:
		rest := io.NopCloser(bytes.NewReader(body[len(body)/2:]))
		a.Body = &halting{Reader: bytes.NewReader(body[:len(body)/2]), then: func() error { return p.hold(a.Request.Context()) }, rest: rest}
	}
	m.mu.Lock()
	delete(m.unheard, id)
	m.mu.Unlock()
	return a, nil
}

// halting is a body that stops in its middle.
type halting struct {
	io.Reader
	then func() error
	rest io.Reader // nil where nothing comes any more
}

func (h *halting) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != io.EOF || h.then == nil {
		return n, err
	}
	err, h.then = h.then(), nil
	if err != nil {
		h.Reader = broken{err}
	} else {
		h.Reader = h.rest
	}
	return n, nil
}

func (h *halting) Close() error { return nil }

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// hold holds a request until the gate opens, and is an error where nobody waits for its
// answer any more.
func (p *program) hold(ctx context.Context) error {
	m := p.m
	m.mu.Lock()
	gate := m.gate
	if m.kind {
		m.mu.Unlock()
		return nil
	}
	p.held++
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		p.held--
		m.mu.Unlock()
	}()
	select {
	case <-gate:
		return nil
	case <-p.gone:
		return errCut
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// noteWrite takes down who writes what.
func (m *model) noteWrite(p *program, c call, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id := r.URL.Query().Get("uploadId"); m.unheard[id] && !c.isAbort() && r.Method != http.MethodGet {
		m.wrong = append(m.wrong, fmt.Sprintf("%v goes on with an upload of which nobody was told", c))
	}
	if !c.writes() {
		return
	}
	k := m.tasks[c.key]
	if k == nil || !k.op.WritesObject() {
		m.wrong = append(m.wrong, fmt.Sprintf("%v is no job's", c))
		return
	}
	m.wrote[c.key] = p
	if k.done {
		m.wrong = append(m.wrong, fmt.Sprintf("%v after it was done", c))
	}
}

var uploadID = regexp.MustCompile("<UploadId>(.*?)</UploadId>")

// begun takes down an upload that was begun and whose id is on its way.
func (m *model) begun(c call, answer []byte) (id string) {
	found := uploadID.FindSubmatch(answer)
	if !c.begins() || found == nil {
		return ""
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id = string(found[1])
	m.unheard[id] = true
	return id
}
