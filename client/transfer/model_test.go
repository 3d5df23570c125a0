package transfer

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A model of the queue: what people, crashes and a moody server do to jobs at random,
// and what must hold after each of it. Several programs are at one journal. A seed
// replays exactly: what a server answers to a call depends on the object and on how
// often it was asked, and on nothing that goroutines decide.
//
//	go test -run Model -args -operations 100000 -seed 7

var (
	modelOperations = flag.Int("operations", 2000, "random operations of the model test")
	modelSeed       = flag.Uint64("seed", 1, "of the model test")
)

// A modelled job is what is known of one without looking at the engines.
type modelled struct {
	asked  client.EncryptionType
	number int64 // of its row
	done   bool  // a receipt is in the journal: it may not be written again
	wrote  int   // times it was stored
}

// A variant is what a model is made of. Of files in parts only one request is under
// way at a time: which parts of one are through when another fails, chance decides.
type variant struct {
	Concurrency int // of each program
	Large       int // of so many files one is sent in parts, 0 for none
}

// A model is the world and what has to be true of it.
type model struct {
	variant
	t      *testing.T
	dir    string
	chance *rand.Rand
	store  *memstore.Store
	estate *estate
	alive  []*modelProgram
	rule   client.EncryptionType // that new jobs follow
	jobs   []*modelled
	live   map[int]bool // those that somebody has to have: not cleared, and not of a program that ended when they were over
	trace  strings.Builder

	mu    sync.Mutex
	calls map[string]int // by operation and key
	gate  chan struct{}  // of the calls that hang
	kind  bool           // the server does what it should
	wrong []string
}

// A modelProgram is one engine, its journal, and somebody who follows its changes.
type modelProgram struct {
	engine  *Engine
	journal *heirloom
	reader  reader
	gone    chan struct{} // closed when it crashed
}

func newModel(t *testing.T, v variant, seed uint64, dir string) *model {
	m := &model{
		variant: v, t: t, dir: dir, chance: rand.New(rand.NewPCG(seed, 42)), store: newStore(), estate: newEstate(), rule: client.TypeSSES3,
		live: map[int]bool{}, calls: map[string]int{}, gate: make(chan struct{}),
	}
	m.store.Before(func(ctx context.Context, c memstore.Call) error { return m.before(ctx, c, seed) })
	m.store.After(func(c memstore.Call, o *client.Object) error { return m.after(c, o, seed) })
	m.start()
	m.start()
	return m
}

// start starts a program.
func (m *model) start() *modelProgram {
	p := &modelProgram{journal: m.estate.program(), gone: make(chan struct{})}
	var err error
	p.engine, err = New(Config{Store: mortal{m.store, p}, Journal: p.journal, PartSize: minPartSize, Concurrency: m.Concurrency, Patience: 20 * time.Second})
	require.NoError(m.t, err)
	m.alive = append(m.alive, p)
	return p
}

// end ends a program, as it closes or as it crashes; another takes its place.
func (m *model) end(p *modelProgram, crash bool) {
	if !crash {
		require.NoError(m.t, p.engine.Close(m.t.Context()))
	}
	over := p.journal.die()
	close(p.gone)
	for _, r := range over {
		m.forget(r.Job.To.At.Key)
	}
	if crash { // what would have died with it
		require.NoError(m.t, p.engine.Close(m.t.Context()))
	}
	m.alive = slices.DeleteFunc(m.alive, func(other *modelProgram) bool { return other == p })
	m.start()
}

// forget is for a job that nobody has to have any more.
func (m *model) forget(key string) {
	delete(m.live, index(key))
	m.store.Remove(client.Location{Bucket: remote.Bucket, Key: key})
}

