package ledger

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A notebook is what a ledger notes.
type notebook struct {
	mu    sync.Mutex
	notes []string
}

func (n *notebook) note(t client.Text) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes = append(n.notes, t.String())
}

// aside are the databases that were set aside in a folder.
func aside(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "ledger-damaged-*.db"))
	require.NoError(t, err)
	return all
}

// filled is a folder with a ledger of some rows, whose program has ended.
func filled(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	l := open(t, dir)
	enter(t, l.Journal(ward), 200)
	require.NoError(t, l.Close())
	return dir, l.path()
}

func TestADamagedLedgerIsSetAsideAndTransfersGoOn(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, file string){
		"no database": func(t *testing.T, file string) {
			require.NoError(t, os.WriteFile(file, bytes.Repeat([]byte("not a database\n"), 1000), 0o600))
		},
		"its beginning overwritten": func(t *testing.T, file string) { overwrite(t, file, 0, 4096) },
		"cut off":                   func(t *testing.T, file string) { require.NoError(t, os.Truncate(file, 9000)) },
		"another program's database": func(t *testing.T, file string) {
			require.NoError(t, os.Remove(file))
			d, err := openDatabase(file)
			require.NoError(t, err)
			require.NoError(t, d.change(func(t *transaction) { t.exec("DROP TABLE owners"); t.exec("CREATE TABLE owners (name TEXT)") }))
			require.NoError(t, d.close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := filled(t)
			damage(t, file)
			var book notebook
			l := New(Options{Dir: dir, Note: book.note})
			j := l.Journal(ward)
			number := enter(t, j, 1)[0]
			assert.Equal(t, aJob(0), read(t, j, number).Job)
			require.Len(t, aside(t, dir), 1)
			assert.True(t, j.Lasts())
			require.NoError(t, l.Close())
			require.Len(t, book.notes, 2)
			assert.Contains(t, book.notes[0], aside(t, dir)[0])
			assert.Contains(t, book.notes[1], aside(t, dir)[0])
			assert.Contains(t, left(t, open(t, dir).Journal(ward)), number, "the new one is kept")
		})
	}
}

// overwrite puts nonsense into a file.
func overwrite(t *testing.T, file string, at, n int64) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, int(n)), at)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestALedgerThatIsDamagedWhileItIsUsedIsSetAsideWithItsRowsSaved(t *testing.T) {
	dir := t.TempDir()
	var book notebook
	l := New(Options{Dir: dir, Note: book.note})
	j := l.Journal(ward)
	numbers := enter(t, j, 3)
	done := transfer.State{Phase: transfer.Done}
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[1], Begun: begun("u1")}, {Number: numbers[1], Piece: aPiece(1)}}))
	require.NoError(t, l.change(func(t *transaction) { t.exec("DROP TABLE receipts") })) // it is not what it was
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[0], State: &done, Receipt: aReceipt(aJob(0))}}))
	require.NotEmpty(t, book.notes)
	assert.Contains(t, book.notes[0], aside(t, dir)[0])
	assert.Equal(t, transfer.Done, read(t, j, numbers[0]).Phase)
	assert.NotNil(t, read(t, j, numbers[0]).Receipt)
	assert.Equal(t, aJob(2), read(t, j, numbers[2]).Job)
	p, err := j.Progress(numbers[1])
	require.NoError(t, err)
	assert.Len(t, p.Pieces, 1)
	assert.Greater(t, enter(t, j, 1)[0], numbers[2], "numbers are never given twice")
	require.NoError(t, l.Close())
	assert.Len(t, left(t, open(t, dir).Journal(ward)), 3)
}

