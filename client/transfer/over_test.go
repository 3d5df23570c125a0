package transfer

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// over lets a job overwrite what is there now, and nothing else.
func (w *workbench) over(j Job) Job {
	w.Helper()
	j.Overwrite, j.Over = OverwriteAlways, &Expect{ETag: w.there(j.To.At).ETag}
	return j
}

// writesBefore lets a colleague write, before the first call of its kind.
func (w *workbench) writesBefore(op memstore.Op, at client.Location) {
	w.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == op && c.Nth == 1 {
			w.add(at, []byte("theirs"), client.PutOptions{Encryption: client.SSES3{}})
		}
		return nil
	})
}

func (w *workbench) failsAsChanged(row Row) {
	w.Helper()
	assert.Equal(w, Failed, row.Phase)
	assert.Equal(w, client.KindPrecondition, client.KindOf(row.Err))
	require.ErrorContains(w, row.Err, "was changed since it was compared, and stays: sync again")
	assert.Equal(w, "theirs", string(w.store.Content(row.Job.To.At)))
	assert.Empty(w, w.store.Open(remote.Bucket), "no parts stay behind")
	assert.Empty(w, w.receipts)
}

func TestWhatAColleagueWritesOverWhatWasComparedIsNotOverwrittenByAnUpload(t *testing.T) {
	for size, ops := range map[int64][]memstore.Op{
		10:               {memstore.HeadObject, memstore.PutObject},
		minPartSize + 10: {memstore.HeadObject, memstore.UploadPart, memstore.CompleteMultipartUpload},
	} {
		for _, op := range ops {
			w := newBench(t)
			w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
			job, _ := w.file(size, client.SSES3{})
			job = w.over(job)
			w.writesBefore(op, remote)
			w.failsAsChanged(w.run(job)[0])
		}
	}
}

func TestWhereTheServerMindsNoConditionTheTargetIsLookedAtBeforePartsTakeItsPlace(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.Ceph)
	w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
	job, _ := w.file(minPartSize+10, client.Inherit{})
	job = w.over(job)
	w.writesBefore(memstore.UploadPart, remote)
	w.failsAsChanged(w.run(job)[0])

	w = newBench(t)
	w.store.Become(storetest.Ceph)
	w.add(copyFrom, []byte("the content"), underKey) // which goes in parts there
	w.add(copyTo, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
	copying := w.over(copies(Copy, nil))
	w.writesBefore(memstore.UploadPartCopy, copyTo)
	w.failsAsChanged(w.run(copying)[0])
}

func TestWhatWasComparedIsOverwrittenThoughTheFirstAnswerWasLost(t *testing.T) {
	for size, op := range map[int64]memstore.Op{1000: memstore.PutObject, 2 * minPartSize: memstore.CompleteMultipartUpload} {
		w := newBench(t)
		w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
		job, data := w.file(size, client.SSEKMS{Key: keyID})
		job = w.over(job)
		w.store.After(lostOnce(op))
		row := w.run(job)[0]
		require.NoError(t, row.Err, "%v", op)
		assert.Equal(t, Done, row.Phase)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.Equal(t, data, w.store.Content(remote))
	}

	w := newBench(t)
	w.store.Become(storetest.AWS)
	w.add(copyFrom, []byte("the content"), client.PutOptions{Encryption: client.SSES3{}})
	w.add(copyTo, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
	job := w.over(copies(Copy, client.SSES3{}))
	w.store.After(lostOnce(memstore.CopyObject))
	row := w.run(job)[0]
	assert.Equal(t, Skipped, row.Phase, "it has the contents: %v", row.Err)
	assert.Equal(t, []byte("the content"), w.store.Content(copyTo))
}

func TestWhatAnotherSSECKeyClosesIsOverwrittenWhileItHasTheETagThatWasCompared(t *testing.T) {
	for _, changed := range []bool{false, true} {
		w := newBench(t)
		key, err := client.NewCustomerKey(make([]byte, client.CustomerKeyBytes))
		require.NoError(t, err)
		w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSEC{Key: key}})
		job, data := w.file(10, client.SSES3{})
		job = w.over(job)
		if changed {
			job.Over.ETag = "another"
		}
		row := w.run(job)[0]
		if changed {
			assert.Equal(t, client.KindPrecondition, client.KindOf(row.Err))
			assert.NotEqual(t, data, w.store.Content(remote))
			continue
		}
		require.NoError(t, row.Err)
		assert.Equal(t, data, w.store.Content(remote))
	}
}
