package transfer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// A forger stands in front of a server and sends other bytes, as many as were asked
// for, in the place of those of one answer to GET.
type forger struct {
	*story
	forge func(answer int64, offset int64, asked []byte) []byte // nil: nothing is forged
	nth   atomic.Int64                                          // answer since forge was set
}

// newForger is a server, somebody in front of it, and an engine that only knows him.
func newForger(t *testing.T, personality string) *forger {
	f := &forger{story: begin(t, as(t, personality))}
	server, err := url.Parse(f.server.URL)
	require.NoError(t, err)
	front := httptest.NewTLSServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(server); r.Out.Host = r.In.Host },
		Transport:      f.transport(),
		ModifyResponse: f.change,
	})
	t.Cleanup(front.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw}), 0o600))
	f.store, err = s3store.Dial(
		client.Account{Name: "demo", Endpoint: front.URL, CAFile: ca, AccessKeyID: f.server.AccessKey},
		client.Credentials{AccessKeyID: f.server.AccessKey, Secret: client.NewSecret(f.server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	c := transfer.Config{Store: f.store, Concurrency: 4}
	fetch(f.keys, &c)
	f.engine, err = transfer.New(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.engine.Close(t.Context())) })
	transfer.SetPartSize(f.engine, 1<<20) // below what S3 takes of an upload, so that thousands of these are run
	return f
}

func (f *forger) change(r *http.Response) error {
	if f.forge == nil || r.Request.Method != http.MethodGet || r.StatusCode/100 != 2 {
		return nil
	}
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var offset int64
	_, _ = fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-", &offset) // 0 of the whole
	r.Body = io.NopCloser(bytes.NewReader(f.forge(f.nth.Add(1), offset, asked)))
	return nil
}

// A downloadable object, its bytes and whether something is kept that they can be
// compared with.
type downloadable struct {
	name   string
	from   *forger
	at     client.Location
	key    client.CustomerKey
	data   []byte
	ranged bool
	kept   bool
}

// downloadables are objects under every encryption, of one request and of several, of
// which the server keeps a checksum, the uploader left one, or neither.
func downloadables(t *testing.T) (all []downloadable) {
	customer, err := client.NewCustomerKey(bytes.Repeat([]byte{7}, client.CustomerKeyBytes))
	require.NoError(t, err)
	keeping, bare := newForger(t, "aws"), newForger(t, "ceph16")
	for way, e := range []client.Encryption{client.Inherit{}, client.SSES3{}, client.SSEKMS{Key: keyID}, client.SSEC{Key: customer}} {
		for _, ranged := range []bool{false, true} {
			for _, kept := range []string{"full checksum", "metadata checksum", "none"} {
				d := downloadable{name: fmt.Sprintf("%d, ranged %v, %s", way, ranged, kept), from: bare, ranged: ranged, kept: kept != "none"}
				size := 1000 + 97*len(all)
				if ranged {
					size += 2 << 20
				}
				d.data = forged(uint64(len(all)), size)
				o := client.PutOptions{Encryption: e}
				o.Checksum = memstore.ChecksumOf(d.data)
				switch kept {
				case "full checksum":
					d.from = keeping
				case "metadata checksum":
					o.Metadata = map[string]string{client.MetaChecksum: o.Checksum.Value}
				}
				if c, ok := e.(client.SSEC); ok {
					d.key = c.Key
					d.from.keys.Store(c.Key.MD5(), c.Key)
				}
				d.at = client.Location{Bucket: "bucket", Key: d.name}
				_, err := d.from.store.Put(t.Context(), d.at, bytes.NewReader(d.data), int64(size), o)
				require.NoError(t, err, d.name)
				all = append(all, d)
			}
		}
	}
	return all
}

// forged are bytes of nobody's.
func forged(seed uint64, n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64(nil, seed))).Read(data) // never fails
	return data
}

