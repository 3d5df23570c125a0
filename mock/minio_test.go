package mock_test

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// Each test of MinIO is a line of what was measured on MinIO 2026-02-12.

func startMinIO(t *testing.T) *mock.Endpoint {
	t.Helper()
	return mock.Start(t, mock.As("minio"), mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "my-key"}} }))
}

func TestMinIODeletesWhateverIfMatchSays(t *testing.T) {
	e := startMinIO(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	other := map[string]string{"If-Match": `"00000000000000000000000000000000"`}
	assert.Equal(t, 204, raw(t, e, "DELETE", "/bucket/k", "", other).StatusCode)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
}

func TestMinIORunsTheBaseVerbOfSomeSubresourcesOfObjects(t *testing.T) {
	e := startMinIO(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k?annotation=&annotationName=a", "note", nil).StatusCode)
	body, err := io.ReadAll(raw(t, e, "GET", "/bucket/k", "", nil).Body)
	require.NoError(t, err)
	assert.Equal(t, "note", string(body))
	assert.Equal(t, 501, raw(t, e, "GET", "/bucket/k?torrent=", "", nil).StatusCode)
	assert.Equal(t, 501, raw(t, e, "GET", "/bucket?analytics=", "", nil).StatusCode)
}

func TestMinIOShowsTheContextAsItWasSentAndNoneThatWasNot(t *testing.T) {
	e := startMinIO(t)
	kms := map[string]string{sse: "aws:kms", kid: "my-key"}
	sent := base64.StdEncoding.EncodeToString([]byte(`{"a":"b"}`))
	require.Equal(t, sent, raw(t, e, "PUT", "/bucket/k", "hello", plus(kms, map[string]string{ctx: sent})).Header.Get(ctx))
	require.Empty(t, raw(t, e, "PUT", "/bucket/without", "hello", kms).Header.Get(ctx))
	for _, method := range []string{"GET", "HEAD"} {
		assert.Equal(t, sent, raw(t, e, method, "/bucket/k", "", nil).Header.Get(ctx), method)
		assert.Empty(t, raw(t, e, method, "/bucket/without", "", nil).Header.Get(ctx), method)
	}
	id := uploadID(t, raw(t, e, "POST", "/bucket/parts?uploads=", "", plus(kms, map[string]string{ctx: sent})))
	assert.Equal(t, sent, raw(t, e, "PUT", "/bucket/parts?partNumber=1&uploadId="+id, "x", nil).Header.Get(ctx))
}

func TestMinIOKeepsNoChecksumButTheOneThatWasSent(t *testing.T) {
	e := startMinIO(t)
	ask, sum := map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}, map[string]string{"X-Amz-Checksum-Crc64nvme": "M3eFcAZSQlc="}
	const header = "X-Amz-Checksum-Crc64nvme"
	require.Empty(t, raw(t, e, "PUT", "/bucket/none", "hello", nil).Header.Get(header))
	assert.Empty(t, raw(t, e, "HEAD", "/bucket/none", "", ask).Header.Get(header))
	listing, err := io.ReadAll(raw(t, e, "GET", "/bucket?list-type=2", "", nil).Body)
	require.NoError(t, err)
	assert.NotContains(t, string(listing), "Checksum")
	id := uploadID(t, raw(t, e, "POST", "/bucket/parts?uploads=", "", nil))
	etag := raw(t, e, "PUT", "/bucket/parts?partNumber=1&uploadId="+id, "hello", nil).Header.Get("Etag")
	require.Equal(t, 200, raw(t, e, "POST", "/bucket/parts?uploadId="+id, completion(etag), nil).StatusCode)
	assert.Empty(t, raw(t, e, "HEAD", "/bucket/parts", "", ask).Header.Get(header))

	require.Equal(t, "M3eFcAZSQlc=", raw(t, e, "PUT", "/bucket/sum", "hello", sum).Header.Get(header))
	assert.Equal(t, "M3eFcAZSQlc=", raw(t, e, "HEAD", "/bucket/sum", "", ask).Header.Get(header))
	refused := errorOf(t, raw(t, e, "PUT", "/bucket/sum", "hellO", sum))
	assert.Equal(t, "XAmzContentChecksumMismatch", refused.Code)
}

func TestMinIOsKeyOfItsOwnIsTheFirst(t *testing.T) {
	e := startMinIO(t)
	assert.Equal(t, "arn:aws:kms:my-key", raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{sse: "aws:kms"}).Header.Get(kid))
}

func TestMinIORefusesInItsOwnWords(t *testing.T) {
	e := startMinIO(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/c", "hello", custHeaders(1)).StatusCode)
	long := "/bucket/" + strings.Repeat("n", 256)
	for name, c := range map[string]struct {
		method, path  string
		header        map[string]string
		status        int
		code, message string
	}{
		"another SSE-C key":  {"GET", "/bucket/c", custHeaders(2), 403, "AccessDenied", "Access Denied."},
		"an odd method":      {"PUT", "/bucket/k", map[string]string{sse: "rot13"}, 400, "InvalidArgument", "Invalid arguments provided for bucket/k: (The encryption method is not supported)"},
		"an empty step":      {"PUT", "/bucket/a//b", nil, 400, "XMinioInvalidObjectName", "Object name contains unsupported characters."},
		"a dotted step":      {"PUT", "/bucket/a/../b", nil, 400, "XMinioInvalidResourceName", `Resource name contains bad components such as ".." or ".".`},
		"nothing but steps":  {"PUT", "/bucket///", nil, 400, "XMinioInvalidObjectName", ""},
		"a step too long":    {"PUT", long, nil, 400, "XMinioInvalidObjectName", ""},
		"one's own bucket":   {"PUT", "/bucket", nil, 409, "BucketAlreadyOwnedByYou", ""},
		"deletes undigested": {"POST", "/bucket?delete=", nil, 400, "MissingContentMD5", ""},
	} {
		body := ""
		if c.path != "/bucket" {
			body = "x"
		}
		resp := raw(t, e, c.method, c.path, body, c.header)
		assert.Equal(t, c.status, resp.StatusCode, name)
		got := errorOf(t, resp)
		assert.Equal(t, c.code, got.Code, name)
		if c.message != "" {
			assert.Equal(t, c.message, got.Message, name)
		}
	}
	assert.Equal(t, 204, raw(t, e, "DELETE", "/bucket/k?uploadId=none", "", nil).StatusCode, "to abort what is not there is no error")
}
