package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// What happens meanwhile, at a server that speaks S3 and with files of a disk.

// meanwhile lets something happen before bytes move.
type meanwhile struct {
	client.Store
	happens func()
}

func (m meanwhile) Put(ctx context.Context, at client.Location, body io.ReadSeeker, size int64, o client.PutOptions) (client.Object, error) {
	m.happens()
	return m.Store.Put(ctx, at, body, size, o)
}

func (m meanwhile) UploadPart(ctx context.Context, u client.Upload, n int, body io.ReadSeeker, size int64, d client.Digests) (client.Part, error) {
	m.happens()
	return m.Store.UploadPart(ctx, u, n, body, size, d)
}

func (m meanwhile) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	m.happens()
	return m.Store.Get(ctx, at, o)
}

func TestAFileThatIsAnotherWhileItIsSentIsNeverThereAsWhole(t *testing.T) {
	for name, happens := range map[string]func(path string) error{
		"it is cut short": func(path string) error { return os.Truncate(path, 100) },
		"it is emptied":   func(path string) error { return os.Truncate(path, 0) },
		"another takes its name": func(path string) error {
			return errors.Join(os.WriteFile(path+".new", []byte("another"), 0o600), os.Rename(path+".new", path))
		},
		"one as large takes its name": func(path string) error {
			stat, err := os.Stat(path)
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(path+".new", make([]byte, stat.Size()), 0o600), os.Chtimes(path+".new", stat.ModTime(), stat.ModTime()), os.Rename(path+".new", path))
		},
		"it is deleted": os.Remove,
	} {
		for _, size := range []int{1024, 4 << 20, 12 << 20} {
			var once sync.Once
			var file string
			s := begin(t, nil, func(c *transfer.Config) {
				c.Store = meanwhile{c.Store, func() { once.Do(func() { assert.NoError(t, happens(file)) }) }}
			})
			up, data := s.upload(size, client.SSEKMS{Key: keyID})
			file = up.From.Path
			row := s.do(up)
			assert.Equal(t, transfer.Failed, row.Phase, "%s, %d bytes", name, size)
			assert.Equal(t, client.KindLocal, client.KindOf(row.Err), "%s: %v", name, row.Err)
			require.ErrorContains(t, row.Err, "send it again", "%s: it says what to do", name)
			s.isWholeOrAbsent(up.To.At, data, name)
			open, err := s.store.OpenUploads(t.Context(), client.Location{Bucket: "bucket"})
			require.NoError(t, err)
			assert.Empty(t, open, name)
		}
	}
}

// isWholeOrAbsent asserts that there is no object, or that it is the file as it was.
func (s *story) isWholeOrAbsent(at client.Location, data []byte, what string) {
	s.Helper()
	_, body, err := s.store.Get(s.Context(), at, client.ReadOptions{})
	if client.KindOf(err) == client.KindNotFound {
		return
	}
	require.NoError(s, err)
	got, err := io.ReadAll(body)
	require.NoError(s, errors.Join(err, body.Close()))
	assert.True(s, bytes.Equal(data, got), "%s: a torn object", what)
}

// The clocks jump by two days and more before each request that moves bytes: those of
// the server, by which signatures hold, and of this machine.
func TestClocksThatJumpInTheMiddleOfATransferStopNothing(t *testing.T) {
	const off = 25 * time.Hour
	var jumps atomic.Int64
	var s *story
	s = begin(t, nil, func(c *transfer.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(jumps.Load()%3-1) * 2 * off) }
		c.Store = meanwhile{c.Store, func() {
			skew := off
			if jumps.Add(1)%2 == 0 {
				skew = -off
			}
			assert.NoError(t, s.server.SetFaults(mock.Faults{ClockSkewSeconds: int64(skew / time.Second)}))
		}}
	})
	for _, size := range []int{1024, 21 << 20} {
		up, data := s.upload(size, client.SSEKMS{Key: keyID})
		row := s.do(up)
		require.NoError(t, row.Err)
		assert.Equal(t, transfer.Verified, row.Receipt.Verdict)
		down := s.download(up)
		require.NoError(t, s.do(down).Err)
		got, err := os.ReadFile(down.To.Root + "/" + down.To.Name)
		require.NoError(t, err)
		assert.Equal(t, data, got)
	}
	assert.Greater(t, jumps.Load(), int64(10))
}
