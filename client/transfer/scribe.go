package transfer

import (
	"sync"
	"time"
)

// A scribe writes an engine's changes into its journal, in the order in which they
// came: what waits while one write is under way, or comes shortly after one, goes with
// the next, all in one. So a thousand small files cost few commits, and nobody who only
// tells of a change waits for the disk. Safe for concurrent use.
type scribe struct {
	journal Journal
	failed  func(error) // told of a write that failed and for which nobody waited

	mu      sync.Mutex
	waiting []note
	idle    chan struct{} // closed when nothing is written; nil as long as nothing ever was
	last    time.Time     // when the last write ended
	now     chan struct{} // closed so that the next write waits for no company; nil while none does
}

// Where changes come one after the other, writes are so far apart, unless there is
// enough to write.
const (
	writesApart = 10 * time.Millisecond
	muchToWrite = 64
)

// A note is what is to be written, and who is told of it: at most one, and where
// nobody is and it fails, the scribe's owner.
type note struct {
	entry Entry
	done  chan<- error
	then  func(error)
	none  bool // nothing is to be written: it is told when its turn comes
}

// tell writes a change when its turn comes.
func (s *scribe) tell(e Entry) { s.put(note{entry: e}) }

// tellAnd is tell, and calls done when the change is written, or could not be.
func (s *scribe) tellAnd(e Entry, done func()) {
	s.put(note{entry: e, then: func(err error) {
		if err != nil {
			s.failed(err)
		}
		done()
	}})
}

// write returns when changes are kept, with what went wrong for each.
func (s *scribe) write(entries ...Entry) []error {
	done := make([]chan error, len(entries))
	notes := make([]note, len(entries))
	for i, e := range entries {
		done[i] = make(chan error, 1)
		notes[i] = note{entry: e, done: done[i]}
	}
	s.put(notes...)
	errs := make([]error, len(entries))
	for i := range errs {
		errs[i] = <-done[i]
	}
	return errs
}

// settle returns when all that was told before is written, or could not be.
func (s *scribe) settle() {
	s.mu.Lock()
	idle := s.isIdle()
	s.mu.Unlock()
	if !idle {
		done := make(chan error, 1)
		s.put(note{none: true, done: done})
		<-done
	}
}

func (s *scribe) put(notes ...note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, notes...)
	if s.now != nil && (len(s.waiting) >= muchToWrite || s.waiting[len(s.waiting)-1].none) {
		close(s.now)
		s.now = nil
	}
	if s.isIdle() {
		s.idle = make(chan struct{})
		go s.run(s.idle)
	}
}

// isIdle reports whether nobody writes. The caller holds the mutex.
func (s *scribe) isIdle() bool {
	if s.idle == nil {
		return true
	}
	select {
	case <-s.idle:
		return true
	default:
		return false
	}
}

// run writes until nothing waits.
func (s *scribe) run(idle chan<- struct{}) {
	for {
		s.awaitCompany()
		s.mu.Lock()
		notes := s.waiting
		s.waiting = nil
		if len(notes) == 0 {
			close(idle)
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		s.commit(notes)
		s.mu.Lock()
		s.last = time.Now()
		s.mu.Unlock()
	}
}

// awaitCompany waits, shortly after a write, for more to write with what waits.
func (s *scribe) awaitCompany() {
	s.mu.Lock()
	pause := writesApart - time.Since(s.last)
	if pause <= 0 || len(s.waiting) == 0 || len(s.waiting) >= muchToWrite || s.waiting[len(s.waiting)-1].none {
		s.mu.Unlock()
		return
	}
	now := make(chan struct{})
	s.now = now
	s.mu.Unlock()
	wait := time.NewTimer(pause)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-now:
	}
	s.mu.Lock()
	s.now = nil
	s.mu.Unlock()
}

// commit writes notes at once. Where that fails each is tried by itself, so that
// one that cannot be kept takes no other with it.
func (s *scribe) commit(notes []note) {
	entries := make([]Entry, 0, len(notes))
	for _, n := range notes {
		if !n.none {
			entries = append(entries, n.entry)
		}
	}
	var err error
	if len(entries) > 0 {
		err = s.journal.Write(entries)
	}
	for _, n := range notes {
		switch {
		case n.none:
			s.answer(n, nil)
		case err != nil && len(entries) > 1:
			s.answer(n, s.journal.Write([]Entry{n.entry}))
		default:
			s.answer(n, err)
		}
	}
}

func (s *scribe) answer(n note, err error) {
	switch {
	case n.done != nil:
		n.done <- err
	case n.then != nil:
		n.then(err)
	case err != nil:
		s.failed(err)
	}
}
