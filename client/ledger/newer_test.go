package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A window may stay open for days while a newer program is begun beside it.
func TestALedgerThatANewerProgramMigratesWhileItIsOpenIsNotWrittenAnyMore(t *testing.T) {
	dir := t.TempDir()
	var book notebook
	l := New(Options{Dir: dir, Note: book.note})
	require.NoError(t, l.Open())
	enter(t, l.Journal(ward), 1)

	was := migrations
	migrations = append(was[:len(was):len(was)], "CREATE TABLE another (n INTEGER)")
	newer, err := openDatabase(l.path())
	migrations = was
	require.NoError(t, err)

	number := enter(t, l.Journal(ward), 1)[0]
	assert.False(t, l.Journal(ward).Lasts(), "it goes on in memory")
	assert.NotNil(t, read(t, l.Journal(ward), number))
	require.Len(t, book.notes, 1)
	assert.Contains(t, book.notes[0], "newer Bucketseal")
	require.NoError(t, newer.close())
	require.ErrorContains(t, l.Close(), "could not be kept", "what was in memory only")
	assert.Empty(t, aside(t, dir), "it is not damaged")
}
