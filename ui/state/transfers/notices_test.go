package transfers_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestThatAServerServesNothingIsSaidUntilItDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := shows(t)
		var down atomic.Bool
		down.Store(true)
		s.store.Before(func(ctx context.Context, call memstore.Call) error {
			for try := 1; down.Load(); try++ { // as a store does that knows a network
				client.TurnOf(ctx).Ended(client.Silent)
				if try == 8 || client.Again(ctx, 100*time.Millisecond) != nil {
					return call.Error(client.KindStalled)
				}
			}
			client.TurnOf(ctx).Ended(client.Served)
			return nil
		})
		began := time.Now()
		var jobs []transfer.Job
		for i := range 40 {
			jobs = append(jobs, s.job(fmt.Sprint(i)))
		}
		_, err := s.session.Transfers().Submit(slices.Values(jobs))
		require.NoError(t, err)
		for s.session.Transfers().Summary().Outage.IsZero() && time.Since(began) < time.Hour {
			time.Sleep(time.Second)
		}
		s.Refresh()
		since := s.session.Transfers().Summary().Outage.Since.Local().Format(time.TimeOnly)
		n := s.Notices()
		require.Len(t, n, 1)
		waits := 40 - s.session.Transfers().Summary().Phases[transfer.Failed]
		assert.Greater(t, waits, 20)
		assert.Equal(t, fmt.Sprintf("Waiting for the server of lab: since %s the server has not answered. %d files wait, and go on by themselves once it serves.", since, waits), n[0].Text)
		assert.Equal(t, explain.RoleWarn, n[0].Role)
		assert.Nil(t, n[0].Dismiss, "it is there until its cause is gone")
		assert.Empty(t, n[0].Verbs)
		assert.True(t, s.Tally().Outage)

		s.session.Transfers().Pause()
		require.NoError(t, s.session.Transfers().Wait(t.Context()))
		s.Refresh()
		assert.False(t, s.Tally().Outage)
		assert.Empty(t, s.Notices(), "nothing waits for it")
		down.Store(false)
		s.session.Transfers().Resume()
		require.NoError(t, s.session.Transfers().Wait(t.Context()))
		s.Refresh()
		assert.Equal(t, waits, s.Tally().Done)
		assert.Empty(t, s.Notices())
	})
}
