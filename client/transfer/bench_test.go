package transfer

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// What the engine itself costs: the store throws bytes away, or makes them up.
// MB/s far above any network say that it is not the limit; B/op says that no
// part lies in memory.

const benchSize = 256 << 20

func benchEngine(b *testing.B, s client.Store) *Engine {
	e, err := New(Config{Store: s})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, e.Close(context.Background())) })
	return e
}

func benchJob(b *testing.B, e *Engine, j Job, n int) {
	j.ID = fmt.Sprintf("%s-%d", b.Name(), n)
	_, err := e.Submit(slices.Values([]Job{j}))
	require.NoError(b, err)
	require.NoError(b, e.Wait(b.Context()))
	row, _ := e.Row(j.ID)
	require.NoError(b, row.Err)
	e.Clear()
}

func BenchmarkUpload(b *testing.B) {
	path := filepath.Join(b.TempDir(), "big")
	require.NoError(b, os.WriteFile(path, make([]byte, benchSize), 0o600))
	e := benchEngine(b, &endless{size: benchSize})
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		benchJob(b, e, Job{
			Op: Upload, From: ReadFrom(path), To: ObjectAt("", remote, ""), Expect: Expect{Size: benchSize}, Overwrite: OverwriteAlways,
			Treatment: client.Treatment{Type: client.TypeSSES3},
		}, n)
	}
}

func BenchmarkDownload(b *testing.B) {
	e := benchEngine(b, &endless{size: benchSize})
	root := b.TempDir()
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		benchJob(b, e, Job{Op: Download, From: ObjectAt("", remote, ""), To: WriteTo(root, "big"), Overwrite: OverwriteAlways}, n)
	}
}

func BenchmarkNames(b *testing.B) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("project/資料/run-%03d/sample-%05d.fastq.gz", i/1000, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		Names(keys)
	}
}

// What looking costs a window or a command line while a million jobs are queued.

const benchRows = 1_000_000

// benchQueue is an engine in which a million jobs wait: nothing is sent.
func benchQueue(b *testing.B) *Engine {
	e := benchEngine(b, &held{})
	path := filepath.Join(b.TempDir(), "small")
	require.NoError(b, os.WriteFile(path, make([]byte, 4096), 0o600))
	_, err := e.Submit(func(yield func(Job) bool) {
		for i := range benchRows {
			at := client.Location{Bucket: "bucket", Key: fmt.Sprintf("project/run-%03d/sample-%07d.fastq.gz", i/1000, i)}
			if !yield(Job{
				Op: Upload, From: ReadFrom(path), To: ObjectAt("", at, ""), Expect: Expect{Size: 4096}, Overwrite: OverwriteAlways,
				Treatment: client.Treatment{Type: client.TypeSSES3},
			}) {
				return
			}
		}
	})
	require.NoError(b, err)
	return e
}

func BenchmarkSummaryOfAMillion(b *testing.B) {
	e := benchQueue(b)
	b.ReportAllocs()
	for b.Loop() {
		e.Summary()
	}
}

func BenchmarkFiftyRowsOfAMillion(b *testing.B) {
	e := benchQueue(b)
	b.ReportAllocs()
	var rows []Row
	for n := 0; b.Loop(); n += 7919 {
		if rows = e.AppendRows(rows[:0], n%(benchRows-50), 50); len(rows) != 50 {
			b.Fatal(len(rows))
		}
	}
}

func BenchmarkFiftyChangesOfAMillion(b *testing.B) {
	e := benchQueue(b)
	var some []Range
	for i := range 50 {
		some = append(some, Range{1000 + i*19_000, 1})
	}
	cursor := e.ChangedSince(0).Cursor
	b.ReportAllocs()
	for b.Loop() {
		e.Pause(some...)
		got := e.ChangedSince(cursor)
		if len(got.Rows) != 50 {
			b.Fatal(len(got.Rows))
		}
		cursor = got.Cursor
		e.Resume(some...)
		cursor = e.ChangedSince(cursor).Cursor
	}
}

// BenchmarkSubmitAMillion says in B/op what a million queued jobs keep and what
// queueing them needs besides; bytes/job is what is kept of each.
func BenchmarkSubmitAMillion(b *testing.B) {
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := benchQueue(b)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/benchRows, "bytes/job")
		runtime.KeepAlive(e)
	}
}

// held is a store that keeps everybody waiting.
type held struct{ client.Store }

func (held) Put(ctx context.Context, _ client.Location, _ io.ReadSeeker, _ int64, _ client.PutOptions) (client.Object, error) {
	<-ctx.Done()
	return client.Object{}, context.Cause(ctx)
}

// endless is a store of zeros: uploads vanish, downloads come from nowhere.
type endless struct {
	client.Store
	size int64
}

func (s *endless) object(at client.Location) client.Object {
	return client.Object{At: at, Size: s.size, Encryption: client.Reported{Told: true, Type: client.TypeSSES3}}
}

func (s *endless) Head(_ context.Context, at client.Location, _ client.ReadOptions) (client.Object, error) {
	return s.object(at), nil
}

func (s *endless) Get(_ context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	return s.object(at), io.NopCloser(io.LimitReader(zeros{}, o.Length)), nil
}

func (s *endless) CreateUpload(_ context.Context, at client.Location, _ client.PutOptions) (client.Upload, client.Object, error) {
	return client.Upload{At: at, ID: "u"}, s.object(at), nil
}

func (s *endless) UploadPart(_ context.Context, _ client.Upload, n int, body io.ReadSeeker, size int64, _ client.Digests) (client.Part, error) {
	_, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{body}, make([]byte, 32<<10)) // as net/http does
	return client.Part{Number: n, Size: size}, err
}

func (s *endless) CompleteUpload(_ context.Context, u client.Upload, _ []client.Part, _ client.Checksum) (client.Object, error) {
	return s.object(u.At), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
