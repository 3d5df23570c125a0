package mock_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
	"github.com/bucketseal/bucketseal/mock/kms"
)

// update asks for another key by a document of its own.
func update(t testing.TB, e *mock.Endpoint, path, document string) errorAnswer {
	t.Helper()
	resp := raw(t, e, "PUT", path+"?encryption=", document, map[string]string{"Content-Md5": md5Of(document)})
	if resp.StatusCode == 200 {
		return errorAnswer{Code: "none"}
	}
	got := errorOf(t, resp)
	if got.Code == "AccessDenied" {
		assert.Equal(t, 403, resp.StatusCode)
	} else if got.Code == "InvalidRequest" {
		assert.Equal(t, 400, resp.StatusCode)
	}
	return got
}

func toKMS(arn, bucketKey string) string {
	return `<ObjectEncryption xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><SSE-KMS><BucketKeyEnabled>` + bucketKey + `</BucketKeyEnabled><KMSKeyArn>` + arn + `</KMSKeyArn></SSE-KMS></ObjectEncryption>`
}

func TestAnObjectIsPutUnderAnotherKeyWithoutBeingTouched(t *testing.T) {
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	c := s3Client(t, e)
	old := e.NamedKeys()[0]
	fresh, err := e.Keys().Create(kms.Spec{})
	require.NoError(t, err)
	id := uploadID(t, raw(t, e, "POST", "/bucket/parts?uploads=", "", map[string]string{sse: "aws:kms", kid: old.ID}))
	etag := raw(t, e, "PUT", "/bucket/parts?partNumber=1&uploadId="+id, secretText, nil).Header.Get("Etag")
	require.Equal(t, 200, raw(t, e, "POST", "/bucket/parts?uploadId="+id, completion(etag), nil).StatusCode)
	for key, how := range map[string]map[string]string{
		"s3": {sse: "AES256"}, "kms": {sse: "aws:kms", kid: old.ID}, "bucket-key": {sse: "aws:kms", kid: old.ID, bk: "true"},
		"empty": {sse: "aws:kms", kid: old.ID},
	} {
		body := secretText
		if key == "empty" {
			body = ""
		}
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/"+key, body, plus(how, map[string]string{"X-Amz-Meta-Who": "me"})).StatusCode)
	}
	before := map[string]*s3.HeadObjectOutput{}
	for _, key := range []string{"s3", "kms", "bucket-key", "empty", "parts"} {
		before[key], err = head(t, c, key)
		require.NoError(t, err)
	}
	stored, err := os.ReadFile(largest(t, dir))
	require.NoError(t, err)

	for key, was := range before {
		_, err := c.UpdateObjectEncryption(bg, &s3.UpdateObjectEncryptionInput{
			Bucket: aws.String("bucket"), Key: aws.String(key),
			ObjectEncryption: &types.ObjectEncryptionMemberSSEKMS{Value: types.SSEKMSEncryption{KMSKeyArn: &fresh.ARN, BucketKeyEnabled: aws.Bool(key != "kms")}},
		})
		require.NoError(t, err, key)
		is, err := head(t, c, key)
		require.NoError(t, err)
		assert.Equal(t, types.ServerSideEncryptionAwsKms, is.ServerSideEncryption)
		assert.Equal(t, fresh.ARN, *is.SSEKMSKeyId)
		assert.Equal(t, key != "kms", aws.ToBool(is.BucketKeyEnabled))
		assert.Equal(t, was.ETag, is.ETag, "kept")
		assert.Equal(t, was.LastModified, is.LastModified)
		assert.Equal(t, was.Metadata, is.Metadata)
	}
	again, err := os.ReadFile(largest(t, dir))
	require.NoError(t, err)
	assert.Equal(t, stored, again, "no byte of the body moved")

	require.NoError(t, e.Keys().Disable(old.ID))
	for key := range before {
		body, _, err := get(t, c, key)
		require.NoError(t, err, key)
		assert.True(t, key == "empty" && body == "" || body == secretText, key)
	}
	require.NoError(t, e.Keys().Disable(fresh.ID))
	_, _, err = get(t, c, "s3")
	refused(t, err, 400, "KMS.DisabledException", fresh.ARN)
}

