package ledger

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A ruin is a ledger whose program was killed in the middle of its work, before
// somebody damages its files.
const (
	ruinRows     = 200 // of which the first are done and the last is an upload in parts
	ruinDone     = 100
	ruinReceipts = ruinDone + 1 // one of them is larger than a page
)

// ruin makes one, half of it in the database and half in its WAL, which wal keeps.
func ruin(t *testing.T, dir string) {
	t.Helper()
	l := open(t, dir)
	j := l.Journal(ward)
	numbers := enter(t, j, ruinRows)
	upload := begun("u1")
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[ruinRows-1], Begun: upload}, {Number: numbers[ruinRows-1], Piece: aPiece(1)}}))
	finish := func(from, to int) {
		for i := from; i < to; i++ {
			done := transfer.State{Phase: transfer.Done, Attempts: 1}
			require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[i], State: &done, Receipt: aReceipt(aJob(i))}}))
		}
	}
	finish(0, ruinDone/2)
	_, err := l.db.conn.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	require.NoError(t, err)
	finish(ruinDone/2, ruinDone)
	failed := transfer.State{Phase: transfer.Failed, Ended: noon, Err: client.Say("not encrypted").Err()}
	large := aReceipt(aJob(ruinDone))
	large.Identity = strings.Repeat("large ", 2000)
	large.Verdict = transfer.NotEncrypted
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[ruinDone], State: &failed, Receipt: large}}))
	killed := t.TempDir() // what a killed program leaves: files, and locks that nobody holds
	require.NoError(t, os.CopyFS(filepath.Join(killed, "files"), os.DirFS(dir)))
	require.NoError(t, l.Close())
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.Rename(filepath.Join(killed, "files"), dir))
}

// zero empties pages of a database.
func zero(t *testing.T, file string, first, last int64) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(make([]byte, (last-first+1)*usualPage), (first-1)*usualPage)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestWhatADamagedLedgerStillHasIsBroughtIntoTheNewOne(t *testing.T) {
	for name, c := range map[string]struct {
		damage         func(t *testing.T, file string)
		receipts, rows int // that are saved at least
		stale          int // rows as they were before their end, at most
	}{
		"random bytes over its header": {func(t *testing.T, file string) {
			f, err := os.OpenFile(file, os.O_RDWR, 0)
			require.NoError(t, err)
			junk := make([]byte, 100)
			_, _ = rand.NewChaCha8([32]byte{1}).Read(junk)
			_, err = f.WriteAt(junk, 0)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			truncateWAL(t, file, 0) // in which a header is too
		}, 50, 150, 50},
		"cut off": {func(t *testing.T, file string) {
			st, err := os.Stat(file)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(file, st.Size()/2/usualPage*usualPage))
		}, 51, 0, 0},
		"its first sixteen pages zeroed": {func(t *testing.T, file string) { zero(t, file, 1, 16) }, 80, 60, 0},
		"its WAL damaged in the middle":  {func(t *testing.T, file string) { overwrite(t, file+"-wal", 200_000, 4096) }, 95, 98, 0},
		"its WAL's header damaged":       {func(t *testing.T, file string) { overwrite(t, file+"-wal", 0, 32) }, 99, 98, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ruin(t, dir)
			file := filepath.Join(dir, fileName)
			c.damage(t, file)
			var book notebook
			l := New(Options{Dir: dir, Note: book.note})
			j := l.Journal(ward)
			number := enter(t, j, 1)[0]
			done := transfer.State{Phase: transfer.Done}
			require.NoError(t, j.Write([]transfer.Entry{{Number: number, State: &done, Receipt: aReceipt(aJob(0))}}), "transfers go on")
			l.saving.Wait()
			require.NoError(t, l.Close())
			require.Len(t, aside(t, dir), 1, "the damaged file is kept")
			require.Len(t, book.notes, 2, "%v", book.notes)
			assert.Contains(t, book.notes[0], aside(t, dir)[0])

			l = open(t, dir)
			receipts := 0
			for r, err := range l.Receipts(time.Time{}) {
				require.NoError(t, err)
				assert.NotEmpty(t, r.Job)
				receipts++
			}
			rows := 0
			for r, err := range l.Journal(ward).Left() {
				require.NoError(t, err)
				assert.NotEmpty(t, r.Job.ID)
				rows++
			}
			assert.GreaterOrEqual(t, receipts-1, c.receipts, "receipts: %v", book.notes)
			assert.GreaterOrEqual(t, rows, c.rows, "rows: %v", book.notes)
			assert.LessOrEqual(t, receipts-1, ruinReceipts)
			assert.LessOrEqual(t, rows, ruinRows-ruinDone+c.stale)
			assert.Contains(t, book.notes[1], fmt.Sprintf("receipts: %d, transfers that were not over: %d", receipts-1, rows))
			assert.Empty(t, rowsOf(t, l, "salvages")["salvages"], "it was read to its end")
		})
	}
}

