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

func TestARowThatCannotBeReadIsAnErrorAndNoOtherRow(t *testing.T) {
	j := open(t, t.TempDir())
	all := enter(t, j.Journal(ward), 5)
	require.NoError(t, j.change(func(t *transaction) {
		t.exec("UPDATE jobs SET job = '{' WHERE number = ?", all[0])
		t.exec("UPDATE jobs SET phase = 'asleep' WHERE number = ?", all[3])
	}))
	got, err := j.Journal(ward).Read(all)
	require.ErrorContains(t, err, "unexpected end of JSON input", "of the first of them")
	numbers := []int64{}
	for _, r := range got {
		numbers = append(numbers, r.Number)
	}
	assert.Equal(t, []int64{all[1], all[2], all[4]}, numbers, "those beside it are read, and nothing is read by half")

	for name, damage := range map[string]string{
		"a job that is no JSON":     "UPDATE jobs SET job = '{'",
		"a phase of no transfer":    "UPDATE jobs SET phase = 'asleep'",
		"a receipt that is no JSON": "UPDATE receipts SET receipt = '{'",
	} {
		dir := t.TempDir()
		l := open(t, dir)
		j := l.Journal(ward)
		number := enter(t, j, 1)[0]
		failed := transfer.State{Phase: transfer.Failed}
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, State: &failed, Receipt: aReceipt(aJob(0)), Begun: begun("u"), Piece: aPiece(1)}}))
		require.NoError(t, l.change(func(t *transaction) { t.exec(damage) }), name)
		_, err := j.Read([]int64{number})
		require.Error(t, err, name)
		l.dies(t)
		l = open(t, dir)
		failures := 0
		for _, err := range l.Journal(ward).Left() {
			if err != nil {
				failures++
			}
		}
		assert.Equal(t, 1, failures, name)
		assert.Empty(t, aside(t, dir), "one row is not the ledger")
	}
}

func TestWhatWasBegunAndCannotBeReadIsAnError(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	j := l.Journal(ward)
	number := enter(t, j, 1)[0]
	require.NoError(t, j.Write([]transfer.Entry{{Number: number, Receipt: aReceipt(aJob(0)), Begun: begun("u"), Piece: aPiece(1)}}))
	for _, damage := range []string{"UPDATE pieces SET piece = '{'", "UPDATE progress SET begun = '{'", "UPDATE receipts SET receipt = '{'"} {
		require.NoError(t, l.change(func(t *transaction) { t.exec(damage) }))
		_, err := j.Progress(number)
		require.Error(t, err, damage)
	}
	require.NoError(t, l.change(func(t *transaction) { t.exec("UPDATE jobs SET receipt = NULL") }))
	assert.Zero(t, read(t, j, number).Kept, "the row can be read all the same")
	_, err := j.Uploads()
	require.Error(t, err)
	require.Error(t, j.Dropped(aJob(0).At(), "u"))
	_, err = j.Keeps("temp")
	require.NoError(t, err, "it looks for a name")
	failures := 0
	for _, err := range l.Receipts(time.Time{}) {
		if err != nil {
			failures++
		}
	}
	assert.Equal(t, 1, failures)

	l.dies(t)
	j = open(t, dir).Journal(ward)
	e, err := j.Enter()
	require.NoError(t, err)
	require.NoError(t, e.Add(nil), "nothing is nothing")
	require.NoError(t, open(t, dir).change(func(t *transaction) { t.exec("UPDATE jobs SET job = '{'") }))
	require.Error(t, e.Add(someRecords(0, 1)), "whether it is the same job is not known")
}

func TestAMigrationThatFailsLeavesTheLedgerAsItWas(t *testing.T) {
	was := migrations
	defer func() { migrations = was }()
	dir := t.TempDir()
	l := open(t, dir)
	number := enter(t, l.Journal(ward), 1)[0]
	require.NoError(t, l.Close())

	migrations = append(migrations[:len(migrations):len(migrations)], "CREATE TABLE half (n INTEGER); UPDATE jobs SET phase = 'done'; INSERT INTO owners (lock) VALUES (NULL)")
	_, err := openDatabase(filepath.Join(dir, fileName))
	require.ErrorContains(t, err, "NOT NULL")
	migrations[len(was)] = "ALTER TABLE jobs ADD COLUMN note TEXT"
	d, err := openDatabase(filepath.Join(dir, fileName))
	require.NoError(t, err, "the next program can")
	require.NoError(t, d.read("SELECT note FROM jobs WHERE phase = 'queued'", nil, func(r *sql.Rows) error { return nil }))
	require.NoError(t, d.close())
	migrations = was
	l = New(Options{Dir: dir})
	require.ErrorContains(t, l.Open(), "newer Bucketseal")
	migrations = append(migrations[:len(migrations):len(migrations)], "ALTER TABLE jobs ADD COLUMN note TEXT")
	assert.Equal(t, []int64{number}, left(t, open(t, dir).Journal(ward)))
}

func TestATransactionSaysItsFirstError(t *testing.T) {
	l := open(t, t.TempDir())
	first := errors.New("the first")
	calls := 0
	require.ErrorIs(t, l.change(func(t *transaction) {
		t.err = first
		t.exec("DELETE FROM owners")
		t.each("SELECT 1", nil, func(*sql.Rows) error { calls++; return nil })
		t.json(func() {})
	}), first)
	assert.Zero(t, calls)
	require.ErrorContains(t, l.change(func(t *transaction) { t.json(func() {}) }), "unsupported type")
	assert.Equal(t, 1, rowsOf(t, l, "owners")["owners"])
	assert.Nil(t, nanoseconds(time.Time{}))
	assert.Less(t, nanoseconds(time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC)), nanoseconds(time.Unix(0, 0)))
	assert.Greater(t, nanoseconds(time.Date(9999, 2, 3, 0, 0, 0, 0, time.UTC)), nanoseconds(time.Now()))
}

func TestADatabaseThatAnotherProgramHoldsIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	number := enter(t, a.Journal(ward), 1)[0]
	a.lease.lock.Close() // it is dead to the other
	_, err := b.db.conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 1")
	require.NoError(t, err)
	_, err = a.db.conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	require.ErrorContains(t, b.Journal(ward).Write([]transfer.Entry{{Number: number, Removed: true}}), "locked")
	for _, err := range b.Journal(ward).Left() {
		require.ErrorContains(t, err, "locked")
	}
	_, err = a.db.conn.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	assert.Equal(t, []int64{number}, left(t, b.Journal(ward)))
	assert.Empty(t, aside(t, dir), "busy is not damaged")
	assert.NoFileExists(t, filepath.Join(b.leases(), a.lease.name))
}

func TestALockThatCannotBeMadeIsAnError(t *testing.T) {
	_, err := newLease(filepath.Join(t.TempDir(), "a\x00b"))
	require.Error(t, err)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, taken, err := takeLease(file, "name", os.O_RDWR)
	require.Error(t, err)
	assert.False(t, taken)
}
