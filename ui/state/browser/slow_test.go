package browser_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestAListingSaysThatTheServerAsksToSlowDown(t *testing.T) {
	s := sees(t)
	s.store.PageSize = 1
	s.store.Fill(1, "reports/a")
	s.store.Fill(1, "reports/b")
	s.store.Busy = true
	drawn := 0
	s.OnChange = func() { drawn++ }
	s.Open(client.Location{Bucket: "reports"})
	s.loop.Work()
	assert.Equal(t, []string{"The server asks to slow down: trying again."}, s.Empty().Hints)
	before := drawn
	s.loop.Until(t, "the screen follows", func() bool { return drawn > before })
	assert.Equal(t, "2 entries", s.Progress())

	s.store.Busy = false
	s.Refresh()
	s.loop.Work()
	assert.Contains(t, s.Progress(), "; listing…")
	s.loop.Pump()
	s.store.Busy = true
	s.Open(client.Location{Bucket: "reports", Key: "other/"})
	s.loop.Work()
	assert.Equal(t, "0 entries; the server asks to slow down, trying again…", s.Progress())
}
