package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// stormFiles says how many small files go through the storm (scripts/storm.sh). Without
// it they are few, and how long it takes is not looked at.
const stormFiles = "BUCKETSEAL_STORM_FILES"

// weather are the faults of the endpoint, by call: 5 % resets, 5 % busy, a fifth of
// them twenty in a row, 2 % cut short, 1 % standing still, on the way up (before
// the body has been read) as on the way down.
var weather = mock.Faults{Faults: append(bursts(), []mock.Fault{
	{Op: "*Object", Do: mock.Reset, Early: true, Probability: 0.025, Seed: 1},
	{Op: "*", Do: mock.Reset, Probability: 0.025, Seed: 2},
	{Op: "*", Do: mock.AnswerStatus, Status: 503, Code: "SlowDown", Probability: 0.04, Seed: 3},
	{Op: "GetObject", Do: mock.Cut, Bytes: 700, Probability: 0.02, Seed: 4},
	{Op: "PutObject", Do: mock.Reset, Early: true, Probability: 0.02, Seed: 4},
	{Op: "UploadPart", Do: mock.Reset, Early: true, Probability: 0.02, Seed: 4},
	{Op: "GetObject", Do: mock.Stall, Bytes: 500, Probability: 0.01, Seed: 5},
	{Op: "PutObject", Do: mock.Delay, Millis: standstill, Probability: 0.01, Seed: 5},
	{Op: "UploadPart", Do: mock.Delay, Millis: standstill, Probability: 0.01, Seed: 5},
}...)}

// bursts are answers that ask to slow down, twenty of each two thousand.
func bursts() (all []mock.Fault) {
	for nth := 100; nth < 40_000; nth += 2000 {
		all = append(all, mock.Fault{Op: "*", Do: mock.AnswerStatus, Status: 503, Code: "SlowDown", Nth: nth, Count: 20})
	}
	return all
}

// standstill is longer than anybody waits for a server that is silent.
const standstill = 60_000

// distance is what the line has in calm too: 10 ms, since who stands beside the server
// has nothing to do while one request in a hundred stands still.
const distance = `{"name":"far","type":"latency","attributes":{"latency":10}}`

// toxics are the faults of the line, by connection.
var toxics = []string{
	`{"name":"reset","type":"reset_peer","toxicity":0.05,"attributes":{"timeout":700}}`,
	`{"name":"cut","type":"limit_data","toxicity":0.02,"attributes":{"bytes":300000}}`,
	`{"name":"stall","type":"timeout","toxicity":0.01,"attributes":{"timeout":0}}`,
	`{"name":"cut up","type":"limit_data","stream":"upstream","toxicity":0.02,"attributes":{"bytes":300000}}`,
	`{"name":"stall up","type":"timeout","stream":"upstream","toxicity":0.01,"attributes":{"timeout":0}}`,
}

// A passage is files going up and coming down, through a proxy.
type passage struct {
	*testing.T
	server *mock.Endpoint
	proxy  *toxiproxy.Proxy
	engine *transfer.Engine
	calls  *counting
	files  map[string][]byte // by key
	dir    string
}

// counting counts the calls that came to the endpoint, which logs each.
type counting struct {
	slog.Handler
	n atomic.Int64
}

func (c *counting) Enabled(context.Context, slog.Level) bool { return true }
func (c *counting) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "request" {
		c.n.Add(1)
	}
	return nil
}
func (c *counting) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c *counting) WithGroup(string) slog.Handler      { return c }

func setOut(t *testing.T, small, large int) *passage {
	t.Helper()
	p := &passage{T: t, calls: &counting{}, files: map[string][]byte{}, dir: t.TempDir()}
	p.server = mock.Start(t, mock.With(func(c *mock.Config) { c.Log = slog.New(p.calls) }))
	at, err := url.Parse(p.server.URL)
	require.NoError(t, err)
	p.proxy = toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "line", "127.0.0.1:0", at.Host)
	require.NoError(t, p.proxy.Start())
	t.Cleanup(p.proxy.Stop)
	_, err = p.proxy.Toxics.AddToxicJson(strings.NewReader(distance))
	require.NoError(t, err)
	store, err := s3store.Dial(
		client.Account{Name: "storm", Endpoint: at.Scheme + "://" + p.proxy.Listen, CAFile: p.server.CAFile, AccessKeyID: p.server.AccessKey},
		client.Credentials{AccessKeyID: p.server.AccessKey, Secret: client.NewSecret(p.server.SecretKey)},
		s3store.Options{Stall: 500 * time.Millisecond})
	require.NoError(t, err)
	p.engine, err = transfer.New(transfer.Config{Store: store, Account: client.AccountRef{Name: "storm"}, PartSize: 5 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.engine.Close(context.Background())) })
	source := rand.NewChaCha8([32]byte{1})
	for i := range small + large {
		size := 1000 + i%4000
		if i >= small {
			size = 12<<20 + i
		}
		data := make([]byte, size)
		_, _ = source.Read(data)
		key := fmt.Sprintf("file %d", i)
		p.files[key] = data
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, key), data, 0o600))
	}
	return p
}

