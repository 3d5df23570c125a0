package mock_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func set(t *testing.T, e *mock.Endpoint, faults ...mock.Fault) {
	t.Helper()
	require.NoError(t, e.SetFaults(mock.Faults{Faults: faults}))
}

// isReset tells TCP RST from a connection that ends.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || strings.Contains(err.Error(), "forcibly closed")
}

func TestAConnectionCanBeResetBeforeAfterAndAmidTheAnswer(t *testing.T) {
	for _, options := range [][]mock.Option{nil, {mock.OverPlainHTTP()}} {
		e := mock.Start(t, options...)
		c := s3Client(t, e, required)
		set(t, e, mock.Fault{Op: "PutObject", Do: mock.Reset, Early: true})
		_, err := put(t, c, "early", "x")
		require.Error(t, err, "reset, or closed while it was still writing")
		set(t, e, mock.Fault{Op: "PutObject", Do: mock.Reset})
		_, err = put(t, c, "late", "x")
		require.Error(t, err)
		for _, early := range []bool{true, false} {
			set(t, e, mock.Fault{Op: "GetObject", Do: mock.Reset, Early: early})
			_, _, err = get(t, c, "late")
			require.Error(t, err)
			assert.True(t, isReset(err), "%v", err)
		}
		set(t, e)
		_, err = head(t, c, "early")
		assert.Equal(t, 404, status(err), "nothing was done")
		_, err = head(t, c, "late")
		require.NoError(t, err, "all was done, and the answer lost")

		mustPut(t, c, "long", strings.Repeat("0123456789", 100_000))
		set(t, e, mock.Fault{Op: "GetObject", Do: mock.Reset, Bytes: 300_000})
		out, err := c.GetObject(bg, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("long")})
		if err == nil { // or the reset has overtaken the header
			got, err := io.ReadAll(out.Body)
			require.Error(t, err)
			assert.True(t, isReset(err), "%v", err)
			assert.LessOrEqual(t, len(got), 300_000)
		} else {
			assert.True(t, isReset(err), "%v", err)
		}
	}
}

func TestOneHeaderCanBeDroppedOrChangedOnPutOrHeadOrBoth(t *testing.T) {
	e, c := faulty(t)
	ask := func(faults ...mock.Fault) (put, head http.Header) {
		set(t, e, faults...)
		put = raw(t, e, "PUT", "/bucket/k", "x", map[string]string{sse: "aws:kms", kid: "alias/demo"}).Header
		return put, raw(t, e, "HEAD", "/bucket/k", "", nil).Header
	}
	dropKey := mock.Fault{Do: mock.DropSSEHeaders, Header: "x-amz-server-side-encryption-aws-kms-key-id"}
	on := func(f mock.Fault, op string) mock.Fault { f.Op = op; return f }

	put, head := ask(on(dropKey, "PutObject"))
	assert.Equal(t, "aws:kms", put.Get(sse), "the other header stays")
	assert.Empty(t, put.Get(kid))
	assert.NotEmpty(t, head.Get(kid))
	put, head = ask(on(dropKey, "HeadObject"))
	assert.NotEmpty(t, put.Get(kid))
	assert.Empty(t, head.Get(kid))
	assert.Equal(t, "aws:kms", head.Get(sse))
	put, head = ask(dropKey)
	assert.Empty(t, put.Get(kid)+head.Get(kid))

	put, head = ask(mock.Fault{Op: "HeadObject", Do: mock.OtherType, Method: "AES256"})
	assert.Equal(t, "aws:kms", put.Get(sse))
	assert.Equal(t, "AES256", head.Get(sse))
	assert.Len(t, sseHeaders(head), 1, "without a key")
	put, head = ask(mock.Fault{Do: mock.OtherType, Method: "aws:kms:dsse"})
	assert.Equal(t, "aws:kms:dsse", put.Get(sse))
	assert.Equal(t, "aws:kms:dsse", head.Get(sse))
	assert.NotEmpty(t, head.Get(kid))
	assert.Empty(t, sseHeaders(raw(t, e, "GET", "/bucket?list-type=2", "", nil).Header), "nothing is named where nothing was")
	_ = c
}

func TestARangeCanBeAnother(t *testing.T) {
	e, c := faulty(t)
	mustPut(t, c, "k", "0123456789")
	ask := func(f mock.Fault) (int, string, string) {
		f.Op = "GetObject"
		set(t, e, f)
		resp := raw(t, e, "GET", "/bucket/k", "", map[string]string{"Range": "bytes=2-4"})
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, resp.Header.Get("Content-Range"), string(body)
	}
	for _, row := range []struct {
		fault       mock.Fault
		status      int
		told, bytes string
	}{
		{mock.Fault{Do: mock.OtherRange, Bytes: 3}, 206, "bytes 5-7/10", "567"},
		{mock.Fault{Do: mock.OtherRange, Bytes: -9}, 206, "bytes 0-2/10", "012"},
		{mock.Fault{Do: mock.OtherRange, Bytes: 99}, 206, "bytes 7-9/10", "789"},
		{mock.Fault{Do: mock.WrongRange, Bytes: 3}, 206, "bytes 5-7/10", "234"},
		{mock.Fault{Do: mock.WrongRange, Bytes: -3}, 206, "bytes 0-1/10", "234"},
		{mock.Fault{Do: mock.IgnoreRange}, 200, "", "0123456789"},
	} {
		status, told, bytes := ask(row.fault)
		assert.Equal(t, row.status, status, row.fault.Do)
		assert.Equal(t, row.told, told, row.fault.Do)
		assert.Equal(t, row.bytes, bytes, row.fault.Do)
	}
}

