package browser_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// asksForPatience is a server that is busy at first, for each listing.
func asksForPatience(ctx context.Context, c memstore.Call) error {
	if c.Op == memstore.ListObjects {
		monitor := client.MonitorOf(ctx)
		monitor.Asked(1, 14)
		monitor.Answered(true)
		monitor.SlowDown()
		monitor.Ended()
	}
	return nil
}

func TestAListingSaysThatTheServerAsksToSlowDown(t *testing.T) {
	s := sees(t)
	s.store.SetPageSize(1)
	s.store.Fill(1, "reports/a")
	s.store.Fill(1, "reports/b")
	s.store.Before(asksForPatience)
	drawn := 0
	s.OnChange = func() { drawn++ }
	s.Open(client.Location{Bucket: "reports"})
	s.loop.Work()
	assert.Equal(t, []string{"The server asks to slow down: trying again."}, s.Empty().Hints)
	before := drawn
	s.loop.Until(t, "the screen follows", func() bool { return drawn > before })
	assert.Equal(t, "2 entries", s.Progress())

	s.store.Before(nil)
	s.Refresh()
	s.loop.Work()
	assert.Contains(t, s.Progress(), "; listing…")
	s.loop.Pump()
	s.store.Before(asksForPatience)
	s.Open(client.Location{Bucket: "reports", Key: "other/"})
	s.loop.Work()
	assert.Equal(t, "0 entries; the server asks to slow down, trying again…", s.Progress())
}
