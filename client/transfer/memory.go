package transfer

import (
	"iter"
	"slices"
	"sync"

	"github.com/bucketseal/bucketseal/client"
)

// A Memory is a Journal that lasts as long as its program: for who has no disk to
// write to, and for tests. The zero value is ready.
type Memory struct {
	// Keep is called for each receipt; an error is that of the Write. nil for nothing.
	Keep func(Receipt) error

	mu        sync.Mutex
	last      int64
	rows      map[int64]*Record
	progress  map[int64]*Progress
	abandoned []KnownUpload
}

var _ Journal = (*Memory)(nil)

// Enter begins to keep new rows.
func (m *Memory) Enter() (Entering, error) { return &entering{memory: m}, nil }

type entering struct {
	memory *Memory
	rows   []Record
}

func (e *entering) Add(rows []Record) error {
	e.memory.mu.Lock()
	defer e.memory.mu.Unlock()
	for i := range rows {
		e.memory.last++
		rows[i].Number = e.memory.last
	}
	e.rows = append(e.rows, rows...)
	return nil
}

func (e *entering) Commit() error {
	m := e.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows, m.progress = map[int64]*Record{}, map[int64]*Progress{}
	}
	for i := range e.rows {
		m.rows[e.rows[i].Number] = &e.rows[i]
	}
	return nil
}

func (e *entering) Discard() {}

// Write keeps changes.
func (m *Memory) Write(entries []Entry) error {
	if m.Keep != nil {
		for _, e := range entries {
			if e.Receipt == nil {
				continue
			}
			if err := m.Keep(*e.Receipt); err != nil {
				return err
			}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		if r := m.rows[e.Number]; r != nil {
			m.change(r, e)
		}
		for _, number := range slices.Concat([]int64{e.Number}, e.More) {
			if r := m.rows[number]; r != nil {
				m.changeOneOfMany(r, e)
			}
		}
	}
	return nil
}

func (m *Memory) changeOneOfMany(r *Record, e Entry) {
	if e.Shift != nil {
		r.Phase = e.Shift.Phase
		if !e.Shift.Ended.IsZero() {
			r.Ended = e.Shift.Ended
		}
	}
	if e.Priority != nil {
		r.Job.Priority = *e.Priority
	}
	r.Job.AcceptStale = r.Job.AcceptStale || e.AcceptStale
	if p := m.progress[r.Number]; p.hasUpload() && (e.Abandon || e.Removed) {
		m.abandoned = append(m.abandoned, KnownUpload{At: r.Job.At(), ID: p.Upload, Begun: p.At, Left: true})
	}
	if e.Forget || e.Abandon || e.Removed {
		delete(m.progress, r.Number)
		r.Begun = false
	}
	if e.Removed {
		delete(m.rows, r.Number)
	}
}

func (m *Memory) change(r *Record, e Entry) {
	if e.State != nil {
		r.State = *e.State
	}
	if e.Job != nil {
		r.Job = *e.Job
	}
	if e.Receipt != nil {
		r.Receipt = e.Receipt
	}
	if e.Begun != nil {
		begun := *e.Begun
		begun.Pieces = nil
		m.progress[r.Number], r.Begun = &begun, true
	}
	if p := m.progress[r.Number]; e.Piece != nil && p != nil {
		p.Pieces = append(p.Pieces, *e.Piece)
	}
}

// Read reads rows.
func (m *Memory) Read(numbers []int64) (rows []Record, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, number := range numbers {
		r := m.rows[number]
		if r == nil {
			continue
		}
		rec := *r
		if p := m.progress[number]; p != nil {
			rec.Kept = p.Bytes()
		}
		rows = append(rows, rec)
	}
	return rows, nil
}

// Progress is what was begun.
func (m *Memory) Progress(number int64) (*Progress, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.progress[number]
	if p == nil {
		return nil, nil
	}
	begun := *p
	begun.Pieces = slices.Clone(p.Pieces)
	return &begun, nil
}

// Left yields nothing: no program has left anything in this one's memory.
func (m *Memory) Left() iter.Seq2[Record, error] {
	return func(func(Record, error) bool) {}
}

// TakeOver gets nothing.
func (m *Memory) TakeOver([]int64) ([]int64, error) { return nil, nil }

// Uploads are those that rows have begun, and those that no row goes on with.
func (m *Memory) Uploads() (all []KnownUpload, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for number, p := range m.progress {
		if p.Upload != "" {
			all = append(all, KnownUpload{At: m.rows[number].Job.At(), ID: p.Upload, Begun: p.At, Number: number})
		}
	}
	return append(all, m.abandoned...), nil
}

// Dropped forgets the Progress of rows that have begun an upload, and what none goes
// on with.
func (m *Memory) Dropped(at client.Location, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for number, p := range m.progress {
		if r := m.rows[number]; p.Upload == id && r.Job.At() == at {
			delete(m.progress, number)
			r.Begun = false
		}
	}
	m.abandoned = slices.DeleteFunc(m.abandoned, func(u KnownUpload) bool { return u.ID == id && u.At == at })
	return nil
}

// Keeps looks at what was begun.
func (m *Memory) Keeps(temp string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.progress {
		if p.Temp == temp {
			return true, nil
		}
	}
	return false, nil
}

// Lasts is false.
func (m *Memory) Lasts() bool { return false }
