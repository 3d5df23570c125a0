package ledger

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/transfer"
)

func TestReceiptsThatWereKeptAndAreGoneAtTheEndAreCounted(t *testing.T) {
	cut := func(t *testing.T, l *Ledger) {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			require.NoError(t, os.Truncate(l.path()+suffix, 0))
		}
	}
	removed := func(t *testing.T, l *Ledger) { require.NoError(t, os.RemoveAll(l.options.Dir)) }
	refuses := func(t *testing.T, l *Ledger) {
		_, err := l.db.conn.ExecContext(t.Context(), "PRAGMA query_only = 1")
		require.NoError(t, err)
	}
	for name, c := range map[string]struct {
		between, after func(*testing.T, *Ledger)
		lost           int
	}{
		"nothing happened":                  {},
		"cut to nothing between":            {between: cut, lost: 1},
		"cut to nothing at the end":         {after: cut, lost: 3},
		"the folder was removed between":    {between: removed},
		"the folder was removed at the end": {after: removed},
		"the disk refused to the end":       {between: refuses, lost: 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			dead := open(t, dir)
			enter(t, dead.Journal(ward), 1)
			dead.dies(t)
			var book notebook
			l := New(Options{Dir: dir, Note: book.note})
			j := l.Journal(ward)
			taken, err := j.TakeOver(left(t, j))
			require.NoError(t, err)
			numbers := append(taken, enter(t, j, 2)...)
			for i, number := range numbers {
				done := transfer.State{Phase: transfer.Done}
				entry := []transfer.Entry{{Number: number, State: &done, Receipt: aReceipt(aJob(i))}}
				if err := j.Write(entry); err != nil {
					require.NoError(t, j.Write(entry), "who waits may be told once")
				}
				if i == 0 && c.between != nil {
					c.between(t, l)
				}
			}
			if c.after != nil {
				c.after(t, l)
			}
			_ = l.Close() // it says so
			assert.Equal(t, c.lost, l.Lost(), "%v", book.notes)
			assert.Equal(t, 3-c.lost, rowsOf(t, open(t, dir), "receipts")["receipts"], "%v", book.notes)
		})
	}
}
