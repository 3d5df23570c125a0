package mock_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// Each test of Ceph is a line of what was measured on RGW 16.2.15.

func startCeph(t *testing.T) *mock.Endpoint {
	t.Helper()
	return mock.Start(t, mock.As("ceph16"), mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "testkey-1"}} }))
}

func underKey(id string) func(*s3.PutObjectInput) {
	return func(in *s3.PutObjectInput) {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &id
	}
}

func TestCephRefusesTrailingChecksumsOverTLS(t *testing.T) {
	e := startCeph(t)
	_, err := put(t, s3Client(t, e), "k", "hello")
	refused(t, err, 400, "XAmzContentSHA256Mismatch", "")
	_, err = put(t, s3Client(t, e, required), "k", "hello")
	require.NoError(t, err)

	plain := mock.Start(t, mock.As("ceph16"), mock.OverPlainHTTP())
	_, err = put(t, s3Client(t, plain), "k", "hello")
	assert.NoError(t, err, "over plain http the fault does not show")
}

func TestCephEchoesTheKeyAsItWasSent(t *testing.T) {
	e := startCeph(t)
	resp := raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{sse: "aws:kms", kid: "testkey-1", bk: "true"})
	require.Equal(t, 200, resp.StatusCode)
	context := base64.StdEncoding.EncodeToString([]byte(`{"aws:s3:arn":"arn:aws:s3:::bucket/k"}`))
	assert.Equal(t, map[string]string{sse: "aws:kms", kid: "testkey-1", ctx: context}, sseHeaders(resp.Header))
	for _, method := range []string{"GET", "HEAD"} {
		resp := raw(t, e, method, "/bucket/k", "", nil)
		assert.Equal(t, map[string]string{sse: "aws:kms", kid: "testkey-1"}, sseHeaders(resp.Header), "exactly these two")
	}
	resp = raw(t, e, "GET", "/bucket/k?partNumber=7", "", nil)
	assert.Equal(t, 200, resp.StatusCode, "partNumber is ignored")
	assert.EqualValues(t, 5, resp.ContentLength)
}

func TestCephCallsAnUnknownKeyAWrongAccessKey(t *testing.T) {
	e := startCeph(t)
	c := s3Client(t, e, required)
	for _, id := range []string{"no-such-key", "arn:aws:kms:us-east-1:000000000000:key/testkey-1"} {
		_, err := put(t, c, "k", "x", underKey(id))
		refused(t, err, 403, "InvalidAccessKeyId", "Failed to retrieve the actual key, kms-keyid: "+id)
	}
	for _, header := range []map[string]string{{sse: "aws:kms"}, {sse: "aws:kms:dsse", kid: "testkey-1"}} {
		resp := raw(t, e, "PUT", "/bucket/k", "x", header)
		assert.Equal(t, 400, resp.StatusCode)
		assert.Equal(t, "InvalidArgument", errorOf(t, resp).Code)
	}
}

func TestCephSaysYesToSSES3AndStoresPlaintext(t *testing.T) {
	e := startCeph(t)
	resp := raw(t, e, "PUT", "/bucket/k", "hello", map[string]string{sse: "AES256"})
	assert.Equal(t, 200, resp.StatusCode)
	assert.Empty(t, sseHeaders(resp.Header))
	assert.Empty(t, sseHeaders(raw(t, e, "HEAD", "/bucket/k", "", nil).Header))
}

func TestCephsCopyDoesNotEncryptAndCannotReadEncrypted(t *testing.T) {
	e := startCeph(t)
	c := s3Client(t, e, required)
	mustPut(t, c, "plain", "hello")
	mustPut(t, c, "sealed", "hello", underKey("testkey-1"))
	under := map[string]string{sse: "aws:kms", kid: "testkey-1"}
	resp := raw(t, e, "PUT", "/bucket/copy", "", plus(under, map[string]string{"X-Amz-Copy-Source": "bucket/plain"}))
	assert.Equal(t, 200, resp.StatusCode)
	assert.Empty(t, sseHeaders(raw(t, e, "HEAD", "/bucket/copy", "", nil).Header))

	resp = raw(t, e, "PUT", "/bucket/copy2", "", plus(under, map[string]string{"X-Amz-Copy-Source": "bucket/sealed"}))
	assert.Equal(t, 501, resp.StatusCode)
	assert.Equal(t, "NotImplemented", errorOf(t, resp).Code)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/copy2", "", nil).StatusCode)

	for from, how := range map[string]map[string]string{"sealed": under, "plain": under, "sealed ": nil} {
		id := uploadID(t, raw(t, e, "POST", "/bucket/mp?uploads=", "", how))
		resp := raw(t, e, "PUT", "/bucket/mp?partNumber=1&uploadId="+id, "", map[string]string{"X-Amz-Copy-Source": "bucket/" + strings.TrimSpace(from)})
		require.Equal(t, 200, resp.StatusCode, "UploadPartCopy is the way that works")
		var doc struct{ ETag string }
		decode(t, resp, &doc)
		require.Equal(t, 200, raw(t, e, "POST", "/bucket/mp?uploadId="+id, completion(doc.ETag), nil).StatusCode)
		assert.Equal(t, how[sse], raw(t, e, "HEAD", "/bucket/mp", "", nil).Header.Get(sse))
		body, _, err := get(t, c, "mp")
		require.NoError(t, err)
		assert.Equal(t, "hello", body)
	}
}

