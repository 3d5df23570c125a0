package transfer

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/memstore"
)

// A ledgerOf counts what is written at once, and when.
type ledgerOf struct {
	Memory
	began  time.Time
	writes []int
	at     []time.Duration
}

func (l *ledgerOf) Write(entries []Entry) error {
	l.writes = append(l.writes, len(entries))
	l.at = append(l.at, time.Since(l.began))
	return l.Memory.Write(entries)
}

func TestChangesThatComeOneAfterTheOtherAreWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledgerOf{began: time.Now()}
		s := &scribe{journal: l}
		require.NoError(t, s.write(Entry{Number: 1})[0])
		assert.Zero(t, time.Since(l.began), "one by itself waits for nobody")
		for range 4 {
			s.tell(Entry{Number: 2})
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []int{1, 4}, l.writes)
		assert.Equal(t, []time.Duration{0, writesApart}, l.at)

		s.tell(Entry{Number: 2})
		synctest.Wait()
		for range muchToWrite {
			s.tell(Entry{Number: 3})
		}
		synctest.Wait()
		assert.Equal(t, []int{1, 4, 1, muchToWrite}, l.writes, "where there is much nobody waits")
		s.tell(Entry{Number: 4})
		s.settle()
		assert.Equal(t, []int{1, 4, 1, muchToWrite, 1}, l.writes, "nor where somebody waits for it")
		assert.Equal(t, l.at[2], l.at[4])
	})
}

func TestAnotherJobGoesOnWhileAReceiptIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		written := make(chan struct{})
		w := newBench(t, func(c *Config) {
			c.Journal, c.Concurrency = &Memory{Keep: func(Receipt) error { <-written; return nil }}, 1
		})
		w.submit(w.small(mostKeeping + 10)...)
		synctest.Wait()
		assert.Equal(t, mostKeeping+1, w.store.Count(memstore.PutObject), "and nobody runs far ahead of the disk")
		assert.Zero(t, w.engine.Summary().Done, "nothing is done without its receipt")
		close(written)
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Len(t, w.store.Names(remote.Bucket), mostKeeping+10)
		for _, phase := range w.phases() {
			assert.Equal(t, "done", phase)
		}
		assert.Zero(t, w.engine.keeping)
	})
}
