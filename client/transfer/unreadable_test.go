package transfer

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A stained journal outlives its program, and cannot read some of its rows, or not
// keep new ones.
type stained struct {
	*lasting
	stains    map[int64]bool
	committed error
	dropped   error
}

func newStained() *stained {
	return &stained{lasting: &lasting{Memory: &Memory{}}, stains: map[int64]bool{}}
}

var errStained = errors.New("a stain on the page")

func (s *stained) Read(numbers []int64) ([]Record, error) {
	s.mu.Lock()
	wanted := slices.DeleteFunc(slices.Clone(numbers), func(n int64) bool { return s.stains[n] })
	s.mu.Unlock()
	rows, err := s.Memory.Read(wanted)
	if len(wanted) < len(numbers) {
		err = errStained
	}
	return rows, err
}

func (s *stained) stain(numbers ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.stains)
	for _, n := range numbers {
		s.stains[n] = true
	}
}

func (s *stained) Enter() (Entering, error) {
	e, err := s.lasting.Enter()
	return &unkept{e, s}, err
}

type unkept struct {
	Entering
	in *stained
}

func (u *unkept) Commit() error {
	if u.in.committed != nil {
		return u.in.committed
	}
	return u.Entering.Commit()
}

func (s *stained) Dropped(at client.Location, id string) error {
	if s.dropped != nil {
		return s.dropped
	}
	return s.lasting.Dropped(at, id)
}

func TestARowThatCannotBeReadFailsByItselfAndTheOthersRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newStained()
		w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = j, 1 })
		const many = heldAtOnce + 20
		let := w.stuck()
		jobs := w.small(many)
		for i := range jobs {
			jobs[i].ID = ""
		}
		w.submit(jobs...)
		first, second := heldAtOnce+3, heldAtOnce+7
		j.stain(int64(first)+1, int64(second)+1)
		let()
		require.NoError(t, w.engine.Wait(t.Context()))
		for i, r := range w.rows() {
			if i != first && i != second {
				require.Equal(t, Done, r.Phase, "%d: %v", i, r.Err)
				continue
			}
			assert.Equal(t, Failed, r.Phase)
			assert.True(t, r.Unread)
			assert.Equal(t, client.KindLocal, client.KindOf(r.Err))
			require.ErrorContains(t, r.Err, "what was written down of this transfer cannot be read: a stain on the page")
			assert.Equal(t, Upload, r.Job.Op, "that much is known")
			assert.EqualValues(t, 100, r.Job.Expect.Size)
		}
		assert.Equal(t, many-2, w.store.Count(memstore.PutObject))

		j.stain()
		w.engine.Retry()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, many, w.engine.Summary().Phases[Done], "it is read once more")
		assert.Equal(t, many, w.store.Count(memstore.PutObject))
	})
}

func TestWhoLooksAtARowThatCannotBeReadIsToldWhy(t *testing.T) {
	j := newStained()
	w := newBench(t, func(c *Config) { c.Journal = j })
	rows := w.run(w.small(1)...)
	require.Equal(t, Done, rows[0].Phase)
	w.engine.scribe.settle()
	w.engine.mu.Lock()
	w.engine.recent.remove(0) // as when thousands came after it
	w.engine.mu.Unlock()
	j.stain(1)
	row, ok := w.engine.Nth(0)
	require.True(t, ok)
	assert.Equal(t, Done, row.Phase)
	assert.True(t, row.Unread)
	require.ErrorContains(t, row.Err, "a stain on the page")
	require.NoError(t, j.Write([]Entry{{Number: 1, Removed: true}}))
	j.stain()
	row, _ = w.engine.Nth(0)
	require.ErrorContains(t, row.Err, "it is not there any more")
}

func TestAnEngineTakesNoMoreRowsThanItCanCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		estate := newEstate()
		before := estate.program()
		other := newBench(t, func(c *Config) { c.Journal, c.Concurrency = before, 1 })
		gate := other.store.Hold(memstore.PutObject)
		other.submit(other.small(2)...)
		require.NoError(t, other.engine.Close(t.Context()))
		before.die()
		gate.Open()

		program := estate.program()
		w := newBench(t, func(c *Config) { c.Journal = program })
		w.engine.slots.pages = make([]*page, mostRows/slotsInAPage+1)
		w.engine.slots.next = mostRows - 1
		jobs := w.small(3)
		_, err := w.engine.Submit(slices.Values(jobs[:2]))
		require.ErrorContains(t, err, "takes no more than 4294967294 in its life: start it again")
		row := w.run(jobs[0])[0]
		assert.Equal(t, Done, row.Phase, "the id that was refused is free, and the last place is taken: %v", row.Err)
		assert.Equal(t, mostRows-1, row.Nth)
		_, err = w.engine.Submit(slices.Values(jobs[1:2]))
		require.ErrorContains(t, err, "start it again")
		_, err = w.engine.TakeOver(Queued, nil)
		require.ErrorContains(t, err, "start it again")
		require.NoError(t, w.engine.Close(t.Context()))
		program.die()
		n, err := w.heir(estate.program()).engine.Left()
		require.NoError(t, err)
		assert.Equal(t, 2, n, "they stay for the next program")
	})
}