func TestCephRunsTheBaseVerbOfWhatItDoesNotKnow(t *testing.T) {
	e := startCeph(t)
	c := s3Client(t, e, required)
	bucket := aws.String("bucket")
	mustPut(t, c, "k", "hello")

	got, err := c.GetBucketEncryption(bg, &s3.GetBucketEncryptionInput{Bucket: bucket})
	require.NoError(t, err)
	assert.Empty(t, got.ServerSideEncryptionConfiguration, "the SDK reads a listing as zero rules")
	resp := raw(t, e, "GET", "/bucket?encryption=", "", nil)
	var doc struct{ Name string }
	decode(t, resp, &doc)
	assert.Equal(t, "bucket", doc.Name)

	rules := "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
	assert.Equal(t, 400, raw(t, e, "PUT", "/bucket?encryption=", rules, nil).StatusCode)
	resp = raw(t, e, "DELETE", "/bucket?encryption=", "", nil)
	assert.Equal(t, 409, resp.StatusCode)
	assert.Equal(t, "BucketNotEmpty", errorOf(t, resp).Code)

	_, err = c.UpdateObjectEncryption(bg, &s3.UpdateObjectEncryptionInput{Bucket: bucket, Key: aws.String("k"), ObjectEncryption: &types.ObjectEncryptionMemberSSEKMS{
		Value: types.SSEKMSEncryption{KMSKeyArn: aws.String("testkey-1")},
	}})
	require.NoError(t, err)
	body, _, err := get(t, c, "k")
	require.NoError(t, err)
	assert.Contains(t, body, "<ObjectEncryption", "the object has become the request")

	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/new?renameObject=", "", map[string]string{"X-Amz-Rename-Source": "/bucket/k"}).StatusCode)
	body, _, err = get(t, c, "new")
	require.NoError(t, err)
	assert.Empty(t, body)
	_, err = head(t, c, "k")
	assert.NoError(t, err, "the source is kept")

	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k?annotation=&annotationName=a", "note", nil).StatusCode)
	body, _, err = get(t, c, "k")
	require.NoError(t, err)
	assert.Equal(t, "note", body)
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket/k?annotation=&annotationName=a", "", nil).StatusCode)
	_, err = head(t, c, "k")
	assert.Equal(t, 404, status(err))

	_, err = c.GetObjectAttributes(bg, &s3.GetObjectAttributesInput{Bucket: bucket, Key: aws.String("new"), ObjectAttributes: []types.ObjectAttributes{"ETag"}})
	refused(t, err, 403, "SignatureDoesNotMatch", "")

	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket/new", "", nil).StatusCode)
	assert.Equal(t, 204, raw(t, e, "DELETE", "/bucket?encryption=", "", nil).StatusCode)
	_, err = c.HeadBucket(bg, &s3.HeadBucketInput{Bucket: bucket})
	assert.Equal(t, 404, status(err), "the empty bucket is gone")
}

