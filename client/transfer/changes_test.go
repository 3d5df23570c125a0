package transfer

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A reader knows an engine's rows by its changes alone.
type reader struct {
	cursor Cursor
	sum    Summary
	phases map[int]Phase
	anew   int // looks at which it was told everything
}

func (r *reader) look(e *Engine) {
	got := e.ChangedSince(r.cursor)
	r.cursor, r.sum = got.Cursor, got.Summary
	if got.All {
		r.anew++
		r.phases = map[int]Phase{}
	}
	for _, c := range got.Rows {
		for nth := c.First; nth < c.End(); nth++ {
			r.phases[nth] = c.Phase
			if c.Gone {
				delete(r.phases, nth)
			}
		}
	}
}

// knows compares with the rows themselves.
func (r *reader) knows(t testing.TB, e *Engine) {
	t.Helper()
	want := map[int]Phase{}
	for _, row := range e.AppendRows(nil, 0, 1_000_000) {
		want[row.Nth] = row.Phase
	}
	assert.Equal(t, want, r.phases)
}

// counted is the phases of the rows it knows.
func (r *reader) counted() (n [Paused + 1]int) {
	for _, p := range r.phases {
		n[p]++
	}
	return n
}

func TestTheCountersOfALookAreThoseOfItsRows(t *testing.T) {
	w := newBench(t, func(c *Config) { c.Concurrency = 4 })
	var reader reader
	reader.look(w.engine)
	w.submit(w.small(200)...)
	for reader.look(w.engine); reader.sum.Open() > 0; reader.look(w.engine) {
		require.Equal(t, reader.counted(), reader.sum.Phases, "while files are under way")
	}
	assert.Equal(t, reader.counted(), reader.sum.Phases)
	assert.Len(t, reader.phases, 200)
}

func TestWhoReadsTheChangesKnowsTheRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 2 })
		let := w.stuck()
		var reader reader
		reader.look(w.engine)
		assert.True(t, w.engine.ChangedSince(0).All, "who knows nothing is told everything")
		w.submit(w.small(6)...)
		for _, verb := range []func(){
			func() {},
			func() { w.engine.Pause(w.at("job0", "job3")...) },
			func() { w.engine.Resume(w.at("job3")...) },
			func() { w.engine.Cancel(w.at("job4")...) },
			func() { w.engine.Clear(w.at("job4")...) },
			let,
			func() { w.engine.Clear(w.at("job1", "job5")...) },
			func() { w.engine.Resume() },
		} {
			verb()
			synctest.Wait()
			reader.look(w.engine)
			reader.knows(t, w.engine)
		}
		assert.Equal(t, 1, reader.anew)
		assert.Equal(t, reader.cursor, w.engine.ChangedSince(reader.cursor).Cursor)
		assert.Empty(t, w.engine.ChangedSince(reader.cursor).Rows, "nothing happened since")
	})
}

func TestAChangeIsToldOnceAndNoOtherRowWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		let := w.stuck()
		defer let()
		w.submit(w.small(50)...)
		synctest.Wait()
		reader := reader{}
		reader.look(w.engine)
		w.engine.Pause(w.at("job7")...)
		w.engine.Resume(w.at("job7")...)
		w.engine.Cancel(w.at("job9")...)
		w.engine.Clear(w.at("job9")...)
		assert.Equal(t, []Change{{Range: Range{9, 1}, Phase: Cancelled, Gone: true}, {Range: Range{7, 1}, Phase: Queued}}, w.engine.ChangedSince(reader.cursor).Rows)
	})
}

func TestWhoLookedTooLongAgoIsToldEverythingAnew(t *testing.T) {
	w := newBench(t)
	var jobs []Job
	for _, j := range w.small(3 * rememberedAtLeast) {
		j.Treatment = client.Treatment{} // refused, and so over
		jobs = append(jobs, j)
	}
	w.submit(jobs...)
	var late, soon reader
	late.look(w.engine)
	soon.look(w.engine)
	for i := range 2 * rememberedAtLeast {
		w.engine.Clear(w.at(jobs[2*rememberedAtLeast-1-i].ID)...) // backwards: none goes on with another
		if i%100 == 0 {
			soon.look(w.engine)
		}
	}
	w.engine.Clear(w.at(jobs[len(jobs)-1].ID)...)
	again := len(jobs) - 2
	w.engine.Retry(w.at(jobs[again].ID)...) // and it fails as before
	require.NoError(t, w.engine.Wait(t.Context()))
	var news []int
	for _, c := range w.engine.ChangedSince(late.cursor).Rows {
		if !c.Known {
			news = append(news, c.First)
		}
	}
	assert.Equal(t, []int{again}, news, "of all rows, that one is not as it was")
	late.look(w.engine)
	late.knows(t, w.engine)
	soon.look(w.engine)
	soon.knows(t, w.engine)
	assert.Equal(t, 2, late.anew)
	assert.Equal(t, 1, soon.anew)
	assert.LessOrEqual(t, len(w.engine.history.gone), 2*rememberedAtLeast, "what was removed is not remembered for ever")
}

