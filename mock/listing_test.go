package mock_test

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

var listedKeys = []string{"a", "b/1", "b/2", "b/c/3", "d", "e&<f>", "g h", "檔案"}

func filled(t *testing.T) (*mock.Endpoint, *s3.Client) {
	t.Helper()
	e := mock.Start(t)
	c := s3Client(t, e)
	for _, key := range listedKeys {
		mustPut(t, c, key, key)
	}
	return e, c
}

func TestListingsComeInPagesOfAnySize(t *testing.T) {
	_, c := filled(t)
	for size := int32(1); size <= 9; size++ {
		var v1, v2 []string
		var marker *string
		for {
			out, err := c.ListObjects(bg, &s3.ListObjectsInput{Bucket: aws.String("bucket"), MaxKeys: &size, Marker: marker})
			require.NoError(t, err)
			for _, o := range out.Contents {
				v1 = append(v1, *o.Key)
				marker = o.Key
			}
			if !*out.IsTruncated {
				break
			}
			require.Nil(t, out.NextMarker, "only with a delimiter")
		}
		pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), MaxKeys: &size})
		for pages.HasMorePages() {
			out, err := pages.NextPage(bg)
			require.NoError(t, err)
			require.LessOrEqual(t, *out.KeyCount, size)
			for _, o := range out.Contents {
				v2 = append(v2, *o.Key)
				assert.EqualValues(t, len(*o.Key), *o.Size)
			}
		}
		assert.Equal(t, listedKeys, v1)
		assert.Equal(t, listedKeys, v2)
	}
}

func TestADelimiterFoldsFolders(t *testing.T) {
	_, c := filled(t)
	out, err := c.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), Delimiter: aws.String("/"), FetchOwner: aws.Bool(true)})
	require.NoError(t, err)
	assert.Len(t, out.Contents, 5)
	assert.NotNil(t, out.Contents[0].Owner)
	assert.Equal(t, []types.CommonPrefix{{Prefix: aws.String("b/")}}, out.CommonPrefixes)
	out, err = c.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), Delimiter: aws.String("/"), Prefix: aws.String("b/"), StartAfter: aws.String("b/1")})
	require.NoError(t, err)
	require.Len(t, out.Contents, 1)
	assert.Equal(t, "b/2", *out.Contents[0].Key)
	assert.Equal(t, "b/c/", *out.CommonPrefixes[0].Prefix)
	one, err := c.ListObjects(bg, &s3.ListObjectsInput{Bucket: aws.String("bucket"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(2)})
	require.NoError(t, err)
	assert.Equal(t, "b/", *one.NextMarker)
	none, err := c.ListObjectsV2(bg, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), MaxKeys: aws.Int32(0)})
	require.NoError(t, err)
	assert.Empty(t, none.Contents)
	assert.False(t, *none.IsTruncated)
	versions, err := c.ListObjectVersions(bg, &s3.ListObjectVersionsInput{Bucket: aws.String("bucket"), MaxKeys: aws.Int32(3)})
	require.NoError(t, err)
	require.Len(t, versions.Versions, 3)
	assert.Equal(t, "null", *versions.Versions[0].VersionId)
	assert.Equal(t, "b/2", *versions.NextKeyMarker)
}

func TestNamesCanBeAskedForEncoded(t *testing.T) {
	e := mock.Start(t)
	key := "a b+c%/檔\x01"
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/"+strings.NewReplacer("+", "%2B", "%2F", "/").Replace(url.PathEscape(key)), "x", nil).StatusCode)
	resp := raw(t, e, "GET", "/bucket?encoding-type=url&list-type=2", "", nil)
	var doc struct {
		EncodingType string
		Contents     []struct{ Key string }
	}
	decode(t, resp, &doc)
	assert.Equal(t, "url", doc.EncodingType)
	decoded, err := url.QueryUnescape(doc.Contents[0].Key)
	require.NoError(t, err)
	assert.Equal(t, key, decoded)
	resp = raw(t, e, "GET", "/bucket", "", nil)
	all, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Contains(t, string(all), "&#x1;", "as S3, which leaves a strict parser to fail")
}

func TestWrongListingsAreRefused(t *testing.T) {
	e := mock.Start(t)
	for _, query := range []string{
		"max-keys=-1", "max-keys=x", "encoding-type=xml", "list-type=2&continuation-token=*", "list-type=2&continuation-token=",
		"uploads=&max-uploads=x", "uploads=&encoding-type=xml", "versions=&max-keys=x",
	} {
		assert.Equal(t, "InvalidArgument", errorOf(t, raw(t, e, "GET", "/bucket?"+query, "", nil)).Code, query)
	}
	assert.Equal(t, "InvalidArgument", errorOf(t, raw(t, e, "GET", "/?max-buckets=x", "", nil)).Code)
}

func TestOpenUploadsAreListed(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	for i := range 3 {
		_, err := c.CreateMultipartUpload(bg, &s3.CreateMultipartUploadInput{Bucket: aws.String("bucket"), Key: aws.String(fmt.Sprintf("d/%d", i))})
		require.NoError(t, err)
	}
	page, err := c.ListMultipartUploads(bg, &s3.ListMultipartUploadsInput{Bucket: aws.String("bucket"), MaxUploads: aws.Int32(2)})
	require.NoError(t, err)
	require.Len(t, page.Uploads, 2)
	rest, err := c.ListMultipartUploads(bg, &s3.ListMultipartUploadsInput{Bucket: aws.String("bucket"), KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker})
	require.NoError(t, err)
	require.Len(t, rest.Uploads, 1)
	assert.Equal(t, "d/2", *rest.Uploads[0].Key)
	folded, err := c.ListMultipartUploads(bg, &s3.ListMultipartUploadsInput{Bucket: aws.String("bucket"), Delimiter: aws.String("/")})
	require.NoError(t, err)
	assert.Len(t, folded.CommonPrefixes, 1)
	assert.True(t, strings.HasPrefix(*rest.Uploads[0].Key, *folded.CommonPrefixes[0].Prefix))
}
