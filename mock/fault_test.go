package mock_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func faulty(t *testing.T, faults ...mock.Fault) (*mock.Endpoint, *s3.Client) {
	t.Helper()
	e := mock.Start(t)
	require.NoError(t, e.SetFaults(mock.Faults{Faults: faults}))
	return e, s3Client(t, e, required)
}

func TestHeadersCanBeDroppedFromOneOperation(t *testing.T) {
	e, c := faulty(t, mock.Fault{Op: "HeadObject", Do: mock.DropSSEHeaders})
	assert.NotEmpty(t, mustPut(t, c, "k", "x", underKey("alias/demo")).SSEKMSKeyId)
	assert.Empty(t, sseHeaders(raw(t, e, "HEAD", "/bucket/k", "", nil).Header))
	assert.NotEmpty(t, sseHeaders(raw(t, e, "GET", "/bucket/k", "", nil).Header))
}

func TestAnotherKeyCanBeNamed(t *testing.T) {
	_, c := faulty(t, mock.Fault{Op: "Put*", Key: "secret/*", Do: mock.OtherKey, KeyID: "intruder"})
	assert.Equal(t, "intruder", *mustPut(t, c, "secret/a", "x", underKey("alias/demo")).SSEKMSKeyId)
	assert.NotEqual(t, "intruder", *mustPut(t, c, "open/a", "x", underKey("alias/demo")).SSEKMSKeyId)
	assert.Nil(t, mustPut(t, c, "secret/b", "x").SSEKMSKeyId, "nothing is named where there is no key")
}

func TestEncryptionCanBeIgnored(t *testing.T) {
	for _, echo := range []bool{false, true} {
		e, c := faulty(t, mock.Fault{Do: mock.StorePlain, Echo: echo})
		out := mustPut(t, c, "k", "x", underKey("alias/demo"))
		assert.Equal(t, echo, out.SSEKMSKeyId != nil)
		assert.Empty(t, sseHeaders(raw(t, e, "HEAD", "/bucket/k", "", nil).Header))
		for _, ask := range []string{"PUT /bucket/copy", "POST /bucket/mp?uploads="} {
			method, path, _ := strings.Cut(ask, " ")
			header := map[string]string{sse: "aws:kms", kid: "alias/demo"}
			if method == "PUT" {
				header["X-Amz-Copy-Source"] = "bucket/k"
			}
			resp := raw(t, e, method, path, "", header)
			assert.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, echo, resp.Header.Get(kid) != "", ask)
		}
		assert.Empty(t, sseHeaders(raw(t, e, "HEAD", "/bucket/copy", "", nil).Header))
	}
}

func TestTheNthCallsGoWrong(t *testing.T) {
	_, c := faulty(t, mock.Fault{Op: "PutObject", Nth: 2, Count: 2, Do: mock.AnswerStatus, Status: 503})
	var got []int
	for range 5 {
		_, err := put(t, c, "k", "x")
		got = append(got, status(err))
	}
	assert.Equal(t, []int{0, 503, 503, 0, 0}, got)
}

func TestAStatusCarriesItsCode(t *testing.T) {
	for status, code := range map[int]string{500: "InternalError", 503: "SlowDown", 429: "TooManyRequests"} {
		_, c := faulty(t, mock.Fault{Do: mock.AnswerStatus, Status: status, Message: "later"})
		_, err := put(t, c, "k", "x")
		refused(t, err, status, code, "later")
	}
	_, c := faulty(t, mock.Fault{Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"})
	_, err := put(t, c, "k", "x")
	refused(t, err, 403, "AccessDenied", "")
}

func TestASuccessCanHoldAnError(t *testing.T) {
	e, c := faulty(t, mock.Fault{Op: "CopyObject", Do: mock.ErrorIn200}, mock.Fault{Op: "CompleteMultipartUpload", Do: mock.ErrorIn200, Code: "SlowDown"})
	mustPut(t, c, "k", "x")
	_, err := c.CopyObject(bg, &s3.CopyObjectInput{Bucket: aws.String("bucket"), Key: aws.String("copy"), CopySource: aws.String("bucket/k")})
	assert.ErrorContains(t, err, "InternalError")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/copy", "", nil).StatusCode)
	resp := raw(t, e, "POST", "/bucket/k?uploadId=x", "", nil)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "SlowDown", errorOf(t, resp).Code)
}

func TestABodyCanBeCutFlippedAndMisjudged(t *testing.T) {
	content := strings.Repeat("0123456789", 20_000)
	e, c := faulty(t)
	mustPut(t, c, "k", content)
	read := func(fault mock.Fault) (string, error) {
		fault.Op = "GetObject"
		require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{fault}}))
		resp := raw(t, e, "GET", "/bucket/k", "", nil)
		require.Equal(t, 200, resp.StatusCode)
		all, err := io.ReadAll(resp.Body)
		return string(all), err
	}
	got, err := read(mock.Fault{Do: mock.Cut, Bytes: 100_001})
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, content[:100_001], got)

	got, err = read(mock.Fault{Do: mock.FlipBit, Bytes: 150_000})
	require.NoError(t, err)
	assert.Equal(t, content[:150_000]+"1"+content[150_001:], got)

	got, err = read(mock.Fault{Do: mock.WrongLength, Bytes: -10})
	require.NoError(t, err, "a short length is the fault that nobody notices")
	assert.Equal(t, content[:len(content)-10], got)

	_, err = read(mock.Fault{Do: mock.WrongLength, Bytes: 10})
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestAnAnswerCanStandStillOrComeLate(t *testing.T) {
	e, c := faulty(t)
	mustPut(t, c, "k", "0123456789")
	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "GetObject", Do: mock.Stall, Bytes: 4}}}))
	ctx, cancel := context.WithCancel(bg)
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	require.NoError(t, err)
	first := make([]byte, 4)
	_, err = io.ReadFull(out.Body, first)
	require.NoError(t, err)
	assert.Equal(t, "0123", string(first))
	cancel()
	_, err = io.ReadAll(out.Body)
	assert.ErrorIs(t, err, context.Canceled, "the rest comes never")

	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: mock.Stall, Bytes: 4, Millis: 1}, {Do: mock.Delay, Millis: 30}}}))
	start := time.Now()
	body, _, err := get(t, c, "k")
	require.NoError(t, err)
	assert.Equal(t, "0123456789", body)
	assert.GreaterOrEqual(t, time.Since(start), 30*time.Millisecond)
}

