package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

func TestUploadWhoseReceiptCannotBeKeptFails(t *testing.T) {
	w := newBench(t, func(c *Config) {
		c.Journal = &Memory{Keep: func(Receipt) error { return errors.New("the ledger is full") }}
	})
	job, _ := w.file(10, client.SSES3{})
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	assert.Equal(t, client.KindNotKept, client.KindOf(row.Err))
	require.ErrorContains(t, row.Err, "the object is on the server and stays; only its receipt could not be kept: the ledger is full")
	assert.True(t, w.store.Holds(remote))

	job.Overwrite = OverwriteSkip
	row = w.run(job)[0]
	assert.Equal(t, Failed, row.Phase, "nor is what is there already called fine without a receipt")
	require.ErrorContains(t, row.Err, "the ledger is full")

	w.store.After(memstore.Report(told(client.TypeNone, "")))
	job.Overwrite = OverwriteAlways
	row = w.run(job)[0]
	assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err), "a verdict is not hidden by it")
	require.ErrorContains(t, row.Err, "and its receipt could not be kept: the ledger is full")
}

func TestTheReceiptOfAnUploadSaysFromWhichFileAndInWhichParts(t *testing.T) {
	w := newBench(t)
	job, data := w.file(2*minPartSize+3, client.SSES3{})
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	r := row.Receipt
	assert.Equal(t, row.Job.ID, r.Job)
	f, err := os.Open(job.From.Path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	stat, err := f.Stat()
	require.NoError(t, err)
	assert.Equal(t, IdentityOf(f, stat), r.Identity)
	assert.EqualValues(t, minPartSize, r.PartSize)
	require.Len(t, r.Parts, 3)
	for i, size := range []int{minPartSize, minPartSize, 3} {
		part := data[i*minPartSize:][:size]
		assert.Equal(t, PartRecord{Number: i + 1, Size: int64(size), ETag: r.Parts[i].ETag, Checksum: checksumOf(crc64nvme.Checksum(part))}, r.Parts[i])
		assert.NotEmpty(t, r.Parts[i].ETag)
	}
	small, _ := w.file(10, client.SSES3{})
	r = w.run(small)[0].Receipt
	assert.Zero(t, r.PartSize)
	assert.Empty(t, r.Parts)
}

func TestADownloadWhoseReceiptCannotBeKeptFailsAndKeepsItsFile(t *testing.T) {
	w := newBench(t, func(c *Config) {
		c.Journal = &Memory{Keep: func(Receipt) error { return errors.New("the ledger is full") }}
	})
	job, data := w.object(10, client.PutOptions{})
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	require.ErrorContains(t, row.Err, "the file is complete and stays; only its receipt could not be kept: the ledger is full")
	got, err := os.ReadFile(job.path())
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, got))
	assert.Len(t, files(t, job.To.Root), 1, "no temporary file is left")
}

// A receipt says what is final: while it is written the file has its name.
func TestTheReceiptOfADownloadIsWrittenWhenTheFileIsThere(t *testing.T) {
	var path string
	there := false
	w := newBench(t, func(c *Config) {
		c.Journal = &Memory{Keep: func(Receipt) error {
			_, err := os.Stat(path)
			there = err == nil
			return nil
		}}
	})
	job, _ := w.object(10, client.PutOptions{})
	path = job.path()
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	assert.True(t, there)
	assert.Equal(t, row.Job.ID, row.Receipt.Job)
	object, _ := w.store.Object(remote)
	assert.Equal(t, object.ETag, row.Receipt.ETag)

	there = false
	job.Overwrite = OverwriteSkip
	assert.Equal(t, Skipped, w.run(job)[0].Phase)
	assert.False(t, there, "what was not written has no receipt")
}

func TestAReceiptComesBackFromItsRowAsItWas(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	job, _ := w.file(3*minPartSize, client.SSEKMS{Key: keyID})
	require.NoError(t, w.run(job)[0].Err)
	back, text := stored(t, w.receipts[0])
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(again))
	assert.Equal(t, w.receipts[0].Treatment.RuleID, back.Treatment.RuleID)
	assert.Equal(t, w.receipts[0].Verdict, back.Verdict)
	assert.True(t, w.receipts[0].VerifiedAt.Equal(back.VerifiedAt))
}
