package main

import (
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// slowdowns are how a server that asks to slow down is told of: that a program
// waits for it must be seen, and thousands of requests may be told the same.
type slowdowns struct {
	clock func() time.Time

	mu   sync.Mutex
	last time.Time // that the server asked so
	said time.Time // that it was said so, beside the status line
}

const (
	slowFor   = 5 * time.Second  // a request to slow down stays on the status line
	slowAgain = 10 * time.Second // and is said again where there is none
)

// add notes that the server asked, and reports whether to say so.
func (s *slowdowns) add() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = s.clock()
	if !s.said.IsZero() && s.last.Sub(s.said) < slowAgain {
		return false
	}
	s.said = s.last
	return true
}

// now is what the status line says of it.
func (s *slowdowns) now() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last.IsZero() || s.clock().Sub(s.last) > slowFor {
		return ""
	}
	return "the server asks to slow down"
}

// slowed says that the server lets people wait, which would look like a program
// that hangs.
func (a *app) slowed(s client.RequestState) {
	if a.slowdowns.add() && !a.flags.quiet {
		printf(a.err, "the server asks to slow down: trying again (try %d of at most %d)\n", max(s.Attempt, 1)+1, max(s.Most, 2))
	}
}
