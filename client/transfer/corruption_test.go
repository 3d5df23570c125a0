package transfer

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// damages are what may come in the place of the bytes that were asked for, of the same
// length.
var damages = map[string]func(chance *rand.Rand, whole []byte, c memstore.Call, asked []byte) []byte{
	"bit flip": func(chance *rand.Rand, _ []byte, _ memstore.Call, asked []byte) []byte {
		asked = bytes.Clone(asked)
		asked[chance.IntN(len(asked))] ^= 1 << chance.IntN(8)
		return asked
	},
	"short body with the right length": func(chance *rand.Rand, _ []byte, _ memstore.Call, asked []byte) []byte {
		asked = bytes.Clone(asked)
		clear(asked[chance.IntN(len(asked)):])
		return asked
	},
	"wrong range": func(chance *rand.Rand, whole []byte, c memstore.Call, asked []byte) []byte {
		by := 1 + chance.Int64N(int64(len(whole))-1)
		turned := append(bytes.Clone(whole[by:]), whole[:by]...)
		return turned[c.Read.Offset : c.Read.Offset+int64(len(asked))]
	},
	"another object's bytes": func(chance *rand.Rand, _ []byte, _ memstore.Call, asked []byte) []byte {
		other := make([]byte, len(asked))
		_, _ = rand.NewChaCha8([32]byte{1, byte(chance.Uint32())}).Read(other)
		return other
	},
	"version changed": func(_ *rand.Rand, whole []byte, c memstore.Call, asked []byte) []byte {
		newer := randomBytes(int64(len(whole)) + 1)
		return newer[c.Read.Offset : c.Read.Offset+int64(len(asked))]
	},
}

// seeds is how many downloads are damaged: CORRUPTION_SEEDS, else as many as take a
// few seconds.
func seeds(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("CORRUPTION_SEEDS"))
	if err != nil {
		return 180
	}
	t.Logf("%d seeds", n)
	return n
}

// TestNoDamageIsEverSilent damages downloads in every way, under every encryption, in
// one piece and in ranges, with a checksum of the server's, the note of an upload, or
// neither. Without one nothing that arrives may be called anything but unverified.
func TestNoDamageIsEverSilent(t *testing.T) {
	customer, err := client.NewCustomerKey(bytes.Repeat([]byte{7}, client.CustomerKeyBytes))
	require.NoError(t, err)
	ways := []client.Encryption{client.Inherit{}, client.SSES3{}, client.SSEKMS{Key: keyID}, client.SSEC{Key: customer}}
	told, unverified, n, most := 0, 0, 0, seeds(t)
	for n < most {
		for damage, do := range damages {
			for way, e := range ways {
				for _, ranged := range []bool{false, true} {
					for _, kept := range []string{"full checksum", "metadata checksum", "none"} {
						n++
						name := fmt.Sprintf("%s, %d, ranged %v, %s, seed %d", damage, way, ranged, kept, n)
						row, job, data := damaged(t, e, ranged, kept, rand.New(rand.NewPCG(9, uint64(n))), do)
						if kept != "none" {
							told++
							require.Equal(t, Failed, row.Phase, name)
							require.Empty(t, files(t, job.To.Root), name)
							continue
						}
						unverified++
						if row.Phase == Done {
							require.True(t, row.Receipt.IsUnverified(), "%s: %s", name, row.Receipt.Compared)
							require.Equal(t, "unverified: the server keeps no checksum of it; only its size was compared", row.Receipt.Compared.String(), name)
							got, err := os.ReadFile(job.path())
							require.NoError(t, err)
							require.Len(t, got, len(data), name)
						}
					}
				}
			}
		}
	}
	assert.Positive(t, told)
	t.Logf("%d downloads: %d damaged ones told, %d with nothing to compare by called unverified", n, told, unverified)
}

// damaged is what becomes of one download.
func damaged(t *testing.T, e client.Encryption, ranged bool, kept string, chance *rand.Rand, damage func(*rand.Rand, []byte, memstore.Call, []byte) []byte) (Row, Job, []byte) {
	w := newBench(t)
	size := 1000 + chance.Int64N(1000)
	if ranged {
		w.engine.cfg.PartSize = 1 << 20 // below what S3 takes of an upload, so that thousands of these are run
		size += 2 << 20
	}
	o := client.PutOptions{Encryption: e}
	job, data := w.object(size, o)
	switch kept {
	case "full checksum":
		w.store.Become(storetest.AWS)
		w.add(remote, data, o)
	case "metadata checksum":
		o.Metadata = map[string]string{client.MetaChecksum: memstore.ChecksumOf(data).Value}
		w.add(remote, data, o)
	}
	w.store.After(func(_ memstore.Call, o *client.Object) error { o.ETag = "opaque"; return nil })
	w.engine.cfg.Store = deafToIfMatch{w.store}
	hit := chance.IntN(3) + 1
	w.store.Send(func(c memstore.Call, asked []byte) io.Reader {
		if ranged && c.Nth != hit {
			return bytes.NewReader(asked)
		}
		return bytes.NewReader(damage(chance, data, c, asked))
	})
	return w.run(job)[0], job, data
}
