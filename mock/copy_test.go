package mock_test

import (
	"encoding/base64"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestACopyDropsTheSourcesContext(t *testing.T) {
	e := mock.Start(t)
	key := e.NamedKeys()[0]
	context := base64.StdEncoding.EncodeToString([]byte(`{"a":"b"}`))
	under := map[string]string{sse: "aws:kms", kid: key.ID}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", plus(under, map[string]string{ctx: context})).StatusCode)
	resp := raw(t, e, "PUT", "/bucket/copy", "", plus(under, map[string]string{"X-Amz-Copy-Source": "/bucket/k"}))
	require.Equal(t, 200, resp.StatusCode)
	assert.Empty(t, resp.Header.Get(ctx))
	resp = raw(t, e, "PUT", "/bucket/bare", "", map[string]string{"X-Amz-Copy-Source": "/bucket/k"})
	assert.Equal(t, map[string]string{sse: "AES256"}, sseHeaders(resp.Header), "nor is the encryption inherited")
}

func TestNamingAnEncryptionMakesAnInPlaceCopyLegal(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	mustPut(t, c, "k", "hello")
	out, err := c.CopyObject(bg, &s3.CopyObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("k"), CopySource: aws.String("bucket/k"),
		ServerSideEncryption: "aws:kms", SSEKMSKeyId: aws.String("alias/demo"),
	})
	require.NoError(t, err)
	assert.Equal(t, e.NamedKeys()[0].ARN, *out.SSEKMSKeyId)
	body, _, err := get(t, c, "k")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)
}

func TestAnInPlaceCopyMustChangeSomething(t *testing.T) {
	e := mock.Start(t)
	key := e.NamedKeys()[0]
	self := map[string]string{"X-Amz-Copy-Source": "/bucket/k"}
	for name, row := range map[string]struct {
		change map[string]string
		legal  bool
	}{
		"nothing":            {nil, false},
		"the tags":           {map[string]string{"X-Amz-Tagging-Directive": "REPLACE", "X-Amz-Tagging": "a=b"}, false},
		"metadata kept":      {map[string]string{"X-Amz-Metadata-Directive": "COPY", "X-Amz-Meta-A": "b"}, false},
		"only a bucket key":  {map[string]string{bk: "true"}, false},
		"metadata":           {map[string]string{"X-Amz-Metadata-Directive": "REPLACE", "X-Amz-Meta-A": "b"}, true},
		"storage class":      {map[string]string{"X-Amz-Storage-Class": "STANDARD_IA"}, true},
		"website redirect":   {map[string]string{"X-Amz-Website-Redirect-Location": "/other"}, true},
		"the same SSE-S3":    {map[string]string{sse: "AES256"}, true},
		"to a KMS key":       {map[string]string{sse: "aws:kms", kid: key.ID}, true},
		"to a customer key":  {custHeaders(3), true},
		"to another version": {map[string]string{"X-Amz-Copy-Source": "/bucket/k?versionId=null"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
			resp := raw(t, e, "PUT", "/bucket/k", "", plus(self, row.change))
			if row.legal {
				assert.Equal(t, 200, resp.StatusCode)
				return
			}
			assert.Equal(t, 400, resp.StatusCode)
			got := errorOf(t, resp)
			assert.Equal(t, "InvalidRequest", got.Code)
			assert.Equal(t, "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.", got.Message)
		})
	}
}
