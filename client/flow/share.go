package flow

// A Share is what one engine uses of a Flow. It is safe for concurrent use.
type Share struct {
	flow *Flow
	most int
	open int // turns given out and not done, resting ones included
	jobs claim
	kept []*Turn // granted, and not taken yet

	asking bool // whoever would be woken asks itself
}

// Join makes a share of at most so many turns, 1 to Most, those that rest included.
// Where Next found none, wake is called when there is one again, on a goroutine of
// its own.
func (f *Flow) Join(most int, wake func()) *Share {
	s := &Share{flow: f, most: most}
	s.jobs = claim{share: s, granted: func(t *Turn) {
		s.kept = append(s.kept, t)
		if !s.asking && len(s.kept) == 1 {
			go wake()
		}
	}}
	return s
}

// Next is the turn of another job, nil when there is none now: then wake is called
// when there is. Who takes one calls its Done, or Enough when there is no job for it.
func (s *Share) Next() *Turn {
	f := s.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(s.kept) == 0 {
		s.asking = true
		f.want(&s.jobs, 1)
		f.grant()
		s.asking = false
	}
	if len(s.kept) == 0 {
		f.want(&s.jobs, s.most) // there may be as many jobs
		return nil
	}
	t := s.kept[0]
	s.kept = s.kept[1:]
	return t
}

// Enough gives back a turn for which there is no job; no other is wanted then.
func (s *Share) Enough(t *Turn) {
	f := s.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	f.want(&s.jobs, 0)
	for _, t := range append(s.kept, t) {
		t.done()
	}
	s.kept = nil
	f.grant()
}
