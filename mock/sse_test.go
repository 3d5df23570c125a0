package mock_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

const (
	sse      = "X-Amz-Server-Side-Encryption"
	kid      = sse + "-Aws-Kms-Key-Id"
	ctx      = sse + "-Context"
	bk       = sse + "-Bucket-Key-Enabled"
	custAlg  = sse + "-Customer-Algorithm"
	custKey  = sse + "-Customer-Key"
	custMD5  = sse + "-Customer-Key-Md5"
	goneUUID = "00000000-0000-4000-8000-000000000000"
)

func sseHeaders(h http.Header) map[string]string {
	found := map[string]string{}
	for name := range h {
		if strings.HasPrefix(name, sse) {
			found[name] = h.Get(name)
		}
	}
	return found
}

func custHeaders(b byte) map[string]string {
	c := customerOf(b)
	return map[string]string{custAlg: "AES256", custKey: *c.key, custMD5: *c.md5}
}

func plus(a, b map[string]string) map[string]string {
	sum := map[string]string{}
	for _, m := range []map[string]string{a, b} {
		for k, v := range m {
			sum[k] = v
		}
	}
	return sum
}

// The matrix of headers: each answer carries those and no other.
func TestEachAnswerCarriesTheHeadersOfTheMatrixAndNoOther(t *testing.T) {
	e := mock.Start(t)
	key := e.NamedKeys()[0]
	context := base64.StdEncoding.EncodeToString([]byte(`{"a":"b"}`))
	stored := base64.StdEncoding.EncodeToString([]byte(`{"a":"b","aws:s3:arn":"arn:aws:s3:::bucket/k"}`))
	c := customerOf(1)
	custBack := map[string]string{custAlg: "AES256", custMD5: *c.md5}
	for name, m := range map[string]struct{ ask, onWrite, onRead, toRead map[string]string }{
		"nothing":  {nil, map[string]string{sse: "AES256"}, map[string]string{sse: "AES256"}, nil},
		"SSE-S3":   {map[string]string{sse: "AES256"}, map[string]string{sse: "AES256"}, map[string]string{sse: "AES256"}, nil},
		"SSE-KMS":  {map[string]string{sse: "aws:kms", kid: key.ID}, map[string]string{sse: "aws:kms", kid: key.ARN}, map[string]string{sse: "aws:kms", kid: key.ARN}, nil},
		"DSSE-KMS": {map[string]string{sse: "aws:kms:dsse", kid: key.Alias, bk: "true"}, map[string]string{sse: "aws:kms:dsse", kid: key.ARN}, map[string]string{sse: "aws:kms:dsse", kid: key.ARN}, nil},
		"bucket key": {
			map[string]string{sse: "aws:kms", kid: key.ARN, bk: "true"},
			map[string]string{sse: "aws:kms", kid: key.ARN, bk: "true"},
			map[string]string{sse: "aws:kms", kid: key.ARN, bk: "true"},
			nil,
		},
		"context": {
			map[string]string{sse: "aws:kms", kid: key.ARN, ctx: context},
			map[string]string{sse: "aws:kms", kid: key.ARN, ctx: stored},
			map[string]string{sse: "aws:kms", kid: key.ARN},
			nil,
		},
		"SSE-C": {custHeaders(1), custBack, custBack, custHeaders(1)},
	} {
		t.Run(name, func(t *testing.T) {
			resp := raw(t, e, "PUT", "/bucket/k", "hello", m.ask)
			require.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, m.onWrite, sseHeaders(resp.Header))
			for _, method := range []string{"HEAD", "GET"} {
				resp := raw(t, e, method, "/bucket/k", "", m.toRead)
				require.Equal(t, 200, resp.StatusCode, method)
				assert.Equal(t, m.onRead, sseHeaders(resp.Header), method)
			}
			resp = raw(t, e, "GET", "/bucket/k", "", plus(m.toRead, map[string]string{"Range": "bytes=1-2"}))
			assert.Equal(t, m.onRead, sseHeaders(resp.Header))

			sourceKey := map[string]string{}
			for k, v := range m.toRead {
				sourceKey[strings.Replace(k, "X-Amz-", "X-Amz-Copy-Source-", 1)] = v
			}
			resp = raw(t, e, "PUT", "/bucket/copy", "", plus(plus(m.ask, sourceKey), map[string]string{"X-Amz-Copy-Source": "bucket/k"}))
			require.Equal(t, 200, resp.StatusCode)
			onCopy := plus(m.onWrite, nil)
			if onCopy[ctx] != "" {
				onCopy[ctx] = base64.StdEncoding.EncodeToString([]byte(`{"a":"b","aws:s3:arn":"arn:aws:s3:::bucket/copy"}`))
			}
			assert.Equal(t, onCopy, sseHeaders(resp.Header))

			resp = raw(t, e, "POST", "/bucket/k?uploads=", "", m.ask)
			require.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, m.onWrite, sseHeaders(resp.Header))
			id := uploadID(t, resp)
			resp = raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "part", m.toRead)
			require.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, m.onRead, sseHeaders(resp.Header))
			resp = raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "", plus(plus(m.toRead, sourceKey), map[string]string{"X-Amz-Copy-Source": "bucket/k"}))
			require.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, m.onRead, sseHeaders(resp.Header))
			resp = raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "part", m.toRead)
			etag := resp.Header.Get("Etag")
			resp = raw(t, e, "GET", "/bucket/k?uploadId="+id, "", nil)
			assert.Empty(t, sseHeaders(resp.Header), "ListParts")
			resp = raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(etag), m.toRead)
			require.Equal(t, 200, resp.StatusCode)
			onComplete := plus(m.onRead, nil)
			delete(onComplete, custAlg)
			delete(onComplete, custMD5)
			assert.Equal(t, onComplete, sseHeaders(resp.Header))
		})
	}
}

