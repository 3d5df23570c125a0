package sigv4_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// The two examples of the S3 API reference ("Signature calculations for the
// Authorization header: transferring payload in multiple chunks", and its
// sibling with trailing headers): 66560 letters a, in chunks of 65536 and 1024.
func documented(t *testing.T, withTrailer bool) (*sigv4.Verifier, *http.Request, string) {
	t.Helper()
	signs := []string{
		"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
		"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
		"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
	}
	seed, names, payload := "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
		"content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class", sigv4.StreamingSigned
	tail := "\r\n"
	if withTrailer {
		signs = []string{
			"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
			"1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
			"2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
		}
		seed, payload = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", sigv4.StreamingSignedTrailer
		names = "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer"
		tail = "x-amz-checksum-crc32c:sOO8/Q==\n\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
	}
	a := strings.Repeat("a", 65536)
	body := fmt.Sprintf("10000;chunk-signature=%s\r\n%s\r\n400;chunk-signature=%s\r\n%s\r\n0;chunk-signature=%s\r\n%s",
		signs[0], a, signs[1], a[:1024], signs[2], tail)
	r, err := http.NewRequest("PUT", "https://s3.amazonaws.com/examplebucket/chunkObject.txt", strings.NewReader(body))
	require.NoError(t, err)
	r.ContentLength = 66824
	r.Header.Set("Content-Encoding", "aws-chunked")
	r.Header.Set("X-Amz-Content-Sha256", payload)
	r.Header.Set("X-Amz-Date", "20130524T000000Z")
	r.Header.Set("X-Amz-Decoded-Content-Length", "66560")
	r.Header.Set("X-Amz-Storage-Class", "REDUCED_REDUNDANCY")
	if withTrailer {
		r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32c")
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders="+names+",Signature="+seed)
	v := &sigv4.Verifier{
		Region: "us-east-1",
		Now:    func() time.Time { return time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC) },
		Secret: func(string) (string, bool) { return "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true },
	}
	return v, r, body
}

func TestTheDocumentedChunkedUploadsPass(t *testing.T) {
	for _, withTrailer := range []bool{false, true} {
		v, r, _ := documented(t, withTrailer)
		got, err := v.Verify(r)
		require.NoError(t, err)
		assert.EqualValues(t, 66560, got.Length)
		body, err := io.ReadAll(iotest.HalfReader(got.Body))
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat("a", 66560), string(body))
		alg, value := got.Trailing()
		if withTrailer {
			assert.Equal(t, sigv4.CRC32C, alg)
			assert.Equal(t, "sOO8/Q==", value)
			assert.Equal(t, sigv4.CRC32C, got.Announced())
		} else {
			assert.Empty(t, alg)
			assert.Empty(t, value)
			assert.Empty(t, got.Announced())
		}
	}
}

func TestAChunkChangedOnTheWayIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		trailer  bool
		old, new string
		code     string
	}{
		"byte of the first chunk": {false, "\r\naaa", "\r\nbaa", "SignatureDoesNotMatch"},
		"last signature":          {false, "b6c6ea", "b6c6eb", "SignatureDoesNotMatch"},
		"no signature":            {false, "400;chunk-signature=", "400;x=", "IncompleteBody"},
		"trailer value":           {true, "sOO8/Q==", "sOO8/g==", "SignatureDoesNotMatch"},
		"trailer signature":       {true, "x-amz-trailer-signature:d8", "x-amz-trailer-signature:d9", "SignatureDoesNotMatch"},
		"trailer without":         {true, "x-amz-trailer-signature", "x-amz-trailer-sign", "IncompleteBody"},
		"long trailer signature":  {true, "x-amz-trailer-signature:d8", "x-amz-trailer-signature:d8a", "IncompleteBody"},
		"length":                  {false, "400;", "3ff;", "IncompleteBody"},
		"short signature":         {false, "chunk-signature=b6c6ea", "chunk-signature=b6c6", "IncompleteBody"},
	} {
		t.Run(name, func(t *testing.T) {
			v, r, body := documented(t, c.trailer)
			changed := strings.Replace(body, c.old, c.new, 1)
			require.NotEqual(t, body, changed)
			r.Body = io.NopCloser(strings.NewReader(changed))
			got, err := v.Verify(r)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, got.Body)
			require.Error(t, err)
			assert.Equal(t, c.code, code(err), err.Error())
		})
	}
}

