package transfer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A file can change under an upload in several ways; none may pass for sent.
func TestUploadFailsWhenTheFileChangesWhileItIsSent(t *testing.T) {
	change := map[string]func(t *testing.T, path string){
		"shrinks": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 3)) },
		"grows": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString("more")
			require.NoError(t, errors.Join(err, f.Close()))
		},
		"is replaced": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path+".new", []byte("another"), 0o600))
			require.NoError(t, os.Rename(path+".new", path))
		},
		"is removed": func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		"changes and keeps its date": func(t *testing.T, path string) {
			stat, err := os.Stat(path)
			require.NoError(t, err)
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteAt([]byte("!!"), 5)
			require.NoError(t, errors.Join(err, f.Close(), os.Chtimes(path, stat.ModTime(), stat.ModTime())))
		},
	}
	for name, how := range change {
		for _, size := range []int64{100_000, 2 * bufferBytes, 2*minPartSize + 5} {
			if size < bufferBytes && name == "changes and keeps its date" {
				continue // it is sent as it was read: TestASmallFileIsSentAsItWasRead
			}
			w := newBench(t)
			job, _ := w.file(size, client.SSES3{})
			var once sync.Once
			w.store.Before(func(_ context.Context, call memstore.Call) error {
				if call.Op == memstore.PutObject || call.Op == memstore.UploadPart {
					once.Do(func() { how(t, job.From.Path) })
				}
				return nil
			})
			row := w.run(job)[0]
			assert.Equal(t, Failed, row.Phase, name)
			assert.Equal(t, client.KindLocal, client.KindOf(row.Err), "%s: %v", name, row.Err)
			assert.Empty(t, w.receipts, name)
			assert.Empty(t, w.store.Open(remote.Bucket), "%s: no parts stay behind", name)
			assert.Zero(t, w.store.Count(memstore.CompleteMultipartUpload), name)
		}
	}
}

// What is sent of a small file is what was summed, whatever is written to it meanwhile.
func TestASmallFileIsSentAsItWasRead(t *testing.T) {
	for _, size := range []int64{1, 1000, bufferBytes - 1} {
		w := newBench(t)
		job, data := w.file(size, client.SSES3{})
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op != memstore.PutObject {
				return nil
			}
			return errors.Join(os.WriteFile(job.From.Path, make([]byte, size), 0o600), os.Chtimes(job.From.Path, job.Expect.Modified, job.Expect.Modified))
		})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.Equal(t, data, w.store.Content(remote))
	}
}

func TestASmallFileIsReadIntoABufferThatIsNotMuchLarger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for size, want := range map[int64]int{0: tiny, 4096: tiny, tiny - 1: tiny, tiny: small, 64 << 10: small, 64<<10 + 1: bufferBytes, bufferBytes - 1: bufferBytes} {
		require.NoError(t, os.WriteFile(path, make([]byte, size), 0o600))
		s, err := openSource(Job{From: ReadFrom(path), Expect: Expect{Size: size}})
		require.NoError(t, err, size)
		assert.Len(t, *s.small, want, size)
		assert.Len(t, s.whole(), int(size))
		s.release()
		assert.Nil(t, s.small, "nothing is held of what is sent")
		s.release()
		s.close()
	}
	require.NoError(t, os.WriteFile(path, make([]byte, bufferBytes), 0o600))
	s, err := openSource(Job{From: ReadFrom(path), Expect: Expect{Size: bufferBytes}})
	require.NoError(t, err)
	assert.Nil(t, s.small)
	s.close()
}
