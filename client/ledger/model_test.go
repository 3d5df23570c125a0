package ledger

import (
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

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// A model of transfers as people have them: programs with one ledger on the disk, which
// speak S3 to a server that really encrypts, in all five operations; what people,
// crashes and the server do to their jobs at random; and what must hold after each
// of it. transfer has a smaller one of its own, of uploads alone, over stores and
// journals in memory, of which there may be several at work at once in a program.
//
// A seed replays exactly: the same operations meet the same rows, each program asks
// the server the same questions and gets the same answers, and after each operation
// every row is where it was. That is so because a program has one request under way at
// a time, because what the server makes of one depends on the object, the call and how
// often it came, and because no clock runs but that of testing/synctest: an operation
// begins when the one before it has come to rest, each request that is under way then
// being held at the server. Ids that are drawn (of uploads, versions and requests),
// data keys and nanoseconds of the disk are others each time, and nothing hangs on them.
// A crash therefore comes between requests and while one is held, before it reaches the
// server or before its answer does; one in the middle of a write to the disk is what
// TestTwoProgramsOnOneLedger is for.
//
//	go test ./client/ledger -run Model -timeout 3h -args -operations 100000 -seed 7

var (
	modelOperations = flag.Int("operations", 400, "random operations of the model test")
	modelSeed       = flag.Uint64("seed", 1, "of the model test")
)

// A model is the world and what has to be true of it.
type model struct {
	*testing.T
	dir    string // of the ledger
	files  string // that are sent and received
	data   map[bool][]byte
	chance *rand.Rand
	seed   uint64
	server *mock.Endpoint
	clean  client.Store // reaches the server past its moods
	alive  []*program
	rule   client.Encryption // that new jobs follow
	tasks  map[string]*task
	live   map[string]bool // those that somebody has to have
	trace  strings.Builder
	were   struct{ operations, jobs, done, crashes, held int }

	turn     sync.Mutex // of who writes to the ledger
	mu       sync.Mutex
	programs int
	asked    []string            // of the server since the operation began
	calls    map[string]int      // that it got, by operation and object
	gate     chan struct{}       // of the requests that are held
	kind     bool                // the server does what it should
	owner    map[string]*program // of tasks, when all was at rest last
	wrote    map[string]*program // since then
	unheard  map[string]bool     // uploads whose beginning nobody was told of
	wrong    []string
}

// A task is what is known of a job without looking at the engines.
type task struct {
	op    transfer.Op
	name  string // of the object that is written, read or removed; and of a file that is written
	rule  client.Encryption
	large bool
	skip  bool // what is there already stays
	done  bool
}

const modelKey = client.KeyID("11111111-2222-3333-4444-555555555555")

func newModel(t *testing.T, server *mock.Endpoint, seed uint64) *model {
	m := &model{
		T: t, dir: t.TempDir(), files: t.TempDir(), chance: rand.New(rand.NewPCG(seed, 42)), seed: seed, rule: client.SSES3{}, server: server,
		tasks: map[string]*task{}, live: map[string]bool{}, calls: map[string]int{}, gate: make(chan struct{}),
		owner: map[string]*program{}, wrote: map[string]*program{}, unheard: map[string]bool{},
	}
	m.clean = m.dial(direct{m})
	m.data = map[bool][]byte{}
	for large, size := range map[bool]int{false: 100, true: 5<<20 + 1} { // in two parts
		m.data[large] = make([]byte, size)
		_, _ = rand.NewChaCha8([32]byte{byte(size)}).Read(m.data[large]) // never fails
		require.NoError(t, os.WriteFile(filepath.Join(m.files, fmt.Sprint(large)), m.data[large], 0o600))
	}
	m.start()
	m.start()
	t.Cleanup(func() {
		for _, p := range m.alive { // of a run that failed
			p.end(true)
		}
		if t.Failed() {
			last := strings.Split(m.trace.String(), "\n")
			t.Logf("the last of the run:\n%s", strings.Join(last[max(0, len(last)-40):], "\n"))
		}
	})
	return m
}

// oneLarge: of so many objects one is large.
const oneLarge = 40

// submit submits some jobs of all kinds.
func (m *model) submit(p *program) string {
	var jobs []transfer.Job
	var what []string
	for range 1 + m.chance.IntN(4) {
		k := &task{op: transfer.Upload, rule: m.rule, large: m.chance.IntN(oneLarge) == 0, skip: m.chance.IntN(5) == 0}
		switch n := m.chance.IntN(10); {
		case n < 2:
			k.op = transfer.Download
		case n < 4:
			k.op, k.large = transfer.Delete, false
		case n < 5:
			k.op = transfer.Copy
		case n < 6:
			k.op = transfer.Move
		}
		k.name = fmt.Sprintf("%s-%d", k.op, len(m.tasks))
		m.tasks[k.name], m.live[k.name] = k, true
		m.provide(k)
		jobs = append(jobs, m.job(k))
		what = append(what, k.name)
	}
	_, err := p.engine.Submit(slices.Values(jobs))
	require.NoError(m, err)
	m.were.jobs += len(jobs)
	return fmt.Sprint("submit ", what)
}

// provide puts the object there that a task reads or removes.
func (m *model) provide(k *task) {
	if k.op != transfer.Upload {
		_, err := m.clean.Put(m.Context(), m.source(k), m.reader(k), int64(len(m.data[k.large])), client.PutOptions{Encryption: m.rule})
		require.NoError(m, err)
	}
}

// source is where the object of a task is before anybody has begun.
func (m *model) source(k *task) client.Location {
	if k.op == transfer.Copy || k.op == transfer.Move {
		return at(k.name + "-source")
	}
	return at(k.name)
}

func at(key string) client.Location { return client.Location{Bucket: "bucket", Key: key} }

// job is the job of a task.
func (m *model) job(k *task) transfer.Job {
	j := transfer.Job{Op: k.op, From: transfer.ObjectAt("", m.source(k), ""), Priority: m.chance.IntN(2), Overwrite: transfer.OverwriteAlways}
	if k.skip {
		j.Overwrite = transfer.OverwriteSkip
	}
	if k.op != transfer.Delete {
		j.Expect.Size = int64(len(m.data[k.large]))
	}
	switch {
	case k.op == transfer.Upload:
		j.From, j.To = transfer.ReadFrom(filepath.Join(m.files, fmt.Sprint(k.large))), transfer.ObjectAt("", at(k.name), "")
	case k.op == transfer.Download:
		j.To = transfer.WriteTo(m.files, k.name)
	case k.op.WritesObject():
		j.To = transfer.ObjectAt("", at(k.name), "")
	}
	if k.op.WritesObject() {
		j.Treatment = client.TreatmentOf(k.rule)
	}
	return j
}

// taskOf is the name of the task of a job.
func taskOf(j transfer.Job) string { return j.At().Key }

// again submits once more what a program has left, as who gives the same command again.
func (m *model) again(p *program) string {
	var left []string
	for r, err := range p.journal.Left() {
		require.NoError(m, err)
		left = append(left, taskOf(r.Job))
	}
	if len(left) == 0 {
		return "nothing again"
	}
	k := m.tasks[left[m.chance.IntN(len(left))]]
	if !k.skip && (k.op == transfer.Upload || k.op == transfer.Copy) { // what is there stays, or the source may be gone
		k.rule = m.rule // that is another perhaps
	}
	_, err := p.engine.Submit(slices.Values([]transfer.Job{m.job(k)}))
	require.NoError(m, err)
	return "again " + k.name
}

// some are a few rows of a program, mostly of those that are not over, or all.
func (m *model) some(p *program) []transfer.Range {
	rows := p.rows()
	if len(rows) == 0 || m.chance.IntN(10) == 0 {
		return nil
	}
	open := slices.DeleteFunc(slices.Clone(rows), func(r transfer.Row) bool { return r.Phase.Over() })
	var some []transfer.Range
	for range 1 + m.chance.IntN(3) {
		from := rows
		if len(open) > 0 && m.chance.IntN(4) > 0 {
			from = open
		}
		some = append(some, transfer.Range{First: from[m.chance.IntN(len(from))].Nth, N: 1 + m.chance.IntN(2)})
	}
	return some
}

// step does something, and says what.
func (m *model) step() string {
	p := m.alive[m.chance.IntN(len(m.alive))]
	switch n := m.chance.IntN(100); {
	case n < 26:
		return m.submit(p)
	case n < 64:
		return m.verb(p)
	case n < 70:
		priority := m.chance.IntN(3) - 1
		require.NoError(m, p.engine.Prioritize(priority, m.some(p)...))
		return fmt.Sprint("priority ", priority)
	case n < 80:
		m.open()
		return "what is held goes on"
	case n < 84:
		time.Sleep(time.Duration(1+m.chance.IntN(30)) * time.Second)
		return "time passes"
	case n < 88:
		return m.takeOver(p)
	case n < 91:
		return m.again(p)
	case n < 95:
		m.rule = []client.Encryption{client.SSES3{}, client.SSEKMS{Key: modelKey}, client.DSSEKMS{Key: modelKey}}[m.chance.IntN(3)]
		return "rule " + string(client.TypeOf(m.rule))
	case n < 98:
		m.end(p, true)
		return "crash"
	default:
		m.end(p, false)
		return "close"
	}
}

func (m *model) verb(p *program) string {
	verbs := []struct {
		name string
		do   func(...transfer.Range)
	}{
		{"pause", p.engine.Pause},
		{"resume", p.engine.Resume},
		{"resume", p.engine.Resume},
		{"cancel", p.engine.Cancel},
		{"withdraw", p.engine.Withdraw},
		{"retry", p.engine.Retry},
		{"retry", p.engine.Retry},
		{"clear", func(r ...transfer.Range) { m.clear(p, r) }},
		{"clear", func(r ...transfer.Range) { m.clear(p, r) }},
	}
	verb, rows := verbs[m.chance.IntN(len(verbs))], m.some(p)
	verb.do(rows...)
	return fmt.Sprint(verb.name, rows)
}

func (m *model) takeOver(p *program) string {
	as := []transfer.Phase{transfer.Queued, transfer.Paused}[m.chance.IntN(2)]
	rows, err := p.engine.TakeOver(as, nil)
	require.NoError(m, err)
	return fmt.Sprint("take over ", rows.N, as)
}

// open lets go on what is held.
func (m *model) open() {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.gate)
	m.gate = make(chan struct{})
}

