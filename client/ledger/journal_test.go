package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 123456789, time.UTC)

// begun is what an upload in parts has begun.
func begun(id string) *transfer.Progress {
	return &transfer.Progress{
		At: noon, Source: transfer.Expect{Size: 20 << 20, Modified: noon, Identity: "1:2"}, PartSize: 8 << 20, Upload: id,
		Checksum: client.Checksum{Algorithm: "CRC64NVME", Value: "AAAAAAAAAAA="}, Created: client.Reported{Type: client.TypeSSEKMS, Key: "k", Told: true},
	}
}

func aPiece(n int) *transfer.Piece {
	return &transfer.Piece{Number: n, Size: 8 << 20, CRC: 1<<63 + uint64(n), MD5: []byte{1, 2}, ETag: fmt.Sprintf(`"e%d"`, n)}
}

// read is one row.
func read(t *testing.T, j transfer.Journal, number int64) transfer.Record {
	t.Helper()
	all, err := j.Read([]int64{number})
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

// left are the rows that were left, by their numbers.
func left(t *testing.T, j transfer.Journal) (numbers []int64) {
	t.Helper()
	for r, err := range j.Left() {
		require.NoError(t, err)
		numbers = append(numbers, r.Number)
	}
	return numbers
}

func open(t *testing.T, dir string) *Ledger {
	t.Helper()
	l := New(Options{Dir: dir})
	require.NoError(t, l.Open())
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// dies ends a program as kill does: nothing is tidied up, the system drops its lock.
func (l *Ledger) dies(t *testing.T) {
	t.Helper()
	require.NoError(t, l.lease.lock.Close())
	require.NoError(t, l.db.close())
	l.db = nil
}

// journals are the ledger and what takes its place where there is none: they mean the
// same.
func journals(t *testing.T, test func(t *testing.T, j transfer.Journal)) {
	t.Run("on the disk", func(t *testing.T) { test(t, open(t, t.TempDir()).Journal(ward)) })
	t.Run("in memory", func(t *testing.T) { test(t, &transfer.Memory{}) })
}

func TestARowComesBackAsItWasWritten(t *testing.T) {
	journals(t, func(t *testing.T, j transfer.Journal) {
		e, err := j.Enter()
		require.NoError(t, err)
		rows := someRecords(0, 3)
		refused := &client.Error{Op: "upload", Kind: client.KindRefused, At: rows[2].Job.To.At, Err: client.Say("nobody decided").Err()}
		rows[2].State = transfer.State{Phase: transfer.Failed, Ended: noon, Err: refused}
		require.NoError(t, e.Add(rows))
		require.NoError(t, e.Commit())
		e.Discard()
		assert.Less(t, rows[0].Number, rows[1].Number)
		assert.Less(t, rows[1].Number, rows[2].Number)

		got, err := j.Read([]int64{rows[2].Number, rows[0].Number, 1 << 60})
		if len(got) == 2 && got[0].Number > got[1].Number {
			got[0], got[1] = got[1], got[0]
		}
		require.NoError(t, err)
		require.Len(t, got, 2)
		assert.Equal(t, rows[0], got[0])
		assert.Equal(t, client.KindRefused, client.KindOf(got[1].Err))
		assert.Equal(t, refused.Error(), got[1].Err.Error())

		receipt := aReceipt(rows[0].Job)
		done := transfer.State{Phase: transfer.Done, Attempts: 2, Started: noon, Ended: noon.Add(time.Second)}
		require.NoError(t, j.Write([]transfer.Entry{{Number: rows[0].Number, State: &done, Receipt: receipt}, {Number: 1 << 60, State: &done}}))
		r := read(t, j, rows[0].Number)
		assert.Equal(t, done, r.State)
		assert.Equal(t, receipt, r.Receipt)

		again := transfer.State{Attempts: 2}
		other := rows[0].Job
		other.Expect.Size = 7
		require.NoError(t, j.Write([]transfer.Entry{{Number: rows[0].Number, State: &again, Job: &other}}))
		r = read(t, j, rows[0].Number)
		assert.Equal(t, again, r.State)
		assert.Equal(t, other, r.Job)
		assert.Equal(t, receipt, r.Receipt, "it is the last one still")

		require.NoError(t, j.Write([]transfer.Entry{{Number: rows[1].Number, Removed: true}}))
		got, err = j.Read([]int64{rows[1].Number})
		require.NoError(t, err)
		assert.Empty(t, got)
	})
}

func TestWhatHappensToManyRowsIsOneEntry(t *testing.T) {
	journals(t, func(t *testing.T, j transfer.Journal) {
		numbers := enter(t, j, 4)
		failed := transfer.State{Phase: transfer.Failed, Attempts: 3, Started: noon, Ended: noon, Err: client.Say("no disk").Err()}
		for _, n := range numbers[:3] {
			require.NoError(t, j.Write([]transfer.Entry{{Number: n, State: &failed, Begun: begun("u"), Piece: aPiece(1)}}))
		}
		one, priority := numbers[0], 7
		require.NoError(t, j.Write([]transfer.Entry{
			{Number: one, More: numbers[1:3], Shift: &transfer.Shift{Phase: transfer.Paused}, Priority: &priority, AcceptStale: true, Forget: true},
			{Number: numbers[2], Shift: &transfer.Shift{Phase: transfer.Cancelled, Ended: noon.Add(time.Hour)}},
		}))
		got, err := j.Read(numbers)
		require.NoError(t, err)
		require.Len(t, got, 4)
		for i, r := range got {
			touched := i < 3
			assert.Equal(t, touched, r.Job.AcceptStale)
			assert.Equal(t, touched, r.Job.Priority == 7)
			assert.Equal(t, touched, r.Attempts == 3)
			assert.Equal(t, touched, r.Err != nil)
			assert.False(t, r.Begun)
			assert.Equal(t, []transfer.Phase{transfer.Paused, transfer.Paused, transfer.Cancelled, transfer.Queued}[i], r.Phase)
		}
		assert.Equal(t, noon, got[0].Ended)
		assert.Equal(t, noon.Add(time.Hour), got[2].Ended)
		require.NoError(t, j.Write([]transfer.Entry{{Number: one, More: numbers[1:3], Removed: true}}))
		got, err = j.Read(numbers)
		require.NoError(t, err)
		assert.Len(t, got, 1)
	})
}

func TestWhatAnAttemptBeganIsThereForTheNext(t *testing.T) {
	journals(t, func(t *testing.T, j transfer.Journal) {
		number := enter(t, j, 1)[0]
		p, err := j.Progress(number)
		require.NoError(t, err)
		assert.Nil(t, p)
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Piece: aPiece(9)}}), "of nothing that was begun")
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Begun: begun("u1")}, {Number: number, Piece: aPiece(2)}, {Number: number, Piece: aPiece(1)}}))
		p, err = j.Progress(number)
		require.NoError(t, err)
		want := begun("u1")
		want.Pieces = []transfer.Piece{*aPiece(2), *aPiece(1)}
		assert.Equal(t, want, p)
		assert.True(t, read(t, j, number).Begun)
		assert.EqualValues(t, 2*aPiece(1).Size, read(t, j, number).Kept, "bytes of both pieces")
		smaller := aPiece(1)
		smaller.Size = 5
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Piece: smaller}}))
		assert.EqualValues(t, 2*aPiece(1).Size, read(t, j, number).Kept, "of several of one number the largest counts")
		all, err := j.Uploads()
		require.NoError(t, err)
		at := aJob(0).To.At
		assert.Equal(t, []transfer.KnownUpload{{At: at, ID: "u1", Begun: noon, Number: number}}, all)

		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Begun: begun("u2")}}))
		p, err = j.Progress(number)
		require.NoError(t, err)
		assert.Equal(t, begun("u2"), p, "what was begun anew has no pieces of the one before")
		assert.Zero(t, read(t, j, number).Kept)
		stored := begun("u2")
		stored.Source.Size, stored.Stored = 70, &transfer.Stored{}
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Begun: stored}}))
		assert.EqualValues(t, 70, read(t, j, number).Kept, "only the proof is missing")
		require.NoError(t, j.Dropped(at, "u1"))
		assert.True(t, read(t, j, number).Begun)
		require.NoError(t, j.Dropped(at, "u2"))
		assert.False(t, read(t, j, number).Begun)

		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Begun: begun("u3"), Piece: aPiece(1)}, {Number: number, Forget: true}}))
		assert.False(t, read(t, j, number).Begun)
		p, err = j.Progress(number)
		require.NoError(t, err)
		assert.Nil(t, p)
	})
}

