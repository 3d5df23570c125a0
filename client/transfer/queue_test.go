package transfer

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// small are n uploads of one small file to n places.
func (w *workbench) small(n int) []Job {
	w.Helper()
	job, _ := w.file(100, client.SSES3{})
	jobs := make([]Job, n)
	for i := range jobs {
		jobs[i] = job
		jobs[i].ID = fmt.Sprintf("job%d", i)
		jobs[i].To.At.Key = fmt.Sprintf("k%d", i)
	}
	return jobs
}

func (w *workbench) submit(jobs ...Job) {
	w.Helper()
	_, err := w.engine.Submit(slices.Values(jobs))
	require.NoError(w, err)
}

func (w *workbench) rows() []Row { return w.engine.AppendRows(nil, 0, math.MaxInt) }

func (w *workbench) phases() (phases []string) {
	for _, r := range w.rows() {
		phases = append(phases, r.Phase.String())
	}
	return phases
}

// stuck makes the store hold every file until let is called.
func (w *workbench) stuck() (let func()) {
	return w.store.Hold(memstore.PutObject, memstore.UploadPart, memstore.GetObject).Open
}

func TestSubmitReturnsAtOnceAndRunsAFewInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 2 })
		let := w.stuck()
		w.submit(w.small(5)...)
		synctest.Wait()
		assert.Equal(t, []string{"sending", "sending", "queued", "queued", "queued"}, w.phases())
		assert.Equal(t, 2, w.store.Count(memstore.PutObject))
		let()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done", "done", "done", "done"}, w.phases())
	})
}

func TestSubmitTakesAllJobsOrNone(t *testing.T) {
	w := newBench(t)
	jobs := w.small(2)
	jobs[1].ID = jobs[0].ID
	_, err := w.engine.Submit(slices.Values(jobs))
	require.ErrorContains(t, err, "is taken")
	jobs[1].ID, jobs[1].Op = "", "levitate"
	_, err = w.engine.Submit(slices.Values(jobs))
	require.ErrorContains(t, err, "no operation")
	assert.Empty(t, w.rows())

	jobs[1].Op = Upload
	rows := w.run(jobs...)
	assert.NotEmpty(t, rows[1].Job.ID, "an id is given where there is none")
	_, err = w.engine.Submit(slices.Values(jobs[:1]))
	require.ErrorContains(t, err, "is taken")
}

func TestTwoFilesOfOnePlanNeverLandOnOneTarget(t *testing.T) {
	w := newBench(t)
	jobs := w.small(2)
	jobs[1].To.At = jobs[0].To.At
	rows := w.run(jobs...)
	assert.Equal(t, Done, rows[0].Phase)
	assert.Equal(t, Failed, rows[1].Phase)
	assert.Equal(t, client.KindRefused, client.KindOf(rows[1].Err))

	down, _ := w.object(10, client.PutOptions{})
	twin := down
	twin.To.Name = "A/B.CSV"
	rows = w.run(down, twin)
	assert.Equal(t, Done, rows[0].Phase)
	assert.Equal(t, client.KindRefused, client.KindOf(rows[1].Err), "one name to some systems")
}

func TestPauseHoldsAndResumeBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		let := w.stuck()
		w.submit(w.small(3)...)
		synctest.Wait()
		w.engine.Pause(w.at("job0", "job1", "nobody")...)
		synctest.Wait()
		assert.Equal(t, []string{"paused", "paused", "sending"}, w.phases())
		let()
		require.NoError(t, w.engine.Wait(t.Context()), "what is paused is not waited for")
		assert.Equal(t, []string{"paused", "paused", "done"}, w.phases())
		w.engine.Resume()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done", "done"}, w.phases())
		row, _ := w.engine.Row("job0")
		assert.Equal(t, 2, row.Attempts)
		require.NoError(t, row.Err)
		assert.Equal(t, 4, w.store.Count(memstore.PutObject))
	})
}