// clear clears rows that are over.
func (m *model) clear(p *program, rows []transfer.Range) {
	for _, r := range p.rows() {
		named := len(rows) == 0 || slices.ContainsFunc(rows, func(some transfer.Range) bool { return some.Holds(r.Nth) })
		if named && r.Phase.Over() {
			delete(m.live, taskOf(r.Job))
		}
	}
	p.engine.Clear(rows...)
}

// end ends a program, as it closes or as it crashes; another takes its place.
func (m *model) end(p *program, crash bool) {
	if crash {
		m.were.crashes++
		m.were.held += p.holds()
	}
	kept := m.kept(p)
	for _, r := range p.rows() {
		over := r.Phase == transfer.Done || r.Phase == transfer.Skipped || r.Phase == transfer.Cancelled && !kept[r.Job.ID].Begun
		if over || r.Job.Op == transfer.Delete {
			delete(m.live, taskOf(r.Job)) // with its program
		}
	}
	p.end(crash)
	m.alive = slices.DeleteFunc(m.alive, func(other *program) bool { return other == p })
	m.start()
}

// run runs a model, and returns its trace.
func (m *model) run(operations int) string {
	for n := range operations {
		m.wasAsked()
		fmt.Fprintf(&m.trace, "%d %s: ", n, m.step())
		m.rest()
		m.holds(n)
		fmt.Fprintln(&m.trace, m.wasAsked())
	}
	m.were.operations += operations
	m.settle()
	return m.trace.String()
}

