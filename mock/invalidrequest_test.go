package mock_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestWhatNoSignatureCouldMakeRightIsSaidToAnybody(t *testing.T) {
	e := mock.Start(t)
	c := httpClient(t, e)
	copySource := map[string]string{"X-Amz-Copy-Source": "bucket/k"}
	for name, row := range map[string]struct {
		method, path  string
		header        map[string]string
		status        int
		code, message string
	}{
		"post to the service":       {"POST", "/", nil, 405, "MethodNotAllowed", "<ResourceType>SERVICE</ResourceType>"},
		"post to an object":         {"POST", "/bucket/k", nil, 405, "MethodNotAllowed", "<Method>POST</Method>"},
		"a part without its number": {"PUT", "/bucket/k?uploadId=x", nil, 405, "MethodNotAllowed", "<ResourceType>UPLOAD</ResourceType>"},
		"a number without upload":   {"PUT", "/bucket/k?partNumber=1", nil, 400, "InvalidArgument", "partNumber without uploadId"},
		"uploads of a key":          {"GET", "/bucket/k?uploads", nil, 400, "InvalidRequest", "?uploads subresource"},
		"versions of a key":         {"GET", "/bucket/k?versions", nil, 400, "InvalidRequest", "?versions sub-resource"},
		"a read with a source":      {"GET", "/bucket/k", copySource, 400, "InvalidArgument", "only specify a copy source header for copy requests"},
		"a completion with one":     {"POST", "/bucket/k?uploadId=x", copySource, 400, "InvalidArgument", "copy source"},
		"headers to choose":         {"GET", "/bucket/k?response-expires=x", nil, 400, "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests."},
		"headers too long":          {"GET", "/bucket/k", map[string]string{"X-Long": strings.Repeat("x", 8<<10)}, 400, "RequestHeaderSectionTooLarge", "<MaxSizeAllowed>8192</MaxSizeAllowed>"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(row.method, e.URL+row.path, nil)
			require.NoError(t, err)
			for header, value := range row.header {
				r.Header.Set(header, value)
			}
			resp, err := c.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, row.status, resp.StatusCode)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Contains(t, string(body), "<Code>"+row.code+"</Code>")
			assert.Contains(t, string(body), row.message)
		})
	}
	resp := raw(t, e, "GET", "/bucket/k", "", nil)
	assert.Equal(t, "NoSuchKey", errorOf(t, resp).Code, "the same without a source is a plain read")
}

func TestABucketIsMadeAndListedAsTheReferenceSays(t *testing.T) {
	e := mock.Start(t)
	assert.Equal(t, "arn:aws:s3:::second", raw(t, e, "PUT", "/second", "", nil).Header.Get("X-Amz-Bucket-Arn"))
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		doc := "<CreateBucketConfiguration><LocationConstraint>" + region + "</LocationConstraint></CreateBucketConfiguration>"
		assert.Equal(t, "InvalidLocationConstraint", errorOf(t, raw(t, e, "PUT", "/third", doc, nil)).Code, region)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/third", "", nil).StatusCode)
	for _, most := range []string{"0", "-1", "10001", "many"} {
		assert.Contains(t, errorOf(t, raw(t, e, "GET", "/?max-buckets="+most, "", nil)).Message, "between 1 and 10000", most)
	}
	for most, message := range map[string]string{"-1": "Argument -1 must be an integer between 0 and 2147483647", "99999999999": "not an integer or within integer range"} {
		assert.Contains(t, errorOf(t, raw(t, e, "GET", "/bucket?max-keys="+most, "", nil)).Message, message)
	}
	resp := raw(t, e, "PUT", "/bucket?versioning=", "", map[string]string{"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "0"})
	assert.Equal(t, "The value of x-amz-content-sha256 header is invalid.", errorOf(t, resp).Message)
}
