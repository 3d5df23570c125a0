package ledger

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// A process is one life of a program, as the witness sees it.
type process struct {
	name string
	kill chan struct{} // closed at the moment for which it is armed
	seen int           // deaths after which it has looked for what was left, -1 for never
	open int           // jobs that it has and that are not done

	armed   moment
	killed  bool
	done    []string // uploads that it may download
	entered int
}

// A moment is one at which a process is killed.
type moment int

const (
	never     moment = iota
	atRequest        // when the server has one
	atReceipt        // when a receipt is about to be kept
)

// comes says that a moment has come.
func (p *process) comes(m moment) {
	if p.armed == m && !p.killed {
		p.armed = never
		close(p.kill)
	}
}

// A witness is the server. It says what the processes do, and sees whose each job is,
// what is sent, by whom, and what is kept as done.
type witness struct {
	dir    string
	server http.Handler
	store  client.Store

	mu      sync.Mutex
	changed *sync.Cond
	meeting int // processes that have looked for what was left and wait for the others
	met     int // times that all had
	deaths  int
	ending  bool // nobody is killed any more, nothing new is entered

	owner    map[string]*process // of each job
	receipts map[string]int      // by job: told to be committed
	sender   map[string]*process // of each PUT that was sent, the last process
	gone     []client.Location   // came back
	wrong    []string

	puts, again, echoes, resent, takenOver, contested int
}

func newWitness(dir string, server http.Handler, store client.Store) *witness {
	w := &witness{dir: dir, server: server, store: store, owner: map[string]*process{}, receipts: map[string]int{}, sender: map[string]*process{}}
	w.changed = sync.NewCond(&w.mu)
	return w
}

// born is a process that begins.
func born(n int) *process {
	return &process{name: strconv.Itoa(n), seen: -1, kill: make(chan struct{})}
}

// arm has a process killed at its next such moment.
func (w *witness) arm(p *process, at moment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.armed = at
}

// dies says that a process is about to be killed: others may have what it had from now
// on, and requests that were on their way are an echo of it.
func (w *witness) dies(p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.killed = true
	w.deaths++
	w.meets()
}

// end sends the processes home once all is done.
func (w *witness) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ending = true
	w.changed.Broadcast()
}

// meets lets those go on who wait for others. The caller holds the mutex.
func (w *witness) meets() {
	w.meeting = 0
	w.met++
	w.changed.Broadcast()
}

func (w *witness) isWrong(format string, values ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, values...))
}

// busy is how many jobs a process has under way or waiting: it has more than it can do
// at once, so that it is killed at work.
const busy = 60

// hears is what a process tells, and the answer.
func (w *witness) hears(p *process) http.Handler {
	return http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // what cannot be read says nothing
		w.mu.Lock()
		defer w.mu.Unlock()
		switch names := r.PostForm["name"]; r.URL.Path {
		case "/next":
			fmt.Fprint(to, w.next(p))
		case "/entered":
			w.has(p, names)
		case "/taken-over":
			w.takenOver += len(names)
			w.has(p, names)
		case "/looked":
			w.looked(p)
		case "/keeps":
			p.comes(atReceipt)
		case "/done":
			w.isDone(p, names)
		}
	})
}

func (w *witness) next(p *process) string {
	for !p.killed {
		switch {
		case p.seen < w.deaths:
			return "take-over"
		case w.ending:
			return "end"
		case p.open < busy:
			return "submit " + strings.Join(p.more(), " ")
		}
		w.changed.Wait()
	}
	return "end"
}

// more are jobs to be submitted: uploads, and downloads of what was uploaded.
func (p *process) more() (names []string) {
	for range busy {
		if len(p.done) > 0 && rand.IntN(2) == 0 {
			names = append(names, "down/"+p.done[0])
			p.done = p.done[1:]
			continue
		}
		p.entered++
		names = append(names, fmt.Sprintf("up/%s/%d", p.name, p.entered))
	}
	return names
}

// looked waits until both have looked for what was left, or one of them is killed. So
// both have seen the same rows before one of them has taken any.
func (w *witness) looked(p *process) {
	if p.killed {
		return
	}
	p.seen = w.deaths
	if w.meeting++; w.meeting == 2 {
		w.contested++
		w.meets()
		return
	}
	for met := w.met; met == w.met; {
		w.changed.Wait()
	}
}

// has says whose jobs are.
func (w *witness) has(p *process, names []string) {
	for _, name := range names {
		if p.killed && w.owner[name] != nil {
			continue // another one was heard first
		}
		if was := w.owner[name]; was != nil && !was.killed {
			w.isWrong("%s comes to %s, and %s has it and lives", name, p.name, was.name)
		}
		if w.receipts[name] > 0 {
			w.isWrong("%s comes to %s, and is done", name, p.name)
		}
		w.owner[name] = p
	}
	p.open += len(names)
}

func (w *witness) isDone(p *process, names []string) {
	for _, name := range names {
		if w.receipts[name]++; w.receipts[name] > 1 || w.owner[name] != p {
			w.isWrong("%s is done by %s, %d times", name, p.name, w.receipts[name])
		}
		if key, down := strings.CutPrefix(name, "down/"); down {
			w.cameBack(key)
		} else {
			p.done = append(p.done, name)
		}
	}
	p.open -= len(names)
	w.changed.Broadcast()
}
