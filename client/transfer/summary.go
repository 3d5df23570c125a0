package transfer

import (
	"time"

	"github.com/bucketseal/bucketseal/client/flow"
)

// A Summary counts an engine's rows. It costs the same however many there are.
type Summary struct {
	Phases   [Paused + 1]int // rows by phase
	AsLeft   int             // of those Paused and Failed, the ones that TakeOver brought in and nobody has resumed, retried or cancelled since
	Doubtful int             // of those Done, the ones whose encryption is not as asked (Config.AllowUnverified)

	Bytes  int64 // of the rows that are not over, as planned; what has moved, where that is more or nobody told
	Moved  int64 // of those bytes
	Done   int64 // bytes of all jobs that came to be Done since the engine was made, those cleared since too
	Untold int   // rows not over whose size nobody told

	Up, Down float64 // bytes a second over the last seconds, of what runs

	Outage flow.Outage // of the endpoint: rows wait for it; zero for none
}

// Rows is the number of rows.
func (s Summary) Rows() (n int) {
	for _, k := range s.Phases {
		n += k
	}
	return n
}

// Running is the number of rows under way.
func (s Summary) Running() int { return s.Phases[Sending] + s.Phases[Verifying] }

// Open is the number of rows that are not over.
func (s Summary) Open() int { return s.Running() + s.Phases[Queued] + s.Phases[Paused] }

// Summary counts the rows as they are now.
func (e *Engine) Summary() Summary {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.summary(now)
}

// summary is Summary. The caller holds the mutex.
func (e *Engine) summary(now time.Time) Summary {
	s := e.sum
	s.Outage = e.cfg.Flow.Outage()
	up, down := false, false
	for _, it := range e.running {
		moved := it.sent.Load()
		s.Moved += moved
		s.Bytes += max(moved-max(it.row.Job.bytes(), 0), 0)
		up, down = up || it.row.Job.Op == Upload, down || it.row.Job.Op == Download
	}
	if up {
		s.Up = e.up.rate(now)
	}
	if down {
		s.Down = e.down.rate(now)
	}
	return s
}

// A share is what one row adds to the summary, but for the bytes of one that
// runs: those move all the time.
type share struct {
	phase        Phase
	doubtful     bool
	asLeft       bool
	untold       bool
	bytes, moved int64
}

// adds is what a row adds now. The caller holds the mutex.
func (e *Engine) adds(nth int, s *slot) share {
	p := share{phase: Phase(s.phase), asLeft: s.flags.has(asLeft)}
	switch {
	case s.is(Done):
		p.doubtful = s.flags.has(doubtful)
	case !p.phase.Over():
		p.untold, p.bytes = s.bytes < 0, max(s.bytes, 0)
		if s.is(Paused) && len(e.resting) > 0 {
			p.moved = e.resting[nth]
			p.bytes = max(p.bytes, p.moved)
		}
	}
	return p
}

// count adds a share, n times: 1, or -1 to take it away.
func (s *Summary) count(p share, n int) {
	s.Phases[p.phase] += n
	s.Bytes += int64(n) * p.bytes
	s.Moved += int64(n) * p.moved
	if p.asLeft {
		s.AsLeft += n
	}
	if p.doubtful {
		s.Doubtful += n
	}
	if p.untold {
		s.Untold += n
	}
}