func TestAChecksumCanBeWrong(t *testing.T) {
	e, c := faulty(t, mock.Fault{Op: "GetObject", Do: mock.WrongChecksum})
	mustPut(t, c, "k", "0123456789", func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = types.ChecksumAlgorithmSha256 })
	_, _, err := get(t, s3Client(t, e), "k", func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled })
	require.ErrorContains(t, err, "checksum did not match")
	with := map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}
	right, wrong := raw(t, e, "HEAD", "/bucket/k", "", with).Header, raw(t, e, "GET", "/bucket/k", "", with).Header
	assert.Len(t, wrong.Get("X-Amz-Checksum-Sha256"), len(right.Get("X-Amz-Checksum-Sha256")))
	assert.NotEqual(t, right.Get("X-Amz-Checksum-Sha256"), wrong.Get("X-Amz-Checksum-Sha256"))
	assert.Equal(t, right.Get("X-Amz-Checksum-Type"), wrong.Get("X-Amz-Checksum-Type"))
}

func TestOnlyTheDateCanBeWrong(t *testing.T) {
	e, _ := faulty(t)
	require.NoError(t, e.SetFaults(mock.Faults{DateSkewSeconds: -7200}))
	resp := raw(t, e, "GET", "/bucket", "", nil)
	assert.Equal(t, 200, resp.StatusCode, "the signature is judged by the right time")
	date, err := http.ParseTime(resp.Header.Get("Date"))
	require.NoError(t, err)
	assert.InDelta(t, 2*time.Hour.Seconds(), time.Since(date).Seconds(), 60)
}

func TestChanceCanBeRepeated(t *testing.T) {
	e, c := faulty(t)
	play := func(seed uint64) (hits string) {
		set(t, e, mock.Fault{Op: "HeadBucket", Nth: 11, Probability: 0.3, Seed: seed, Do: mock.AnswerStatus, Status: 503})
		for range 60 {
			_, err := c.HeadBucket(bg, &s3.HeadBucketInput{Bucket: aws.String("bucket")})
			hits += map[bool]string{true: ".", false: "x"}[err == nil]
		}
		return hits
	}
	one := play(1)
	assert.Equal(t, one, play(1))
	assert.NotEqual(t, one, play(2))
	assert.Equal(t, "..........", one[:10])
	assert.InDelta(t, 15, strings.Count(one, "x"), 10)
}

func TestAListingCanBeBehind(t *testing.T) {
	e, c := faulty(t)
	list := func(prefix, delimiter string) (keys []string) {
		t.Helper()
		out, err := c.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), Prefix: aws.String(prefix), Delimiter: aws.String(delimiter)})
		require.NoError(t, err)
		for _, o := range out.Contents {
			keys = append(keys, *o.Key+"="+strings.Repeat("x", int(*o.Size)))
		}
		for _, p := range out.CommonPrefixes {
			keys = append(keys, *p.Prefix)
		}
		return keys
	}
	for _, key := range []string{"a", "b", "c", "dir/d"} {
		mustPut(t, c, key, "x")
	}
	stale := func(n int) { set(t, e, mock.Fault{Op: "ListObjects*", Do: mock.StaleListing, Changes: n}) }
	stale(4)
	assert.Equal(t, []string{"a=x", "b=x", "c=x", "dir/d=x"}, list("", ""), "what was before the fault is known")
	mustPut(t, c, "b", "xxx")
	mustPut(t, c, "new", "x")
	_, err := c.DeleteObject(bg, &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("a")})
	require.NoError(t, err)
	_, err = c.DeleteObjects(bg, &s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("dir/d")}}}})
	require.NoError(t, err)
	assert.Equal(t, []string{"a=x", "b=x", "c=x", "dir/d=x"}, list("", ""))
	assert.Equal(t, []string{"a=x", "b=x", "c=x", "dir/"}, list("", "/"))
	assert.Equal(t, []string{"dir/d=x"}, list("dir/", "/"))
	_, _, err = get(t, c, "a")
	assert.Equal(t, 404, status(err), "only the listing is behind")
	mustPut(t, c, "c", "xx")
	assert.Equal(t, []string{"a=x", "b=xxx", "c=x", "dir/d=x"}, list("", ""), "the oldest change is known by now")
	_, err = c.DeleteObject(bg, &s3.DeleteObjectInput{Bucket: aws.String("nowhere"), Key: aws.String("a")})
	require.Error(t, err)
	assert.Equal(t, []string{"a=x", "b=xxx", "c=x", "dir/d=x"}, list("", ""), "what failed is no change")

	set(t, e, mock.Fault{Op: "ListObjectsV2", Do: mock.StaleListing, Millis: 3_600_000})
	assert.Empty(t, list("", ""), "all are younger than an hour")
	set(t, e, mock.Fault{Op: "ListObjects", Do: mock.StaleListing, Millis: 3_600_000})
	assert.Equal(t, []string{"b=xxx", "c=xx", "new=x"}, list("", ""), "another operation")
}