func TestRowsAreNothingBeforeAllAreEntered(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	j := l.Journal(ward)
	e, err := j.Enter()
	require.NoError(t, err)
	require.NoError(t, e.Add(someRecords(0, 3)))
	require.NoError(t, e.Add(someRecords(3, 3)))
	l.dies(t)
	next := open(t, dir)
	assert.Empty(t, left(t, next.Journal(ward)), "its program ended halfway")

	e, err = next.Journal(ward).Enter()
	require.NoError(t, err)
	rows := someRecords(0, 3)
	require.NoError(t, e.Add(rows))
	e.Discard()
	got, err := next.Journal(ward).Read([]int64{rows[0].Number})
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestWhatAProgramThatWasKilledLeftIsTakenOverOnce(t *testing.T) {
	dir := t.TempDir()
	dead := open(t, dir)
	j := dead.Journal(ward)
	numbers := enter(t, j, 6)
	for i, phase := range []transfer.Phase{transfer.Done, transfer.Skipped, transfer.Cancelled, transfer.Failed, transfer.Paused} {
		require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[i], State: &transfer.State{Phase: phase}}}))
	}
	a, b := open(t, dir), open(t, dir)
	assert.Empty(t, left(t, a.Journal(ward)), "its program lives")
	taken, err := a.Journal(ward).TakeOver(numbers)
	require.NoError(t, err)
	assert.Empty(t, taken)

	dead.dies(t)
	assert.Equal(t, numbers[3:], left(t, a.Journal(ward)))
	assert.Equal(t, numbers[3:], left(t, b.Journal(ward)))
	taken, err = a.Journal(ward).TakeOver(numbers[:5])
	require.NoError(t, err)
	assert.Equal(t, numbers[3:5], taken)
	taken, err = b.Journal(ward).TakeOver(numbers)
	require.NoError(t, err)
	assert.Equal(t, numbers[5:], taken)
	got, err := a.Journal(ward).Read(numbers)
	require.NoError(t, err)
	assert.Len(t, got, 3, "what is over is not kept")

	require.NoError(t, a.Close())
	assert.Equal(t, numbers[3:5], left(t, b.Journal(ward)), "what it had taken over is left again")
	other := ward
	other.ID, other.AccessKeyID = "O", "AKIAOTHER"
	assert.Empty(t, left(t, b.Journal(other)))
	once := client.Account{AdHoc: true, Endpoint: ward.Endpoint, AccessKeyID: ward.AccessKeyID}
	assert.Len(t, left(t, b.Journal(once)), 2, "the account of one run, at the same endpoint with the same key")
	moved := ward
	moved.Endpoint, moved.AccessKeyID = "https://new.example", "AKIANEW"
	assert.Len(t, left(t, b.Journal(moved)), 2, "its id says who it is")
}

