package s3store

import (
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// forbidden are calls which destroy something on a server that does not know
// them, made through the very client the store uses.
func forbidden(t *testing.T, s *Store, bucket, key string) map[string]error {
	t.Helper()
	b, k := &bucket, &key
	ctx := t.Context()
	calls := map[string]error{}
	_, calls["PutBucketEncryption"] = s.s3.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
		Bucket:                            b,
		ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{}},
	})
	_, calls["DeleteBucketEncryption"] = s.s3.DeleteBucketEncryption(ctx, &s3.DeleteBucketEncryptionInput{Bucket: b})
	_, calls["UpdateObjectEncryption"] = s.s3.UpdateObjectEncryption(ctx, &s3.UpdateObjectEncryptionInput{
		Bucket: b, Key: k,
		ObjectEncryption: &types.ObjectEncryptionMemberSSEKMS{Value: types.SSEKMSEncryption{KMSKeyArn: aws.String("arn:aws:kms:us-east-1:1:key/k")}},
	})
	_, calls["RenameObject"] = s.s3.RenameObject(ctx, &s3.RenameObjectInput{Bucket: b, Key: k, RenameSource: aws.String("/bkt/other")})
	_, calls["PutObjectAnnotation"] = s.s3.PutObjectAnnotation(ctx, &s3.PutObjectAnnotationInput{Bucket: b, Key: k, AnnotationName: aws.String("a")})
	_, calls["DeleteObjectAnnotation"] = s.s3.DeleteObjectAnnotation(ctx, &s3.DeleteObjectAnnotationInput{Bucket: b, Key: k, AnnotationName: aws.String("a")})
	_, calls["GetObjectAttributes"] = s.s3.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{
		Bucket: b, Key: k,
		ObjectAttributes: []types.ObjectAttributes{types.ObjectAttributesEtag},
	})
	_, calls["PutObjectTagging"] = s.s3.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: b, Key: k, Tagging: &types.Tagging{TagSet: []types.Tag{}}})
	_, calls["DeleteObjectTagging"] = s.s3.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: b, Key: k})
	_, calls["DeleteBucketPolicy"] = s.s3.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: b})
	_, calls["PutObjectRetention"] = s.s3.PutObjectRetention(ctx, &s3.PutObjectRetentionInput{Bucket: b, Key: k})
	_, calls["SelectObjectContent"] = s.s3.SelectObjectContent(ctx, &s3.SelectObjectContentInput{
		Bucket: b, Key: k, Expression: aws.String("x"),
		ExpressionType: types.ExpressionTypeSql, InputSerialization: &types.InputSerialization{}, OutputSerialization: &types.OutputSerialization{},
	})
	return calls
}

func TestACallThatCouldDestroyDoesNotLeaveTheProcess(t *testing.T) {
	rec := &recorder{}
	s := openRecorded(t, rec, compatible, Options{})
	for name, err := range forbidden(t, s, "bkt", "k") {
		assert.Equal(t, client.KindUnsupported.String(), client.KindOf(s.fail(call{op: name}, err)).String(), "%s: %v", name, err)
		assert.ErrorContains(t, err, "is not sent to a server that is not AWS", name)
	}
	assert.Zero(t, rec.count(), "not one request was made")

	// The recorder would have seen them: the same calls at AWS are sent.
	rec = &recorder{}
	calls := forbidden(t, openRecorded(t, rec, "", Options{}), "bkt", "k")
	assert.GreaterOrEqual(t, rec.count(), len(calls)-2, "one or two lack what the SDK wants before it sends")
}