// submit submits some jobs, now and then one in parts.
func (m *model) submit(p *modelProgram) string {
	n := 1 + m.chance.IntN(5)
	first := len(m.jobs)
	jobs := make([]Job, n)
	for i := range jobs {
		name, size := "small", int64(100)
		if m.Large > 0 && m.chance.IntN(m.Large) == 0 {
			name, size = "large", 2*minPartSize+1
		}
		key := fmt.Sprintf("k%d", first+i)
		jobs[i] = Job{
			Op: Upload, From: ReadFrom(filepath.Join(m.dir, name)), To: ObjectAt("", client.Location{Bucket: remote.Bucket, Key: key}, ""),
			Treatment: client.Treatment{Type: m.rule}, Expect: Expect{Size: size}, Overwrite: OverwriteAlways, Priority: m.chance.IntN(2),
		}
		if m.rule == client.TypeSSEKMS {
			jobs[i].Treatment.Key = keyID
		}
	}
	m.mu.Lock()
	for i := range jobs {
		m.jobs = append(m.jobs, &modelled{asked: m.rule})
		m.live[first+i] = true
	}
	m.mu.Unlock()
	m.estate.mu.Lock()
	next := m.estate.last
	m.estate.mu.Unlock()
	for i := range jobs {
		m.jobs[first+i].number = next + int64(i) + 1
	}
	rows, err := p.engine.Submit(slices.Values(jobs))
	require.NoError(m.t, err)
	return fmt.Sprint("submit ", rows.N)
}

// some are a few rows of a program, mostly of those that are not over, or all of them.
func (m *model) some(p *modelProgram) []Range {
	nths := slices.Sorted(maps.Keys(p.reader.phases))
	if len(nths) == 0 || m.chance.IntN(10) == 0 {
		return nil
	}
	open := slices.DeleteFunc(slices.Clone(nths), func(nth int) bool { return p.reader.phases[nth].Over() })
	var rows []Range
	for range 1 + m.chance.IntN(3) {
		from := nths
		if len(open) > 0 && m.chance.IntN(4) > 0 {
			from = open
		}
		rows = append(rows, Range{from[m.chance.IntN(len(from))], 1 + m.chance.IntN(2)})
	}
	return rows
}

// step does something, and says what.
func (m *model) step() string {
	p := m.alive[m.chance.IntN(len(m.alive))]
	verbs := []struct {
		name string
		do   func(...Range)
	}{
		{"pause", p.engine.Pause},
		{"resume", p.engine.Resume},
		{"resume", p.engine.Resume},
		{"cancel", p.engine.Cancel},
		{"withdraw", p.engine.Withdraw},
		{"retry", p.engine.Retry},
		{"retry", p.engine.Retry},
		{"clear", func(r ...Range) { m.clear(p, r) }},
	}
	switch n := m.chance.IntN(100); {
	case n < 30:
		return m.submit(p)
	case n < 70:
		verb, rows := verbs[m.chance.IntN(len(verbs))], m.some(p)
		verb.do(rows...)
		return fmt.Sprint(verb.name, rows)
	case n < 78:
		priority := m.chance.IntN(3) - 1
		require.NoError(m.t, p.engine.Prioritize(priority, m.some(p)...))
		return fmt.Sprint("priority ", priority)
	case n < 84:
		m.mu.Lock()
		close(m.gate)
		m.gate = make(chan struct{})
		m.mu.Unlock()
		return "let go on"
	case n < 91:
		time.Sleep(time.Duration(1+m.chance.IntN(30)) * time.Second)
		return "time passes"
	case n < 94:
		as := []Phase{Queued, Paused}[m.chance.IntN(2)]
		rows, err := p.engine.TakeOver(as, m.rival(p))
		require.NoError(m.t, err)
		return fmt.Sprint("take over ", rows.N, as)
	case n < 96:
		m.rule = []client.EncryptionType{client.TypeSSES3, client.TypeSSEKMS}[m.chance.IntN(2)]
		return "rule " + string(m.rule)
	case n < 98:
		m.end(p, true)
		return "crash"
	default:
		m.end(p, false)
		return "close"
	}
}