func TestTheSameJobGoesOnWithWhatADeadProgramLeft(t *testing.T) {
	dir := t.TempDir()
	dead := open(t, dir)
	j := dead.Journal(ward)
	old := enter(t, j, 3)
	require.NoError(t, j.Write([]transfer.Entry{{Number: old[1], Begun: begun("u1")}, {Number: old[1], Piece: aPiece(1)}}))
	dead.dies(t)

	j = open(t, dir).Journal(ward)
	rows := someRecords(1, 2)
	rows[0].Job.ID, rows[1].Job.To.At.Key = "another", "elsewhere"
	e, err := j.Enter()
	require.NoError(t, err)
	require.NoError(t, e.Add(rows))
	assert.True(t, rows[0].Begun)
	assert.False(t, rows[1].Begun)
	assert.Equal(t, old, left(t, j), "not before they are entered")
	require.NoError(t, e.Commit())
	assert.Equal(t, []int64{old[0], old[2]}, left(t, j))
	p, err := j.Progress(rows[0].Number)
	require.NoError(t, err)
	assert.Equal(t, "u1", p.Upload)
	assert.Len(t, p.Pieces, 1)
	all, err := j.Uploads()
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, rows[0].Number, all[0].Number)
	assert.False(t, all[0].Left)
}

func TestDeletionsAndStreamsEndWithTheirProgram(t *testing.T) {
	dir := t.TempDir()
	dead := open(t, dir)
	rows := someRecords(0, 4)
	rows[0].Job = transfer.Job{Op: transfer.Delete, From: rows[0].Job.To}
	rows[1].Job.From = transfer.Place{Stream: "-"}
	rows[2].Job = transfer.Job{Op: transfer.Download, From: rows[2].Job.To, To: transfer.Place{Stream: "standard output"}}
	e, err := dead.Journal(ward).Enter()
	require.NoError(t, err)
	require.NoError(t, e.Add(rows))
	require.NoError(t, e.Commit())
	require.NoError(t, dead.Journal(ward).Write([]transfer.Entry{{Number: rows[1].Number, Begun: begun("u1")}}))
	dead.dies(t)
	j := open(t, dir).Journal(ward)
	assert.Equal(t, []int64{rows[3].Number}, left(t, j))
	assert.Len(t, uploads(t, j), 1, "its parts are known all the same")
}

