package transfer_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

func TestAFileLeavesItsSHA256WhereItIsAskedTo(t *testing.T) {
	for _, personality := range []string{"aws", "ceph16"} {
		for _, size := range []int{0, 1024, 300_000, 6 << 20} {
			s := begin(t, []mock.Option{mock.As(personality)}, func(c *transfer.Config) { c.SHA256 = true })
			up, data := s.upload(size, client.SSEKMS{Key: keyID})
			row := s.do(up)
			require.NoError(t, row.Err)
			sum := sha256.Sum256(data)
			head, err := s.store.Head(t.Context(), up.To.At, client.ReadOptions{})
			require.NoError(t, err)
			assert.Equal(t, hex.EncodeToString(sum[:]), head.Metadata["sha256"])
			stored := client.Checksum{Algorithm: client.SHA256, Value: base64.StdEncoding.EncodeToString(sum[:])}
			if personality == "aws" && size < 5<<20 {
				assert.Equal(t, []client.Checksum{stored}, head.Checksums)
			} else {
				assert.NotContains(t, head.Checksums, stored, "of an upload in parts there is none of the whole, and not every server keeps any")
			}
			want := transfer.ContentChecksum
			if personality == "ceph16" {
				want = transfer.ContentMD5
			}
			assert.Equal(t, want, row.Receipt.Content, "%s, %d bytes: %s", personality, size, row.Receipt.Compared.String())
			require.NoError(t, s.do(s.download(up)).Err)
		}
	}
	s := begin(t, nil, func(c *transfer.Config) { c.SHA256 = true })
	require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "PutObject", Do: mock.WrongChecksum}}}))
	up, _ := s.upload(1024, client.SSES3{})
	assert.Equal(t, client.KindCorrupt, client.KindOf(s.do(up).Err), "the server's SHA-256 is compared")
	up, _ = s.upload(1<<20, client.SSES3{})
	require.NoError(t, os.Truncate(up.From.Path, 5))
	assert.Equal(t, client.KindLocal, client.KindOf(s.do(up).Err))
}