func TestTheLastWishCountsForARunningJob(t *testing.T) {
	for wish, verbs := range map[string][]func(*Engine){
		"paused":    {func(e *Engine) { e.Pause() }},
		"done":      {func(e *Engine) { e.Pause() }, func(e *Engine) { e.Resume() }},
		"cancelled": {func(e *Engine) { e.Pause() }, func(e *Engine) { e.Cancel() }, func(e *Engine) { e.Pause() }, func(e *Engine) { e.Resume() }},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newBench(t)
			hold := make(chan struct{}) // the attempt comes to rest only after all wishes
			w.store.Before(func(context.Context, memstore.Call) error { <-hold; return nil })
			w.submit(w.small(1)...)
			synctest.Wait()
			for _, verb := range verbs {
				verb(w.engine)
			}
			close(hold)
			require.NoError(t, w.engine.Wait(t.Context()))
			assert.Equal(t, []string{wish}, w.phases())
		})
	}
}

func TestPausedAndResumedWhileQueuedRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		let := w.stuck()
		w.submit(w.small(2)...)
		for range 3 {
			w.engine.Pause(w.at("job1")...)
			w.engine.Resume(w.at("job1")...)
		}
		w.engine.Cancel(w.at("job1")...)
		w.engine.Retry(w.at("job1")...)
		let()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done"}, w.phases())
		assert.Equal(t, 2, w.store.Count(memstore.PutObject))
	})
}

func TestCancelStopsAndLeavesNothingOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 2 })
		let := w.stuck()
		defer let()
		big, _ := w.file(3*minPartSize, client.SSES3{})
		big.ID = "big"
		down, _ := w.object(3*minPartSize, client.PutOptions{})
		down.ID = "down"
		queued := w.small(1)[0]
		big.To.At.Key = "elsewhere"
		w.submit(big, down, queued)
		synctest.Wait()
		assert.Len(t, w.store.Open(remote.Bucket), 1)
		assert.Len(t, files(t, down.To.Root), 1, "the temporary file")
		w.engine.Cancel()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"cancelled", "cancelled", "cancelled"}, w.phases())
		assert.Empty(t, w.store.Open(remote.Bucket), "aborted with a context of its own")
		assert.Empty(t, files(t, down.To.Root))
		for _, r := range w.rows() {
			assert.Equal(t, client.KindCancelled, client.KindOf(r.Err))
			assert.False(t, r.Ended.IsZero())
		}
		assert.Empty(t, w.receipts)
	})
}

func TestCancelWhileAFileIsReadForItsChecksum(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(1000, client.SSES3{})
	src, err := openSource(job)
	require.NoError(t, err)
	defer src.close()
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errCancelled)
	_, _, err = src.checksums(ctx, []span{{1, 0, 1000}}, true)
	require.ErrorIs(t, err, errCancelled)
	b := w.engine.newBody(ctx, &item{}, src, span{1, 0, 1000})
	_, err = b.Read(make([]byte, 10))
	require.ErrorIs(t, err, errCancelled)
}

func TestAVerdictIsNotHiddenByACancelThatCameTooLate(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	job.ID = "x"
	w.store.After(func(c memstore.Call, o *client.Object) error {
		if c.Op == memstore.HeadObject {
			w.engine.Cancel(w.at("x")...)
		}
		o.Encryption = told(client.TypeNone, "")
		return nil
	})
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err))
}

