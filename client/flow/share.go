package flow

// A Share is what one engine uses of a Flow. It is safe for concurrent use.
type Share struct {
	flow    *Flow
	most    int // turns that do not rest
	open    int // turns given out and not done
	resting int // of them
	jobs    claim
	kept    []*Turn // granted, and not taken yet
	wake    func()

	asking bool // whoever would be woken asks itself
}

// Join makes a share of at most so many turns, 1 to Most. One that rests is no request
// under way and takes nobody's place, as long as not more than a quarter as many do.
// Where Next found none, wake is called when there is one again, on a goroutine of
// its own.
func (f *Flow) Join(most int, wake func()) *Share {
	s := &Share{flow: f, most: most, wake: wake}
	s.jobs = claim{share: s, granted: func(t *Turn) {
		s.kept = append(s.kept, t)
		if !s.asking && len(s.kept) == 1 {
			go wake()
		}
	}}
	return s
}

// hasRoom reports whether one more turn may go on. The caller holds the mutex.
func (s *Share) hasRoom() bool { return s.open-s.resting < s.most }

// mayBegin reports whether the share may have one more turn. The caller holds the
// mutex.
func (s *Share) mayBegin() bool { return s.hasRoom() && s.open < s.most+s.most/4 }

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

// After gives back the turn of a job that is over and takes the next, nil when there is
// none now: then wake is called when there is, as it is when there is another one.
func (s *Share) After(t *Turn) *Turn {
	f := s.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	t.done()
	s.asking = true
	f.want(&s.jobs, s.most)
	f.grant()
	s.asking = false
	if len(s.kept) == 0 {
		return nil
	}
	next := s.kept[0]
	if s.kept = s.kept[1:]; len(s.kept) > 0 {
		go s.wake()
	}
	return next
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
