package transfer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestARowThatWaitsForASilentServerSaysHowLongAndIsDrawnEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		let := w.stuck()
		w.store.Before(func(ctx context.Context, c memstore.Call) error {
			if c.Op == memstore.PutObject {
				monitor := client.MonitorOf(ctx)
				monitor.Asked(1, 5)
				monitor.Missed()
				monitor.Ended()
				monitor.Asked(2, 5)
				w.store.After(func(memstore.Call, *client.Object) error {
					w.store.After(nil)
					monitor.Answered(false)
					monitor.Ended()
					return nil
				})
			}
			return nil
		})
		changed := make(chan struct{}, 1)
		w.engine.Notify(changed)
		w.submit(w.small(1)...)
		synctest.Wait()
		<-changed
		for range 12 {
			<-changed
		}
		assert.Equal(t, client.RequestState{Silent: 12 * time.Second, Attempt: 2, Most: 5}, w.rows()[0].Request)
		let()
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Zero(t, w.rows()[0].Request)
	})
}

func TestClearForgetsOnlyTheRowsThatAreNamed(t *testing.T) {
	w := newBench(t)
	rows := w.run(w.small(3)...)
	w.engine.Clear(Range{rows[1].Nth, 1}, Range{99, 1})
	left := w.rows()
	require.Len(t, left, 2)
	assert.Equal(t, []string{rows[0].Job.ID, rows[2].Job.ID}, []string{left[0].Job.ID, left[1].Job.ID})
}