// trailing sends body in the SDK's https form; framing may break it.
func trailing(t *testing.T, alg sigv4.Algorithm, body, value string, framing func(string) string) (*sigv4.Request, error) {
	t.Helper()
	raw := fmt.Sprintf("%x\r\n%s\r\n0\r\n%s:%s\r\n\r\n", len(body), body, alg.Header(), value)
	if body == "" {
		raw = fmt.Sprintf("0\r\n%s:%s\r\n\r\n", alg.Header(), value)
	}
	if framing != nil {
		raw = framing(raw)
	}
	return door().Verify(signed(t, ask{
		method: "PUT", body: raw, payload: sigv4.StreamingUnsignedTrailer,
		header: map[string]string{"X-Amz-Decoded-Content-Length": fmt.Sprint(len(body)), "X-Amz-Trailer": alg.Header()},
	}))
}

func sumOf(alg sigv4.Algorithm, body string) string {
	h := alg.New()
	h.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestTrailerChecksumsOfEveryAlgorithmAreCompared(t *testing.T) {
	// Known answers, so that a broken table cannot agree with itself.
	known := map[sigv4.Algorithm]string{
		sigv4.CRC32: "y/Q5Jg==", sigv4.CRC32C: "4waSgw==", sigv4.CRC64NVME: "rosUhgp5mIg=",
		sigv4.SHA1: "98O8HYCOBHMq32eZZczDTKeuNEE=", sigv4.SHA256: "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	}
	for _, alg := range sigv4.Algorithms() {
		t.Run(string(alg), func(t *testing.T) {
			if want, ok := known[alg]; ok {
				assert.Equal(t, want, sumOf(alg, "123456789"))
			}
			for _, body := range []string{"123456789", ""} {
				got, err := trailing(t, alg, body, sumOf(alg, body), nil)
				require.NoError(t, err)
				read, err := io.ReadAll(got.Body)
				require.NoError(t, err)
				assert.Equal(t, body, string(read))
				_, value := got.Trailing()
				assert.Equal(t, sumOf(alg, body), value)
			}
			got, err := trailing(t, alg, "123456789", sumOf(alg, "12345678"), nil)
			require.NoError(t, err)
			_, err = io.ReadAll(got.Body)
			assert.Equal(t, "BadDigest", code(err))
			_, value := got.Trailing()
			assert.Empty(t, value, "a value that does not hold is not handed on")
		})
	}
}

func TestBrokenFramingIsRefused(t *testing.T) {
	replace := func(old, with string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, with, 1) }
	}
	for name, c := range map[string]struct {
		framing func(string) string
		code    string
	}{
		"size not hex":       {replace("5\r\n", "z\r\n"), "IncompleteBody"},
		"size negative":      {replace("5\r\n", "-5\r\n"), "IncompleteBody"},
		"size beyond int64":  {replace("5\r\n", "ffffffffffffffff\r\n"), "IncompleteBody"},
		"size too large":     {replace("5\r\n", "7fffffffffffffff\r\n"), "IncompleteBody"},
		"more than promised": {replace("5\r\nhello", "6\r\nhello!"), "IncompleteBody"},
		"less than promised": {replace("5\r\nhello", "4\r\nhell"), "IncompleteBody"},
		"line without CR":    {replace("5\r\n", "5\n"), "IncompleteBody"},
		"line without end":   {func(string) string { return strings.Repeat("0", 2000) }, "IncompleteBody"},
		"cut in the size":    {func(s string) string { return s[:1] }, "IncompleteBody"},
		"cut in the data":    {func(s string) string { return s[:5] }, "IncompleteBody"},
		"cut after the data": {func(s string) string { return s[:8] }, "IncompleteBody"},
		"cut in the trailer": {func(s string) string { return s[:20] }, "IncompleteBody"},
		"small chunk first":  {replace("5\r\nhello", "2\r\nhe\r\n3\r\nllo"), "InvalidChunkSizeError"},
		"other trailer":      {replace("x-amz-checksum-crc32", "x-amz-checksum-sha1"), "MalformedTrailerError"},
		"two trailers":       {replace("\r\n\r\n", "\r\nx-amz-checksum-sha1:x\r\n\r\n"), "MalformedTrailerError"},
		"trailer too long":   {replace("x-amz-", strings.Repeat("x", 2000)), "MalformedTrailerError"},
		"value not base64":   {replace("NhCmhg==", "*"), "InvalidRequest"},
		"value too short":    {replace("NhCmhg==", "NhCm"), "InvalidRequest"},
		"bytes behind":       {func(s string) string { return s + "x" }, "IncompleteBody"},
		"two lines behind":   {func(s string) string { return s + "\r\n\r\n" }, "IncompleteBody"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "NhCmhg==", sumOf(sigv4.CRC32, "hello"))
			got, err := trailing(t, sigv4.CRC32, "hello", "NhCmhg==", c.framing)
			require.NoError(t, err)
			_, err = io.ReadAll(got.Body)
			require.Error(t, err)
			assert.Equal(t, c.code, code(err), err.Error())
		})
	}
}