func TestRetryBeginsAnew(t *testing.T) {
	w := newBench(t)
	jobs := w.small(4)
	jobs[2].Overwrite = OverwriteSkip
	w.add(jobs[2].To.At, nil, client.PutOptions{Encryption: client.SSES3{}})
	down := true
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.PutObject && down {
			return call.Error(client.KindUnavailable)
		}
		return nil
	})
	rows := w.run(jobs...)
	assert.Equal(t, []string{"failed", "failed", "skipped", "failed"}, w.phases())
	assert.Equal(t, client.KindUnavailable, client.KindOf(rows[0].Err))
	assert.Zero(t, rows[0].Sent)
	down = false
	w.engine.Retry(w.at("job0")...)
	require.NoError(t, w.engine.Wait(t.Context()))
	assert.Equal(t, []string{"done", "failed", "skipped", "failed"}, w.phases())
	w.engine.Retry()
	require.NoError(t, w.engine.Wait(t.Context()))
	assert.Equal(t, []string{"done", "done", "skipped", "done"}, w.phases())
	row, _ := w.engine.Row("job1")
	assert.Equal(t, 2, row.Attempts)
	require.NoError(t, row.Err)

	w.store.Remove(jobs[2].To.At)
	w.engine.Retry(w.at("job2", "job0")...)
	require.NoError(t, w.engine.Wait(t.Context()))
	assert.Equal(t, []string{"done", "done", "done", "done"}, w.phases())
	row, _ = w.engine.Row("job0")
	assert.Equal(t, 2, row.Attempts, "what is done is not done again")
}

func TestARetryThatMayNotOverwriteDoesNotHideWhatItLeft(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	job.ID, job.Overwrite = "x", OverwriteSkip
	w.store.After(memstore.Report(told(client.TypeNone, "")))
	first := w.run(job)[0]
	require.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(first.Err))

	for range 2 {
		w.engine.Retry(w.at("x")...)
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ := w.engine.Row("x")
		assert.Equal(t, Failed, row.Phase, "the object it left is what stands in its way")
		assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err))
		require.NotNil(t, row.Receipt)
		assert.Equal(t, NotEncrypted, row.Receipt.Verdict)
	}

	w.store.Remove(job.To.At)
	w.store.After(nil)
	w.engine.Retry(w.at("x")...)
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ := w.engine.Row("x")
	assert.Equal(t, Done, row.Phase)
	assert.Equal(t, Verified, row.Receipt.Verdict)
}

func TestClearForgetsWhatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		jobs := w.small(4)
		w.submit(jobs[0])
		require.NoError(t, w.engine.Wait(t.Context()))
		let := w.stuck()
		w.submit(jobs[1:]...)
		synctest.Wait()
		w.engine.Cancel(w.at("job3")...)
		w.engine.Clear()
		assert.Equal(t, []string{"sending", "queued"}, w.phases())
		_, ok := w.engine.Row("job0")
		assert.False(t, ok)
		w.submit(jobs[0]) // the id is free again
		let()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done", "done"}, w.phases())
	})
}

func TestNotifySaysOnceThatSomethingChanged(t *testing.T) {
	w := newBench(t)
	changed := make(chan struct{}, 1)
	w.engine.Notify(changed)
	select {
	case <-changed:
		t.Fatal("nothing happened yet")
	default:
	}
	w.run(w.small(3)...)
	<-changed
	select {
	case <-changed:
		t.Fatal("many changes are one signal")
	default:
	}
	w.engine.Clear()
	<-changed
}

func TestARowIsACopy(t *testing.T) {
	w := newBench(t)
	w.run(w.small(1)...)
	w.rows()[0].Phase = Failed
	assert.Equal(t, []string{"done"}, w.phases())
}

func TestProgressAndRateAreSeenWhileBytesMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, perSecond = 4 << 20, 100 << 10
		w := newBench(t, func(c *Config) { c.Pace = flow.NewPace(flow.Rates{All: perSecond}) })
		up, _ := w.file(size, client.SSES3{})
		began := time.Now()
		w.submit(up)
		time.Sleep(20 * time.Second)
		row := w.rows()[0]
		assert.Equal(t, Sending, row.Phase)
		assert.InDelta(t, 20*perSecond, row.Sent, perSecond)
		assert.InDelta(t, perSecond, row.Rate, perSecond/5)
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.InDelta(t, 40, time.Since(began).Seconds(), 2)
		assert.Zero(t, w.rows()[0].Rate, "over is over")

		down, _ := w.object(size, client.PutOptions{})
		began = time.Now()
		w.submit(down)
		time.Sleep(10 * time.Second)
		w.engine.SetLimits(flow.Rates{})
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.InDelta(t, 10, time.Since(began).Seconds(), 2, "the limit was lifted")
		require.NoError(t, w.rows()[1].Err)
	})
}

func TestWaitGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		let := w.stuck()
		defer let()
		require.NoError(t, w.engine.Wait(t.Context()), "nothing to wait for")
		w.submit(w.small(1)...)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, w.engine.Wait(ctx), context.DeadlineExceeded)
	})
}

func TestCloseCleansUpAndTakesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		let := w.stuck()
		defer let()
		big, _ := w.file(3*minPartSize, client.SSES3{})
		w.submit(append([]Job{big}, w.small(2)...)...)
		synctest.Wait()
		w.engine.Pause(w.at("job1")...)
		require.NoError(t, w.engine.Close(t.Context()))
		assert.Equal(t, []string{"cancelled", "cancelled", "cancelled"}, w.phases())
		assert.Empty(t, w.store.Open(remote.Bucket))
		_, err := w.engine.Submit(slices.Values([]Job(nil)))
		require.ErrorIs(t, err, ErrClosed)
		w.engine.Retry()
		w.engine.Resume()
		assert.Equal(t, []string{"cancelled", "cancelled", "cancelled"}, w.phases())
		require.NoError(t, w.engine.Close(t.Context()), "twice is once")
	})
}

func TestCloseStopsWaitingWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := make(chan struct{})
		w := newBench(t, func(c *Config) {
			c.Journal = &Memory{Keep: func(Receipt) error { <-hangs; return nil }}
		})
		w.submit(w.small(1)...)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, w.engine.Close(ctx), context.DeadlineExceeded)
		close(hangs)
	})
}

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	store := memstore.New(memstore.Options{})
	for name, c := range map[string]Config{
		"store":           {},
		"concurrency: 65": {Store: store, Concurrency: 65},
		"concurrency: -1": {Store: store, Concurrency: -1},
		"part size":       {Store: store, PartSize: 1 << 20},
		"between 5 MiB":   {Store: store, PartSize: 6 << 30},
	} {
		_, err := New(c)
		require.ErrorContains(t, err, name)
	}
	e, err := New(Config{Store: store})
	require.NoError(t, err)
	assert.EqualValues(t, 8<<20, e.cfg.PartSize)
	assert.Equal(t, 64, e.cfg.Concurrency)
}

// Many hands on one engine: for the race detector.
func TestManyHandsOnOneEngine(t *testing.T) {
	w := newBench(t)
	jobs := w.small(60)
	var hands sync.WaitGroup
	for i := range 6 {
		hands.Go(func() {
			_, err := w.engine.Submit(slices.Values(jobs[i*10 : i*10+10]))
			assert.NoError(t, err)
			for n := range 10 {
				id := fmt.Sprintf("job%d", i*10+n)
				w.engine.Pause(w.at(id)...)
				w.rows()
				w.engine.Resume(w.at(id)...)
				w.engine.Row(id)
				w.engine.SetLimits(flow.Rates{All: int64(n) << 20})
			}
		})
	}
	hands.Wait()
	w.engine.SetLimits(flow.Rates{})
	// A pause takes a moment to arrive where bytes move.
	for {
		require.NoError(t, w.engine.Wait(t.Context()))
		w.engine.Resume()
		if done := w.rows(); !anyPaused(done) {
			break
		}
	}
	for _, r := range w.rows() {
		assert.Equal(t, Done, r.Phase, "%v", r.Err)
	}
}

func anyPaused(rows []Row) bool {
	for _, r := range rows {
		if r.Phase != Done {
			return true
		}
	}
	return false
}

func TestLocalErrorsNameTheFile(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	require.NoError(t, os.Remove(job.From.Path))
	row := w.run(job)[0]
	require.ErrorContains(t, row.Err, filepath.Base(job.From.Path))
	require.ErrorIs(t, row.Err, os.ErrNotExist)
	var e *client.Error
	require.ErrorAs(t, row.Err, &e)
	assert.Equal(t, remote, e.At)
}
