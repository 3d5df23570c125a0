package ledger

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// howLong is a duration; scripts/two-processes.sh sets it.
const howLong = "BUCKETSEAL_TWO_PROCESSES_TIME"

// A life is a process that runs, between its servers.
type life struct {
	*process
	cmd    *exec.Cmd
	closes []func()
	over   chan error // how it ended, once it has
}

// programs are lives on one ledger, of which another begins where one is killed.
type programs struct {
	*testing.T
	dir     string
	server  *mock.Endpoint
	witness *witness
	lives   int
}

func (p *programs) start() *life {
	p.Helper()
	program, err := os.Executable()
	require.NoError(p, err)
	p.lives++
	l := &life{process: born(p.lives)}
	hears, serves := httptest.NewServer(p.witness.hears(l.process)), httptest.NewServer(p.witness.serves(l.process))
	l.closes = []func(){hears.Close, serves.Close}
	l.cmd = exec.Command(program)
	l.cmd.Env = append(os.Environ(), workOn+"="+p.dir, workFor+"="+hears.URL, workWith+"="+serves.URL, workAs+"="+p.server.AccessKey, workSecret+"="+p.server.SecretKey)
	l.cmd.Stderr = os.Stderr
	require.NoError(p, l.cmd.Start())
	l.over = make(chan error, 1)
	go func() { l.over <- l.cmd.Wait() }()
	return l
}

// ends waits until a process is gone, and what it sent is dealt with.
func (l *life) ends() error {
	err := <-l.over
	for _, c := range l.closes {
		c()
	}
	return err
}

// kill kills a process in the middle of a request, or as it keeps a receipt.
func (p *programs) kill(l *life) {
	p.Helper()
	p.witness.arm(l.process, []moment{atRequest, atReceipt}[rand.IntN(2)])
	select {
	case <-l.process.kill:
	case err := <-l.over:
		require.Fail(p, "a process has ended by itself", "%v; %q", err, p.witness.wrong)
	case <-time.After(time.Minute):
		require.Fail(p, "a process does nothing")
	}
	p.witness.dies(l.process)
	require.NoError(p, l.cmd.Process.Kill())
	require.Error(p, l.ends())
}

// Two programs, which are the real engine on the real ledger, upload and download at a
// server that knows whose each job is. One is killed again and again in the
// middle of its work, and both that live then reach for what it left, at once.
func TestTwoProgramsOnOneLedgerDoEveryJobOnceThoughTheyAreKilled(t *testing.T) {
	duration, most := 2*time.Second, 200*time.Millisecond
	if s := os.Getenv(howLong); s != "" {
		var err error
		duration, err = time.ParseDuration(s)
		require.NoError(t, err)
		most = 5 * time.Second
	}
	p := &programs{T: t, dir: t.TempDir(), server: mock.Start(t, mock.OverPlainHTTP())}
	require.NoError(t, sources(p.dir))
	store, err := s3store.Dial(client.Account{Name: "witness", Endpoint: p.server.URL, AccessKeyID: p.server.AccessKey},
		client.Credentials{AccessKeyID: p.server.AccessKey, Secret: client.NewSecret(p.server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	w := newWitness(p.dir, p.server, store)
	p.witness = w
	both := []*life{p.start(), p.start()}
	over, cancel := context.WithTimeout(t.Context(), duration)
	defer cancel()
	for over.Err() == nil {
		select {
		case <-time.After(time.Duration(rand.Int64N(int64(most)))): // and the moment after that
			n := rand.IntN(2)
			p.kill(both[n])
			both[n] = p.start()
			require.NoError(t, w.sweep(t.Context()))
		case <-over.Done():
		}
	}
	w.end()
	for _, l := range both {
		assert.NoError(t, l.ends(), "it has done all that it had")
	}

	assert.Empty(t, w.wrong)
	kept := p.kept()
	assert.Positive(t, w.deaths)
	assert.Positive(t, w.takenOver, "they were killed at work")
	assert.Positive(t, w.resent, "also between a request and its receipt")
	assert.Positive(t, w.contested, "both reached for what was left")
	t.Logf("%v: %d kills, %d jobs, each with one receipt (%d); %d taken over, %d times by both at once; %d writes at the server, %d of them again after a kill, %d again by the same process, %d requests of the dead heard late; %d uploads begun for nobody",
		duration, w.deaths, len(w.owner), kept, w.takenOver, w.contested, w.puts, w.resent, w.again, w.echoes, p.open(store))
}

// kept asserts that the ledger has each job done once and nothing else, and that what
// nobody was told is done is there, and counts the receipts.
func (p *programs) kept() (n int) {
	p.Helper()
	l := open(p.T, filepath.Join(p.dir, "ledger"))
	assert.Empty(p, left(p.T, l.Journal(ward)))
	assert.Zero(p, rowsOf(p.T, l, "jobs")["jobs"], "what is done is not kept when its program has ended")
	assert.Empty(p, aside(p.T, filepath.Join(p.dir, "ledger")))
	receipts := map[string]int{}
	for r, err := range l.Receipts(time.Time{}) {
		require.NoError(p, err)
		name := r.At.Key
		if r.Op == transfer.Download {
			name = "down/" + name
		} else {
			assert.Equal(p, transfer.Verified, r.Verdict, name)
		}
		receipts[name]++
		n++
	}
	for name := range p.witness.owner {
		if receipts[name] != 1 {
			assert.Equal(p, 1, receipts[name], "%s is done once, and not lost", name)
		}
	}
	for name := range receipts {
		if p.witness.owner[name] == nil {
			assert.Fail(p, "nobody had it", name)
		}
	}
	return n
}

// open counts the uploads that the server has open: those whose beginning was answered
// to a process that was dead, so that nobody has sent parts to them.
func (p *programs) open(store client.Store) int {
	p.Helper()
	open, err := store.OpenUploads(p.Context(), client.Location{Bucket: "bucket"})
	require.NoError(p, err)
	for _, u := range open {
		parts, err := store.Parts(p.Context(), client.Upload{At: u.At, ID: u.ID})
		require.NoError(p, err)
		assert.Empty(p, parts, "an upload in parts that nobody goes on with")
	}
	return len(open)
}
