package main

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// state is what a key may be found in.
type state struct {
	there bool
	sum   string // SHA-256 of the content, hex
	tag   string // value of its one tag
	sse   string // x-amz-server-side-encryption
}

// owned is a key that one worker alone writes, one call after another: it must be
// found as it was last acknowledged, or as the call under way would have left it.
type owned struct {
	name  string
	acked state
	tried *state // sent and not acknowledged; nil for none
}

func (o *owned) allows(s state) bool { return s == o.acked || o.tried != nil && s == *o.tried }

// confirm takes what was found for the truth from here on.
func (o *owned) confirm(s state) { o.acked, o.tried = s, nil }

// shared is a key that all workers write at once. Any write may have been the last
// one, except those after whose acknowledgement another, acknowledged one began.
type shared struct {
	name   string
	mu     sync.Mutex
	now    int
	writes []*write
}

type write struct {
	state
	begun, ended int // ended 0: not acknowledged
}

func newShared(name string) *shared {
	s := &shared{name: name}
	s.confirm(state{})
	return s
}

func (s *shared) tick() int { s.now++; return s.now }

func (s *shared) begin(st state) *write {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &write{state: st, begun: s.tick()}
	s.writes = append(s.writes, w)
	return w
}

func (s *shared) acknowledge(w *write) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.ended = s.tick()
}

func (s *shared) allows(st state) bool {
	return slices.ContainsFunc(s.writes, func(w *write) bool {
		buried := slices.ContainsFunc(s.writes, func(later *write) bool { return w.ended > 0 && later.ended > 0 && later.begun > w.ended })
		return w.state == st && !buried
	})
}

func (s *shared) confirm(st state) {
	s.now = 0
	s.writes = []*write{{state: st, begun: s.tick(), ended: s.tick()}}
}

// part of an upload that was left open: what was acknowledged of it must be there
// after the crash.
type part struct{ name, upload, etag, sum string }

func TestTheWitnessTellsWhichWriteMayHaveBeenTheLast(t *testing.T) {
	s := newShared("k")
	one, two, three := state{there: true, sum: "1"}, state{there: true, sum: "2"}, state{there: true, sum: "3"}
	assert.True(t, s.allows(state{}))
	first := s.begin(one)
	assert.True(t, s.allows(state{}), "not acknowledged: perhaps not done")
	assert.True(t, s.allows(one), "perhaps done")
	s.acknowledge(first)
	assert.False(t, s.allows(state{}))
	second, third := s.begin(two), s.begin(three)
	assert.True(t, s.allows(one))
	s.acknowledge(third)
	assert.False(t, s.allows(one), "a later one was acknowledged")
	assert.True(t, s.allows(two), "began before the end of the third, and may come after it")
	s.acknowledge(second)
	assert.True(t, s.allows(two) && s.allows(three), "nobody knows which of them was first")
	s.confirm(two)
	assert.False(t, s.allows(three))

	o := &owned{acked: one, tried: &two}
	assert.True(t, o.allows(one) && o.allows(two))
	assert.False(t, o.allows(three) || o.allows(state{}))
}
