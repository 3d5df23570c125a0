package transfer

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// down makes the store a server that can be down: its calls are tried eight times,
// as a store does that knows a network. It counts those that found it down.
func (w *workbench) down(is *atomic.Bool) *atomic.Int32 {
	var asked atomic.Int32
	w.store.Before(func(ctx context.Context, _ memstore.Call) error {
		turn := client.TurnOf(ctx)
		for try := 1; is.Load(); try++ {
			asked.Add(1)
			turn.Ended(client.Broken)
			err := &client.Error{Op: "PutObject", Kind: client.KindNetwork}
			if try == 8 || client.Again(ctx, 100*time.Millisecond) != nil {
				return err
			}
		}
		turn.Ended(client.Served)
		return nil
	})
	return &asked
}

func TestFilesWaitForAServerThatIsDownInsteadOfFailingOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var notes []string
		w := newBench(t, func(c *Config) {
			c.Note = func(n client.Text) { notes = append(notes, n.String()) }
		})
		var isDown atomic.Bool
		isDown.Store(true)
		asked := w.down(&isDown)
		w.submit(w.small(200)...)
		time.Sleep(12 * time.Hour) // all that began has failed meanwhile, as often as a call is tried
		s := w.engine.Summary()
		assert.Zero(t, s.Phases[Failed])
		assert.False(t, s.Outage.IsZero())
		assert.LessOrEqual(t, asked.Load(), int32(1700), "requests in twelve hours")
		assert.GreaterOrEqual(t, asked.Load(), int32(1400), "it is asked twice a minute")

		isDown.Store(false)
		require.NoError(t, w.engine.Wait(t.Context()))
		time.Sleep(time.Second)
		s = w.engine.Summary()
		assert.Equal(t, 200, s.Phases[Done])
		assert.True(t, s.Outage.IsZero())
		require.Len(t, notes, 1, "that it is over is seen")
		assert.Contains(t, notes[0], "the transfers wait, and one request asks now and then")
	})
}

func TestAServerThatIsDownForTooLongFailsAllThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Flow = flow.New(flow.Options{GiveUp: 2 * time.Minute}) })
		var isDown atomic.Bool
		isDown.Store(true)
		asked := w.down(&isDown)
		began := time.Now()
		w.submit(w.small(500)...)
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Less(t, time.Since(began), 3*time.Minute)
		assert.Equal(t, 500, w.engine.Summary().Phases[Failed])
		assert.Less(t, asked.Load(), int32(300))
		last := w.rows()[499]
		assert.Equal(t, client.KindNetwork, client.KindOf(last.Err))
		assert.ErrorContains(t, last.Err, "has failed each time")
	})
}

func TestWhatIsStoppedDuringAnOutageStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		var isDown atomic.Bool
		isDown.Store(true)
		w.down(&isDown)
		w.submit(w.small(100)...)
		time.Sleep(10 * time.Minute)
		w.engine.Pause()
		synctest.Wait()
		assert.Equal(t, 100, w.engine.Summary().Phases[Paused])
		w.engine.Cancel()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, 100, w.engine.Summary().Phases[Cancelled])
	})
}
