package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func TestWhatWasLeftOfAnAccountThatIsRemovedIsForgotten(t *testing.T) {
	dir := t.TempDir()
	dead := open(t, dir)
	other := client.Account{ID: "O", Name: "other", Endpoint: ward.Endpoint, AccessKeyID: ward.AccessKeyID} // the same key
	once := client.Account{Endpoint: ward.Endpoint, AccessKeyID: ward.AccessKeyID}                          // of one run
	mine := enter(t, dead.Journal(ward), 3)
	theirs := append(enter(t, dead.Journal(other), 2), enter(t, dead.Journal(once), 1)...)
	require.NoError(t, dead.Journal(ward).Write([]transfer.Entry{
		{Number: mine[0], Begun: begun("u1"), Piece: aPiece(1)},
		{Number: mine[1], Receipt: aReceipt(aJob(1))},
	}))
	alive := open(t, dir)
	living := enter(t, alive.Journal(ward), 1)
	dead.dies(t)

	l := open(t, dir)
	n, err := l.Left(ward)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	n, err = l.DropLeft(ward)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	n, err = l.Left(ward)
	require.NoError(t, err)
	assert.Zero(t, n)
	n, err = l.DropLeft(once)
	require.NoError(t, err)
	assert.Zero(t, n, "an account without an id is not removed")
	assert.Equal(t, theirs, left(t, l.Journal(other)), "what others have stays")
	assert.Len(t, uploads(t, l.Journal(ward)), 1, "parts that may be at the server are known all the same")
	assert.Equal(t, map[string]int{"jobs": 4, "receipts": 1, "pieces": 0, "progress": 0}, rowsOf(t, l, "jobs", "receipts", "pieces", "progress"))
	assert.Equal(t, living[0], read(t, alive.Journal(ward), living[0]).Number, "and so does what a program that lives has")
}

func TestALedgerThatIsClosedForgetsNothing(t *testing.T) {
	l := open(t, t.TempDir())
	require.NoError(t, l.Close())
	_, err := l.Left(ward)
	require.Error(t, err)
	_, err = l.DropLeft(ward)
	require.Error(t, err)
}