func TestWhoDropsThePartsOfWhatWasLeftDoesNotWantThemSentAgain(t *testing.T) {
	dir := t.TempDir()
	dead := open(t, dir)
	numbers := enter(t, dead.Journal(ward), 2)
	require.NoError(t, dead.Journal(ward).Write([]transfer.Entry{{Number: numbers[0], Begun: begun("u1"), Piece: aPiece(1)}}))
	dead.dies(t)
	l := open(t, dir)
	j := l.Journal(ward)
	require.NoError(t, j.Dropped(aJob(0).At(), "u1"))
	assert.Equal(t, numbers[1:], left(t, j))
	assert.Empty(t, uploads(t, j))
	assert.Equal(t, map[string]int{"jobs": 1, "progress": 0, "pieces": 0, "uploads": 0, "lefts": 1}, rowsOf(t, l, "jobs", "progress", "pieces", "uploads", "lefts"))
}

func TestAnUploadThatNobodyGoesOnWithStaysKnownUntilItIsDropped(t *testing.T) {
	journals(t, func(t *testing.T, j transfer.Journal) {
		numbers := enter(t, j, 2)
		for i, id := range []string{"u1", "u2"} {
			require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[i], Begun: begun(id), Piece: aPiece(1)}}))
		}
		require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[0], Abandon: true}, {Number: numbers[1], Removed: true}}))
		left, err := j.Progress(numbers[0])
		require.NoError(t, err)
		assert.Nil(t, left)
		require.NoError(t, j.Write([]transfer.Entry{{Number: numbers[0], Begun: begun("u3")}}))
		known := map[string]int64{}
		for _, u := range uploads(t, j) {
			known[u.ID] = u.Number
		}
		assert.Equal(t, map[string]int64{"u1": 0, "u2": 0, "u3": numbers[0]}, known)
		require.NoError(t, j.Dropped(aJob(0).At(), "u1"))
		assert.Len(t, uploads(t, j), 2)
	})
}

// rowsOf counts what is in tables.
func rowsOf(t *testing.T, l *Ledger, tables ...string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range tables {
		var n int
		require.NoError(t, l.db.reading.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
		counts[table] = n
	}
	return counts
}

// A row goes, and its upload may be open at the server still: it is paid for.
func TestATemporaryFileIsKeptAsLongAsADownloadMayGoOnWithIt(t *testing.T) {
	const temp = ".b.csv.ABCDEFGH.part"
	journals(t, func(t *testing.T, j transfer.Journal) {
		number := enter(t, j, 2)[1]
		kept := func(name string) bool {
			kept, err := j.Keeps(name)
			require.NoError(t, err)
			return kept
		}
		assert.False(t, kept(temp))
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Begun: &transfer.Progress{At: noon, Temp: temp}, Piece: aPiece(1)}}))
		assert.True(t, kept(temp))
		assert.False(t, kept(temp+"x"))
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Forget: true}}))
		assert.False(t, kept(temp))
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Begun: &transfer.Progress{At: noon, Temp: temp}}}))
		require.NoError(t, j.Write([]transfer.Entry{{Number: number, Removed: true}}))
		assert.False(t, kept(temp), "nor where its row is gone")
	})

	dir := t.TempDir()
	l := open(t, dir)
	j := l.Journal(ward)
	numbers := enter(t, j, 2)
	require.NoError(t, j.Write([]transfer.Entry{
		{Number: numbers[0], Begun: begun("u")}, {Number: numbers[1], Begun: &transfer.Progress{At: noon, Temp: temp}},
	}))
	require.NoError(t, l.change(func(t *transaction) { t.exec("UPDATE progress SET begun = '{' WHERE number = ?", numbers[0]) }))
	l.dies(t)
	other := open(t, dir).Journal(client.Account{ID: "another"})
	kept, err := other.Keeps(temp)
	require.NoError(t, err)
	assert.True(t, kept, "another program keeps it, of another account, when its own is dead, beside what cannot be read")
}

func TestAnUploadIsKnownUntilItIsDroppedThoughItsRowIsGone(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	j := l.Journal(ward)
	numbers := enter(t, j, 2)
	cancelled := transfer.State{Phase: transfer.Cancelled}
	require.NoError(t, j.Write([]transfer.Entry{
		{Number: numbers[0], Begun: begun("u1"), Removed: true}, {Number: numbers[1], Begun: begun("u2"), State: &cancelled},
	}))
	l.dies(t)
	j = open(t, dir).Journal(ward)
	assert.Equal(t, numbers[1:], left(t, j), "it was cancelled, and not cleaned up")
	all, err := j.Uploads()
	require.NoError(t, err)
	assert.Equal(t, []transfer.KnownUpload{{At: aJob(1).At(), ID: "u2", Begun: noon, Number: numbers[1], Left: true}, {At: aJob(0).At(), ID: "u1", Begun: noon, Left: true}}, all)
	require.NoError(t, j.Dropped(aJob(0).At(), "u1"))
	all, err = j.Uploads()
	require.NoError(t, err)
	assert.Len(t, all, 1)
}
