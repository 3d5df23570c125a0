package mock_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestTheAttributesAskedForAreToldAndNoOther(t *testing.T) {
	e := mock.Start(t, mock.With(smallParts))
	c := s3Client(t, e)
	put := mustPut(t, c, "k", "hello", func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = types.ChecksumAlgorithmSha256 })
	ask := func(key string, names ...types.ObjectAttributes) (*s3.GetObjectAttributesOutput, error) {
		return c.GetObjectAttributes(bg, &s3.GetObjectAttributesInput{Bucket: aws.String("bucket"), Key: &key, ObjectAttributes: names})
	}
	out, err := ask("k", "ETag", "ObjectSize", "StorageClass", "Checksum", "ObjectParts")
	require.NoError(t, err)
	assert.Equal(t, strings.Trim(*put.ETag, `"`), *out.ETag)
	assert.EqualValues(t, 5, *out.ObjectSize)
	assert.Equal(t, types.StorageClassStandard, out.StorageClass)
	assert.Equal(t, put.ChecksumSHA256, out.Checksum.ChecksumSHA256)
	assert.Equal(t, types.ChecksumTypeFullObject, out.Checksum.ChecksumType)
	assert.Nil(t, out.ObjectParts, "an object of one PUT has none")
	assert.NotNil(t, out.LastModified)

	out, err = ask("k", "ObjectSize")
	require.NoError(t, err)
	assert.Nil(t, out.ETag)
	assert.Nil(t, out.Checksum)

	_, err = ask("k", "Colour")
	refused(t, err, 400, "InvalidArgument", "Invalid attribute name specified.")
	_, err = ask("none", "ETag")
	refused(t, err, 404, "NoSuchKey", "")
	_, err = c.GetObjectAttributes(bg, &s3.GetObjectAttributesInput{Bucket: aws.String("nobody"), Key: aws.String("k"), ObjectAttributes: []types.ObjectAttributes{"ETag"}})
	refused(t, err, 404, "NoSuchBucket", "")
	assert.Contains(t, errorOf(t, raw(t, e, "GET", "/bucket/k?attributes=", "", nil)).Message, "either missing or empty")
	got := errorOf(t, raw(t, e, "GET", "/bucket/k?attributes=", "", map[string]string{"x-amz-object-attributes": "ETag", sse: "AES256"}))
	assert.Equal(t, "InvalidArgument", got.Code)

	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/c", "hello", custHeaders(1)).StatusCode)
	_, err = ask("c", "ETag")
	assert.Equal(t, 400, status(err), "an object of SSE-C needs its key")
	resp := raw(t, e, "GET", "/bucket/c?attributes=", "", plus(custHeaders(2), map[string]string{"x-amz-object-attributes": "ETag"}))
	assert.Equal(t, 403, resp.StatusCode)
	resp = raw(t, e, "GET", "/bucket/c?attributes=", "", plus(custHeaders(1), map[string]string{"x-amz-object-attributes": "ETag"}))
	assert.Equal(t, 200, resp.StatusCode)
}

func TestThePartsOfAnObjectAreToldByPages(t *testing.T) {
	e := mock.Start(t, mock.With(smallParts))
	c := s3Client(t, e)
	bucket, key := aws.String("bucket"), aws.String("k")
	up, err := c.CreateMultipartUpload(bg, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ChecksumAlgorithm: types.ChecksumAlgorithmSha1})
	require.NoError(t, err)
	var parts []types.CompletedPart
	for n := int32(1); n <= 3; n++ {
		p, err := c.UploadPart(bg, &s3.UploadPartInput{
			Bucket: bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(n), Body: strings.NewReader(strings.Repeat("x", int(n))), ChecksumAlgorithm: types.ChecksumAlgorithmSha1,
		})
		require.NoError(t, err)
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(n), ETag: p.ETag, ChecksumSHA1: p.ChecksumSHA1})
	}
	complete := &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}
	done, err := c.CompleteMultipartUpload(bg, complete)
	require.NoError(t, err)

	page := func(marker string, most int32) *types.GetObjectAttributesParts {
		in := &s3.GetObjectAttributesInput{Bucket: bucket, Key: key, ObjectAttributes: []types.ObjectAttributes{"ObjectParts", "Checksum"}, MaxParts: aws.Int32(most)}
		if marker != "" {
			in.PartNumberMarker = &marker
		}
		out, err := c.GetObjectAttributes(bg, in)
		require.NoError(t, err)
		assert.Equal(t, done.ChecksumSHA1, out.Checksum.ChecksumSHA1)
		assert.Equal(t, types.ChecksumTypeComposite, out.Checksum.ChecksumType)
		return out.ObjectParts
	}
	first := page("", 2)
	assert.EqualValues(t, 3, *first.TotalPartsCount)
	assert.True(t, *first.IsTruncated)
	require.Len(t, first.Parts, 2)
	assert.Equal(t, parts[1].ChecksumSHA1, first.Parts[1].ChecksumSHA1)
	assert.EqualValues(t, 2, *first.Parts[1].Size)
	last := page(*first.NextPartNumberMarker, 2)
	assert.False(t, *last.IsTruncated)
	require.Len(t, last.Parts, 1)
	assert.EqualValues(t, 3, *last.Parts[0].PartNumber)
	for _, h := range []string{"x-amz-max-parts", "x-amz-part-number-marker"} {
		resp := raw(t, e, "GET", "/bucket/k?attributes=", "", map[string]string{"x-amz-object-attributes": "ObjectParts", h: "-1"})
		assert.Equal(t, "InvalidArgument", errorOf(t, resp).Code, h)
	}

	again, err := c.CompleteMultipartUpload(bg, complete)
	require.NoError(t, err, "whoever did not hear the answer may ask again")
	assert.Equal(t, done.ETag, again.ETag)
	assert.Equal(t, done.ChecksumSHA1, again.ChecksumSHA1)
	mustPut(t, c, "k", "another")
	_, err = c.CompleteMultipartUpload(bg, complete)
	refused(t, err, 404, "NoSuchUpload", "")
}
