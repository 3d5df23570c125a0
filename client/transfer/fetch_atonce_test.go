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
	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestADownloadAsksForNoMoreRangesAtOnceThanAKillMayCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		job, _ := w.object(9*minPartSize, client.PutOptions{})
		var under, most atomic.Int32
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == memstore.GetObject {
				now := under.Add(1)
				most.Store(max(most.Load(), now))
				time.Sleep(time.Second)
				under.Add(-1)
			}
			return nil
		})
		require.NoError(t, w.run(job)[0].Err)
		assert.Equal(t, int32(6), most.Load())
	})
}