func TestABareKMSRequestUsesTheAccountsOwnKey(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	kms := func(in *s3.PutObjectInput) { in.ServerSideEncryption = types.ServerSideEncryptionAwsKms }
	one, two := mustPut(t, c, "a", "x", kms), mustPut(t, c, "b", "x", kms)
	assert.Equal(t, *one.SSEKMSKeyId, *two.SSEKMSKeyId)
	key, err := e.Keys().Resolve("alias/aws/s3")
	require.NoError(t, err)
	assert.Equal(t, key.ARN, *one.SSEKMSKeyId)
	assert.True(t, key.Managed)
	assert.Len(t, e.NamedKeys(), 1, "it is not one of the customer's keys")
}

func TestPartsMustCarryTheCustomerKeyOfTheUpload(t *testing.T) {
	e := mock.Start(t)
	const missing = "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters."
	c := custHeaders(1)
	with := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", c))
	bare := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", nil))
	for _, row := range []struct {
		id      string
		header  map[string]string
		message string
	}{
		{with, nil, missing},
		{bare, c, missing},
		{with, custHeaders(2), "The provided encryption parameters did not match the ones used originally."},
	} {
		resp := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+row.id, "x", row.header)
		got := errorOf(t, resp)
		assert.Equal(t, 400, resp.StatusCode)
		assert.Equal(t, "InvalidRequest", got.Code)
		assert.Equal(t, row.message, got.Message)
	}
	resp := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+bare, "x", map[string]string{sse: "aws:kms"})
	assert.Equal(t, "InvalidArgument", errorOf(t, resp).Code)
	resp = raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+with, "x", c)
	require.Equal(t, 200, resp.StatusCode)
	etag := resp.Header.Get("Etag")
	resp = raw(t, e, "POST", "/bucket/k?uploadId="+with, completion(etag), custHeaders(2))
	assert.Equal(t, "InvalidRequest", errorOf(t, resp).Code)
	resp = raw(t, e, "POST", "/bucket/k?uploadId="+bare, completion(etag), c)
	assert.Equal(t, missing, errorOf(t, resp).Message)
	assert.Equal(t, 200, raw(t, e, "POST", "/bucket/k?uploadId="+with, completion(etag), nil).StatusCode)

	summed := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", plus(c, map[string]string{"X-Amz-Checksum-Algorithm": "CRC32", "X-Amz-Checksum-Type": "FULL_OBJECT"})))
	resp = raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+summed, "x", c)
	etag = resp.Header.Get("Etag")
	assert.Equal(t, missing, errorOf(t, raw(t, e, "POST", "/bucket/k?uploadId="+summed, completion(etag), nil)).Message)
	assert.Equal(t, 200, raw(t, e, "POST", "/bucket/k?uploadId="+summed, completion(etag), c).StatusCode)
}