func TestTheServersClockCanBeWrong(t *testing.T) {
	e, c := faulty(t)
	require.NoError(t, e.SetFaults(mock.Faults{ClockSkewSeconds: 3600}))
	resp := raw(t, e, "GET", "/bucket", "", nil)
	assert.Equal(t, "RequestTimeTooSkewed", errorOf(t, resp).Code)
	date, err := http.ParseTime(resp.Header.Get("Date"))
	require.NoError(t, err)
	assert.Greater(t, time.Until(date), 50*time.Minute)
	retrying := s3Client(t, e, func(o *s3.Options) { o.RetryMaxAttempts = 3 })
	_, err = retrying.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
	assert.NoError(t, err, "the SDK learns the time from the Date header")
	_ = c
}

func TestAFaultsFileIsReadStrictly(t *testing.T) {
	write := func(content string) string {
		path := filepath.Join(t.TempDir(), "faults.json")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	f, err := mock.ReadFaults(write(`{"clockSkewSeconds":5,"faults":[{"op":"HeadObject","key":"a*","nth":2,"count":1,"do":"other-key","keyId":"x"}]}`))
	require.NoError(t, err)
	assert.Equal(t, mock.Faults{ClockSkewSeconds: 5, Faults: []mock.Fault{{Op: "HeadObject", Key: "a*", Nth: 2, Count: 1, Do: "other-key", KeyID: "x"}}}, f)
	for content, reason := range map[string]string{
		`{"fault":[]}`:                                               "unknown field",
		`{"faults":[{"do":"explode"}]}`:                              `fault 1: unknown action "explode"`,
		`{"faults":[{"do":"status"}]}`:                               "status is missing",
		`{"faults":[{"do":"status","status":200}]}`:                  "must be 400 to 599",
		`{"faults":[{"do":"other-key"}]}`:                            "keyId is missing",
		`{"faults":[{"do":"cut","bytes":-1}]}`:                       "negative number",
		`{"faults":[{"do":"delay","millis":-1}]}`:                    "negative number",
		`{"faults":[{"do":"cut","nth":-1}]}`:                         "negative number",
		`{"faults":[{"do":"delay"}]}`:                                "delay: millis is missing",
		`{"faults":[{"do":"other-range"}]}`:                          "other-range: bytes is missing",
		`{"faults":[{"do":"other-type"}]}`:                           "other-type: method is missing",
		`{"faults":[{"do":"other-type","method":"DES"}]}`:            `must be AES256, aws:kms or aws:kms:dsse, not "DES"`,
		`{"faults":[{"do":"delay","millis":1,"bytes":1}]}`:           "delay: does not take bytes",
		`{"faults":[{"do":"drop-sse-headers","header":"etag"}]}`:     `"etag" is not one of x-amz-server-side-encryption*`,
		`{"faults":[{"do":"reset","early":true,"bytes":1}]}`:         "exclude each other",
		`{"faults":[{"do":"stale-listing"}]}`:                        "either millis or changes",
		`{"faults":[{"do":"stale-listing","millis":1,"changes":1}]}`: "either millis or changes",
		`{"faults":[{"do":"stale-listing","changes":1001}]}`:         "at most 1000 changes",
		`{"faults":[{"do":"cut","probability":1.5}]}`:                "probability must be 0 to 1, not 1.5",
		`{"faults":[{"do":"cut","probability":-0.5}]}`:               "probability must be 0 to 1",
		`{"faults":[{"do":"cut","seed":7}]}`:                         "a seed without a probability",
		`{"faults":[{"do":"cut","op":"HaedObject"}]}`:                `no operation is called "HaedObject"`,
	} {
		_, err := mock.ReadFaults(write(content))
		assert.ErrorContains(t, err, reason)
	}
	_, err = mock.ReadFaults(filepath.Join(t.TempDir(), "none"))
	assert.ErrorContains(t, err, "read faults")
	e, _ := faulty(t)
	assert.Error(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: "explode"}}}))
}