// minio-go ends the line of an unsigned trailer with LF, and the body with an
// empty line too many.
func TestTheTrailerOfMinioGoIsRead(t *testing.T) {
	got, err := trailing(t, sigv4.CRC32, "hello", "NhCmhg==", func(s string) string { return strings.Replace(s, "==\r\n\r\n", "==\n\r\n\r\n", 1) })
	require.NoError(t, err)
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(body))
	_, value := got.Trailing()
	assert.Equal(t, "NhCmhg==", value)
}

func TestAlgorithmsAreFoundByTheirHeader(t *testing.T) {
	for _, a := range sigv4.Algorithms() {
		got, ok := sigv4.AlgorithmOf(strings.ToUpper(a.Header()))
		assert.True(t, ok)
		assert.Equal(t, a, got)
	}
	_, ok := sigv4.AlgorithmOf("x-amz-checksum-md6")
	assert.False(t, ok)
	assert.Panics(t, func() { sigv4.Algorithm("MD6").New() })
}

func TestATrailerMayBeAllowedAndAbsent(t *testing.T) {
	send := func(payload, raw string) (string, error) {
		got, err := door().Verify(signed(t, ask{method: "PUT", body: raw, payload: payload, header: map[string]string{"X-Amz-Decoded-Content-Length": "5"}}))
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(got.Body)
		return string(body), err
	}
	body, err := send(sigv4.StreamingUnsignedTrailer, "5\r\nhello\r\n0\r\n\r\n")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)
	_, err = send(sigv4.StreamingUnsignedTrailer, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n")
	assert.Equal(t, "MalformedTrailerError", code(err), "one that was not announced is refused")
	_, err = send(sigv4.StreamingSignedTrailer, "")
	assert.Equal(t, "MalformedTrailerError", code(err))
}

func TestABodyLongerThanItSaysIsToldFromOneCutWrongly(t *testing.T) {
	for raw, message := range map[string]string{
		"b\r\nabcdefghijk\r\n0\r\n\r\n": "You did not provide the number of bytes specified by the Content-Length HTTP header",
		"b\r\nabcdefghij\r\n0\r\n\r\n":  "The request body terminated unexpectedly",
		"b\r\nabcdefghij":               "The request body terminated unexpectedly",
		"5\r\nabcde\r\n0\r\n\r\n":       "You did not provide the number of bytes specified by the Content-Length HTTP header",
	} {
		got, err := door().Verify(signed(t, ask{
			method: "PUT", body: raw, payload: sigv4.StreamingUnsignedTrailer,
			header: map[string]string{"X-Amz-Decoded-Content-Length": "10"},
		}))
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, got.Body)
		assert.Equal(t, "IncompleteBody", code(err), raw)
		assert.ErrorContains(t, err, message, raw)
	}
}
