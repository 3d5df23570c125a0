package transfers_test

import (
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/ledger"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
)

var queued = flag.Int("queued", 20_000, "jobs of the test of memory; go test -run Flat ./ui/state/transfers -args -queued 1000000")

// heap is what lives, in bytes.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers let go
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// queue submits n jobs to an account whose ledger is on the disk, and shows them.
func queue(t *testing.T, n int) (s *shown, live int64) {
	l := ledger.New(ledger.Options{Dir: t.TempDir()})
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	s = showsAs(t, func(a client.Account) transfer.Journal { return l.Journal(a) })
	gate := s.store.Hold(memstore.PutObject)
	t.Cleanup(gate.Open)
	begun := time.Now()
	rows, err := s.session.Transfers().Submit(func(yield func(transfer.Job) bool) {
		for i := range n {
			if !yield(s.job(fmt.Sprintf("project/run-%03d/sample-%07d.fastq.gz", i/1000, i))) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Equal(t, n, rows.N)
	t.Logf("%d jobs submitted in %v", n, time.Since(begun).Round(time.Millisecond))
	s.Refresh()
	for row := range min(n, 30) {
		s.read(n - 1 - row)
		s.Row(row)
	}
	return s, heap()
}

func TestMemoryIsFlatHoweverManyJobsAreQueued(t *testing.T) {
	const mostMore = 64 << 20
	few, small := queue(t, 10)
	many, large := queue(t, *queued)
	more := large - small
	t.Logf("%d jobs keep %.1f MiB more than 10, %.0f bytes each", *queued, float64(more)/(1<<20), float64(more)/float64(*queued))
	assert.LessOrEqual(t, more, int64(mostMore))
	assert.LessOrEqual(t, more, int64(mostMore/8+56**queued), "a few megabytes for what is looked at, and the rest for slots")
	for _, v := range []transfers.Verb{transfers.Pause, transfers.Resume, transfers.Cancel, transfers.Retry} {
		begun := time.Now()
		many.Do(v, nil)
		asked := time.Since(begun)
		many.loop.Work()
		begun = time.Now()
		many.loop.Apply()
		t.Logf("%s all: %v on the screen's goroutine when it is asked for, %v when it is done", v, asked.Round(time.Microsecond), time.Since(begun).Round(time.Microsecond))
	}
	runtime.KeepAlive(few)
}
