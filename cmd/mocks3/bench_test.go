package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

// BenchmarkStart: from the start of the process until its ready line, with a new
// data folder and fsync; "ms-median" of at most 100 is asked for.
func BenchmarkStart(b *testing.B) {
	var took []time.Duration
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "data")
		begin := time.Now()
		p := start(b, nil, "--data", dir)
		took = append(took, time.Since(begin))
		require.NoError(b, p.cmd.Process.Kill())
		_ = p.cmd.Wait()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
}

// BenchmarkMemory moves an object of 10 GiB (MOCKS3_BENCH_GIB) in, in parts of
// 1 GiB under SSE-KMS, and out, and reports the most that the server's process ever
// had resident; at most 100 MiB are asked for. Linux only.
func BenchmarkMemory(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("reads /proc")
	}
	gib := 10
	if v := os.Getenv("MOCKS3_BENCH_GIB"); v != "" {
		var err error
		gib, err = strconv.Atoi(v)
		require.NoError(b, err)
	}
	const partSize = 1 << 30
	for b.Loop() {
		p := start(b, nil, "--data", filepath.Join(b.TempDir(), "data"), "--bucket", "bucket", "--fast")
		c := p.client(b)
		bucket, key := aws.String("bucket"), aws.String("large")
		up, err := c.CreateMultipartUpload(b.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: aws.String("alias/demo")})
		require.NoError(b, err)
		var parts []types.CompletedPart
		for n := range gib {
			number := aws.Int32(int32(n + 1))
			out, err := c.UploadPart(b.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: up.UploadId, PartNumber: number, Body: &stretch{size: partSize}})
			require.NoError(b, err)
			parts = append(parts, types.CompletedPart{PartNumber: number, ETag: out.ETag})
		}
		_, err = c.CompleteMultipartUpload(b.Context(), &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
		require.NoError(b, err)
		out, err := c.GetObject(b.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
		require.NoError(b, err)
		n, err := io.Copy(io.Discard, out.Body)
		require.NoError(b, err)
		require.NoError(b, out.Body.Close())
		require.EqualValues(b, int64(gib)<<30, n)
		b.ReportMetric(float64(peak(b, p.cmd.Process.Pid))/1024, "MiB-resident")
		require.NoError(b, p.cmd.Process.Kill())
		_ = p.cmd.Wait()
	}
}

// peak is VmHWM of a process, in KiB.
func peak(b *testing.B, pid int) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(b, err)
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "VmHWM:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			require.NoError(b, err)
			return n
		}
	}
	b.Fatal("no VmHWM")
	return 0
}

// stretch is so many bytes of zero which can be read again, as the SDK wants.
type stretch struct{ at, size int64 }

func (z *stretch) Read(p []byte) (int, error) {
	if z.at == z.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.size-z.at)
	clear(p[:n])
	z.at += n
	return int(n), nil
}

func (z *stretch) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		z.at = offset
	case io.SeekCurrent:
		z.at += offset
	case io.SeekEnd:
		z.at = z.size + offset
	}
	return z.at, nil
}
