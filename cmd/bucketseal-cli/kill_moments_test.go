package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An event is what the server sees of a run: a call begins or has been answered.
type event struct {
	call     string // list, head, get, put, create, part, complete, copy, delete; "" is any other
	answered bool
}

func callOf(r *http.Request) string {
	query := r.URL.Query()
	object := strings.Count(strings.Trim(r.URL.Path, "/"), "/") > 0
	switch {
	case r.Method == http.MethodDelete && object && !query.Has("uploadId"), query.Has("delete"):
		return "delete"
	case r.Method == http.MethodPut && query.Has("partNumber"):
		return "part"
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		return "copy"
	case r.Method == http.MethodPut:
		return "put"
	case query.Has("uploads") && r.Method == http.MethodPost:
		return "create"
	case query.Has("uploadId") && r.Method == http.MethodPost:
		return "complete"
	case r.Method == http.MethodGet && !object:
		return "list"
	case r.Method == http.MethodGet && !query.Has("uploadId"):
		return "get"
	case r.Method == http.MethodHead && object:
		return "head"
	}
	return ""
}

// A course is what the server sees of a run that is let be: what moments there are.
type course struct {
	began time.Time
	asked time.Duration // until the first call
	calls map[string]int
	bytes int64
}

// A moment is one of a run at which the program is killed: so many bytes have moved, or
// the nth event of a kind has come, and then a little later. The zero event and no
// bytes is so much later than the start.
type moment struct {
	phase string
	event event
	nth   int
	bytes int64
	later time.Duration
}

// draw draws one of each phase of a run; the phases are as likely as each other.
func (c *course) draw(r *rand.Rand, up bool) moment {
	some := func(phase string, calls ...string) moment {
		calls = slices.DeleteFunc(calls, func(call string) bool { return c.calls[call] == 0 })
		call := calls[r.IntN(len(calls))]
		return moment{phase: phase, event: event{call, r.IntN(2) == 0}, nth: 1 + r.IntN(c.calls[call])}
	}
	later := func(m moment, most time.Duration) moment {
		m.event.answered = true
		m.later = time.Duration(r.Int64N(int64(most)))
		return m
	}
	first := func(calls ...string) moment {
		m := some("first request", calls...)
		m.nth = 1
		return m
	}
	bytes := moment{phase: "bytes", bytes: 1 + r.Int64N(c.bytes)}
	if !up {
		return []func() moment{
			func() moment { return some("plan", "list") },
			func() moment { return first("head", "get") },
			func() moment { return bytes },
			func() moment { return some("a range", "get") },
			func() moment { return later(some("landing", "get"), 10*time.Millisecond) },
			func() moment {
				m := later(some("receipt", "get"), 30*time.Millisecond)
				m.nth = c.calls["get"]
				return m
			},
		}[r.IntN(6)]()
	}
	return []func() moment{
		func() moment { return moment{phase: "plan", later: time.Duration(r.Int64N(int64(c.asked)))} },
		func() moment { return first("put", "create") },
		func() moment { return bytes },
		func() moment { return some("a part", "part") },
		func() moment { return some("complete", "complete") },
		func() moment { return some("verify", "head") },
		func() moment { return later(some("receipt", "head"), 10*time.Millisecond) },
	}[r.IntN(7)]()
}

// drawAny draws one of a run of any command: before the first call, at the beginning or
// the answer of one of the kinds of calls that there were, or a little later.
func (c *course) drawAny(r *rand.Rand) moment {
	calls := slices.Sorted(maps.Keys(c.calls))
	n := r.IntN(len(calls) + 1)
	if n == len(calls) {
		return moment{phase: "plan", later: time.Duration(1 + r.Int64N(int64(c.asked)))}
	}
	m := moment{phase: "at " + calls[n], event: event{calls[n], r.IntN(2) == 0}, nth: 1 + r.IntN(c.calls[calls[n]])}
	if m.event.answered && r.IntN(2) == 0 {
		m.later = time.Duration(r.Int64N(int64(15 * time.Millisecond)))
	}
	return m
}

