package shell_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

func TestTransfersArePausedResumedCancelledRetriedAndCleared(t *testing.T) {
	s := sees(t).open("reports")
	held := s.store.Hold(memstore.PutObject)
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Pause, nil))
	s.Upload([]string{s.file("a", "a"), s.file("b", "b"), s.file("c", "c")})
	s.loop.Pump()
	s.confirm.Start()
	s.loop.Until(t, "two are running", func() bool { return s.Transfers.Tally().Running == 2 })
	assert.Equal(t, "Running 2  |  Waiting 1", s.Transfers.Tally().String())
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Clear, nil))
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Retry, nil))

	s.Transfers.Do(transfers.Pause, []int{2})
	assert.Equal(t, "Paused", s.Transfers.Row(2).State)
	s.Transfers.Do(transfers.Cancel, []int{0})
	s.loop.Until(t, "the first is cancelled, and stands behind what runs and waits", func() bool { return s.Transfers.Row(2).State == "Cancelled" })
	held.Open()
	s.Transfers.Do(transfers.Resume, nil)
	s.loop.Until(t, "the others are done", func() bool { return s.Transfers.Tally().Done == 2 })
	assert.Equal(t, "Cancelled", s.Transfers.Row(0).State, "rows that are over stand as they were submitted")
	s.Transfers.Do(transfers.Retry, []int{0})
	s.waitIdle()
	assert.Equal(t, "Done 3", s.Transfers.Tally().String())
	assert.Equal(t, []string{"a", "b", "c"}, s.rows())
	s.Transfers.Do(transfers.Clear, nil)
	assert.Equal(t, 0, s.Transfers.Rows())
}