// truncateWAL keeps a part of a WAL.
func truncateWAL(t *testing.T, file string, part float64) {
	t.Helper()
	st, err := os.Stat(file + "-wal")
	require.NoError(t, err)
	require.NoError(t, os.Truncate(file+"-wal", int64(part*float64(st.Size()))))
}

// Whole files tell whether the pages are understood: nothing may be missing then.
func TestSalvageOfALedgerThatIsWholeLosesNothing(t *testing.T) {
	dir := t.TempDir()
	ruin(t, dir)
	path := filepath.Join(dir, "ledger-damaged-1.db")
	for _, suffix := range []string{"", "-wal"} {
		require.NoError(t, os.Rename(filepath.Join(dir, fileName)+suffix, path+suffix))
	}
	var book notebook
	l := New(Options{Dir: dir, Note: book.note})
	l.first.Do(func() {
		var err error
		l.lease, err = newLease(l.leases())
		require.NoError(t, err)
		require.NoError(t, l.begin(anotherBlock()))
		require.NoError(t, l.noteAside(path))
		l.startSalvage()
	})
	l.saving.Wait()
	require.Len(t, book.notes, 1)
	assert.Contains(t, book.notes[0], fmt.Sprintf("receipts: %d, transfers that were not over: %d. What could not be read: records: 0, pages of the file: 0", ruinReceipts, ruinRows-ruinDone))
	var bad, begunUploads int
	for r, err := range l.Journal(ward).Left() {
		require.NoError(t, err)
		if r.Receipt != nil {
			assert.Equal(t, transfer.NotEncrypted, r.Receipt.Verdict, "a bad verdict is with its row again")
			assert.Len(t, r.Receipt.Identity, 12000)
			bad++
		}
		if r.Begun {
			p, err := l.Journal(ward).Progress(r.Number)
			require.NoError(t, err)
			assert.Equal(t, "u1", p.Upload)
			assert.Len(t, p.Pieces, 1)
			begunUploads++
		}
	}
	assert.Equal(t, []int{1, 1}, []int{bad, begunUploads})
	require.NoError(t, l.Close())
}

func TestSalvageThatIsCutOffIsGoneOnWithByTheNextProgram(t *testing.T) {
	dir := t.TempDir()
	ruin(t, dir)
	overwrite(t, filepath.Join(dir, fileName), 0, 100)
	truncateWAL(t, filepath.Join(dir, fileName), 0)
	l := New(Options{Dir: dir})
	l.closing.Store(true) // before a page was read
	require.NoError(t, l.Open())
	l.saving.Wait()
	require.Equal(t, 1, rowsOf(t, l, "salvages")["salvages"])
	l.dies(t)
	var book notebook
	l = New(Options{Dir: dir, Note: book.note})
	require.NoError(t, l.Open())
	require.NoError(t, l.Close())
	require.Len(t, book.notes, 1)
	assert.Contains(t, book.notes[0], "receipts: 50")
}

func TestRowsOfProgramsThatLiveAreNotTakenFromThem(t *testing.T) {
	dir := t.TempDir()
	living := open(t, dir)
	numbers := enter(t, living.Journal(ward), 3)
	ending := open(t, dir)
	rest := enter(t, ending.Journal(ward), 2)
	ending.dies(t)
	finder := open(t, dir)
	require.NoError(t, finder.change(func(t *transaction) { t.exec("DROP TABLE receipts") }))
	require.NoError(t, finder.Journal(ward).Write([]transfer.Entry{{Number: 1, Receipt: aReceipt(aJob(0))}}))
	finder.saving.Wait()
	assert.Equal(t, rest, left(t, finder.Journal(ward)), "only what the dead left")

	done := transfer.State{Phase: transfer.Done}
	require.NoError(t, living.Journal(ward).Write([]transfer.Entry{{Number: numbers[0], State: &done, Receipt: aReceipt(aJob(0))}}))
	assert.True(t, living.isThere(living.db.file), "it has come over with its rows")
	assert.Equal(t, transfer.Done, read(t, living.Journal(ward), numbers[0]).Phase)
	assert.Len(t, aside(t, dir), 1)
	assert.Equal(t, rest, left(t, finder.Journal(ward)))
}

