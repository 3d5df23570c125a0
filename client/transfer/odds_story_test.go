package transfer_test

import (
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// The answer to a write is lost, the write is repeated, and a server that was asked to
// write under a condition refuses the repetition because of what it has written.
func TestAnAnswerLostOnItsWayMakesNoOtherOutcome(t *testing.T) {
	for _, c := range []struct {
		personality string
		size        int
		op          string
		how         transfer.Overwrite
	}{
		{"aws", 1024, "PutObject", transfer.OverwriteSkip},
		{"aws", 1024, "PutObject", transfer.OverwriteNewer},
		{"aws", 1024, "PutObject", transfer.OverwriteAlways},
		{"aws", 6 << 20, "CompleteMultipartUpload", transfer.OverwriteSkip},
		{"aws", 6 << 20, "CompleteMultipartUpload", transfer.OverwriteNewer},
		{"aws", 6 << 20, "CompleteMultipartUpload", transfer.OverwriteAlways},
		{"aws", 6 << 20, "UploadPart", transfer.OverwriteSkip},
		{"aws", 6 << 20, "CreateMultipartUpload", transfer.OverwriteSkip},
		{"ceph16", 1024, "PutObject", transfer.OverwriteSkip},
		{"ceph16", 6 << 20, "CompleteMultipartUpload", transfer.OverwriteNewer},
		{"minio", 6 << 20, "CompleteMultipartUpload", transfer.OverwriteSkip},
	} {
		what := c.personality + " " + c.op + " " + string(c.how)
		t.Run(what, func(t *testing.T) {
			t.Parallel() // it waits more than it works
			s := begin(t, []mock.Option{mock.As(c.personality)})
			up, _ := s.upload(c.size, client.SSEKMS{Key: keyID})
			up.Overwrite = c.how
			if c.how == transfer.OverwriteNewer { // than what is there
				older, _ := s.upload(10, client.SSEKMS{Key: keyID})
				require.NoError(t, s.do(older).Err)
				up.Expect.Modified = time.Now().Add(24 * time.Hour).Truncate(time.Second)
				require.NoError(t, os.Chtimes(up.From.Path, up.Expect.Modified, up.Expect.Modified))
			}
			require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: c.op, Count: 1, Do: mock.Reset}}}))
			row := s.do(up)
			require.NoError(t, row.Err)
			assert.Equal(t, transfer.Done, row.Phase)
			assert.Equal(t, transfer.Verified, row.Receipt.Verdict)
			open, err := s.store.OpenUploads(t.Context(), client.Location{Bucket: "bucket"})
			require.NoError(t, err)
			assert.Empty(t, open, "nothing is left of the first try")
		})
	}
}

// Neither this machine's clock nor the server's decides anything but the dates that
// are shown.
func TestClocksThatAreOffOrJumpStopNothing(t *testing.T) {
	const off = 25 * time.Hour
	var jump atomic.Int64
	random := rand.New(rand.NewPCG(1, 2))
	s := begin(t, nil, func(c *transfer.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(jump.Load())) }
	})
	for n, skew := range []time.Duration{off, -off} {
		jump.Store(random.Int64N(int64(2*off)) - int64(off))
		faults := mock.Faults{ClockSkewSeconds: int64(skew / time.Second)}
		if n == 1 { // and the answer to the completion is lost
			faults.Faults = []mock.Fault{{Op: "CompleteMultipartUpload", Count: 1, Do: mock.Reset}, {Op: "PutObject", Count: 1, Do: mock.Reset}}
		}
		require.NoError(t, s.server.SetFaults(faults))
		for _, size := range []int{1024, 11 << 20} {
			up, _ := s.upload(size, client.SSEKMS{Key: keyID})
			up.Overwrite = transfer.OverwriteSkip
			_, err := s.store.Delete(t.Context(), []client.Location{up.To.At})
			require.NoError(t, err)
			row := s.do(up)
			require.NoError(t, row.Err, "%v, %d bytes", skew, size)
			assert.Equal(t, transfer.Verified, row.Receipt.Verdict)
			require.NoError(t, s.do(s.download(up)).Err)
		}
	}
	open, err := s.store.OpenUploads(t.Context(), client.Location{Bucket: "bucket"})
	require.NoError(t, err)
	assert.Empty(t, open)
}