// The same at a server which would really destroy: what was there is there.
func TestAServerThatForgetsSubresourcesLosesNothing(t *testing.T) {
	e := mock.Start(t, mock.As("ceph16"))
	s := openAt(t, e, e.SecretKey, Options{})
	at := client.Location{Bucket: "bucket", Key: "k"}
	_, err := s.Put(t.Context(), at, newBody("precious"), 8, client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(t, err)
	for name, err := range forbidden(t, s, "bucket", "k") {
		require.Error(t, err, name)
	}
	assert.Equal(t, "precious", contentOf(t, s, at))

	// And it would have: without the guard one of them empties the bucket.
	loose := s.s3.Options()
	loose.APIOptions = nil
	_, err = s3.New(loose).DeleteObjectAnnotation(t.Context(), &s3.DeleteObjectAnnotationInput{Bucket: &at.Bucket, Key: &at.Key, AnnotationName: aws.String("a")})
	require.NoError(t, err)
	_, err = s.Head(t.Context(), at, client.ReadOptions{})
	assert.Equal(t, client.KindNotFound.String(), client.KindOf(err).String())
}

// What the store itself uses must pass its own guard.
func TestTheGuardKnowsOnlyReadsAndTheOldestWrites(t *testing.T) {
	sent := 0
	for _, p := range permits {
		assert.NotEmpty(t, p.because, p.operation)
		if p.operation == "" || !p.sent {
			continue
		}
		sent++
		assert.NotContains(t, p.operation, "Annotation")
		assert.NotContains(t, p.operation, "Rename")
		assert.NotContains(t, p.operation, "UpdateObject")
		if p.operation != "GetBucketEncryption" {
			assert.NotContains(t, p.operation, "Encryption", "%s: only asking is allowed", p.operation)
		}
	}
	assert.Equal(t, 25, sent)
}

func TestTheKindOfEndpointDecidesWhatIsSent(t *testing.T) {
	for _, c := range []struct {
		operation string
		sentTo    []endpoint
	}{
		{"PutObject", []endpoint{endpointAWS, endpointCeph, endpointMinIO, endpointUnknown}},
		{"GetBucketEncryption", []endpoint{endpointAWS, endpointCeph, endpointMinIO, endpointUnknown}},
		{"DeleteBucketEncryption", []endpoint{endpointAWS}},
		{"PutObjectTagging", []endpoint{endpointAWS}},
		{"WhatAWSInventsNextYear", []endpoint{endpointAWS}},
	} {
		for _, at := range []endpoint{endpointAWS, endpointCeph, endpointMinIO, endpointUnknown} {
			assert.Equal(t, slices.Contains(c.sentTo, at), permitFor(c.operation, at).sent, "%s at %s", c.operation, at)
		}
	}
	assert.Equal(t, "it deletes the object", permitFor("DeleteObjectAnnotation", endpointCeph).because)
	assert.Equal(t, "it deletes the object", permitFor("DeleteObjectAnnotation", endpointUnknown).because, "it may be a Ceph")
	assert.Contains(t, permitFor("PutObjectTagging", endpointMinIO).because, "nobody has measured")
}

func TestEveryRowOfTheGuardCanDecide(t *testing.T) {
	for _, p := range permits {
		at := p.at
		if at == anyEndpoint {
			at = endpointUnknown
		}
		operation := p.operation
		if operation == "" {
			operation = "PutObjectTagging"
		}
		if p.operation == "" && p.at == anyEndpoint {
			at = endpointCeph // an unknown one is judged by MinIO's row before
		}
		assert.Equal(t, p, permitFor(operation, at), "%+v", p)
	}
}

func TestThePlainWayIsGuardedToo(t *testing.T) {
	if path != nil {
		t.Skip("the SDK's guard is tested above")
	}
	for endpoint, sent := range map[string]int{compatible: 0, "": 1} {
		rec := &recorder{}
		s := openRecorded(t, rec, endpoint, Options{})
		_, err := s.send(t.Context(), &request{call: call{op: "DeleteObjectAnnotation", at: anywhere}, method: http.MethodDelete, tries: s.waiting})
		assert.Equal(t, sent, rec.count(), "%q", endpoint)
		assert.Equal(t, sent == 0, client.KindOf(s.fail(call{}, err)) == client.KindUnsupported, "%v", err)
	}
}

// Tags are set at a server that has shown that it knows them, and at no other.
func TestTagsAreSetWhereTagsWereRead(t *testing.T) {
	rec := &recorder{answer: agree}
	s := openRecorded(t, rec, compatible, Options{})
	at := client.Location{Bucket: "bkt", Key: "k"}
	err := s.SetTags(t.Context(), at, "", map[string]string{"a": "b"})
	assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String(), "%v", err)
	assert.Zero(t, rec.count(), "nothing was sent")
	_, err = s.Tags(t.Context(), at, "")
	require.NoError(t, err)
	require.NoError(t, s.SetTags(t.Context(), at, "v1", map[string]string{"a": "b"}))
	assert.Equal(t, "v1", rec.last().URL.Query().Get("versionId"))
	assert.Contains(t, rec.bodies[1], "<Key>a</Key><Value>b</Value>")
	_, err = s.s3.PutObjectAcl(t.Context(), &s3.PutObjectAclInput{Bucket: &at.Bucket, Key: &at.Key, ACL: "private"})
	require.Error(t, err, "nothing else passes")
	assert.Equal(t, 2, rec.count())
	require.Error(t, s.SetTags(t.Context(), client.Location{Bucket: "bkt"}, "", nil))
}