// rival is another program that takes over the same at the same moment, now and then,
// and is faster.
func (m *model) rival(p *modelProgram) func(*Record) bool {
	other := m.alive[m.chance.IntN(len(m.alive))]
	if other == p || m.chance.IntN(2) == 0 {
		return nil
	}
	return func(r *Record) bool {
		if r.Number%5 == 0 {
			_, err := other.engine.TakeOver(Paused, func(o *Record) bool { return o.Number < r.Number+3 })
			require.NoError(m.t, err)
		}
		return true
	}
}

// clear clears rows that are over.
func (m *model) clear(p *modelProgram, rows []Range) {
	if len(rows) == 0 {
		rows = []Range{{0, p.engine.slots.next}}
	}
	for _, r := range rows {
		for _, row := range p.engine.AppendRows(nil, r.First, r.N) {
			if row.Phase.Over() && r.Holds(row.Nth) {
				m.forget(row.Job.To.At.Key)
			}
		}
	}
	p.engine.Clear(rows...)
}

// holds checks what must be true, once everything has come to rest.
func (m *model) holds() {
	m.mu.Lock()
	require.Empty(m.t, m.wrong)
	m.mu.Unlock()
	where := map[int]string{} // jobs, by who has them
	has := func(key, who string) {
		n := index(key)
		require.Empty(m.t, where[n], "%s is at %s as well", key, who)
		where[n] = who
	}
	for i, p := range m.alive {
		p.engine.scribe.settle()
		rows := p.engine.AppendRows(nil, 0, p.engine.slots.next)
		for j := range rows {
			has(rows[j].Job.To.At.Key, fmt.Sprint("program ", i))
		}
		m.counts(p, rows)
		m.journalled(p, rows)
		fmt.Fprint(&m.trace, p.reader.sum.Phases, " ")
	}
	for r, err := range m.estate.program().Left() {
		require.NoError(m.t, err)
		has(r.Job.To.At.Key, "nobody")
	}
	for n := range m.live {
		require.NotEmpty(m.t, where[n], "k%d is lost", n)
	}
	require.Equal(m.t, len(m.live), len(where), "what was cleared, or was over when its program ended, does not come back")
	m.uploads()
}

// counts compares what an engine counts and tells with its rows.
func (m *model) counts(p *modelProgram, rows []Row) {
	p.reader.look(p.engine)
	var want Summary
	phases := map[int]Phase{}
	for i := range rows {
		r := &rows[i]
		phases[r.Nth] = r.Phase
		want.Phases[r.Phase]++
		if !r.Phase.Over() {
			want.Bytes += max(r.Job.Expect.Size, r.Sent)
		}
		if r.Phase == Paused || r.Phase == Sending || r.Phase == Verifying {
			want.Moved += r.Sent
		}
	}
	want.AsLeft = m.asLeft(p)
	got := p.reader.sum
	got.Done, got.Up, got.Down = 0, 0, 0
	require.Equal(m.t, want, got)
	require.True(m.t, maps.Equal(phases, p.reader.phases), "the changes tell the rows")
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	require.LessOrEqual(m.t, len(p.engine.items), want.Running(), "a row at rest is no item")
	require.LessOrEqual(m.t, len(p.engine.resting), want.Phases[Paused])
	require.Equal(m.t, want.Running()+want.Phases[Queued], p.engine.open)
}

// asLeft counts the rows that a program before left and nobody has touched.
func (m *model) asLeft(p *modelProgram) (n int) {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	for _, s := range p.engine.slots.in(nil) {
		if s.flags.has(asLeft) {
			require.True(m.t, s.is(Paused) || s.is(Failed), "what runs or is over is not as it was left")
			n++
		}
	}
	return n
}

