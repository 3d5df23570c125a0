package transfer

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestAFailedPartEndsTheUploadAndLeavesNothingOpen(t *testing.T) {
	for _, op := range []memstore.Op{memstore.CreateMultipartUpload, memstore.UploadPart, memstore.CompleteMultipartUpload} {
		w := newBench(t)
		slow := &client.Error{Op: string(op), Kind: client.KindThrottled}
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == op && (call.Nth == 2 || op != memstore.UploadPart) {
				return slow
			}
			return nil
		})
		job, _ := w.file(4*minPartSize, client.SSES3{})
		row := w.run(job)[0]
		assert.Equal(t, Failed, row.Phase)
		require.ErrorIs(t, row.Err, error(slow), op)
		assert.Empty(t, w.store.Open(remote.Bucket), op)
		assert.Empty(t, w.store.Names(remote.Bucket), op)
		assert.Empty(t, w.receipts)
	}
}

func TestBytesOfAFailedRequestAreNotCountedAsSent(t *testing.T) {
	for size, want := range map[int64]int64{1000: 0, 2 * minPartSize: minPartSize} {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		w.store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Body == nil || size > minPartSize && c.Nth == 1 {
				return nil
			}
			_, err := io.CopyN(io.Discard, c.Body, c.Size/2)
			return errors.Join(err, c.Error(client.KindNetwork))
		})
		job, _ := w.file(size, client.SSES3{})
		row := w.run(job)[0]
		assert.Equal(t, client.KindNetwork, client.KindOf(row.Err))
		assert.Equal(t, want, row.Sent)
	}
}

func TestACompletionWhoseAnswerWasLostIsFoundOut(t *testing.T) {
	w := newBench(t)
	w.store.After(func(c memstore.Call, _ *client.Object) error {
		if c.Op == memstore.CompleteMultipartUpload {
			return c.Error(client.KindNoUpload) // what a repeated call is told
		}
		return nil
	})
	job, data := w.file(2*minPartSize, client.SSEKMS{Key: keyID})
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
	assert.Equal(t, data, w.store.Content(remote))

	// The same answer, and the object there is another.
	w = newBench(t)
	w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.CompleteMultipartUpload {
			return call.Error(client.KindNoUpload)
		}
		return nil
	})
	row = w.run(job)[0]
	assert.Equal(t, client.KindNoUpload, client.KindOf(row.Err))
}

func TestPartsOfOneFileTravelTogether(t *testing.T) {
	w := newBench(t, func(c *Config) { c.Concurrency = 3 })
	gate := w.store.Hold(memstore.UploadPart)
	job, data := w.file(5*minPartSize, client.SSES3{})
	rows, err := w.engine.Submit(slices.Values([]Job{job}))
	require.NoError(t, err)
	for range 3 {
		<-gate.Entered() // three wait inside the store at one time
	}
	gate.Open()
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ := w.engine.Nth(rows.First)
	require.NoError(t, row.Err)
	assert.Equal(t, data, w.store.Content(remote))
}