func TestUpdatingAnEncryptionIsRefusedWhereS3RefusesIt(t *testing.T) {
	e := mock.Start(t)
	key := e.NamedKeys()[0]
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/c", "hello", custHeaders(1)).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/dsse", "hello", map[string]string{sse: "aws:kms:dsse", kid: key.ID}).StatusCode)
	for name, row := range map[string]struct{ path, document, code, message string }{
		"an id":            {"/bucket/k", toKMS(key.ID, ""), "InvalidRequest", "require a valid AWS KMS key Amazon Resource Name (ARN)"},
		"an alias":         {"/bucket/k", toKMS(key.Alias, ""), "InvalidRequest", "require a valid AWS KMS key"},
		"an alias's ARN":   {"/bucket/k", toKMS("arn:aws:kms:us-east-1:000000000000:alias/demo", ""), "InvalidRequest", "require a valid AWS KMS key"},
		"no key":           {"/bucket/k", toKMS("", ""), "InvalidRequest", "require an AWS KMS key Amazon Resource Name"},
		"bucket key maybe": {"/bucket/k", toKMS(key.ARN, "maybe"), "InvalidRequest", "The BucketKeyEnabled value isn't valid."},
		"another account":  {"/bucket/k", toKMS("arn:aws:kms:us-east-1:111122223333:key/x", ""), "AccessDenied", "must be owned by the same account as the bucket"},
		"a key not there":  {"/bucket/k", toKMS("arn:aws:kms:us-east-1:000000000000:key/"+goneUUID, ""), "KMS.NotFoundException", "does not exist"},
		"to SSE-S3":        {"/bucket/k", `<ObjectEncryption><SSE-S3/></ObjectEncryption>`, "InvalidRequest", "require a valid new encryption type"},
		"to DSSE":          {"/bucket/k", `<ObjectEncryption><DSSE-KMS/></ObjectEncryption>`, "InvalidRequest", "doesn't support updating the encryption type to DSSE-KMS or SSE-C"},
		"no document":      {"/bucket/k", `<x/>`, "MalformedXML", ""},
		"from SSE-C":       {"/bucket/c", toKMS(key.ARN, ""), "InvalidRequest", "doesn't support source objects with the encryption type DSSE-KMS or SSE-C"},
		"from DSSE":        {"/bucket/dsse", toKMS(key.ARN, ""), "InvalidRequest", "doesn't support source objects with the encryption type DSSE-KMS or SSE-C"},
		"no object":        {"/bucket/none", toKMS(key.ARN, ""), "NoSuchKey", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := update(t, e, row.path, row.document)
			assert.Equal(t, row.code, got.Code)
			assert.Contains(t, got.Message, row.message)
		})
	}
	resp := raw(t, e, "PUT", "/bucket/k?encryption=", toKMS(key.ARN, ""), nil)
	assert.Equal(t, "InvalidRequest", errorOf(t, resp).Code, "a checksum is demanded")
	resp = raw(t, e, "GET", "/bucket/k", "", nil)
	assert.Equal(t, map[string]string{sse: "AES256"}, sseHeaders(resp.Header), "nothing of this changed the object")

	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "PutObject", Do: mock.StorePlain}}}))
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/bare", "hello", nil).StatusCode)
	assert.Contains(t, update(t, e, "/bucket/bare", toKMS(key.ARN, "")).Message, "unencrypted source objects")
}

func TestOnlyAWSKnowsHowToUpdateAnEncryption(t *testing.T) {
	for _, personality := range []string{"minio", "plain", "ceph16"} {
		e := mock.Start(t, mock.As(personality))
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
		document := toKMS(e.NamedKeys()[0].ARN, "")
		got := update(t, e, "/bucket/k", document)
		body, err := io.ReadAll(raw(t, e, "GET", "/bucket/k", "", nil).Body)
		require.NoError(t, err)
		if personality != "plain" { // they overwrite the object, as measured
			assert.Equal(t, "none", got.Code)
			assert.True(t, strings.HasPrefix(string(body), "<ObjectEncryption"))
			continue
		}
		assert.Equal(t, "NotImplemented", got.Code, personality)
		assert.Equal(t, "hello", string(body))
	}
}
