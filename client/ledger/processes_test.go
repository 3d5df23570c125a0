package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// Environment of a process that works on a ledger, and of the test.
const (
	workOn  = "BUCKETSEAL_TEST_WORK_ON"       // folder of the ledger: be such a process
	workFor = "BUCKETSEAL_TEST_WORK_FOR"      // URL of the server to be told
	howLong = "BUCKETSEAL_TWO_PROCESSES_TIME" // a duration; scripts/two-processes.sh
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(workOn); dir != "" {
		if err := (&worker{server: os.Getenv(workFor)}).work(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A worker is a process that enters jobs, takes over what others left, does all of it
// and says so to a server.
type worker struct {
	server  string
	journal transfer.Journal
	entered int
}

func (w *worker) work(dir string) error {
	l := New(Options{Dir: dir})
	w.journal = l.Journal(ward)
	own, err := w.enter()
	for err == nil {
		if err = w.do(own); err == nil {
			own, err = w.takeOver()
		}
		if err == nil && len(own) == 0 {
			if err = w.tell("nothing-left", nil); err == nil {
				own, err = w.enter()
			}
		}
	}
	if errors.Is(err, io.EOF) { // there will be no more
		return l.Close()
	}
	return err
}

// enter enters some jobs, and only then says so.
func (w *worker) enter() ([]transfer.Record, error) {
	rows := someRecords(0, 40)
	keys := url.Values{}
	for i := range rows {
		w.entered++
		rows[i].Job.To.At.Key = fmt.Sprintf("%d-%d", os.Getpid(), w.entered)
		rows[i].Job.From.Path = "/" + rows[i].Job.To.At.Key
		keys.Add("key", rows[i].Job.To.At.Key)
	}
	e, err := w.journal.Enter()
	if err == nil {
		err = errors.Join(e.Add(rows[:20]), e.Add(rows[20:]), e.Commit())
	}
	if err == nil {
		err = w.tell("entered", keys)
	}
	return rows, err
}

func (w *worker) takeOver() (own []transfer.Record, err error) {
	var numbers []int64
	for r, err := range w.journal.Left() {
		if err != nil {
			return nil, err
		}
		if numbers = append(numbers, r.Number); len(numbers) == 16 {
			break
		}
	}
	if numbers, err = w.journal.TakeOver(numbers); err == nil {
		own, err = w.journal.Read(numbers)
	}
	keys := url.Values{}
	for _, r := range own {
		keys.Add("key", r.Job.To.At.Key)
	}
	if err == nil && len(own) > 0 {
		err = w.tell("taken-over", keys)
	}
	return own, err
}

func (w *worker) do(rows []transfer.Record) error {
	done := transfer.State{Phase: transfer.Done, Attempts: 1}
	for _, r := range rows {
		key := url.Values{"key": {r.Job.To.At.Key}}
		if err := w.tell("begun", key); err != nil {
			return err
		}
		if err := w.journal.Write([]transfer.Entry{{Number: r.Number, State: &done, Receipt: aReceipt(r.Job)}}); err != nil {
			return err
		}
		if err := w.tell("done", key); err != nil {
			return err
		}
	}
	return nil
}

// tell tells the server something; io.EOF says that all is done.
func (w *worker) tell(what string, v url.Values) error {
	answer, err := http.PostForm(w.server+"/"+what+"?process="+strconv.Itoa(os.Getpid()), v)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusGone:
		return io.EOF
	}
	return fmt.Errorf("%s: %s", what, answer.Status)
}

// A witness is the server: it knows who does what, and who is dead.
type witness struct {
	mu      sync.Mutex
	entered map[string]bool
	doer    map[string]string // of each key, the process that began it last
	alive   map[string]bool
	ending  bool // nobody is killed any more
	wrong   []string

	takenOver int // rows of processes that were killed
}

func (w *witness) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	process := r.URL.Query().Get("process")
	w.mu.Lock()
	defer w.mu.Unlock()
	switch r.URL.Path {
	case "/entered":
		for _, key := range r.PostForm["key"] {
			w.entered[key] = true
		}
	case "/begun":
		key := r.PostForm.Get("key")
		if by := w.doer[key]; w.alive[by] || by == process {
			w.wrong = append(w.wrong, fmt.Sprintf("%s is begun by %s, and %s lives", key, process, by))
		}
		w.doer[key] = process
	case "/nothing-left": // more is entered, so that whoever is killed is killed at work
		if w.ending {
			to.WriteHeader(http.StatusGone)
		}
	case "/taken-over":
		w.takenOver += len(r.PostForm["key"])
	}
}

// died says that a process is no more, and that another may do what it began.
func (w *witness) died(process string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.alive, process)
}

// end sends a process home once it finds nothing left.
func (w *witness) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ending = true
}

func TestTwoProgramsOnOneLedgerDoEveryJobOnceThoughTheyAreKilled(t *testing.T) {
	duration := 3 * time.Second
	least, most := 50, 250 // milliseconds of a life
	if s := os.Getenv(howLong); s != "" {
		var err error
		duration, err = time.ParseDuration(s)
		require.NoError(t, err)
		least, most = 500, 4000
	}
	dir := t.TempDir()
	w := &witness{entered: map[string]bool{}, doer: map[string]string{}, alive: map[string]bool{}}
	server := httptest.NewServer(w)
	defer server.Close()
	start := func() *exec.Cmd {
		program, err := os.Executable()
		require.NoError(t, err)
		c := exec.Command(program)
		c.Env = append(os.Environ(), workOn+"="+dir, workFor+"="+server.URL)
		c.Stderr = os.Stderr
		w.mu.Lock()
		defer w.mu.Unlock()
		require.NoError(t, c.Start())
		w.alive[strconv.Itoa(c.Process.Pid)] = true
		return c
	}
	both := []*exec.Cmd{start(), start()}
	over, cancel := context.WithTimeout(t.Context(), duration)
	defer cancel()
	kills := 0
	for over.Err() == nil {
		select {
		case <-time.After(time.Duration(least+rand.IntN(most-least)) * time.Millisecond):
			n := rand.IntN(2)
			require.NoError(t, both[n].Process.Kill())
			_ = both[n].Wait() // killed
			w.died(strconv.Itoa(both[n].Process.Pid))
			both[n] = start()
			kills++
		case <-over.Done():
		}
	}
	w.end()
	for _, c := range both {
		require.NoError(t, c.Wait())
	}

	assert.Empty(t, w.wrong, "a job is one program's at a time")
	l := open(t, dir)
	assert.Empty(t, left(t, l.Journal(ward)))
	assert.Zero(t, rowsOf(t, l, "jobs")["jobs"], "what is done is not kept when its program has ended")
	receipts := map[string]int{}
	for r, err := range l.Receipts(time.Time{}) {
		require.NoError(t, err)
		receipts[r.At.Key]++
	}
	for key := range w.entered {
		assert.Equal(t, 1, receipts[key], "%s is done once, and not lost", key)
	}
	for key, n := range receipts {
		assert.Equal(t, 1, n, key)
	}
	assert.Empty(t, aside(t, dir))
	assert.Positive(t, kills)
	assert.Positive(t, w.takenOver, "they were killed at work")
	t.Logf("%d kills, %d jobs entered, %d taken over, %d receipts", kills, len(w.entered), w.takenOver, len(receipts))
}
