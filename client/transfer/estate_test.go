package transfer

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// An estate is what several programs share that have one journal, as those on one
// ledger do: rows belong to one of them, and what one that died left to nobody.
type estate struct {
	Memory
	mu     sync.Mutex
	owners map[int64]*heirloom // of rows; nil for those that were left
}

// An heirloom is the journal of one of the programs.
type heirloom struct {
	*estate
	dead bool
}

func newEstate() *estate { return &estate{owners: map[int64]*heirloom{}} }

func (e *estate) program() *heirloom { return &heirloom{estate: e} }

var errDead = errors.New("this program has ended")

// die ends the program: nothing it writes arrives any more, and what is not over is
// left. It returns what is.
func (h *heirloom) die() (over []Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dead = true
	for number, owner := range h.owners {
		if owner != h {
			continue
		}
		h.owners[number] = nil
		if r := h.record(number); !isLeft(r.Phase) {
			over = append(over, r)
			delete(h.owners, number)
			_ = h.Memory.Write([]Entry{{Number: number, Removed: true}}) // which never fails without Keep
		}
	}
	return over
}

func isLeft(p Phase) bool { return p == Queued || p == Paused || p == Failed }

func (e *estate) record(number int64) Record {
	rows, _ := e.Memory.Read([]int64{number}) // which never fails
	return rows[0]
}

func (h *heirloom) lives() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead {
		return errDead
	}
	return nil
}

func (h *heirloom) Enter() (Entering, error) {
	e, err := h.Memory.Enter()
	return &inheritance{Entering: e, of: h}, err
}

type inheritance struct {
	Entering
	of   *heirloom
	rows []int64
}

func (i *inheritance) Add(rows []Record) error {
	if err := i.of.lives(); err != nil {
		return err
	}
	err := i.Entering.Add(rows)
	for _, r := range rows {
		i.rows = append(i.rows, r.Number)
	}
	return err
}

func (i *inheritance) Commit() error {
	if err := i.of.lives(); err != nil {
		return err
	}
	i.of.mu.Lock()
	defer i.of.mu.Unlock()
	for _, number := range i.rows {
		i.of.owners[number] = i.of
	}
	return i.Entering.Commit()
}

func (h *heirloom) Write(entries []Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead {
		return errDead
	}
	for _, e := range entries {
		for _, number := range append([]int64{e.Number}, e.More...) {
			if h.owners[number] != h {
				return errors.New("a row of another program is changed")
			}
			if e.Removed {
				delete(h.owners, number)
			}
		}
	}
	return h.Memory.Write(entries)
}

func (h *heirloom) Left() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		h.mu.Lock()
		var left []int64
		for number, owner := range h.owners {
			if owner == nil {
				left = append(left, number)
			}
		}
		h.mu.Unlock()
		slices.Sort(left)
		for _, number := range left {
			if !yield(h.record(number), nil) {
				return
			}
		}
	}
}

func (h *heirloom) TakeOver(numbers []int64) (got []int64, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, number := range numbers {
		if owner, there := h.owners[number]; there && owner == nil {
			h.owners[number] = h
			got = append(got, number)
		}
	}
	return got, nil
}

func (h *heirloom) Lasts() bool { return true }

// heir is another program at the store of this one.
func (w *workbench) heir(journal Journal) *workbench {
	h := newBench(w.T, func(c *Config) { c.Store, c.Journal, c.Concurrency = w.store, journal, 1 })
	h.store = w.store
	return h
}

func TestWhatAProgramLeftIsTakenOverAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		estate := newEstate()
		dying := estate.program()
		w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = dying, 1 })
		jobs := w.small(6)
		w.store.Before(memstore.Failing(client.KindDenied, memstore.PutObject))
		w.run(jobs[0])
		w.store.Before(nil)
		w.run(jobs[1])
		gate := w.store.Hold(memstore.PutObject)
		w.submit(jobs[2:]...)
		synctest.Wait()
		w.engine.Pause(w.at("job4")...)
		w.engine.Cancel(w.at("job5")...)
		w.engine.scribe.settle() // what is written may wait for company
		dying.die()
		w.store.Before(func(context.Context, memstore.Call) error { return errDead })
		gate.Open()
		synctest.Wait()
		w.store.Before(nil)

		heir := w.heir(estate.program())
		n, err := heir.engine.Left()
		require.NoError(t, err)
		assert.Equal(t, 4, n)
		rows, err := heir.engine.TakeOver(Paused, nil)
		require.NoError(t, err)
		assert.Equal(t, Range{0, 4}, rows)
		assert.Equal(t, []string{"failed", "paused", "paused", "paused"}, heir.phases(), "what was done or cancelled is over")
		failed, ok := heir.engine.Row("job0")
		require.True(t, ok)
		assert.Equal(t, client.KindDenied, client.KindOf(failed.Err))
		assert.Equal(t, 1, failed.Attempts)
		n, err = heir.engine.Left()
		require.NoError(t, err)
		assert.Zero(t, n)

		heir.engine.Resume()
		heir.engine.Retry()
		require.NoError(t, heir.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done", "done", "done"}, heir.phases())
		assert.Equal(t, []string{"k0", "k1", "k2", "k3", "k4"}, w.store.Names(remote.Bucket))
	})
}