func TestCephTakesSSECButAnswersOtherwise(t *testing.T) {
	e := startCeph(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/c", "hello", custHeaders(1)).StatusCode)
	assert.Equal(t, 200, raw(t, e, "GET", "/bucket/c", "", custHeaders(1)).StatusCode)
	resp := raw(t, e, "GET", "/bucket/c", "", nil)
	assert.Equal(t, 400, resp.StatusCode)
	assert.Equal(t, "InvalidArgument", errorOf(t, resp).Code)
	assert.Equal(t, 400, raw(t, e, "GET", "/bucket/c", "", custHeaders(2)).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/p", "hello", nil).StatusCode)
	assert.Equal(t, 200, raw(t, e, "GET", "/bucket/p", "", custHeaders(1)).StatusCode, "spare headers are ignored")
}

func TestCephWantsAllPartsNamed(t *testing.T) {
	e := startCeph(t)
	id := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", nil))
	etag := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "one", nil).Header.Get("Etag")
	raw(t, e, "PUT", "/bucket/k?partNumber=2&uploadId="+id, "two", nil)
	resp := raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(etag), nil)
	assert.Equal(t, "InvalidPart", errorOf(t, resp).Code)
}

func TestCephAcceptsAnyRegionAndHonoursConditions(t *testing.T) {
	e := startCeph(t)
	c := s3Client(t, e, required, func(o *s3.Options) { o.Region = "Default" })
	mustPut(t, c, "k", "x")
	_, err := put(t, c, "k", "x", func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") })
	refused(t, err, 412, "PreconditionFailed", "")
}

func TestMinIONamesKeysInItsOwnWay(t *testing.T) {
	e := mock.Start(t, mock.As("minio"), mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "my-key"}} }))
	c := s3Client(t, e)
	for _, ref := range []string{"my-key", "arn:aws:kms:my-key"} {
		out := mustPut(t, c, "k", "hello", underKey(ref))
		assert.Equal(t, "arn:aws:kms:my-key", *out.SSEKMSKeyId)
		h, err := head(t, c, "k")
		require.NoError(t, err)
		assert.Equal(t, "arn:aws:kms:my-key", *h.SSEKMSKeyId)
	}
	_, err := put(t, c, "k", "x", underKey("other"))
	refused(t, err, 404, "kms:KeyNotFound", "key with given key ID does not exist")
	assert.Empty(t, mustPut(t, c, "p", "x").ServerSideEncryption, "nothing is encrypted by default")
	_, err = c.GetBucketEncryption(bg, &s3.GetBucketEncryptionInput{Bucket: aws.String("bucket")})
	refused(t, err, 404, "ServerSideEncryptionConfigurationNotFoundError", "")
}

// Measured on MinIO 2026-02.
func TestMinIONamesTheEncryptionOfPartsAndObjectsAndOfNoBeginningCompletionOrCopy(t *testing.T) {
	e := mock.Start(t, mock.As("minio"), mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "my-key"}} }))
	c := s3Client(t, e)
	for name, asked := range map[string]map[string]string{
		"SSE-S3": {sse: "AES256"}, "SSE-KMS": {sse: "aws:kms", kid: "my-key"}, "SSE-C": custHeaders(1),
	} {
		read := map[string]string{}
		if name == "SSE-C" {
			read = asked
		}
		resp := raw(t, e, "POST", "/bucket/k?uploads=", "", asked)
		require.Equal(t, 200, resp.StatusCode, name)
		assert.Empty(t, sseHeaders(resp.Header), "%s: the beginning", name)
		up, err := c.ListMultipartUploads(bg, &s3.ListMultipartUploadsInput{Bucket: aws.String("bucket")})
		require.NoError(t, err)
		id := *up.Uploads[0].UploadId
		resp = raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "content", read)
		require.Equal(t, 200, resp.StatusCode, name)
		assert.NotEmpty(t, sseHeaders(resp.Header), "%s: a part", name)
		part := resp.Header.Get("Etag")
		resp = raw(t, e, "POST", "/bucket/k?uploadId="+id, "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"+part+"</ETag></Part></CompleteMultipartUpload>", nil)
		require.Equal(t, 200, resp.StatusCode, name)
		assert.Empty(t, sseHeaders(resp.Header), "%s: the completion", name)
		resp = raw(t, e, "HEAD", "/bucket/k", "", read)
		require.Equal(t, 200, resp.StatusCode, name)
		assert.NotEmpty(t, sseHeaders(resp.Header), "%s: HEAD", name)
	}
	mustPut(t, c, "plain", "x")
	resp := raw(t, e, "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": "/bucket/plain", sse: "aws:kms", kid: "my-key"})
	require.Equal(t, 200, resp.StatusCode)
	assert.Empty(t, sseHeaders(resp.Header), "the copy")
	h, err := head(t, c, "copy")
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:kms:my-key", *h.SSEKMSKeyId)
}

