package transfer

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAFailedPartEndsTheUploadAndLeavesNothingOpen(t *testing.T) {
	for _, call := range []string{"CreateUpload", "UploadPart", "CompleteUpload"} {
		w := newBench(t)
		slow := &client.Error{Op: call, Kind: client.KindThrottled}
		w.store.fail = func(c string, nth int) error {
			if c == call && (nth == 2 || call != "UploadPart") {
				return slow
			}
			return nil
		}
		job, _ := w.file(4*minPartSize, client.SSES3{})
		row := w.run(job)[0]
		assert.Equal(t, Failed, row.Phase)
		require.ErrorIs(t, row.Err, error(slow), call)
		assert.Empty(t, w.store.uploads, call)
		assert.Empty(t, w.store.objects, call)
		assert.Empty(t, w.receipts)
	}
}

func TestBytesOfAFailedRequestAreNotCountedAsSent(t *testing.T) {
	for size, want := range map[int64]int64{1000: 0, 2 * minPartSize: minPartSize} {
		w := newBench(t, func(c *Config) { c.PartsAtOnce = 1 })
		w.store.reads = func(body io.ReadSeeker, length int64) ([]byte, error) {
			if size > minPartSize && w.store.called("UploadPart") == 1 {
				return io.ReadAll(body)
			}
			_, err := io.CopyN(io.Discard, body, length/2)
			return nil, errors.Join(err, io.ErrUnexpectedEOF)
		}
		job, _ := w.file(size, client.SSES3{})
		row := w.run(job)[0]
		assert.Equal(t, client.KindNetwork, client.KindOf(row.Err))
		assert.Equal(t, want, row.Sent)
	}
}

func TestACompletionWhoseAnswerWasLostIsFoundOut(t *testing.T) {
	w := newBench(t)
	w.store.fail = func(call string, _ int) error {
		if call == "CompleteUpload" {
			return errAnswerLost
		}
		return nil
	}
	job, data := w.file(2*minPartSize, client.SSEKMS{Key: keyID})
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
	assert.Equal(t, data, w.store.objects[remote].data)

	// The same answer, and the object there is another.
	w = newBench(t)
	w.store.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	w.store.fail = func(call string, _ int) error {
		if call == "CompleteUpload" {
			return &client.Error{Op: "CompleteMultipartUpload", Kind: client.KindNoUpload}
		}
		return nil
	}
	row = w.run(job)[0]
	assert.Equal(t, client.KindNoUpload, client.KindOf(row.Err))
}

func TestPartsOfOneFileTravelTogether(t *testing.T) {
	w := newBench(t, func(c *Config) { c.PartsAtOnce = 3 })
	w.store.block, w.store.entered = make(chan struct{}), make(chan struct{}, 10)
	job, data := w.file(5*minPartSize, client.SSES3{})
	ids, err := w.engine.Submit(slices.Values([]Job{job}))
	require.NoError(t, err)
	for range 3 {
		<-w.store.entered // three wait inside the store at one time
	}
	close(w.store.block)
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ := w.engine.Row(ids[0])
	require.NoError(t, row.Err)
	assert.Equal(t, data, w.store.objects[remote].data)
}
