package mock_test

import (
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAWriteTakesIfNoneMatchForAStarAloneAsS3Does(t *testing.T) {
	e := mock.Start(t)
	mustPut(t, s3Client(t, e), "k", "hello")
	for name, header := range map[string]map[string]string{
		"an ETag":   {"If-None-Match": `"0"`},
		"both":      {"If-None-Match": "*", "If-Match": `"0"`},
		"both ETag": {"If-None-Match": `"0"`, "If-Match": `"0"`},
	} {
		got := errorOf(t, raw(t, e, "PUT", "/bucket/k", "other", header))
		assert.Equal(t, "NotImplemented", got.Code, name)
		got = errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId=x", completion(`"x"`), header))
		assert.Equal(t, "NotImplemented", got.Code, name)
	}
	body, _, err := get(t, s3Client(t, e), "k")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)
}

func TestADeletionMayDependOnSizeAndTime(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "k", "hello")
	h, err := head(t, c, "k")
	require.NoError(t, err)
	del := func(change func(*s3.DeleteObjectInput)) error {
		in := &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")}
		change(in)
		_, err := c.DeleteObject(bg, in)
		return err
	}
	before := time.Now().Add(-time.Hour)
	refused(t, del(func(in *s3.DeleteObjectInput) { in.IfMatchSize = aws.Int64(6) }), 412, "PreconditionFailed", "")
	refused(t, del(func(in *s3.DeleteObjectInput) { in.IfMatchLastModifiedTime = &before }), 412, "PreconditionFailed", "")
	for _, header := range []string{"x-amz-if-match-size", "x-amz-if-match-last-modified-time"} {
		assert.Equal(t, "InvalidArgument", errorOf(t, raw(t, e, "DELETE", "/bucket/k", "", map[string]string{header: "x"})).Code)
	}
	_, err = head(t, c, "k")
	require.NoError(t, err, "it is still there")
	require.NoError(t, del(func(in *s3.DeleteObjectInput) {
		in.IfMatchSize, in.IfMatchLastModifiedTime = aws.Int64(5), h.LastModified
	}))
	_, err = head(t, c, "k")
	assert.Equal(t, 404, status(err))
}

func TestAnAbortionMayDependOnWhenTheUploadBegan(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	bucket, key := aws.String("bucket"), aws.String("k")
	up, err := c.CreateMultipartUpload(bg, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	listed, err := c.ListMultipartUploads(bg, &s3.ListMultipartUploadsInput{Bucket: bucket})
	require.NoError(t, err)
	abort := func(at time.Time) error {
		_, err := c.AbortMultipartUpload(bg, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: up.UploadId, IfMatchInitiatedTime: &at})
		return err
	}
	refused(t, abort(time.Now().Add(-time.Hour)), 412, "PreconditionFailed", "")
	resp := raw(t, e, "DELETE", "/bucket/k?uploadId="+*up.UploadId, "", map[string]string{"x-amz-if-match-initiated-time": "soon"})
	assert.Equal(t, "InvalidArgument", errorOf(t, resp).Code)
	resp = raw(t, e, "DELETE", "/bucket/k?uploadId=none", "", map[string]string{"x-amz-if-match-initiated-time": "Thu, 01 Jan 2026 00:00:00 GMT"})
	assert.Equal(t, "NoSuchUpload", errorOf(t, resp).Code)
	require.NoError(t, abort(*listed.Uploads[0].Initiated))
}

func TestABodyOfAnotherDigestIsToldBothDigests(t *testing.T) {
	e := mock.Start(t)
	body, err := io.ReadAll(raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{"Content-Md5": md5Of("other")}).Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "<Code>BadDigest</Code>")
	assert.Contains(t, string(body), "<CalculatedDigest>"+md5Of("hello")+"</CalculatedDigest>")
	for _, bad := range []string{"", "x", "aGVsbG8="} {
		got := errorOf(t, raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{"Content-Md5": bad}))
		assert.Equal(t, "InvalidDigest", got.Code, bad)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
}

func TestTagsAndARedirectAreHeldToTheirCharacters(t *testing.T) {
	e := mock.Start(t)
	for name, row := range map[string]struct {
		header        map[string]string
		code, message string
	}{
		"a key":        {map[string]string{"x-amz-tagging": "a%21=b"}, "InvalidTag", "The TagKey you have provided is invalid"},
		"a value":      {map[string]string{"x-amz-tagging": "a=b%3F"}, "InvalidTag", "The TagValue you have provided is invalid"},
		"no key":       {map[string]string{"x-amz-tagging": "=b"}, "InvalidArgument", "x-amz-tagging"},
		"a redirect":   {map[string]string{"x-amz-website-redirect-location": "ftp://example.org"}, "InvalidRedirectLocation", "must have a prefix of 'http://' or 'https://' or '/'"},
		"bare headers": {map[string]string{"x-amz-website-redirect-location": "x"}, "InvalidRedirectLocation", ""},
	} {
		got := errorOf(t, raw(t, e, "PUT", "/bucket/k", "x", row.header))
		assert.Equal(t, row.code, got.Code, name)
		assert.Contains(t, got.Message, row.message, name)
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
	assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", map[string]string{"x-amz-tagging": "a+b%2F=ü@1", "x-amz-website-redirect-location": "/there"}).StatusCode)
}
