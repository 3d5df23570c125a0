package mock_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/bucketseal/bucketseal/mock"
)

// The benchmarks speak plain http over loopback with net/http alone: by addresses
// signed once, so that the client's signing is not what is measured. Client and
// server share one process and its cores. On a machine that does other things too the
// "cpu" figures tell more: the processor time of both sides together.

// bareClient keeps its connections.
func bareClient(b *testing.B) *http.Client {
	tr := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true, WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10}
	b.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// presigned signs an address for a day.
func presigned(b testing.TB, e *mock.Endpoint, method, path string, header map[string]string) string {
	b.Helper()
	r, err := http.NewRequest(method, e.URL+path, nil)
	require.NoError(b, err)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	q := r.URL.Query()
	q.Set("X-Amz-Expires", "86400")
	r.URL.RawQuery = q.Encode()
	to, _, err := signer.NewSigner().PresignHTTP(bg, aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}, r, "UNSIGNED-PAYLOAD", "s3", e.Region(), time.Now(),
		func(o *signer.SignerOptions) { o.DisableURIPathEscaping = true; o.DisableHeaderHoisting = true })
	require.NoError(b, err)
	return to
}

// ask sends a request and throws the body away; want is its length, -1 for any.
func ask(b testing.TB, c *http.Client, method, to string, header map[string]string, body io.Reader, size, want int64) {
	r, err := http.NewRequest(method, to, body)
	require.NoError(b, err)
	r.ContentLength = size
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := c.Do(r)
	require.NoError(b, err)
	n, err := io.Copy(io.Discard, resp.Body)
	require.NoError(b, err)
	require.NoError(b, resp.Body.Close())
	require.Equal(b, 200, resp.StatusCode)
	if want >= 0 {
		require.Equal(b, want, n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkSealedAgainstPlain moves 256 MiB under SSE-KMS, and by the same handler
// without encryption and without MD5, in turns, so that whatever else the machine
// does hits both. "of-plain" is the ratio of the medians' speeds; at least 0.6 is
// asked for.
func BenchmarkSealedAgainstPlain(b *testing.B) {
	const size = 256 << 20
	type way struct {
		e        *mock.Endpoint
		header   map[string]string
		put, get string
		took     map[string][]time.Duration
	}
	over := func(p mock.Personality, header map[string]string) *way {
		e := mock.Start(b, mock.OverPlainHTTP(), mock.With(func(c *mock.Config) { c.Personality = p }))
		return &way{
			e: e, header: header, put: presigned(b, e, "PUT", "/bucket/k", header), get: presigned(b, e, "GET", "/bucket/k", nil),
			took: map[string][]time.Duration{},
		}
	}
	sealed := over(mock.Personality{Name: "sealed", KMSOverHTTP: true}, map[string]string{sse: "aws:kms", kid: "alias/demo"})
	plain := over(mock.Personality{Name: "plain", IgnoreSSE: true, RandomETags: true}, nil)
	c := bareClient(b)
	for _, what := range []string{"PUT", "GET"} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				for _, w := range []*way{sealed, plain} {
					start, cpu := time.Now(), cpuTime()
					if what == "PUT" {
						ask(b, c, "PUT", w.put, w.header, io.LimitReader(zeros{}, size), size, 0)
					} else {
						ask(b, c, "GET", w.get, nil, nil, 0, size)
					}
					w.took[what] = append(w.took[what], time.Since(start))
					w.took[what+" cpu"] = append(w.took[what+" cpu"], cpuTime()-cpu)
				}
			}
			s, p := median(sealed.took[what]), median(plain.took[what])
			b.ReportMetric(size/s.Seconds()/1e6, "sealed-MB/s")
			b.ReportMetric(size/p.Seconds()/1e6, "plain-MB/s")
			b.ReportMetric(p.Seconds()/s.Seconds(), "of-plain")
			if s, p := median(sealed.took[what+" cpu"]), median(plain.took[what+" cpu"]); s > 0 {
				b.ReportMetric(p.Seconds()/s.Seconds(), "of-plain-cpu")
			}
		})
	}
	require.NotEmpty(b, sseHeaders(raw(b, sealed.e, "HEAD", "/bucket/k", "", nil).Header))
	require.Empty(b, sseHeaders(raw(b, plain.e, "HEAD", "/bucket/k", "", nil).Header))
}

