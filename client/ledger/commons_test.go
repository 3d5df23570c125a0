package ledger

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// alike keeps rows that have much in common, and a receipt for each.
func alike(t *testing.T, j transfer.Journal, n int) (numbers []int64) {
	t.Helper()
	numbers = enter(t, j, n)
	done := transfer.State{Phase: transfer.Done, Attempts: 1}
	entries := make([]transfer.Entry, n)
	for i := range entries {
		entries[i] = transfer.Entry{Number: numbers[i], State: &done, Receipt: aReceipt(aJob(i))}
	}
	require.NoError(t, j.Write(entries))
	return numbers
}

// areAlike looks whether what alike kept comes back, and are the receipts.
func areAlike(t *testing.T, l *Ledger, numbers []int64) {
	t.Helper()
	rows, err := l.Journal(ward).Read(numbers)
	require.NoError(t, err)
	require.Len(t, rows, len(numbers))
	for i, r := range rows {
		require.Equal(t, aJob(i), r.Job)
		require.Equal(t, aReceipt(aJob(i)), r.Receipt)
	}
	i := 0
	for r, err := range l.Receipts(time.Time{}) {
		require.NoError(t, err)
		require.Equal(t, *aReceipt(aJob(i)), r.Receipt)
		i++
	}
	assert.Equal(t, len(numbers), i)
}

func count(t *testing.T, l *Ledger, query string) (n int) {
	t.Helper()
	require.NoError(t, l.read(func(d *database) error {
		return d.read(query, nil, func(r *sql.Rows) error { return r.Scan(&n) })
	}))
	return n
}

func TestWhatManyRowsHaveInCommonIsKeptOnce(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	numbers := alike(t, l.Journal(ward), 600)
	areAlike(t, l, numbers)
	assert.Equal(t, 2, rowsOf(t, l, "commons")["commons"], "of the jobs and of the receipts")
	for _, table := range []string{"jobs", "receipts"} {
		assert.Equal(t, 3, count(t, l, "SELECT count(*) FROM "+table+" WHERE common IS NULL"), "whole: the first, and some for a damaged ledger")
	}
	require.NoError(t, l.change(func(t *transaction) { t.exec("UPDATE jobs SET phase = 'failed'") }))
	l.dies(t)

	l = open(t, dir)
	j := l.Journal(ward)
	require.Len(t, left(t, j), 600)
	areAlike(t, l, numbers)
	seven := 7
	taken, err := j.TakeOver(numbers)
	require.NoError(t, err)
	require.Len(t, taken, 600)
	require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[0], More: numbers[1:2], Priority: &seven, AcceptStale: true}}))
	for i := range 2 { // a whole one and another
		job := aJob(i)
		job.Priority, job.AcceptStale = seven, true
		assert.Equal(t, job, read(t, j, numbers[i]).Job)
	}
}

func TestALedgerOfTheVersionBeforeIsReadAndGoneOnWith(t *testing.T) {
	dir := t.TempDir()
	was := migrations
	migrations = migrations[:2]
	t.Cleanup(func() { migrations = was })
	old := New(Options{Dir: dir})
	require.NoError(t, old.Open())
	require.NoError(t, old.change(func(t *transaction) {
		account, h := t.account(ward), transfer.Halves{}
		for i := range 3 {
			job := aJob(i)
			number := firstOf(old.owner) + int64(i)
			_ = h.OfReceipt(aReceipt(job))
			id := t.insert("INSERT INTO receipts (number, at, receipt) VALUES (?, ?, ?)", number, nanoseconds(noon), string(h.Whole(nil)))
			_ = h.OfJob(&job)
			t.exec("INSERT INTO jobs (number, account, twin, phase, attempts, receipt, job) VALUES (?, ?, ?, 'failed', 1, ?, ?)", number, account, twinOf(&job), id, string(h.Whole(nil)))
		}
	}))
	number := firstOf(old.owner)
	migrations = was
	old.dies(t)

	l := open(t, dir)
	areAlike(t, l, []int64{number, number + 1, number + 2})
	assert.Equal(t, []int64{number, number + 1, number + 2}, left(t, l.Journal(ward)))
	more := alike(t, l.Journal(ward), 3)
	rows, err := l.Journal(ward).Read(more)
	require.NoError(t, err)
	for i, r := range rows {
		assert.Equal(t, aReceipt(aJob(i)), r.Receipt)
	}
	assert.Equal(t, 6, rowsOf(t, l, "receipts")["receipts"])
}