// forgeries are what may come in the place of bytes that were asked for.
var forgeries = map[string]func(chance *rand.Rand, whole []byte, offset int64, asked []byte) []byte{
	"bit flip": func(chance *rand.Rand, _ []byte, _ int64, asked []byte) []byte {
		asked[chance.IntN(len(asked))] ^= 1 << chance.IntN(8)
		return asked
	},
	"short body with the right length": func(chance *rand.Rand, _ []byte, _ int64, asked []byte) []byte {
		clear(asked[chance.IntN(len(asked)):])
		return asked
	},
	"wrong range": func(chance *rand.Rand, whole []byte, offset int64, asked []byte) []byte {
		by := 1 + chance.IntN(len(whole)-1)
		turned := append(bytes.Clone(whole[by:]), whole[:by]...)
		return turned[offset : offset+int64(len(asked))]
	},
	"another object's bytes": func(chance *rand.Rand, _ []byte, _ int64, asked []byte) []byte {
		return forged(chance.Uint64(), len(asked))
	},
	"version changed": func(chance *rand.Rand, whole []byte, offset int64, asked []byte) []byte {
		return forged(chance.Uint64(), len(whole)+1)[offset : offset+int64(len(asked))]
	},
}

// forgedDownloads is how many downloads are forged: CORRUPTION_SEEDS, else each way once.
func forgedDownloads() int {
	n, err := strconv.Atoi(os.Getenv("CORRUPTION_SEEDS"))
	if err != nil {
		return 1
	}
	return n
}

func TestNoDamageOnTheWayFromAServerIsEverSilent(t *testing.T) {
	objects := downloadables(t)
	told, unverified, n := 0, 0, 0
	for most := forgedDownloads(); n < most; {
		for damage, forge := range forgeries {
			for _, d := range objects {
				n++
				name := fmt.Sprintf("%s, %s, seed %d", damage, d.name, n)
				row, differs := d.download(t, rand.New(rand.NewPCG(9, uint64(n))), forge)
				switch {
				case !differs: // a tail that was nothing but zeros, or no such answer
					require.Equal(t, transfer.Done, row.Phase, "%s: %v", name, row.Err)
				case d.kept || row.Phase != transfer.Done: // an ETag may be the MD5
					told++
					require.Equal(t, transfer.Failed, row.Phase, name)
					require.Contains(t, []client.Kind{client.KindCorrupt, client.KindStaleChecksum}, client.KindOf(row.Err), "%s: %v", name, row.Err)
					require.NoFileExists(t, row.Job.To.String(), name)
				default:
					unverified++
					require.True(t, row.Receipt.IsUnverified(), "%s: %s", name, row.Receipt.Compared)
				}
			}
		}
	}
	assert.Positive(t, told)
	assert.Positive(t, unverified)
	t.Logf("%d downloads: %d damaged ones told, %d with nothing to compare by called unverified", n, told, unverified)
}

// download fetches an object while one answer is forged; differs is whether a byte of
// it was another.
func (d downloadable) download(t *testing.T, chance *rand.Rand, forge func(*rand.Rand, []byte, int64, []byte) []byte) (row transfer.Row, differs bool) {
	hit := int64(1)
	if d.ranged {
		hit += chance.Int64N(3)
	}
	var other atomic.Bool
	d.from.nth.Store(0)
	d.from.forge = func(answer, offset int64, asked []byte) []byte {
		if answer != hit {
			return asked
		}
		sent := forge(chance, d.data, offset, bytes.Clone(asked))
		other.Store(!bytes.Equal(sent, asked))
		return sent
	}
	dir := t.TempDir()
	row = d.from.do(transfer.Job{
		Op: transfer.Download, From: transfer.Place{At: d.at, CustomerKeyMD5: d.key.MD5()}, To: transfer.WriteTo(dir, "back.bin"),
		Overwrite: transfer.OverwriteAlways, Expect: transfer.Expect{Size: int64(len(d.data))},
	})
	if row.Phase != transfer.Done {
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
	require.NoError(t, os.RemoveAll(dir))
	return row, other.Load()
}