func TestALedgerThatIsDeletedWhileItIsUsedIsNotLost(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	enter(t, l.Journal(ward), 3)
	l.dies(t)
	var book notebook
	l = New(Options{Dir: dir, Note: book.note})
	j := l.Journal(ward)
	numbers := enter(t, j, 2)
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[0], Receipt: aReceipt(aJob(0))}}))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		require.NoError(t, os.Remove(l.path()+suffix))
	}
	done := transfer.State{Phase: transfer.Done}
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[1], State: &done, Receipt: aReceipt(aJob(1))}}))
	assert.Equal(t, transfer.Done, read(t, j, numbers[1]).Phase)
	l.saving.Wait()
	assert.NotNil(t, read(t, j, numbers[0]).Receipt)
	require.NoError(t, l.Close())
	require.Len(t, aside(t, dir), 1)
	require.Len(t, book.notes, 2, "%v", book.notes)
	assert.Contains(t, book.notes[0], "deleted")
	l = open(t, dir)
	assert.Len(t, left(t, l.Journal(ward)), 1+1, "what nobody went on with, and what was not over")
	assert.Equal(t, 2, rowsOf(t, l, "receipts")["receipts"])
}

func TestAFullDiskIsSaidAndTransfersGoOnUntilItHasRoomAgain(t *testing.T) {
	for name, hasRoom := range map[string]bool{"room before the end": true, "none": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var book notebook
			now := noon
			l := New(Options{Dir: dir, Note: book.note, Now: func() time.Time { return now }})
			j := l.Journal(ward)
			numbers := enter(t, j, 100)
			bad := transfer.State{Phase: transfer.Failed}
			require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[99], State: &bad, Receipt: aReceipt(aJob(99))}, {Number: numbers[98], Begun: begun("u")}}))
			disk := l.db
			room := limitOf(t, disk)
			room(false)
			entries := make([]transfer.Entry, 50)
			for i := range entries {
				entries[i] = transfer.Entry{Number: numbers[i], State: &transfer.State{Phase: transfer.Done}, Receipt: aReceipt(aJob(i))}
			}
			require.NoError(t, j.Write(entries), "transfers go on")
			assert.Equal(t, transfer.Done, read(t, j, numbers[0]).Phase)
			assert.NotNil(t, read(t, j, numbers[99]).Receipt)
			assert.False(t, j.Lasts())
			p, err := j.Progress(numbers[98])
			require.NoError(t, err)
			assert.Equal(t, "u", p.Upload)
			require.Len(t, book.notes, 1)
			assert.Contains(t, book.notes[0], "full")
			receipts := 0
			for range l.Receipts(time.Time{}) {
				receipts++
			}
			assert.Equal(t, 1, receipts, "those that are kept")
			if !hasRoom {
				require.ErrorContains(t, l.Close(), "could not be kept")
				return
			}
			room(true)
			now = now.Add(2 * time.Minute)
			more := enter(t, j, 1)[0]
			assert.True(t, j.Lasts(), "it is on the disk again")
			require.Len(t, book.notes, 2)
			assert.Greater(t, more, numbers[99])
			assert.NotNil(t, read(t, j, numbers[0]).Receipt)
			assert.NotNil(t, read(t, j, numbers[99]).Receipt)
			require.NoError(t, l.Close())
			l = open(t, dir)
			assert.Len(t, left(t, l.Journal(ward)), 51)
			assert.Equal(t, 51, rowsOf(t, l, "receipts")["receipts"])
		})
	}
}

// limitOf lets a database grow, or not.
func limitOf(t *testing.T, d *database) func(grows bool) {
	t.Helper()
	return func(grows bool) {
		pages := 1 << 20
		if !grows {
			require.NoError(t, d.conn.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
		}
		_, err := d.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		require.NoError(t, err)
	}
}

func TestALedgerThatBecomesReadOnlyIsWrittenAtTheEndIfItCanBe(t *testing.T) {
	dir := t.TempDir()
	var book notebook
	l := New(Options{Dir: dir, Note: book.note})
	j := l.Journal(ward)
	number := enter(t, j, 1)[0]
	disk := l.db
	_, err := disk.conn.ExecContext(t.Context(), "PRAGMA query_only = 1")
	require.NoError(t, err)
	done := transfer.State{Phase: transfer.Done}
	require.NoError(t, j.Write([]transfer.Entry{{Number: number, State: &done, Receipt: aReceipt(aJob(0))}}))
	require.Len(t, book.notes, 1)
	assert.Contains(t, book.notes[0], "readonly")
	require.Error(t, l.DeleteReceipts([]int64{1}), "not said to be done where it is not")
	_, err = disk.conn.ExecContext(t.Context(), "PRAGMA query_only = 0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	l = open(t, dir)
	assert.Empty(t, left(t, l.Journal(ward)), "it is done")
	assert.Equal(t, 1, rowsOf(t, l, "receipts")["receipts"])
}

func TestAReceiptMadeWhileTheDiskRefusesIsWrittenBesideThoseFromBefore(t *testing.T) {
	dir := t.TempDir()
	l := New(Options{Dir: dir})
	j := l.Journal(ward)
	numbers := enter(t, j, 12)
	done := transfer.State{Phase: transfer.Done}
	prove := func(i int) {
		require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[i], State: &done, Receipt: aReceipt(aJob(i))}}))
	}
	for i := range 11 {
		prove(i)
	}
	require.NoError(t, j.Write([]transfer.Entry{removed(numbers[:10]...)})) // of the rows that are there the first receipt is the eleventh
	disk := l.db
	_, err := disk.conn.ExecContext(t.Context(), "PRAGMA query_only = 1")
	require.NoError(t, err)
	prove(11)
	_, err = disk.conn.ExecContext(t.Context(), "PRAGMA query_only = 0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	kept := map[string]int{}
	for r, err := range open(t, dir).Receipts(time.Time{}) {
		require.NoError(t, err)
		kept[r.Job]++
	}
	assert.Len(t, kept, 12)
}

