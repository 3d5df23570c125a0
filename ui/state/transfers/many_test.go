package transfers_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

func TestAVerbForVeryManyRowsDoesNotHoldTheScreen(t *testing.T) {
	s := shows(t)
	gate := s.store.Hold(memstore.PutObject)
	t.Cleanup(gate.Open)
	t.Cleanup(func() { s.session.Transfers().Cancel() })
	const n = 6000
	_, err := s.session.Transfers().Submit(func(yield func(transfer.Job) bool) {
		for i := range n {
			if !yield(s.job(fmt.Sprint(i))) {
				return
			}
		}
	})
	require.NoError(t, err)
	s.Refresh()
	s.Do(transfers.Pause, nil)
	s.Do(transfers.Cancel, []int{n - 1}) // one only, and yet not before the others
	assert.Zero(t, s.session.Transfers().Summary().Phases[transfer.Paused], "not on this goroutine")
	assert.Equal(t, 1, s.loop.Work(), "one verb after the other")
	assert.GreaterOrEqual(t, s.session.Transfers().Summary().Phases[transfer.Paused], n-2, "those that run are on their way")
	s.loop.Pump()
	assert.GreaterOrEqual(t, s.Tally().Paused, n-3)
	assert.Equal(t, 1, s.Tally().Other)

	s.Do(transfers.Cancel, nil)
	s.loop.Pump()
	assert.GreaterOrEqual(t, s.Tally().Other, n-2)
	assert.Equal(t, n, s.Rows())
	s.Do(transfers.Remove, nil)
	s.loop.Pump()
	assert.LessOrEqual(t, s.Rows(), 2)
}
