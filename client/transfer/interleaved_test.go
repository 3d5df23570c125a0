package transfer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// counts is what an engine counts, and the same counted anew from its rows.
type counts struct {
	sum  Summary
	open int
}

func countedAndCounts(e *Engine) (anew, kept counts) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for nth, s := range e.slots.in(nil) {
		anew.sum.count(e.adds(nth, s), 1)
		if p := Phase(s.phase); !p.Over() && p != Paused {
			anew.open++
		}
	}
	anew.open += len(e.leftovers) + e.dropping
	anew.sum.Done = e.sum.Done // no matter of rows: those cleared count too
	return anew, counts{e.sum, e.open}
}

// moody is a server that refuses some calls, as chance has it.
func moody(seed uint64) func(context.Context, memstore.Call) error {
	var mu sync.Mutex
	chance := rand.New(rand.NewPCG(seed, 1))
	return func(ctx context.Context, c memstore.Call) error {
		mu.Lock()
		n := chance.IntN(10)
		mu.Unlock()
		if kinds := []client.Kind{client.KindDenied, client.KindEncryptionNotAsAsked, client.KindPrecondition}; n < len(kinds) {
			return c.Error(kinds[n])
		}
		return ctx.Err()
	}
}

// mixed are jobs of every operation about a few objects, with two priorities.
func (w *workbench) mixed(n int) (jobs []Job) {
	dir := w.TempDir()
	for i := range n {
		at := ObjectAt("ward", client.Location{Bucket: remote.Bucket, Key: fmt.Sprintf("k%d", i%17)}, "")
		j := Job{ID: fmt.Sprint(i), Op: Delete, From: at}
		switch i % 3 {
		case 1:
			path := filepath.Join(dir, j.ID)
			require.NoError(w, os.WriteFile(path, randomBytes(int64(i)), 0o600))
			j = Job{ID: j.ID, Op: Upload, From: ReadFrom(path), To: at, Treatment: client.TreatmentOf(client.SSES3{}), Expect: Expect{Size: int64(i)}}
		case 2:
			j = Job{ID: j.ID, Op: Download, From: at, To: WriteTo(dir, "down"+j.ID), Expect: Expect{Size: client.NotTold}}
		}
		j.Priority, j.Overwrite = i%2, OverwriteAlways
		jobs = append(jobs, j)
	}
	return jobs
}

// fiddle does things to rows, two or all of them at a time.
func fiddle(e *Engine, rows Range, chance *rand.Rand) {
	verbs := []func(...Range){e.Pause, e.Resume, e.Cancel, e.Retry, e.Resume, e.Retry, e.Accept}
	for range 300 {
		verb, some := verbs[chance.IntN(len(verbs))], []Range{{chance.IntN(rows.N), 1}, {chance.IntN(rows.N), 1}}
		if chance.IntN(20) == 0 {
			some = nil
		}
		if chance.IntN(40) == 0 {
			verb = e.Clear
		}
		verb(some...)
	}
}

func TestWhateverIsDoneToRowsAtOnceTheCountsAreThoseOfTheRows(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newBench(t, func(c *Config) { c.Concurrency, c.Patience = 3, 1 })
			w.store.Before(moody(seed))
			rows, err := w.engine.Submit(slices.Values(w.mixed(60)))
			require.NoError(t, err)
			var all sync.WaitGroup
			for person := range uint64(3) {
				all.Go(func() { fiddle(w.engine, rows, rand.New(rand.NewPCG(seed, 10+person))) })
			}
			var reader reader
			all.Go(func() {
				for range 200 {
					reader.look(w.engine)
					anew, kept := countedAndCounts(w.engine)
					assert.Equal(t, anew, kept)
				}
			})
			all.Wait()
			w.engine.Resume()
			require.NoError(t, w.engine.Wait(t.Context()))
			reader.look(w.engine)
			reader.knows(t, w.engine)
			anew, kept := countedAndCounts(w.engine)
			assert.Equal(t, anew, kept)
			assert.Zero(t, w.engine.Summary().Open())
			assert.Empty(t, w.engine.running)
			for _, r := range w.engine.AppendRows(nil, 0, rows.N) {
				assert.Equal(t, r.Phase == Cancelled, client.KindOf(r.Err) == client.KindCancelled, "%v: %v", r.Phase, r.Err)
			}
		})
	}
}