func TestATextInThePlaceOfAnotherIsNotTakenForIt(t *testing.T) {
	l := open(t, t.TempDir())
	var h transfer.Halves
	job := aJob(0)
	require.NoError(t, h.OfJob(&job))
	ofJobs := sumOf(string(h.Common))
	require.NoError(t, h.OfReceipt(aReceipt(job)))
	require.NoError(t, l.change(func(t *transaction) {
		for _, sum := range []int64{ofJobs, sumOf(string(h.Common))} {
			t.exec(`INSERT INTO commons (sum, text) VALUES (?, '{"overwrite":"all"}')`, sum)
		}
	}))
	areAlike(t, l, alike(t, l.Journal(ward), 20))
}

func TestWhatATransactionThatFailedHadInCommonIsKeptByTheNext(t *testing.T) {
	l := open(t, t.TempDir())
	failed := errors.New("no")
	require.ErrorIs(t, l.change(func(t *transaction) {
		for i := range 3 {
			t.receipt(aReceipt(aJob(i)))
			job := aJob(i)
			t.job(&job)
		}
		t.err = failed
	}), failed)
	areAlike(t, l, alike(t, l.Journal(ward), 20))
}

func TestARowWhoseOtherHalfIsGoneIsUnreadableAndNoHalf(t *testing.T) {
	l := open(t, t.TempDir())
	j := l.Journal(ward)
	numbers := alike(t, j, 4)
	require.NoError(t, l.change(func(t *transaction) { t.exec("DELETE FROM commons WHERE text LIKE '%verdict%'") }))
	rows, err := j.Read(numbers)
	require.Error(t, err)
	assert.Len(t, rows, 1, "the first is whole")
	wrong := 0
	for _, err := range l.Receipts(time.Time{}) {
		if err != nil {
			wrong++
		}
	}
	assert.Positive(t, wrong)
	require.NoError(t, l.change(func(t *transaction) { t.exec("DELETE FROM commons; UPDATE jobs SET receipt = NULL") }))
	_, err = j.Read(numbers[1:2])
	require.Error(t, err)
}

func TestWhatRowsHaveInCommonGoesWithThemIntoMemoryAndBack(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	j := l.Journal(ward)
	numbers := enter(t, j, 40)
	prove := func(from, to int) {
		for i := from; i < to; i++ {
			done := transfer.State{Phase: transfer.Done}
			require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[i], State: &done, Receipt: aReceipt(aJob(i))}}))
		}
	}
	prove(0, 20)
	disk := l.db
	_, err := disk.conn.ExecContext(t.Context(), "PRAGMA query_only = 1")
	require.NoError(t, err)
	prove(20, 40)
	require.True(t, l.db.memory)
	rows, err := j.Read(numbers)
	require.NoError(t, err)
	for i, r := range rows {
		require.Equal(t, aReceipt(aJob(i)), r.Receipt)
	}
	_, err = disk.conn.ExecContext(t.Context(), "PRAGMA query_only = 0")
	require.NoError(t, err)
	require.NoError(t, l.goHome())
	areAlike(t, l, numbers)
}

func TestADamagedLedgerLosesNoReceiptWithWhatTheyHaveInCommon(t *testing.T) {
	for name, c := range map[string]struct{ lost, noneWhole bool }{"it is there": {}, "its page is lost": {lost: true}, "none is whole": {noneWhole: true}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			j := l.Journal(ward)
			numbers := alike(t, j, 300)
			bad := transfer.State{Phase: transfer.Failed}
			require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[250], State: &bad}}))
			first := 0
			if c.noneWhole {
				require.NoError(t, l.change(func(t *transaction) { t.exec("DELETE FROM receipts WHERE common IS NULL OR id < 5") }))
				require.NoError(t, l.change(func(t *transaction) { t.exec("DELETE FROM jobs WHERE common IS NULL") }))
				first = 4
			}
			root := count(t, l, "SELECT rootpage FROM sqlite_schema WHERE name = 'commons'")
			_, err := l.db.conn.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
			require.NoError(t, err)
			l.dies(t)
			file := filepath.Join(dir, fileName)
			if c.lost {
				zero(t, file, int64(root), int64(root))
			}
			f, err := os.OpenFile(file, os.O_RDWR, 0)
			require.NoError(t, err)
			_, err = f.WriteAt([]byte("no ledger"), 0)
			require.NoError(t, err)
			require.NoError(t, f.Close())

			l = New(Options{Dir: dir})
			require.NoError(t, l.Open())
			l.saving.Wait()
			require.Len(t, aside(t, dir), 1)
			i := first
			for r, err := range l.Receipts(time.Time{}) {
				require.NoError(t, err)
				if c.noneWhole && i == wholeEach {
					i++
				}
				require.Equal(t, *aReceipt(aJob(i)), r.Receipt)
				i++
			}
			assert.Equal(t, 300, i)
			require.Equal(t, []int64{numbers[250]}, left(t, l.Journal(ward)))
			assert.Equal(t, aJob(250), read(t, l.Journal(ward), numbers[250]).Job)
			require.NoError(t, l.Close())
		})
	}
}