// BenchmarkSmallReads: "GETs/s" of 4 KiB objects, each encrypted (SSE-S3), by
// several clients at once; at least 10,000 are asked for.
func BenchmarkSmallReads(b *testing.B) {
	e := mock.Start(b, mock.OverPlainHTTP())
	c := bareClient(b)
	const count = 100
	var to []string
	for i := range count {
		key := fmt.Sprintf("/bucket/small/%d", i)
		ask(b, c, "PUT", presigned(b, e, "PUT", key, nil), nil, bytes.NewReader(make([]byte, 4096)), 4096, 0)
		to = append(to, presigned(b, e, "GET", key, nil))
	}
	var n atomic.Int64
	b.SetParallelism(8)
	b.ResetTimer()
	cpu := cpuTime()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ask(b, c, "GET", to[n.Add(1)%count], nil, nil, 0, 4096)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "GETs/s")
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-us/GET")
}

// BenchmarkListing: "keys/s" of a bucket of 1,000,000 keys, page by page with
// ListObjectsV2; at least 200,000 are asked for. "open-ms" is what it takes to open
// such a folder, all records of which are looked at.
func BenchmarkListing(b *testing.B) {
	const million = 1_000_000
	dir := b.TempDir()
	crowd(b, dir, million)
	begin := time.Now()
	e := mock.Start(b, mock.OverPlainHTTP(), mock.With(func(c *mock.Config) { c.Dir = dir }))
	opened := time.Since(begin)
	c := bareClient(b)
	from := func(after string) string {
		// The address of a page is signed as it comes; that is one signature for a
		// thousand keys.
		q := "?list-type=2"
		if after != "" {
			q += "&continuation-token=" + after
		}
		return presigned(b, e, "GET", "/bucket"+q, nil)
	}
	keys := 0
	b.ResetTimer()
	cpu := cpuTime()
	for b.Loop() {
		keys = 0
		for after := ""; ; {
			resp, err := c.Get(from(after))
			require.NoError(b, err)
			page, err := io.ReadAll(resp.Body)
			require.NoError(b, err)
			require.NoError(b, resp.Body.Close())
			keys += bytes.Count(page, []byte("<Key>"))
			_, rest, more := strings.Cut(string(page), "<NextContinuationToken>")
			if !more {
				break
			}
			after, _, _ = strings.Cut(rest, "<")
		}
		require.Equal(b, million, keys)
	}
	b.ReportMetric(float64(keys)*float64(b.N)/b.Elapsed().Seconds(), "keys/s")
	b.ReportMetric(float64(opened.Milliseconds()), "open-ms")
	b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(keys)/float64(b.N), "cpu-ns/key")
}

// crowd fills a bucket by copying the record of one object: a million PUTs would
// take minutes.
func crowd(b *testing.B, dir string, count int) {
	b.Helper()
	e, err := mock.Serve(mock.Config{Dir: dir, Fast: true, Buckets: []string{"bucket"}}, mock.Listen{PlainHTTP: true})
	require.NoError(b, err)
	require.Equal(b, 200, raw(b, e, "PUT", "/bucket/k", "x", map[string]string{"Content-Type": "text/plain"}).StatusCode)
	require.NoError(b, e.Close())
	db, err := bolt.Open(filepath.Join(dir, "store", "records.db"), 0o600, &bolt.Options{NoSync: true})
	require.NoError(b, err)
	require.NoError(b, db.Update(func(tx *bolt.Tx) error {
		table := tx.Bucket([]byte("content")).Bucket([]byte("bucket")).Bucket([]byte("current"))
		one := bytes.Clone(table.Get([]byte("k")))
		table.FillPercent = 1
		for i := range count - 1 {
			if err := table.Put(fmt.Appendf(nil, "photos/2026/%07d.jpg", i), one); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(b, db.Close())
}