func TestPlainSaysYesToEverythingAndEncryptsNothing(t *testing.T) {
	e := mock.Start(t, mock.As("plain"))
	for _, header := range []map[string]string{{sse: "AES256"}, {sse: "aws:kms", kid: "anything"}, {sse: "rot13"}, custHeaders(1)} {
		resp := raw(t, e, "PUT", "/bucket/k", "hello", header)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Empty(t, sseHeaders(resp.Header))
		resp = raw(t, e, "GET", "/bucket/k", "", header)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Empty(t, sseHeaders(resp.Header))
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		resp := raw(t, e, method, "/bucket?encryption=", "", nil)
		assert.Equal(t, 501, resp.StatusCode, method)
	}
}

func TestAWSAnswers501ToWhatItDoesNotKnowAndNeverTheBaseVerb(t *testing.T) {
	e := mock.Start(t)
	mustPut(t, s3Client(t, e), "k", "hello")
	for _, ask := range []string{
		"PUT /bucket?replication=", "DELETE /bucket?analytics=", "GET /bucket?inventory=", "DELETE /bucket/k?encryption=", "PUT /bucket/k?renameObject=",
		"DELETE /bucket/k?annotation=", "DELETE /bucket/k?retention=", "GET /bucket/k?legal-hold=x&attributes=", "PUT /bucket/k?tagging=&acl=",
	} {
		method, path, _ := strings.Cut(ask, " ")
		resp := raw(t, e, method, path, "x", nil)
		assert.Equal(t, 501, resp.StatusCode, ask)
		assert.Equal(t, "NotImplemented", errorOf(t, resp).Code, ask)
	}
	body, _, err := get(t, s3Client(t, e), "k")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)
	resp := raw(t, e, "POST", "/bucket/k", "x", nil)
	assert.Equal(t, 405, resp.StatusCode)
}

func TestPersonalitiesAreFoundByName(t *testing.T) {
	for _, p := range mock.Personalities() {
		got, err := mock.PersonalityNamed(p.Name)
		require.NoError(t, err)
		assert.Equal(t, p, got)
	}
	_, err := mock.PersonalityNamed("r2")
	assert.ErrorContains(t, err, "choose one of aws, ceph16, minio, plain")
}

func TestOthersForgetWhatTheyCompleted(t *testing.T) {
	for _, name := range []string{"minio", "plain"} {
		e := mock.Start(t, mock.As(name))
		resp := raw(t, e, "POST", "/bucket/k?uploads=", "", nil)
		require.Equal(t, 200, resp.StatusCode)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		id := between(string(text), "<UploadId>", "</UploadId>")
		etag := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "x", nil).Header.Get("Etag")
		require.Equal(t, 200, raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(etag), nil).StatusCode)
		assert.Equal(t, "NoSuchUpload", errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(etag), nil)).Code, name)
	}
}

func TestKMSIsTakenOverHTTPAndETagsAreRandomWhereAPersonalitySaysSo(t *testing.T) {
	as := func(p mock.Personality) *mock.Endpoint {
		return mock.Start(t, mock.OverPlainHTTP(), mock.With(func(c *mock.Config) { c.Personality = p }))
	}
	sum := md5.Sum([]byte("x"))
	digest := `"` + hex.EncodeToString(sum[:]) + `"`
	how := map[string]string{sse: "aws:kms", kid: "alias/demo"}
	plain := as(mock.Personality{Name: "aws"})
	assert.Equal(t, 400, raw(t, plain, "PUT", "/bucket/k", "x", how).StatusCode)
	assert.Equal(t, digest, raw(t, plain, "PUT", "/bucket/k", "x", nil).Header.Get("Etag"))
	open := as(mock.Personality{Name: "p", KMSOverHTTP: true, RandomETags: true, MD5ETags: true})
	resp := raw(t, open, "PUT", "/bucket/k", "x", how)
	require.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "aws:kms", resp.Header.Get(sse))
	for _, header := range []map[string]string{how, nil} {
		etag := raw(t, open, "PUT", "/bucket/k", "x", header).Header.Get("Etag")
		assert.Len(t, etag, len(digest))
		assert.NotEqual(t, digest, etag)
	}
	assert.Equal(t, 400, raw(t, open, "PUT", "/bucket/k", "x", map[string]string{"Content-Md5": "AAAAAAAAAAAAAAAAAAAAAA=="}).StatusCode, "a digest that was sent is compared all the same")
}