func TestPagesOfNonsenseAreNoRecords(t *testing.T) {
	random := rand.New(rand.NewChaCha8([32]byte{7}))
	dir := t.TempDir()
	ruin(t, dir)
	whole, err := os.ReadFile(filepath.Join(dir, fileName))
	require.NoError(t, err)
	for range 300 {
		b := bytes.Clone(whole)
		for range 1 + random.IntN(200) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		path := filepath.Join(dir, "nonsense.db")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		m, err := openImage(path)
		require.NoError(t, err)
		n := 0
		for page := uint32(0); page <= m.pages+1; page++ {
			m.records(page, func(rawRecord) { n++ })
		}
		m.close()
		assert.Less(t, n, 10_000)
	}
}

func TestWhatIsDoneToTheFilesWhileTheyAreUsedLosesNoNewReceipt(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, l *Ledger){
		"the whole folder removed": func(t *testing.T, l *Ledger) { require.NoError(t, os.RemoveAll(l.options.Dir)) },
		"all files cut to nothing": func(t *testing.T, l *Ledger) {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				require.NoError(t, os.Truncate(l.path()+suffix, 0))
			}
		},
		"another file in its place": func(t *testing.T, l *Ledger) {
			require.NoError(t, os.Remove(l.path()))
			require.NoError(t, os.WriteFile(l.path(), []byte("no database"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			var book notebook
			l := New(Options{Dir: dir, Note: book.note})
			j := l.Journal(ward)
			numbers := enter(t, j, 2)
			harm(t, l)
			done := transfer.State{Phase: transfer.Done}
			for i := range 2 { // who waits may be told of the first, and nobody of more
				err := j.Write([]transfer.Entry{{Number: numbers[i], State: &done, Receipt: aReceipt(aJob(i))}})
				if i > 0 {
					require.NoError(t, err)
				}
			}
			other := open(t, dir)
			assert.Empty(t, left(t, other.Journal(ward)), "it lives")
			l.saving.Wait()
			require.NoError(t, l.Close())
			assert.NotEmpty(t, book.notes)
			assert.GreaterOrEqual(t, rowsOf(t, other, "receipts")["receipts"], 1, "%v", book.notes)
		})
	}
}

func TestManyRowsOfAProgramThatDiedAreMadeFreeSomeAtATime(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	numbers := enter(t, l.Journal(ward), 2*settledAtOnce+100)
	require.NoError(t, l.change(func(t *transaction) {
		t.exec("UPDATE jobs SET phase = 'done' WHERE number IN (?, ?)", numbers[0], numbers[settledAtOnce])
	}))
	e, err := l.Journal(ward).Enter()
	require.NoError(t, err)
	require.NoError(t, e.Add(someRecords(0, 10)), "not committed")
	l.dies(t)
	heir := open(t, dir)
	taken, err := heir.Journal(ward).TakeOver(numbers[:settledAtOnce*2])
	require.NoError(t, err)
	assert.Len(t, taken, settledAtOnce*2-2)
	assert.Len(t, left(t, heir.Journal(ward)), 100)
	heir.dies(t)
	assert.Len(t, left(t, open(t, dir).Journal(ward)), len(numbers)-2)
}

func TestWhatHappensToVeryManyRowsIsKeptForAllOfThem(t *testing.T) {
	l := open(t, t.TempDir())
	j := l.Journal(ward)
	numbers := enter(t, j, 2*changedAtOnce+5)
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[0], More: numbers[1:], Shift: &transfer.Shift{Phase: transfer.Paused}}}))
	paused := 0
	require.NoError(t, l.db.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM jobs WHERE phase = 'paused'").Scan(&paused))
	assert.Equal(t, len(numbers), paused)
}
