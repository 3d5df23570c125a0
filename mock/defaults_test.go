package mock_test

import (
	"crypto/md5"
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

func TestABucketsDefaultAppliesToWritesThatAskForNothing(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	key := e.NamedKeys()[0]
	bucket := aws.String("bucket")
	got, err := c.GetBucketEncryption(bg, &s3.GetBucketEncryptionInput{Bucket: bucket})
	require.NoError(t, err)
	rule := got.ServerSideEncryptionConfiguration.Rules[0]
	assert.Equal(t, types.ServerSideEncryptionAes256, rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm)
	assert.False(t, *rule.BucketKeyEnabled)

	set := func(rules ...types.ServerSideEncryptionRule) error {
		_, err := c.PutBucketEncryption(bg, &s3.PutBucketEncryptionInput{Bucket: bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: rules}})
		return err
	}
	by := func(method types.ServerSideEncryption, key *string) *types.ServerSideEncryptionByDefault {
		return &types.ServerSideEncryptionByDefault{SSEAlgorithm: method, KMSMasterKeyID: key}
	}
	kmsRule := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: by("aws:kms", &key.Alias), BucketKeyEnabled: aws.Bool(true)}
	require.NoError(t, set(kmsRule))
	out := mustPut(t, c, "k", "x")
	assert.Equal(t, key.ARN, *out.SSEKMSKeyId)
	assert.True(t, *out.BucketKeyEnabled)
	under := func(in *s3.PutObjectInput) { in.ServerSideEncryption, in.SSEKMSKeyId = "aws:kms", &key.ID }
	assert.True(t, aws.ToBool(mustPut(t, c, "k", "x", under).BucketKeyEnabled), "the bucket's setting holds where the request has none")
	out = mustPut(t, c, "k", "x", under, func(in *s3.PutObjectInput) { in.BucketKeyEnabled = aws.Bool(false) })
	assert.False(t, aws.ToBool(out.BucketKeyEnabled), "what the request names wins")
	out = mustPut(t, c, "k", "x", func(in *s3.PutObjectInput) { in.ServerSideEncryption = "AES256" })
	assert.Nil(t, out.SSEKMSKeyId, "what the request names wins")
	got, err = c.GetBucketEncryption(bg, &s3.GetBucketEncryptionInput{Bucket: bucket})
	require.NoError(t, err)
	assert.Equal(t, key.Alias, *got.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID)

	require.NoError(t, set(types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: by("aws:kms", nil)}))
	managed := mustPut(t, c, "k", "x")
	aws3, err := e.Keys().Resolve("alias/aws/s3")
	require.NoError(t, err)
	assert.Equal(t, aws3.ARN, *managed.SSEKMSKeyId, "without an id it is the account's own key")
	require.NoError(t, set(types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: by("aws:kms:dsse", &key.ARN)}))
	assert.Equal(t, types.ServerSideEncryptionAwsKmsDsse, mustPut(t, c, "k", "x").ServerSideEncryption)
	gone := goneUUID
	require.NoError(t, set(types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: by("aws:kms", &gone)}), "the id is not looked at")
	_, err = put(t, c, "k", "x")
	refused(t, err, 400, "KMS.NotFoundException", "does not exist")

	refused(t, set(kmsRule, kmsRule), 400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	none := "<ServerSideEncryptionConfiguration/>"
	sum := md5.Sum([]byte(none))
	resp := raw(t, e, "PUT", "/bucket?encryption=", none, map[string]string{"Content-Md5": base64.StdEncoding.EncodeToString(sum[:])})
	assert.Equal(t, "MalformedXML", errorOf(t, resp).Code)
	refused(t, set(types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: by("rot13", nil)}), 400, "MalformedXML", "")
	refused(t, set(types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: by("AES256", &key.ID)}), 400, "InvalidArgument",
		"a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	resp = raw(t, e, "PUT", "/bucket?encryption=", "<x/>", nil)
	assert.Equal(t, "InvalidRequest", errorOf(t, resp).Code, "a checksum is demanded")

	_, err = c.DeleteBucketEncryption(bg, &s3.DeleteBucketEncryptionInput{Bucket: bucket})
	require.NoError(t, err)
	assert.Equal(t, types.ServerSideEncryptionAes256, mustPut(t, c, "k", "x").ServerSideEncryption)
	for _, verb := range []string{"GET", "DELETE"} {
		assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, verb, "/none?encryption=", "", nil)).Code)
	}
}

func TestABucketMayBlockCustomerKeys(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	block := func(kind types.EncryptionType) {
		rule := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: "AES256"}}
		if kind != "" {
			rule.BlockedEncryptionTypes = &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{kind}}
		}
		_, err := c.PutBucketEncryption(bg, &s3.PutBucketEncryptionInput{Bucket: aws.String("bucket"), ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{rule},
		}})
		require.NoError(t, err)
	}
	for _, kind := range []types.EncryptionType{"SSE-C", ""} { // a rule without the element does not clear the block
		block(kind)
		resp := raw(t, e, "PUT", "/bucket/k", "x", custHeaders(1))
		got := errorOf(t, resp)
		assert.Equal(t, 403, resp.StatusCode)
		assert.Equal(t, "AccessDenied", got.Code)
		assert.Contains(t, got.Message, "because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C)")
		require.Equal(t, 200, raw(t, e, "PUT", "/bucket/source", "x", nil).StatusCode)
		form := map[string]string{"key": "k"}
		for name, value := range custHeaders(1) {
			form[strings.ToLower(name)] = value
		}
		for _, resp := range []*http.Response{
			raw(t, e, "POST", "/bucket/k?uploads=", "", custHeaders(1)),
			raw(t, e, "PUT", "/bucket/k", "", plus(custHeaders(1), map[string]string{"X-Amz-Copy-Source": "/bucket/source"})),
			sendForm(t, httpClient(t, e), e, formOf(e, time.Now(), form), "x"),
		} {
			assert.Equal(t, 403, resp.StatusCode)
			assert.Equal(t, got.Message, errorOf(t, resp).Message)
		}
	}
	out, err := c.GetBucketEncryption(bg, &s3.GetBucketEncryptionInput{Bucket: aws.String("bucket")})
	require.NoError(t, err)
	assert.Equal(t, []types.EncryptionType{"SSE-C"}, out.ServerSideEncryptionConfiguration.Rules[0].BlockedEncryptionTypes.EncryptionType)
	block("NONE")
	assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", custHeaders(1)).StatusCode)
}