func TestRowsAreReadByWindowWhateverWasCleared(t *testing.T) {
	w := newBench(t)
	w.run(w.small(10)...)
	w.engine.Clear(w.at("job0", "job4", "job5")...)
	nths := func(from, n int) (all []int) {
		for _, r := range w.engine.AppendRows(nil, from, n) {
			assert.Equal(t, fmt.Sprintf("job%d", r.Nth), r.Job.ID)
			all = append(all, r.Nth)
		}
		return all
	}
	assert.Equal(t, []int{1, 2, 3}, nths(0, 3))
	assert.Equal(t, []int{6, 7}, nths(4, 2), "from the next that is there")
	assert.Equal(t, []int{8, 9}, nths(8, 50), "fewer at the end")
	assert.Empty(t, nths(10, 5))
	assert.Empty(t, nths(3, -1))
	_, ok := w.engine.Nth(4)
	assert.False(t, ok)
	row, ok := w.engine.Nth(6)
	assert.True(t, ok)
	assert.Equal(t, "job6", row.Job.ID)
	_, ok = w.engine.Nth(99)
	assert.False(t, ok)
}

func TestTheSummaryCountsWhatTheRowsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 2 })
		let := w.stuck()
		jobs := w.small(6)
		jobs[5].Treatment = client.Treatment{}
		w.submit(jobs...)
		synctest.Wait()
		s := w.engine.Summary()
		assert.Equal(t, [Paused + 1]int{Queued: 3, Sending: 2, Failed: 1}, s.Phases)
		assert.Equal(t, []int{6, 2, 5}, []int{s.Rows(), s.Running(), s.Open()})
		assert.EqualValues(t, 500, s.Bytes, "what has failed is no part of it")
		assert.Zero(t, s.Done)
		w.engine.Pause(w.at("job0", "job2")...)
		w.engine.Cancel(w.at("job3")...)
		synctest.Wait()
		s = w.engine.Summary()
		assert.Equal(t, [Paused + 1]int{Paused: 2, Cancelled: 1, Failed: 1, Sending: 2}, s.Phases)
		assert.EqualValues(t, 400, s.Bytes)
		let()
		require.NoError(t, w.engine.Wait(t.Context()))
		s = w.engine.Summary()
		assert.Equal(t, []int64{200, 200}, []int64{s.Bytes, s.Done})
		w.engine.Clear()
		s = w.engine.Summary()
		assert.Equal(t, [Paused + 1]int{Paused: 2}, s.Phases)
		assert.EqualValues(t, 200, s.Done, "clearing rows takes nothing back")
		w.engine.Cancel()
		w.engine.Clear()
		assert.Equal(t, Summary{Done: 200}, w.engine.Summary())
	})
}

func TestASizeNobodyToldCountsAsWhatHasCome(t *testing.T) {
	var w *workbench
	var arrived Summary
	w = newBench(t, func(c *Config) {
		c.Journal = &Memory{Keep: func(Receipt) error { arrived = w.engine.Summary(); return nil }}
	})
	down, content := w.object(1000, client.PutOptions{})
	down.Expect.Size = -1
	gate := make(chan struct{})
	seen := make(chan Summary, 1)
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.GetObject {
			seen <- w.engine.Summary()
			<-gate
		}
		return nil
	})
	w.submit(down)
	s := <-seen
	assert.Equal(t, 1, s.Untold)
	assert.Zero(t, s.Bytes)
	close(gate)
	require.NoError(t, w.engine.Wait(t.Context()))
	s = w.engine.Summary()
	assert.Zero(t, s.Untold)
	assert.EqualValues(t, len(content), s.Done)
	assert.Equal(t, []int64{1000, 1000}, []int64{arrived.Moved, arrived.Bytes})
}

func TestDoneAndNotAsAskedIsCountedApart(t *testing.T) {
	w := newBench(t, func(c *Config) { c.AllowUnverified = true })
	w.store.After(memstore.Report(told(client.TypeNone, "")))
	w.run(w.small(2)...)
	s := w.engine.Summary()
	assert.Equal(t, 2, s.Phases[Done])
	assert.Equal(t, 2, s.Doubtful)
}

func TestAPauseAndACancelAreTwoCauses(t *testing.T) {
	for cause, verb := range map[error]func(*Engine){
		errPaused:    func(e *Engine) { e.Pause() },
		errCancelled: func(e *Engine) { e.Cancel() },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newBench(t)
			var ended error
			w.store.Before(func(ctx context.Context, _ memstore.Call) error {
				<-ctx.Done()
				ended = context.Cause(ctx)
				return ended
			})
			w.submit(w.small(1)...)
			synctest.Wait()
			verb(w.engine)
			require.NoError(t, w.engine.Wait(t.Context()))
			require.ErrorIs(t, ended, cause)
		})
	}
}

func TestJobsThatComeSlowlyHoldNobodyUp(t *testing.T) {
	w := newBench(t)
	jobs := w.small(3)
	_, err := w.engine.Submit(func(yield func(Job) bool) {
		assert.Zero(t, w.engine.Summary().Rows(), "the engine answers meanwhile")
		for _, j := range jobs {
			if !yield(j) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.NoError(t, w.engine.Wait(t.Context()))
	assert.Equal(t, []string{"done", "done", "done"}, w.phases())
	jobs = w.small(4)
	slices.Reverse(jobs)
	_, err = w.engine.Submit(slices.Values(jobs))
	require.ErrorContains(t, err, "is taken")
	_, ok := w.engine.Row("job3")
	assert.False(t, ok, "none of them is there")
}
