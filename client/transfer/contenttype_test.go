package transfer

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAFileWhoseNameTellsNothingIsStoredAsWhatItHolds(t *testing.T) {
	const picture = "\x89PNG\r\n\x1a\n"
	for _, size := range []int64{0, 100, minPartSize, minPartSize + 1} {
		w := newBench(t)
		job, data := w.file(size, client.SSES3{})
		copy(data, picture)
		require.NoError(t, os.WriteFile(job.From.Path, data, 0o600))
		stat, err := os.Stat(job.From.Path)
		require.NoError(t, err)
		job.Expect.Modified, job.ContentType = stat.ModTime(), ""
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		want := "image/png"
		if size == 0 {
			want = "text/plain"
		}
		assert.Equal(t, want, w.there(remote).ContentType, "of %d bytes", size)
	}
}

func TestAFileWhoseFirstBytesCannotBeReadIsNotSentAsSomethingElse(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "b"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	w := newBench(t)
	job, _ := w.file(minPartSize, client.SSES3{})
	job.ContentType = ""
	_, err = w.engine.putOptions(&item{row: Row{Job: job}}, &source{job: job, file: f}, client.Checksum{})
	require.ErrorIs(t, err, os.ErrClosed)
	assert.Equal(t, client.KindLocal, client.KindOf(err))
}

func TestAStreamWhoseNameTellsNothingIsStoredAsWhatItHolds(t *testing.T) {
	w := newBench(t)
	job, _ := w.stream(t, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("%PDF-1.7\n")), nil })
	require.NoError(t, w.run(job)[0].Err)
	assert.Equal(t, "application/pdf", w.there(remote).ContentType)
}