func TestAPausedRowSaysAfterARestartHowFarItWas(t *testing.T) {
	for _, failed := range []bool{false, true} {
		estate := newEstate()
		first := estate.program()
		w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = first, 1 })
		job, _ := w.file(4*minPartSize, client.SSES3{})
		third := make(chan struct{})
		w.store.Before(func(ctx context.Context, call memstore.Call) error {
			switch {
			case call.Op != memstore.UploadPart || call.Part < 3:
				return nil
			case failed:
				return call.Error(client.KindNetwork)
			}
			close(third)
			<-ctx.Done()
			return call.Error(client.KindNetwork)
		})
		w.submit(job)
		if !failed {
			<-third
			w.engine.Pause()
		}
		require.NoError(t, w.engine.Wait(t.Context()))
		w.engine.scribe.settle()
		first.die()
		w.store.Before(nil)

		heir := w.heir(estate.program())
		_, err := heir.engine.TakeOver(Paused, nil)
		require.NoError(t, err)
		for range 2 { // from memory, and read once more
			row, ok := heir.engine.Nth(0)
			require.True(t, ok)
			assert.EqualValues(t, 2*minPartSize, row.Sent, "%v", row.Phase)
			heir.engine.recent.remove(0)
		}
		if !failed {
			assert.EqualValues(t, 2*minPartSize, heir.engine.Summary().Moved)
			assert.EqualValues(t, 4*minPartSize, heir.engine.Summary().Bytes)
		}
		heir.engine.Resume()
		heir.engine.Retry()
		require.NoError(t, heir.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done"}, heir.phases())
		assert.Zero(t, heir.engine.Summary().Moved, "nothing is open")
	}
}

func TestRowsThatWaitedMayBeTakenOverToRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		estate := newEstate()
		w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = estate.program(), 1 })
		gate := w.store.Hold(memstore.PutObject)
		w.submit(w.small(3)...)
		synctest.Wait()
		w.engine.Pause(w.at("job2")...)
		require.NoError(t, w.engine.Close(t.Context()))
		assert.Equal(t, []string{"paused", "paused", "paused"}, w.phases(), "closing is a pause")
		w.engine.cfg.Journal.(*heirloom).die()
		gate.Open()
		heir := w.heir(estate.program())
		rows, err := heir.engine.TakeOver(Queued, func(r *Record) bool { return r.Job.ID != "job1" })
		require.NoError(t, err)
		assert.Equal(t, 2, rows.N)
		require.NoError(t, heir.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "paused"}, heir.phases(), "what was paused stays so")
		require.NoError(t, heir.engine.Close(t.Context()))
		_, err = heir.engine.TakeOver(Queued, nil)
		require.ErrorIs(t, err, ErrClosed)
		n, err := heir.engine.Left()
		require.NoError(t, err)
		assert.Equal(t, 1, n, "the other stays for whoever wants it")
	})
}

func TestDeletionsAndStreamsEndWithTheirProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, closed := range []bool{true, false} {
			estate := newEstate()
			program := estate.program()
			w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = program, 1 })
			gate := w.store.Hold(memstore.PutObject)
			jobs := w.small(3)
			jobs[1] = Job{ID: "gone", Op: Delete, From: ObjectAt("", remote, "")}
			jobs[2].From = Place{Stream: "standard input"}
			w.submit(jobs...)
			synctest.Wait()
			want := []string{"paused", "cancelled", "cancelled"}
			if closed {
				require.NoError(t, w.engine.Close(t.Context()))
				assert.Equal(t, want, w.phases())
				want = want[:1]
			}
			program.die()
			heir := w.heir(estate.program())
			_, err := heir.engine.TakeOver(Paused, nil)
			require.NoError(t, err)
			assert.Equal(t, want, heir.phases())
			gate.Open()
		}
	})
}

func TestABadVerdictOutlivesTheProgramThatFoundIt(t *testing.T) {
	estate := newEstate()
	first := estate.program()
	w := newBench(t, func(c *Config) { c.Journal = first })
	job, _ := w.file(10, client.SSES3{})
	job.Overwrite = OverwriteSkip
	w.store.After(memstore.Report(told(client.TypeNone, "")))
	require.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(w.run(job)[0].Err))
	w.store.After(nil)
	w.engine.Cancel()
	first.die()

	heir := w.heir(estate.program())
	_, err := heir.engine.TakeOver(Paused, nil)
	require.NoError(t, err)
	changes := heir.engine.ChangedSince(0).Rows
	require.Len(t, changes, 1)
	assert.True(t, changes[0].Doubtful)
	w.store.Change(job.To.At, func(o *client.Object) { o.Encryption = told(client.TypeSSES3, "") })
	heir.engine.Retry()
	require.NoError(t, heir.engine.Wait(t.Context()))
	row, _ := heir.engine.Nth(0)
	assert.Equal(t, Skipped, row.Phase, "it has a verdict of its own now: %v", row.Err)
}
