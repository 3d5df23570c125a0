package transfer

import (
	"hash/maphash"
	"iter"
	"math"
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// ErrClosed is the answer of an engine that was closed.
var ErrClosed = client.Say("the transfers were closed").Err()

const (
	// inOneGo is how many new rows are written to the journal at once.
	inOneGo = 512
	// heldAtOnce is how many new rows of one Submit are held in memory for their turn,
	// and for who looks at the first of them.
	heldAtOnce = 1024
	// heldBehind is behind how many rows that wait they are: beyond, others would have
	// taken their places in memory before their turn came.
	heldBehind = recentRows / 4
	// mostPriority is the highest priority there is, and below 0 the lowest.
	mostPriority = 1000
	// mostRows is how many rows an engine may have in its life.
	mostRows = math.MaxUint32 - 1
)

// Submit queues jobs and returns once they are queued, with the rows that they are, in
// the order they came in. The jobs are read to their end before the first of them
// begins, and all are taken or none: an id that is taken or an operation it does not
// know refuses them all. Nothing waits while they are read, so they may come from a
// slow place, and only a few are held in memory. A job that must not run (nobody
// decided its encryption, another of these jobs has the same target) becomes a row
// that has failed, so that it is seen. All are in the journal before the first begins.
//
// A planner gives ids to few jobs, those it has to find again: an engine remembers
// them. Any other job is found by its row, and has the id that Row.Job shows.
func (e *Engine) Submit(jobs iter.Seq[Job]) (Range, error) {
	closed, waiting := e.howFull()
	if closed {
		return Range{}, ErrClosed
	}
	entering, err := e.cfg.Journal.Enter()
	if err != nil {
		return Range{}, err
	}
	defer entering.Discard()
	s := submission{engine: e, entering: entering, targets: map[target128]struct{}{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, holds: waiting < heldBehind}
	if err := s.read(jobs); err != nil {
		return Range{}, err
	}
	if err := e.reserve(s.names, s.n); err != nil {
		return Range{}, err
	}
	if err := entering.Commit(); err != nil {
		e.unreserve(s.names)
		return Range{}, err
	}
	return e.accept(&s)
}

// A submission is the jobs of one Submit while they are read.
type submission struct {
	engine   *Engine
	entering Entering
	targets  map[target128]struct{} // where they write
	seeds    [2]maphash.Seed
	chunk    []Record       // not yet in the journal
	slots    [][]slot       // of those that are
	holds    bool           // the first of them are held in memory
	first    []Row          // those
	names    map[string]int // ids that were given, by place
	n        int
}

// A target128 stands for where a job writes: two of a million have the same by a
// chance of one in 10^26.
type target128 [2]uint64

// chunks are rooms for the jobs of a chunk.
var chunks = sync.Pool{New: func() any { return new([inOneGo]Record) }}

func (s *submission) read(jobs iter.Seq[Job]) error {
	room := chunks.Get().(*[inOneGo]Record)
	defer func() {
		clear(room[:])
		chunks.Put(room)
	}()
	s.chunk = room[:0]
	for j := range jobs {
		if err := s.take(j); err != nil {
			return err
		}
	}
	return s.write()
}

// take takes one job; one that must not run has failed.
func (s *submission) take(j Job) error {
	if operations[j.Op] == nil {
		return client.Say("submit: %q is no operation", j.Op).Err()
	}
	if err := checkPriority(j.Priority); err != nil {
		return client.Say("submit: %v", err).Err()
	}
	if j.ID != "" {
		if err := s.name(j.ID); err != nil {
			return err
		}
	}
	r := Record{Job: j}
	if err := s.admit(j); err != nil {
		r.State = State{Phase: Failed, Err: err, Ended: s.engine.cfg.Now()}
	}
	s.chunk = append(s.chunk, r)
	if s.n++; len(s.chunk) == inOneGo {
		return s.write()
	}
	return nil
}

// name notes the id of the next job.
func (s *submission) name(id string) error {
	if _, given := numberIn(id); given {
		return client.Say("submit: the id %q is one that the transfers give themselves: give another, or none", id).Err()
	}
	if _, taken := s.names[id]; taken {
		return client.Say("submit: the id %q is taken", id).Err()
	}
	if s.names == nil {
		s.names = map[string]int{}
	}
	s.names[id] = s.n
	return nil
}

// write hands the jobs of a chunk to the journal.
func (s *submission) write() error {
	if len(s.chunk) == 0 {
		return nil
	}
	if err := s.entering.Add(s.chunk); err != nil {
		return err
	}
	slots := make([]slot, len(s.chunk))
	for i := range s.chunk {
		row := rowOf(0, &s.chunk[i])
		slots[i] = slotOf(s.chunk[i].Number, &row)
		slots[i].flags = slots[i].flags.with(begun, s.chunk[i].Begun)
		if s.holds && len(s.first) < heldAtOnce {
			s.first = append(s.first, row)
		}
	}
	s.slots = append(s.slots, slots)
	clear(s.chunk)
	s.chunk = s.chunk[:0]
	return nil
}

// An end is where a job writes: an object, or a name below a folder.
type end struct{ within, name string }

// admit says why a job must not run beside the others.
func (s *submission) admit(j Job) error {
	o := operations[j.Op]
	err := o.admit(j)
	if err == nil && s.isTwin(o.writes(j)) {
		err = client.Say("another file of the same plan has the same target, and one would overwrite the other: move them separately").Err()
	}
	if err != nil {
		return &client.Error{Op: string(j.Op), Kind: client.KindRefused, At: j.At(), Err: err}
	}
	return nil
}

// isTwin reports whether another job writes to the same, and notes it.
func (s *submission) isTwin(to end) bool {
	if to == (end{}) {
		return false
	}
	var sum target128
	for i, seed := range s.seeds {
		var h maphash.Hash
		h.SetSeed(seed)
		_, _ = h.WriteString(to.within) // never fails
		_ = h.WriteByte(0)
		_, _ = h.WriteString(to.name)
		sum[i] = h.Sum64()
	}
	_, twin := s.targets[sum]
	s.targets[sum] = struct{}{}
	return twin
}

// howFull is whether the engine is closed, and how many rows wait.
func (e *Engine) howFull() (closed bool, waiting int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed, e.sum.Phases[Queued]
}

// names are the ids that planners gave.
type names struct {
	nth map[string]int
	of  map[int]string
}

// reserved is the place of an id whose job is being submitted.
const reserved = -1

// reserve keeps ids for n jobs that are about to be rows, all or none.
func (e *Engine) reserve(ids map[string]int, n int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.slots.next+n > mostRows {
		return tooMany(e.slots.next)
	}
	for id := range ids {
		if _, taken := e.names.nth[id]; taken {
			return client.Say("submit: the id %q is taken", id).Err()
		}
	}
	for id := range ids {
		e.names.nth[id] = reserved
	}
	return nil
}

func (e *Engine) unreserve(ids map[string]int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id := range ids {
		delete(e.names.nth, id)
	}
}

// accept makes rows of what is in the journal now.
func (e *Engine) accept(s *submission) (Range, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := e.slots.next
	if e.closed {
		e.disown(s)
		return Range{}, ErrClosed
	}
	for i, some := range s.slots {
		for _, one := range some {
			e.add(one)
		}
		s.slots[i] = nil
	}
	for id, at := range s.names {
		e.names.nth[id], e.names.of[first+at] = first+at, id
	}
	e.holdFirst(first, s.first)
	e.dispatch()
	e.signal()
	return Range{first, s.n}, nil
}

// add makes a row of a slot. The caller holds the mutex.
func (e *Engine) add(one slot) {
	nth := e.slots.add(one)
	s := e.slots.place(uint32(nth) + 1)
	e.history.touch(&e.slots, nth)
	e.sum.count(e.adds(nth, s), 1)
	e.tell()
	if s.is(Queued) {
		e.await(nth, s)
	}
}

// disown takes rows out of the journal again whose engine was closed while they were
// submitted. The caller holds the mutex.
func (e *Engine) disown(s *submission) {
	gone := e.bulk(Entry{Removed: true})
	for _, some := range s.slots {
		for _, one := range some {
			gone.add(one.number)
		}
	}
	gone.tell()
	for id := range s.names {
		delete(e.names.nth, id)
	}
}