func TestADisabledKeyStopsReadingAndWriting(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	key := e.NamedKeys()[0]
	under := func(in *s3.PutObjectInput) {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &key.ID
	}
	mustPut(t, c, "k", "hello", under)

	require.NoError(t, e.Keys().Disable(key.ID))
	_, _, err := get(t, c, "k")
	refused(t, err, 400, "KMS.DisabledException", key.ARN+" is disabled.")
	_, err = put(t, c, "k2", "hello", under)
	refused(t, err, 400, "KMS.DisabledException", key.ARN+" is disabled.")
	_, err = head(t, c, "k2")
	assert.Equal(t, 404, status(err))
	_, err = c.CopyObject(bg, &s3.CopyObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k3"), CopySource: aws.String("bucket/k")})
	refused(t, err, 400, "KMS.DisabledException", "is disabled.")
	_, err = head(t, c, "k")
	assert.NoError(t, err, "HEAD asks nothing of KMS")

	require.NoError(t, e.Keys().Enable(key.ID))
	body, _, err := get(t, c, "k")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)

	_, err = e.Keys().ScheduleDeletion(key.ID, 7)
	require.NoError(t, err)
	_, _, err = get(t, c, "k")
	refused(t, err, 400, "KMS.KMSInvalidStateException", key.ARN+" is pending deletion.")
}

func TestAKeyOfAnotherUsageIsRefused(t *testing.T) {
	e := mock.Start(t)
	_, err := e.Keys().Call("CreateKey", []byte(`{"KeyUsage":"SIGN_VERIFY"}`))
	require.NoError(t, err)
	keys := e.Keys().Keys()
	resp := raw(t, e, "PUT", "/bucket/k", "x", map[string]string{sse: "aws:kms", kid: keys[len(keys)-1].ARN})
	assert.Equal(t, "KMS.InvalidKeyUsageException", errorOf(t, resp).Code)
}

func TestEncryptionWithKMSNeedsSignatureVersion4(t *testing.T) {
	e := mock.Start(t)
	for method, want := range map[string]errorAnswer{
		"aws:kms": {Code: "InvalidArgument", Message: "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.", ArgumentName: "Authorization"},
		"AES256":  {Code: "InvalidRequest", Message: "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."},
	} {
		r, err := http.NewRequest("PUT", e.URL+"/bucket/k", strings.NewReader("x"))
		require.NoError(t, err)
		r.Header.Set("Authorization", "AWS "+e.AccessKey+":c2lnbmF0dXJl")
		r.Header.Set(sse, method)
		resp, err := httpClient(t, e).Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 400, resp.StatusCode)
		got := errorOf(t, resp)
		assert.Equal(t, []string{want.Code, want.Message, want.ArgumentName}, []string{got.Code, got.Message, got.ArgumentName})
	}
}

func TestEncryptionWithKeysNeedsASecureConnection(t *testing.T) {
	e := mock.Start(t, mock.OverPlainHTTP())
	key := e.NamedKeys()[0]
	got := errorOf(t, raw(t, e, "PUT", "/bucket/k", "x", map[string]string{sse: "aws:kms", kid: key.ID}))
	assert.Equal(t, "InvalidArgument", got.Code)
	assert.Equal(t, "Requests specifying Server Side Encryption with AWS KMS managed keys must be made over a secure connection.", got.Message)
	got = errorOf(t, raw(t, e, "PUT", "/bucket/k", "x", custHeaders(1)))
	assert.Equal(t, "InvalidRequest", got.Code)
	assert.Equal(t, "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.", got.Message)
	assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", map[string]string{sse: "AES256"}).StatusCode)

	e = mock.Start(t, mock.OverPlainHTTP(), mock.As("ceph16"), mock.With(func(c *mock.Config) { c.Keys = []mock.KeySpec{{ID: "testkey-1"}} }))
	for _, header := range []map[string]string{{sse: "aws:kms", kid: "testkey-1"}, custHeaders(1)} {
		resp := raw(t, e, "PUT", "/bucket/k", "x", header)
		assert.Equal(t, 400, resp.StatusCode)
		got := errorOf(t, resp)
		assert.Equal(t, "InvalidRequest", got.Code)
		assert.Empty(t, got.Message)
	}
}

func TestAClockThatIsWrongIsTold(t *testing.T) {
	e := mock.Start(t)
	resp := rawAt(t, e, "GET", "/bucket", "", nil, time.Now().Add(-time.Hour))
	got := errorOf(t, resp)
	assert.Equal(t, 403, resp.StatusCode)
	assert.Equal(t, "RequestTimeTooSkewed", got.Code)
	assert.NotEmpty(t, got.ServerTime)
	date, err := http.ParseTime(resp.Header.Get("Date"))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), date, time.Minute)
}
