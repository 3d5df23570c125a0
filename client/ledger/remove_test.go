package ledger

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// removed is an entry by which rows go.
func removed(numbers ...int64) transfer.Entry {
	return transfer.Entry{Number: numbers[0], More: numbers[1:], Removed: true}
}

func TestManyRowsGoAtOnceAndNoOthers(t *testing.T) {
	j := open(t, t.TempDir()).Journal(ward)
	numbers := enter(t, j, 1000)
	there := func() (left []int64) {
		got, err := j.Read(numbers)
		require.NoError(t, err)
		for _, r := range got {
			left = append(left, r.Number)
		}
		return left
	}
	require.NoError(t, j.Write([]transfer.Entry{
		{Number: numbers[20], Begun: begun("u1")},
		{Number: numbers[20], Piece: aPiece(1)},
		{Number: numbers[900], Begun: begun("u2")},
		{Number: numbers[900], Piece: aPiece(1)},
	}))
	require.NoError(t, j.Write([]transfer.Entry{
		removed(numbers[10:200]...), removed(numbers[200:300]...), removed(numbers[310], numbers[312], numbers[314]), removed(numbers[999]),
	}))
	want := slices.Concat(numbers[:10], numbers[300:310], []int64{numbers[311], numbers[313]}, numbers[315:999])
	assert.Equal(t, want, there())
	uploads, err := j.Uploads()
	require.NoError(t, err)
	require.Len(t, uploads, 2)
	for _, u := range uploads {
		if u.ID == "u1" {
			assert.Zero(t, u.Number, "nobody goes on with it, and its parts are at the server")
		} else {
			assert.Equal(t, numbers[900], u.Number)
		}
	}
	require.NoError(t, j.Write([]transfer.Entry{removed(want...)}))
	assert.Empty(t, there())
	p, err := j.Progress(numbers[900])
	require.NoError(t, err)
	assert.Nil(t, p)
}

func TestAllRowsOfAProgramGoWithoutThoseOfOthers(t *testing.T) {
	dir := t.TempDir()
	var all []*Ledger
	for range 3 {
		l := New(Options{Dir: dir})
		require.NoError(t, l.Open())
		t.Cleanup(func() { require.NoError(t, l.Close()) })
		all = append(all, l)
	}
	before, ours, after := all[0].Journal(ward), all[1].Journal(ward), all[2].Journal(ward)
	first, numbers, last := enter(t, before, 1)[0], enter(t, ours, longRun), enter(t, after, 1)[0]
	require.NoError(t, ours.Write([]transfer.Entry{removed(numbers...)}))
	for number, j := range map[int64]transfer.Journal{first: before, last: after} {
		got, err := j.Read([]int64{number})
		require.NoError(t, err)
		assert.Len(t, got, 1)
	}
	got, err := ours.Read(numbers)
	require.NoError(t, err)
	assert.Empty(t, got)

	require.NoError(t, before.Write([]transfer.Entry{removed(first)}))
	numbers = enter(t, ours, longRun) // and with others on one side alone
	require.NoError(t, ours.Write([]transfer.Entry{removed(numbers...)}))
	got, err = after.Read([]int64{last})
	require.NoError(t, err)
	assert.Len(t, got, 1)
	require.NoError(t, after.Write([]transfer.Entry{removed(last)}))
	first, numbers = enter(t, before, 1)[0], enter(t, ours, longRun)
	require.NoError(t, ours.Write([]transfer.Entry{removed(numbers...)}))
	got, err = before.Read([]int64{first})
	require.NoError(t, err)
	assert.Len(t, got, 1)
	require.NoError(t, before.Write([]transfer.Entry{removed(first)}))
	require.NoError(t, ours.Write([]transfer.Entry{removed(numbers...)}), "nothing is there any more")
}

func TestARowThatGoesWithItsReceiptLeavesIt(t *testing.T) {
	l, j := opened(t)
	numbers := enter(t, j, longRun)
	require.NoError(t, j.Write([]transfer.Entry{
		removed(numbers[1:]...), {Number: numbers[0], Receipt: aReceipt(aJob(0)), Removed: true, State: &transfer.State{Phase: transfer.Failed, Err: client.Say("x").Err()}},
	}))
	got, err := j.Read(numbers)
	require.NoError(t, err)
	assert.Empty(t, got)
	n := 0
	for _, err := range l.Receipts(time.Time{}) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 1, n)
}
