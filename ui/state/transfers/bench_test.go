package transfers_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

// BenchmarkRefreshOfAMillion is one look of the window while a million files are
// queued and fifty changed, and the thirty rows it then draws.
func BenchmarkRefreshOfAMillion(b *testing.B) {
	s := shows(b)
	gate := s.store.Hold(memstore.PutObject)
	_, err := s.session.Transfers().Submit(func(yield func(transfer.Job) bool) {
		for i := range 1_000_000 {
			if !yield(s.job(fmt.Sprintf("project/run-%03d/sample-%07d.fastq.gz", i/1000, i))) {
				return
			}
		}
	})
	require.NoError(b, err)
	b.Cleanup(func() { s.session.Transfers().Cancel(); gate.Open() })
	s.Refresh()
	some := transfer.Range{First: 500_000, N: 50}
	b.ReportAllocs()
	for b.Loop() {
		s.session.Transfers().Pause(some)
		s.Refresh()
		s.session.Transfers().Resume(some)
		s.Refresh()
		for row := range 30 {
			s.Row(row)
		}
		for _, v := range []transfers.Verb{transfers.Retry, transfers.Pause, transfers.Resume, transfers.Cancel, transfers.Clear} {
			s.WhyNot(v, nil)
		}
	}
}