// A watch kills the program when its moment has come, from within the server: what is
// under way there is under way.
type watch struct {
	mu     sync.Mutex
	moment moment
	left   moment // what of nth and bytes is to come
	kill   func() // nil once it has killed
	course course
}

// set begins to look at a run.
func (w *watch) set(m moment, kill func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moment, w.left, w.kill = m, m, kill
	w.course = course{began: time.Now(), calls: map[string]int{}}
	if m.phase != "" && m.event == (event{}) && m.bytes == 0 {
		w.comes()
	}
}

// comes kills, at once or a little later. The caller holds the mutex.
func (w *watch) comes() {
	kill := w.kill
	w.kill = nil
	if w.moment.later > 0 {
		time.AfterFunc(w.moment.later, kill)
		return
	}
	kill()
}

func (w *watch) sees(e event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !e.answered {
		if len(w.course.calls) == 0 {
			w.course.asked = time.Since(w.course.began)
		}
		w.course.calls[e.call]++
	}
	if w.kill == nil || w.moment.nth == 0 || e != w.moment.event {
		return
	}
	if w.left.nth--; w.left.nth == 0 {
		w.comes()
	}
}

func (w *watch) moved(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.course.bytes += int64(n)
	if w.kill == nil || w.moment.bytes == 0 {
		return
	}
	if w.left.bytes -= int64(n); w.left.bytes <= 0 {
		w.comes()
	}
}

// serve lets the server answer while it is watched.
func (w *watch) serve(server http.Handler, to *counted, r *http.Request) {
	call := callOf(r)
	w.sees(event{call, false})
	server.ServeHTTP(to, r)
	w.sees(event{call, true})
}

// counted counts what goes through: the body of a PUT, the body of the answer to a
// GET.
type counted struct {
	http.ResponseWriter
	body  io.ReadCloser
	moved func(int)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	c.moved(n)
	return n, err
}

func (c *counted) Close() error { return c.body.Close() }

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.moved(n)
	return n, err
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// killAt runs the program and kills it at a moment, and reports whether it was not over
// yet, and how many requests were under way then.
func (k *killing) killAt(m moment, args ...string) (inTime bool, under int64) {
	k.t.Helper()
	var then atomic.Int64
	program, err := os.Executable()
	require.NoError(k.t, err)
	cmd := exec.Command(program, append(append([]string{}, args...), "--quiet")...)
	cmd.Dir, cmd.Env = k.dir, k.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	require.NoError(k.t, cmd.Start())
	k.watch.set(m, func() {
		then.Store(k.under.Load())
		_ = cmd.Process.Kill() // it may have ended
	})
	err = cmd.Wait()
	k.watch.mu.Lock()
	k.watch.kill = nil
	asked := len(k.watch.course.calls) > 0
	k.watch.mu.Unlock()
	k.kills++
	switch {
	case err == nil:
		k.late++
	case !asked:
		k.early++
	default:
		k.phases[m.phase]++
	}
	require.Empty(k.t, errs.String())
	return err != nil, then.Load()
}

// inTheMiddle counts the kills of programs that had asked for something and were not
// at their end.
func (k *killing) inTheMiddle() (n int) {
	for _, of := range k.phases {
		n += of
	}
	return n
}

// spread says how many kills there were in each phase.
func (k *killing) spread() string {
	var all []string
	for _, phase := range slices.Sorted(maps.Keys(k.phases)) {
		all = append(all, fmt.Sprintf("%s %d", phase, k.phases[phase]))
	}
	return strings.Join(all, ", ")
}

// everyPhase asserts that there were kills in each phase, once there were many.
func (k *killing) everyPhase() {
	for _, phase := range []string{"plan", "first request", "bytes", "a part", "complete", "verify", "receipt", "a range", "landing"} {
		assert.Positive(k.t, k.phases[phase], "killed in the phase: %s", phase)
	}
}