func TestWhereThereCanBeNoLedgerTransfersGoOnInMemory(t *testing.T) {
	for name, refuse := range map[string]func(t *testing.T, dir string){
		"a newer program's": func(t *testing.T, dir string) {
			l := open(t, dir)
			require.NoError(t, l.change(func(t *transaction) { t.exec("PRAGMA user_version = 99") }))
			require.NoError(t, l.Close())
		},
		"a folder in its place": func(t *testing.T, dir string) { require.NoError(t, os.MkdirAll(filepath.Join(dir, fileName), 0o700)) },
		"a file for its locks": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "owners"), nil, 0o600))
		},
		"a folder for the lock": func(t *testing.T, dir string) {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "ledger.lock"), 0o700))
		},
		"a folder for the aside one": func(t *testing.T, dir string) { noRename(t, dir) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			refuse(t, dir)
			var book notebook
			l := New(Options{Dir: dir, Note: book.note, Now: func() time.Time { return noon }})
			j, other := l.Journal(ward), l.Journal(client.Account{ID: "O"})
			number := enter(t, j, 1)[0]
			enter(t, other, 1)
			require.NoError(t, j.Write([]transfer.Entry{{Number: number, Receipt: aReceipt(aJob(0))}}))
			assert.NotNil(t, read(t, j, number).Receipt)
			assert.False(t, j.Lasts())
			assert.Empty(t, left(t, j))
			taken, err := j.TakeOver([]int64{number})
			require.NoError(t, err)
			assert.Empty(t, taken)
			kept, err := j.Keeps("temp")
			require.NoError(t, err)
			assert.False(t, kept)
			require.Len(t, book.notes, 1, "it is said once")
			assert.Contains(t, book.notes[0], "not kept beyond this run")
			for _, err := range l.Receipts(time.Time{}) {
				require.ErrorContains(t, err, fileName)
			}
			require.ErrorContains(t, l.DeleteReceipts([]int64{1}), fileName)
			require.NoError(t, l.Close())
			assert.NoFileExists(t, filepath.Join(dir, fileName+"-new"))
		})
	}
	l := New(Options{Dir: filepath.Join(t.TempDir(), "file", "below")})
	require.NoError(t, os.WriteFile(filepath.Dir(l.options.Dir), nil, 0o600))
	require.ErrorContains(t, l.Open(), "file")
}

// noRename leaves a damaged ledger that cannot be set aside.
func noRename(t *testing.T, dir string) {
	require.NoError(t, os.WriteFile(filepath.Join(dir, fileName), bytes.Repeat([]byte("not a database\n"), 1000), 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "ledger-damaged-20261126-120000.123.db", "full"), 0o700))
}

func TestALedgerThatCannotBeSetAsideWhileItIsUsedLeavesTransfersInMemory(t *testing.T) {
	dir := t.TempDir()
	var book notebook
	l := New(Options{Dir: dir, Note: book.note, Now: func() time.Time { return noon }})
	j := l.Journal(ward)
	number := enter(t, j, 1)[0]
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "ledger-damaged-20261126-120000.123.db", "full"), 0o700))
	require.NoError(t, l.change(func(t *transaction) { t.exec("DROP TABLE receipts") }))
	require.NoError(t, j.Write([]transfer.Entry{{Number: number, Receipt: aReceipt(aJob(0))}}))
	assert.NotNil(t, read(t, j, number).Receipt, "the row went on in memory")
	assert.False(t, j.Lasts())
	another := enter(t, j, 1)[0]
	assert.Greater(t, another, number)
	require.Len(t, book.notes, 1)
	assert.Contains(t, book.notes[0], "cannot be set aside")
	require.NoError(t, l.Close())
}

func TestOnlyItsUserReadsALedger(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are others there")
	}
	dir := filepath.Join(t.TempDir(), "state")
	l := open(t, dir)
	enter(t, l.Journal(ward), 1)
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		require.NoError(t, err)
		st, err := e.Info()
		require.NoError(t, err)
		assert.Zero(t, st.Mode().Perm()&0o077, path)
		files++
		return nil
	}))
	assert.GreaterOrEqual(t, files, 6, "the database, its WAL and index, the locks, two folders")
}

func TestAClosedLedgerSaysSo(t *testing.T) {
	l := open(t, t.TempDir())
	j := l.Journal(ward)
	number := enter(t, j, 1)[0]
	e, err := j.Enter()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "twice is no error")
	require.ErrorIs(t, j.Write(nil), errClosed)
	_, err = j.Read([]int64{number})
	require.ErrorIs(t, err, errClosed)
	_, err = j.Progress(number)
	require.ErrorIs(t, err, errClosed)
	_, err = j.Enter()
	require.ErrorIs(t, err, errClosed)
	require.ErrorIs(t, e.Add(someRecords(0, 1)), errClosed)
	require.ErrorIs(t, e.Commit(), errClosed)
	for _, err := range j.Left() {
		require.ErrorIs(t, err, errClosed)
	}
	_, err = j.TakeOver([]int64{number})
	require.ErrorIs(t, err, errClosed)
	_, err = j.Uploads()
	require.ErrorIs(t, err, errClosed)
	require.ErrorIs(t, j.Dropped(aJob(0).At(), "u"), errClosed)
	for _, err := range l.Receipts(time.Time{}) {
		require.ErrorIs(t, err, errClosed)
	}
	require.ErrorIs(t, l.DeleteReceipts(nil), errClosed)
}
