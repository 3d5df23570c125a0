package transfer

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRowsThatWaitBehindManyTakeNoPlaceOfThoseThatComeBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		written := make(chan struct{})
		w := newBench(t, func(c *Config) {
			c.Journal, c.Concurrency = &Memory{Keep: func(Receipt) error { <-written; return nil }}, 1
		})
		behind := mostKeeping + heldBehind + 10
		jobs := w.small(behind + 20)
		w.submit(jobs[:behind]...)
		w.submit(jobs[behind:]...)
		synctest.Wait()
		w.engine.mu.Lock()
		assert.True(t, w.engine.inMemory(behind-heldBehind), "its turn comes soon")
		assert.False(t, w.engine.inMemory(behind+19))
		w.engine.mu.Unlock()
		close(written)
		require.NoError(t, w.engine.Wait(t.Context()))
		for _, phase := range w.phases() {
			assert.Equal(t, "done", phase)
		}
	})
}