// rest waits until nothing goes on but by the passing of time; that a journal waits
// for company before it writes is no such thing.
func (m *model) rest() {
	for last, now := -1, 0; last != now; {
		last, now = now, 0
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		for _, p := range m.alive {
			now += int(p.engine.ChangedSince(0).Cursor)
		}
	}
}

// settle has the server be kind, and everything run to its end.
func (m *model) settle() {
	m.mu.Lock()
	m.kind = true
	m.mu.Unlock()
	m.open()
	m.rest()
	for _, p := range slices.Clone(m.alive[1:]) {
		m.end(p, true)
	}
	last := m.alive[0]
	_, err := last.engine.TakeOver(transfer.Queued, nil)
	require.NoError(m, err)
	for range 2 { // what waits out an outage may have given up meanwhile
		last.engine.Resume()
		last.engine.Retry()
		require.NoError(m, last.engine.Wait(m.Context()))
	}
	m.rest()
	m.holds(-1)
	for _, r := range last.rows() {
		if r.Phase == transfer.Skipped && m.tasks[taskOf(r.Job)].skip {
			continue
		}
		require.Equal(m, transfer.Done, r.Phase, "%s: %v", taskOf(r.Job), r.Err)
	}
	m.proofs(last)
	for _, p := range m.alive {
		p.end(false)
	}
	m.alive = nil
}

// proofs looks at the receipts: of all that was done there is one good one, and no
// more.
func (m *model) proofs(p *program) {
	good := map[string]int{}
	for r, err := range p.ledger.Receipts(time.Time{}) {
		require.NoError(m, err)
		if !r.Op.WritesObject() || r.Verdict == transfer.Verified {
			good[r.At.Key]++
		}
	}
	for name, k := range m.tasks {
		if k.done {
			m.were.done++
			if k.op == transfer.Copy || k.op == transfer.Move { // it was proved perhaps, and its tags or its source had to wait
				good[name] = min(good[name], 1)
			}
			require.Equal(m, 1, good[name], "receipts of %s", name)
		}
	}
}

func TestModelOfTransfersOverOneLedger(t *testing.T) {
	run := func() (trace string) {
		t.Run("a run", func(t *testing.T) {
			server := mock.Start(t, mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: string(modelKey)}} }))
			synctest.Test(t, func(t *testing.T) {
				m := newModel(t, server, *modelSeed)
				trace = m.run(*modelOperations)
				t.Logf("%+v", m.were)
			})
		})
		return trace
	}
	if first := run(); *modelOperations <= 5000 && !t.Failed() {
		then := strings.Split(run(), "\n")
		for i, operation := range strings.Split(first, "\n") {
			require.Equal(t, operation, then[min(i, len(then)-1)], "a seed replays exactly")
		}
	}
}

// sorted are the keys of a set.
func sorted[V any](set map[string]V) []string { return slices.Sorted(maps.Keys(set)) }
