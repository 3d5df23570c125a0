package ledger

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// migratedBeside has a newer program open a ledger that is open.
func migratedBeside(t *testing.T, l *Ledger) *database {
	t.Helper()
	was := migrations
	migrations = append(was[:len(was):len(was)], "CREATE TABLE another (n INTEGER)")
	defer func() { migrations = was }()
	newer, err := openDatabase(l.path())
	require.NoError(t, err)
	return newer
}

// A window may stay open for days while a newer program is begun beside it.
func TestALedgerThatANewerProgramMigratesWhileItIsOpenIsNotWrittenAnyMore(t *testing.T) {
	dir := t.TempDir()
	var book notebook
	l := New(Options{Dir: dir, Note: book.note})
	require.NoError(t, l.Open())
	enter(t, l.Journal(ward), 1)

	newer := migratedBeside(t, l)
	number := enter(t, l.Journal(ward), 1)[0]
	assert.False(t, l.Journal(ward).Lasts(), "it goes on in memory")
	assert.NotNil(t, read(t, l.Journal(ward), number))
	require.Len(t, book.notes, 1)
	assert.Contains(t, book.notes[0], "newer Bucketseal")
	require.NoError(t, newer.close())
	require.ErrorContains(t, l.Close(), "could not be kept", "what was in memory only")
	assert.Empty(t, aside(t, dir), "it is not damaged")
}

func TestALedgerThatANewerProgramMigratesWhileItIsOpenIsClosedWithAllReceipts(t *testing.T) {
	dir := t.TempDir()
	var book notebook
	l := New(Options{Dir: dir, Note: book.note})
	require.NoError(t, l.Open())
	number := enter(t, l.Journal(ward), 1)[0]
	done := transfer.State{Phase: transfer.Done}
	require.NoError(t, l.Journal(ward).Write([]transfer.Entry{{Number: number, State: &done, Receipt: aReceipt(aJob(0))}}))
	newer := migratedBeside(t, l)
	require.NoError(t, l.Close(), "all is there; who was not over is left to others by the lease")
	assert.Zero(t, l.Lost())
	assert.Empty(t, book.notes)
	n := 0
	require.NoError(t, newer.read("SELECT count(*) FROM receipts", nil, func(r *sql.Rows) error { return r.Scan(&n) }))
	assert.Equal(t, 1, n)
	require.NoError(t, newer.close())
}
