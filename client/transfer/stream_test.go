package transfer

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// stream is an upload of what from gives, whose size nobody knows, and the
// folder in which it is put down meanwhile.
func (w *workbench) stream(t *testing.T, from func() (io.ReadCloser, error)) (Job, string) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	w.engine.Attach("s", Stream{Open: from})
	return Job{
		ID: "s", Op: Upload, From: Place{Stream: "-"}, To: ObjectAt("ward", remote, ""), Overwrite: OverwriteAlways,
		Treatment: client.Treatment{Type: client.TypeSSES3},
	}, temp
}

func TestAStreamIsProvedLikeAFile(t *testing.T) {
	for _, size := range []int64{0, 7, 2*minPartSize + 3} {
		w := newBench(t)
		data := randomBytes(size)
		opened := 0
		job, temp := w.stream(t, func() (io.ReadCloser, error) {
			opened++
			return io.NopCloser(iotest.HalfReader(bytes.NewReader(data))), nil
		})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.Equal(t, size, row.Job.Expect.Size, "known once it was read")
		assert.Equal(t, size, row.Receipt.Size)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.True(t, bytes.Equal(data, w.store.Content(remote)))
		assert.Equal(t, 1, opened)
		assert.Empty(t, files(t, temp))
	}
}

func TestAStreamThatBreaksOffIsNoObject(t *testing.T) {
	broken := errors.New("the pipe broke")
	for _, from := range []func() (io.ReadCloser, error){
		func() (io.ReadCloser, error) { return nil, broken },
		func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader([]byte("some")), iotest.ErrReader(broken))), nil
		},
	} {
		w := newBench(t)
		job, temp := w.stream(t, from)
		row := w.run(job)[0]
		require.ErrorIs(t, row.Err, broken)
		assert.Equal(t, client.KindLocal, client.KindOf(row.Err))
		assert.Empty(t, w.store.Names(remote.Bucket))
		assert.Empty(t, files(t, temp))
	}
	w := newBench(t)
	job, temp := w.stream(t, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil })
	require.NoError(t, os.Remove(temp))
	assert.Equal(t, client.KindLocal, client.KindOf(w.run(job)[0].Err), "there is no room for temporary files")
}

func TestAStreamNobodyWritesToCanBeCancelled(t *testing.T) {
	w := newBench(t)
	r, in := io.Pipe()
	defer func() { require.NoError(t, in.Close()) }()
	reading := make(chan struct{})
	job, temp := w.stream(t, func() (io.ReadCloser, error) { close(reading); return r, nil })
	rows, err := w.engine.Submit(slices.Values([]Job{job}))
	require.NoError(t, err)
	<-reading
	w.engine.Cancel(rows)
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ := w.engine.Nth(rows.First)
	assert.Equal(t, Cancelled, row.Phase)
	assert.Empty(t, files(t, temp))
}

func TestOnlyVerifiedBytesAreHandedOn(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	job, data := w.object(2*minPartSize, client.PutOptions{})
	var got bytes.Buffer
	folder := job.To.Root
	take := func(j Job, take func(io.Reader) error) Job {
		j.ID, j.To = rand.Text(), Place{Stream: "-"}
		w.engine.Attach(j.ID, Stream{Take: take})
		return j
	}
	into := func(r io.Reader) error {
		_, err := io.Copy(&got, r)
		return err
	}
	require.NoError(t, w.run(take(job, into))[0].Err)
	assert.True(t, bytes.Equal(data, got.Bytes()))
	assert.Empty(t, files(t, folder), "no file is made")

	got.Reset()
	w.store.Send(func(call memstore.Call, data []byte) io.Reader {
		wrong := bytes.Clone(data)
		wrong[0] ^= 1
		return bytes.NewReader(wrong)
	})
	assert.Equal(t, client.KindCorrupt, client.KindOf(w.run(take(job, into))[0].Err))
	assert.Zero(t, got.Len())
	w.store.Send(nil)

	full := errors.New("no space left")
	require.ErrorIs(t, w.run(take(job, func(io.Reader) error { return full }))[0].Err, full)
	assert.Empty(t, files(t, folder))
}

func TestAPipeNobodyReadsCanBeCancelled(t *testing.T) {
	w := newBench(t)
	job, _ := w.object(10, client.PutOptions{})
	waiting, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	folder := job.To.Root
	job.ID, job.To = "s", Place{Stream: "-"}
	w.engine.Attach(job.ID, Stream{Take: func(io.Reader) error { close(waiting); <-never; return nil }})
	rows, err := w.engine.Submit(slices.Values([]Job{job}))
	require.NoError(t, err)
	<-waiting
	w.engine.Cancel(rows)
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ := w.engine.Nth(rows.First)
	assert.Equal(t, Cancelled, row.Phase)
	assert.Empty(t, files(t, folder))
}

func TestAFileThatHoldsMoreThanItsSizeSaysIsRefused(t *testing.T) {
	odd := filepath.Join("/proc", "self", "status")
	st, err := os.Stat(odd)
	if err != nil || st.Size() != 0 {
		t.Skip("there is no such file here")
	}
	w := newBench(t)
	row := w.run(Job{Op: Upload, From: ReadFrom(odd), To: ObjectAt("ward", remote, ""), Overwrite: OverwriteAlways, Treatment: client.Treatment{Type: client.TypeSSES3}})[0]
	require.ErrorContains(t, row.Err, "holds more than the 0 bytes its size says")
	assert.Empty(t, w.store.Names(remote.Bucket))
}

func TestNobodyElsesFileAmongTheTemporaryOnesKeepsAStreamFromComing(t *testing.T) {
	w := newBench(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	if err := os.Symlink(t.TempDir(), filepath.Join(temp, "stream")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	w.add(remote, []byte("bytes"), client.PutOptions{Encryption: client.SSES3{}})
	var got []byte
	w.engine.Attach("d", Stream{Take: func(r io.Reader) (err error) { got, err = io.ReadAll(r); return err }})
	row := w.run(Job{ID: "d", Op: Download, From: ObjectAt("ward", remote, ""), To: Place{Stream: "-"}, Overwrite: OverwriteAlways})[0]
	require.NoError(t, row.Err)
	assert.Equal(t, "bytes", string(got))
}
