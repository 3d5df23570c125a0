package transfer

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestAVerbForManyRowsReachesEachAndNothingBeginsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3*stretchOfVerb + 7
		w := newBench(t, func(c *Config) { c.Concurrency = 2 })
		gate := w.store.Hold(memstore.PutObject)
		w.submit(w.small(n)...)
		synctest.Wait()
		begun := w.store.Count(memstore.PutObject)
		w.engine.Pause()
		synctest.Wait()
		assert.Equal(t, n, w.engine.Summary().Phases[Paused])
		assert.Equal(t, begun, w.store.Count(memstore.PutObject), "none of those that waited was begun on the way")

		reached := 0
		w.engine.each([]Range{{0, 10}, {n - 5, 1 << 60}}, w.engine.bulk(Entry{}), func(nth int, _ *slot) {
			w.engine.dispatch()
			assert.Zero(t, w.engine.summary(w.engine.cfg.Now()).Running())
			reached++
		})
		assert.Equal(t, 15, reached)

		w.engine.Cancel(Range{5, n})
		assert.Equal(t, n-5, w.engine.Summary().Phases[Cancelled])
		w.engine.Retry()
		w.engine.Resume()
		gate.Open()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, n, w.engine.Summary().Phases[Done])
		w.engine.Clear()
		assert.Zero(t, w.engine.Summary().Rows())
		assert.Empty(t, w.engine.AppendRows(nil, 0, n))
	})
}

func TestTheFirstRowsOfRanges(t *testing.T) {
	all := []Range{{0, 3}, {10, 4}}
	for n, want := range map[int][2][]Range{
		1:  {{{0, 1}}, {{1, 2}, {10, 4}}},
		3:  {{{0, 3}}, {{10, 4}}},
		5:  {{{0, 3}, {10, 2}}, {{12, 2}}},
		7:  {{{0, 3}, {10, 4}}, nil},
		99: {{{0, 3}, {10, 4}}, nil},
	} {
		some, rest := firstOf(all, n)
		assert.Equal(t, want, [2][]Range{some, rest}, n)
	}
	assert.Equal(t, []Range{{0, 3}, {10, 4}}, all, "which stay")
}