// journalled compares an engine's rows with the journal, which knows of each that is
// under way or waits that it is Queued.
func (m *model) journalled(p *modelProgram, rows []Row) {
	for i := range rows {
		r := &rows[i]
		j := m.jobs[index(r.Job.To.At.Key)]
		kept := m.estate.record(j.number)
		want := r.Phase
		if !want.Over() && want != Paused {
			want = Queued
		}
		if r.Phase == Verifying && kept.Phase != Queued { // its receipt is written, and it is about to be over
			continue
		}
		require.Equal(m.t, want, kept.Phase, "%s is %s", r.Job.To.At.Key, r.Phase)
		require.Equal(m.t, r.Job.Priority, kept.Job.Priority)
		if p, err := m.estate.Progress(j.number); r.Phase == Cancelled && p != nil {
			require.NoError(m.t, err)
			require.Empty(m.t, p.Upload, "what a cancelled job has begun is dropped")
		}
		require.Equal(m.t, j.asked, r.Job.Treatment.Type, "a rule that changed decides about later jobs")
		if r.Phase == Done {
			require.Equal(m.t, Verified, r.Receipt.Verdict)
			m.mu.Lock()
			j.done = true
			m.mu.Unlock()
		}
	}
}

// uploads looks for multipart uploads that nobody knows of.
func (m *model) uploads() {
	known, err := m.estate.Uploads()
	require.NoError(m.t, err)
	for _, u := range m.store.Open(remote.Bucket) {
		require.True(m.t, slices.ContainsFunc(known, func(k KnownUpload) bool { return k.ID == u.ID }), "nobody knows of %v", u)
	}
}

// settle has the server be kind, and everything run to its end.
func (m *model) settle() {
	m.mu.Lock()
	m.kind = true
	close(m.gate)
	m.mu.Unlock()
	m.rest()
	last := m.alive[0]
	for _, p := range slices.Clone(m.alive[1:]) {
		m.end(p, true)
	}
	_, err := last.engine.TakeOver(Queued, nil)
	require.NoError(m.t, err)
	last.engine.Resume()
	last.engine.Retry()
	for _, p := range m.alive {
		require.NoError(m.t, p.engine.Wait(m.t.Context()))
	}
	m.holds()
	for _, p := range m.alive {
		for _, r := range p.engine.AppendRows(nil, 0, p.engine.slots.next) {
			require.Equal(m.t, Done, r.Phase, "%s: %v", r.Job.To.At.Key, r.Err)
		}
	}
	for n := range m.live {
		at := client.Location{Bucket: remote.Bucket, Key: fmt.Sprintf("k%d", n)}
		o, there := m.store.Object(at)
		require.True(m.t, there, "%v", at)
		require.Equal(m.t, m.jobs[n].asked, o.Encryption.Type)
		require.True(m.t, m.jobs[n].done, "%v", at)
	}
	for _, p := range m.alive {
		require.NoError(m.t, p.engine.Close(m.t.Context()))
	}
}

// rest waits until nothing goes on but by the passing of time; that a journal waits
// for company before it writes is no such thing.
func (m *model) rest() {
	for last := Cursor(0); ; {
		synctest.Wait()
		now := Cursor(0)
		for _, p := range m.alive {
			p.engine.scribe.settle()
			now += p.engine.ChangedSince(p.reader.cursor).Cursor
		}
		synctest.Wait()
		if now == last {
			return
		}
		last = now
	}
}

// run runs a model, and returns its trace.
func (m *model) run(operations int) string {
	for n := range operations {
		what := m.step()
		fmt.Fprintf(&m.trace, "%d %s: ", n, what)
		m.rest()
		m.holds()
		fmt.Fprintln(&m.trace)
		if m.t.Failed() {
			break
		}
	}
	m.settle()
	return m.trace.String()
}

func TestModelOfTheQueue(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "small"), randomBytes(100), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large"), randomBytes(2*minPartSize+1), 0o600))
	for name, v := range map[string]variant{"small files, three at once": {3, 0}, "some in parts, one at a time": {1, 25}} {
		t.Run(name, func(t *testing.T) {
			run := func() (trace string) {
				synctest.Test(t, func(t *testing.T) { trace = newModel(t, v, *modelSeed, dir).run(*modelOperations / 2) })
				return trace
			}
			if first := run(); *modelOperations <= 2000 {
				assert.Equal(t, first, run(), "a seed replays exactly")
			}
		})
	}
}