// carry does a job for each file, and says how long all took, and by how many calls.
func (p *passage) carry(job func(key string, size int64) transfer.Job) (took time.Duration, calls int64) {
	p.Helper()
	var jobs []transfer.Job
	for key, data := range p.files {
		jobs = append(jobs, job(key, int64(len(data))))
	}
	slices.SortFunc(jobs, func(a, b transfer.Job) int { return strings.Compare(a.ID, b.ID) })
	before, began := p.calls.n.Load(), time.Now()
	rows, err := p.engine.Submit(slices.Values(jobs))
	require.NoError(p, err)
	require.NoError(p, p.engine.Wait(p.Context()))
	took, calls = time.Since(began), p.calls.n.Load()-before
	for _, r := range p.engine.AppendRows(nil, rows.First, rows.N) {
		require.NoError(p, r.Err, r.Job.ID)
		assert.Equal(p, transfer.Done, r.Phase, r.Job.ID)
	}
	return took, calls
}

func (p *passage) up(key string, size int64) transfer.Job {
	return transfer.Job{
		ID: "up " + key, Op: transfer.Upload, From: transfer.ReadFrom(filepath.Join(p.dir, key)),
		To:     transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: key}, ""),
		Expect: transfer.Expect{Size: size}, Treatment: client.Treatment{Type: client.TypeSSES3}, Overwrite: transfer.OverwriteAlways,
	}
}

func (p *passage) down(key string, size int64) transfer.Job {
	return transfer.Job{
		ID: "down " + key, Op: transfer.Download, From: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: key}, ""),
		To: transfer.WriteTo(filepath.Join(p.dir, "back"), key), Expect: transfer.Expect{Size: size}, Overwrite: transfer.OverwriteAlways,
	}
}

// equal compares what came back with what there was.
func (p *passage) equal() {
	p.Helper()
	for key, data := range p.files {
		got, err := os.ReadFile(filepath.Join(p.dir, "back", key))
		require.NoError(p, err)
		require.True(p, bytes.Equal(data, got), key)
	}
}

func TestAllBytesAreRightAfterAStorm(t *testing.T) {
	small, large := 60, 1
	asked, long := os.LookupEnv(stormFiles)
	if long {
		n, err := strconv.Atoi(asked)
		require.NoError(t, err, stormFiles)
		small, large = n, 4
	}
	calm, storm := setOut(t, small, large), setOut(t, small, large)
	require.NoError(t, storm.server.SetFaults(weather))
	for _, toxic := range toxics {
		_, err := storm.proxy.Toxics.AddToxicJson(strings.NewReader(toxic))
		require.NoError(t, err)
	}
	for _, way := range []struct {
		name string
		job  func(p *passage) func(string, int64) transfer.Job
	}{
		{"up", func(p *passage) func(string, int64) transfer.Job { return p.up }},
		{"down", func(p *passage) func(string, int64) transfer.Job { return p.down }},
	} {
		quiet, few := calm.carry(way.job(calm))
		rough, many := storm.carry(way.job(storm))
		t.Logf("%s: calm %v by %d calls, storm %v by %d: %.2f of the goodput, %.2f times the calls",
			way.name, quiet, few, rough, many, quiet.Seconds()/rough.Seconds(), float64(many)/float64(few))
		assert.LessOrEqual(t, float64(many), 1.3*float64(few), "%s: calls", way.name)
		if long {
			assert.GreaterOrEqual(t, quiet.Seconds()/rough.Seconds(), 0.6, "%s: goodput", way.name)
		}
	}
	calm.equal()
	storm.equal()
}
