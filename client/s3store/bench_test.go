//go:build unix

package s3store

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// What a call costs this side of the wire, in the plain way and through the SDK. The
// server is in the same process and does next to nothing; what it and net/http cost
// is the row "bare", a request without a word of S3.

// null answers every call as S3 does, and keeps nothing.
func null(object []byte) http.Handler {
	listing := []byte(thousandKeys())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Amz-Request-Id"] = []string{"4442587FB7D0A2F9"}
		h["Etag"] = []string{`"d41d8cd98f00b204e9800998ecf8427e"`}
		h["X-Amz-Server-Side-Encryption"] = []string{"aws:kms"}
		h["X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"] = []string{"arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"}
		if sum := r.Header[headerCRC64NVME]; sum != nil {
			h[headerCRC64NVME] = sum
		}
		switch {
		case r.Method == http.MethodPut:
			_, _ = io.Copy(io.Discard, r.Body)
		case r.URL.Query().Has("list-type"):
			h["Content-Type"] = []string{"application/xml"}
			_, _ = w.Write(listing)
		default:
			h["Last-Modified"] = []string{"Thu, 26 Nov 2026 00:00:00 GMT"}
			h["Content-Type"] = []string{"application/octet-stream"}
			h["Content-Length"] = []string{strconv.Itoa(len(object))}
			if r.Method == http.MethodGet {
				_, _ = w.Write(object)
			}
		}
	})
}

func thousandKeys() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bkt</Name><IsTruncated>false</IsTruncated>`)
	for i := range client.MaxEntries {
		fmt.Fprintf(&b, `<Contents><Key>photos/2026/image-%06d.jpg</Key><LastModified>2026-11-26T00:00:00.000Z</LastModified>`+
			`<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>`, i)
	}
	return b.String() + "</ListBucketResult>"
}

// loads are the calls that are measured.
func loads(ctx context.Context) map[string]func(*Store) error {
	digests := client.Digests{Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}}
	put := client.PutOptions{Encryption: client.SSEKMS{Key: "11111111-2222-3333-4444-555555555555"}, Digests: digests, Metadata: map[string]string{"mtime": "1.5"}}
	small, large := make([]byte, 4<<10), make([]byte, 8<<20)
	upload := client.Upload{At: anywhere, ID: "U1", Checksummed: true}
	return map[string]func(*Store) error{
		"Put4KiB": func(s *Store) error { return second(s.Put(ctx, anywhere, bytes.NewReader(small), 4<<10, put)) },
		"Head":    func(s *Store) error { return second(s.Head(ctx, anywhere, client.ReadOptions{})) },
		"Get4KiB": func(s *Store) error { return drained(s.Get(ctx, anywhere, client.ReadOptions{})) },
		"UploadPart8MiB": func(s *Store) error {
			return second(s.UploadPart(ctx, upload, 1, bytes.NewReader(large), 8<<20, digests))
		},
		"List1000": func(s *Store) error { return second(s.List(ctx, inBucket, client.ListOptions{Recursive: true})) },
	}
}

func drained(_ client.Object, body io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	_ = body.Close()
	return err
}

func BenchmarkCalls(b *testing.B) {
	for _, secure := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(null(make([]byte, 4<<10)))
		ca, scheme := "", "http"
		if secure {
			srv.StartTLS()
			ca, scheme = authorityOf(b, srv), "https"
		} else {
			srv.Start()
		}
		for name, do := range loads(b.Context()) {
			for way, sender := range map[string]func(*Store) sender{"plain": nil, "sdk": throughSDK} {
				b.Run(scheme+"/"+name+"/"+way, func(b *testing.B) {
					s, err := Open(client.Account{Name: "null", Endpoint: srv.URL, CAFile: ca, AccessKeyID: "AKID"},
						client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{sender: sender})
					require.NoError(b, err)
					measured(b, func() error { return do(s) })
				})
			}
		}
		for name, c := range map[string]struct {
			method string
			size   int
		}{"Head": {http.MethodHead, 0}, "Get4KiB": {http.MethodGet, 0}, "Put4KiB": {http.MethodPut, 4 << 10}, "UploadPart8MiB": {http.MethodPut, 8 << 20}} {
			b.Run(scheme+"/"+name+"/bare", func(b *testing.B) { measured(b, unadorned(b, srv, c.method, c.size)) })
		}
		srv.Close()
	}
}

// unadorned is a request without a word of S3, with a body of so many bytes.
func unadorned(b *testing.B, srv *httptest.Server, method string, size int) func() error {
	b.Helper()
	content := make([]byte, size)
	return func() error {
		r, err := http.NewRequestWithContext(b.Context(), method, srv.URL+"/bkt/k", bytes.NewReader(content))
		if err != nil {
			return err
		}
		resp, err := srv.Client().Do(r)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return err
	}
}

// authorityOf is the certificate of a server, in a file.
func authorityOf(b *testing.B, srv *httptest.Server) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "ca.pem")
	raw := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	require.NoError(b, os.WriteFile(file, raw, 0o600))
	return file
}

// measured reports CPU time beside the time that passed.
func measured(b *testing.B, do func() error) {
	require.NoError(b, do())
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		if err := do(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