func TestWhatCannotBeKeptIsNotSubmitted(t *testing.T) {
	j := newStained()
	j.committed = errStained
	w := newBench(t, func(c *Config) { c.Journal = j })
	_, err := w.engine.Submit(slices.Values(w.small(2)))
	require.ErrorIs(t, err, errStained)
	assert.Empty(t, w.rows())
	assert.Zero(t, w.store.Count(memstore.PutObject))
	j.committed = nil
	assert.Equal(t, Done, w.run(w.small(1)...)[0].Phase, "its id is free")
}

func TestAnEngineThatIsClosedMeanwhileTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		estate := newEstate()
		program := estate.program()
		w := newBench(t, func(c *Config) { c.Journal = program })
		_, err := w.engine.Submit(func(yield func(Job) bool) {
			for i, j := range w.small(2) {
				if i == 1 {
					require.NoError(t, w.engine.Close(t.Context()))
				}
				yield(j)
			}
		})
		require.ErrorIs(t, err, ErrClosed)
		w.engine.scribe.settle()
		assert.Empty(t, estate.rows, "nor does the journal keep it")
		assert.Empty(t, w.engine.names.nth)
		program.die()

		before := estate.program()
		other := newBench(t, func(c *Config) { c.Journal, c.Concurrency = before, 1 })
		gate := other.store.Hold(memstore.PutObject)
		defer gate.Open()
		other.submit(other.small(2)...)
		require.NoError(t, other.engine.Close(t.Context()))
		before.die()
		program = estate.program()
		heir := w.heir(program)
		_, err = heir.engine.TakeOver(Queued, func(*Record) bool {
			assert.NoError(t, heir.engine.Close(t.Context()))
			return true
		})
		require.ErrorIs(t, err, ErrClosed)
		program.die()
		n, err := w.heir(estate.program()).engine.Left()
		require.NoError(t, err)
		assert.Equal(t, 2, n, "they stay for the next program")
	})
}

func TestWhatACancelledJobLeftAndCannotBeDroppedIsSaidAndGoesWithItsRow(t *testing.T) {
	for what, spoil := range map[string]func(c *cutOff, j *stained) (mend func()){
		"what was begun cannot be read": func(_ *cutOff, j *stained) func() {
			j.unreadable = errStained
			return func() { j.unreadable = nil }
		},
		"the row cannot be read": func(_ *cutOff, j *stained) func() {
			j.stain(1)
			return func() { j.stain() }
		},
		"the server refuses": func(c *cutOff, _ *stained) func() {
			c.store.Before(denying(memstore.AbortMultipartUpload))
			return func() { c.store.Before(nil) }
		},
		"that it is gone cannot be kept": func(_ *cutOff, j *stained) func() {
			j.dropped = errStained
			return func() { j.dropped = nil }
		},
	} {
		t.Run(what, func(t *testing.T) {
			j := newStained()
			var mu sync.Mutex
			var notes []string
			c := cutOffUpload(t, client.SSES3{}, func(k *Config) {
				k.Journal = j
				k.Note = func(s client.Text) {
					mu.Lock()
					defer mu.Unlock()
					notes = append(notes, s.String())
				}
			})
			gate := c.store.Hold(memstore.ListParts)
			c.engine.Retry()
			<-gate.Entered()
			c.engine.Pause()
			require.NoError(t, c.engine.Wait(t.Context()))
			c.engine.scribe.settle()
			mend := spoil(c, j)
			c.engine.Cancel()
			require.NoError(t, c.engine.Wait(t.Context()))
			c.engine.scribe.settle()
			assert.Equal(t, []string{"cancelled"}, c.phases())
			mu.Lock()
			assert.Contains(t, strings.Join(notes, "\n"), "could not be dropped")
			mu.Unlock()
			mend()
			p, err := j.Progress(1)
			require.NoError(t, err)
			require.NotNil(t, p, "the journal knows of it still")
			c.engine.Clear()
			require.NoError(t, c.engine.Wait(t.Context()))
			c.engine.scribe.settle()
			assert.Empty(t, c.store.Open(remote.Bucket), "whoever clears the row has it tried again")
			assert.Empty(t, j.progress)
			assert.Empty(t, c.rows())
		})
	}
}
