package s3store

import (
	"errors"
	"net/http"
	"reflect"
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
	_, calls["RestoreObject"] = s.s3.RestoreObject(ctx, &s3.RestoreObjectInput{Bucket: b, Key: k})
	_, calls["RenameObject"] = s.s3.RenameObject(ctx, &s3.RenameObjectInput{Bucket: b, Key: k, RenameSource: aws.String("/bkt/other")})
	_, calls["PutObjectAnnotation"] = s.s3.PutObjectAnnotation(ctx, &s3.PutObjectAnnotationInput{Bucket: b, Key: k, AnnotationName: aws.String("a")})
	_, calls["DeleteObjectAnnotation"] = s.s3.DeleteObjectAnnotation(ctx, &s3.DeleteObjectAnnotationInput{Bucket: b, Key: k, AnnotationName: aws.String("a")})
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
		assert.ErrorContains(t, err, "is not sent, since nothing says", name)
	}
	assert.Zero(t, rec.count(), "not one request was made")

	// The recorder would have seen them: the same calls at AWS are sent.
	rec = &recorder{}
	calls := forbidden(t, openRecorded(t, rec, "", Options{}), "bkt", "k")
	assert.GreaterOrEqual(t, rec.count(), len(calls)-4, "a few lack what the SDK wants before it sends")
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

// every calls a method of the SDK for each operation it has, with an input of which all
// names are filled in.
func every(t *testing.T, c *s3.Client, bucket string, ask func(operation string, err error)) {
	t.Helper()
	client := reflect.ValueOf(c)
	operations := 0
	for i := range client.NumMethod() {
		name, method := client.Type().Method(i).Name, client.Method(i)
		if method.Type().NumIn() != 3 || method.Type().In(1).Kind() != reflect.Pointer {
			continue
		}
		input := reflect.New(method.Type().In(1).Elem())
		for f := range input.Elem().NumField() {
			if field := input.Elem().Field(f); field.Type() == reflect.TypeFor[*string]() {
				field.Set(reflect.ValueOf(aws.String("x")))
			}
		}
		if b := input.Elem().FieldByName("Bucket"); b.IsValid() {
			b.Set(reflect.ValueOf(&bucket))
		}
		results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), input})
		err, _ := results[1].Interface().(error)
		ask(name, err)
		operations++
	}
	require.Greater(t, operations, 100, "the operations of the SDK were found")
}

// Of all that the SDK can send, a server of which nothing is known gets what is as old as
// S3, and questions.
func TestEveryOperationOfTheSDKHasARowAndOnlyWhatIsKnownLeavesTheProcess(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(403, "AccessDenied", "no") })}
	s := openRecorded(t, rec, compatible, Options{})
	every(t, s.s3, "bkt", func(operation string, err error) {
		n, known := needOf(operation)
		if !assert.True(t, known, "%s is in no row of needs: say what it needs", operation) {
			return
		}
		var forbidden *errForbidden
		sent := !errors.As(err, &forbidden)
		assert.Equal(t, n.of == "" || n.asks(), sent, "%s: %v", operation, err)
	})
	for _, r := range rec.sent {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			continue
		}
		for name := range r.URL.Query() {
			assert.Contains(t, []string{"x-id", "uploads", "uploadId", "partNumber", "delete", "versionId"}, name, "%s %s", r.Method, r.URL)
		}
	}
	assert.NotZero(t, rec.count())
}

// A row that calls itself a question must be one: no PUT, POST or DELETE.
func TestWhatIsCalledAQuestionIsOne(t *testing.T) {
	for _, n := range needs {
		if n.asks() {
			assert.Regexp(t, "^(Get|Head|List|CreateSession)", n.operation)
		}
	}
}

func TestWhatIsInNoRowIsSentToNobody(t *testing.T) {
	for _, at := range []string{compatible, ""} {
		s := openRecorded(t, &recorder{}, at, Options{})
		assert.False(t, s.can.lets("WhatAWSInventsNextYear", "bkt"), "%q", at)
	}
}

// What is known decides, and not what the service is called.
func TestACapabilityDecidesWhatIsSent(t *testing.T) {
	aws, twcc, other := openRecorded(t, &recorder{}, "", Options{}), openRecorded(t, &recorder{}, "https://cos.twcc.ai", Options{}), openRecorded(t, &recorder{}, compatible, Options{})
	for _, c := range []struct {
		operation        string
		aws, twcc, other bool
	}{
		{"PutObject", true, true, true},
		{"GetBucketEncryption", true, true, true},
		{"PutObjectTagging", true, true, false},
		{"PutObjectAcl", true, true, false},
		{"PutBucketVersioning", true, true, false},
		{"PutBucketPolicy", true, true, false},
		{"DeleteBucketLifecycle", true, true, false},
		{"PutBucketCors", true, true, false},
		{"DeleteBucketEncryption", true, false, false},
		{"UpdateObjectEncryption", true, false, false},
		{"RestoreObject", true, false, false},
		{"RenameObject", false, false, false},
	} {
		assert.Equal(t, c.aws, aws.can.lets(c.operation, "bkt"), "%s at AWS", c.operation)
		assert.Equal(t, c.twcc, twcc.can.lets(c.operation, "bkt"), "%s at TWCC", c.operation)
		assert.Equal(t, c.other, other.can.lets(c.operation, "bkt"), "%s elsewhere", c.operation)
	}
	assert.True(t, aws.can.lets("RenameObject", "bkt--usw2-az1--x-s3"), "AWS renames in directory buckets")
}

// An answer teaches what a server can do, for its bucket alone.
func TestAnswersTeachWhatAServerCanDo(t *testing.T) {
	tags := func(s *Store, bucket string) {
		_, _ = s.Tags(t.Context(), client.Location{Bucket: bucket, Key: "k"}, "")
	}
	for name, c := range map[string]struct {
		answer func() *http.Response
		want   client.Ability
	}{
		"tags":          {func() *http.Response { return reply(200, nil, "<Tagging><TagSet/></Tagging>") }, client.Ability{Can: true, Known: client.Tried}},
		"none":          {func() *http.Response { return refusal(404, "NoSuchTagSet", "none") }, client.Ability{Can: true, Known: client.Tried}},
		"no such call":  {func() *http.Response { return refusal(501, "NotImplemented", "no") }, client.Ability{Known: client.Tried}},
		"a listing":     {func() *http.Response { return reply(200, nil, "<ListBucketResult/>") }, client.Ability{Known: client.Tried}},
		"denied":        {func() *http.Response { return refusal(403, "AccessDenied", "no") }, client.Ability{Known: client.Assumed}},
		"a login page":  {func() *http.Response { r := reply(200, nil, "<html>hello</html>"); r.Header = http.Header{}; return r }, client.Ability{Known: client.Assumed}},
		"an old victim": {func() *http.Response { return reply(200, []string{"Etag", `"e"`}, "<Tagging><TagSet/></Tagging>") }, client.Ability{Known: client.Tried}},
	} {
		t.Run(name, func(t *testing.T) {
			s := openRecorded(t, &recorder{answer: always(c.answer)}, compatible, Options{})
			tags(s, "bkt")
			c.want.Capability = client.ObjectTags
			assert.Equal(t, c.want, s.can.of(client.ObjectTags, "bkt"))
			assert.Equal(t, client.Assumed, s.can.of(client.ObjectTags, "another").Known, "it says nothing of other buckets")
			assert.Equal(t, c.want.Can, s.can.lets("PutObjectTagging", "bkt"))
		})
	}
	s := openRecorded(t, &recorder{answer: always(func() *http.Response { return refusal(501, "NotImplemented", "no") })}, "", Options{})
	tags(s, "bkt")
	assert.False(t, s.can.lets("PutObjectTagging", "bkt"), "what was tried is believed before what was told")
}

// Ceph 16 has another name for the root of this document, and no other.
func TestThePublicAccessBlockOfCephIsKnown(t *testing.T) {
	answer := "<BlockPublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></BlockPublicAccessBlockConfiguration>"
	s := openRecorded(t, &recorder{answer: always(func() *http.Response { return reply(200, nil, answer) })}, compatible, Options{})
	out, err := s.s3.GetPublicAccessBlock(t.Context(), &s3.GetPublicAccessBlockInput{Bucket: aws.String("bkt")})
	require.NoError(t, err)
	assert.True(t, aws.ToBool(out.PublicAccessBlockConfiguration.BlockPublicAcls))
	assert.True(t, s.can.lets("PutPublicAccessBlock", "bkt"))
}

// The words of a policy are an answer; a listing is none, whatever its status.
func TestAPolicyIsToldFromAListing(t *testing.T) {
	for answer, can := range map[string]bool{`{"Version":"2012-10-17"}`: true, "<ListBucketResult/>": false, "": false} {
		s := openRecorded(t, &recorder{answer: always(func() *http.Response { return reply(200, nil, answer) })}, compatible, Options{})
		_, _ = s.s3.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("bkt")})
		assert.Equal(t, can, s.can.lets("DeleteBucketPolicy", "bkt"), "%q", answer)
	}
}

// A server is asked what it can do, and nothing is written to find out.
func TestCapabilitiesAreLearnedWithoutWriting(t *testing.T) {
	for personality, want := range map[string]map[client.Capability]bool{
		"aws":    {client.Versioning: true, client.BucketPolicies: true, client.BucketEncryption: true, client.PublicAccessBlocks: true},
		"ceph16": {client.Versioning: true, client.BucketPolicies: true, client.BucketEncryption: false, client.Lifecycles: true},
		"minio":  {client.Versioning: true, client.BucketPolicies: true, client.BucketEncryption: true, client.PublicAccessBlocks: false},
	} {
		t.Run(personality, func(t *testing.T) {
			e := mock.Start(t, mock.As(personality))
			s := openAt(t, e, e.SecretKey, Options{})
			require.NoError(t, s.MakeBucket(t.Context(), "bkt"))
			all, err := s.Abilities(t.Context(), "bkt")
			require.NoError(t, err)
			assert.Len(t, all, len(capabilities))
			for _, a := range all {
				if can, asked := want[a.Capability]; asked {
					assert.Equal(t, client.Ability{Capability: a.Capability, Can: can, Known: client.Tried}, a)
				}
			}
			_, err = s.Abilities(t.Context(), "not-there")
			assert.Equal(t, client.KindNoBucket.String(), client.KindOf(err).String(), "%v", err)
		})
	}
	rec := &recorder{}
	s := openRecorded(t, rec, compatible, Options{})
	_, err := s.Abilities(t.Context(), "bkt")
	require.NoError(t, err)
	require.NotZero(t, rec.count())
	for _, r := range rec.sent {
		assert.Equal(t, http.MethodGet, r.Method, "%s", r.URL)
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

// Tags are set at a server that has shown that it knows them, and at no other: where
// nothing is known it is asked first.
func TestTagsAreSetWhereTagsWereRead(t *testing.T) {
	at := client.Location{Bucket: "bkt", Key: "k"}
	rec := &recorder{answer: always(func() *http.Response { return reply(200, []string{"Etag", `"e"`}, "the object itself") })}
	s := openRecorded(t, rec, compatible, Options{})
	err := s.SetTags(t.Context(), at, "", map[string]string{"a": "b"})
	assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String(), "%v", err)
	require.Equal(t, 1, rec.count())
	assert.Equal(t, http.MethodGet, rec.last().Method, "it was asked, and nothing was written")

	rec = &recorder{answer: agree}
	s = openRecorded(t, rec, compatible, Options{})
	require.NoError(t, s.SetTags(t.Context(), at, "v1", map[string]string{"a": "b"}))
	assert.Equal(t, "v1", rec.last().URL.Query().Get("versionId"))
	assert.Contains(t, rec.bodies[1], "<Key>a</Key><Value>b</Value>")
	require.NoError(t, s.SetTags(t.Context(), at, "", map[string]string{"a": "b"}))
	assert.Equal(t, 3, rec.count(), "it is asked once")
	_, err = s.s3.PutObjectAcl(t.Context(), &s3.PutObjectAclInput{Bucket: &at.Bucket, Key: &at.Key, ACL: "private"})
	require.Error(t, err, "nothing else passes")
	assert.Equal(t, 3, rec.count())
	require.Error(t, s.SetTags(t.Context(), client.Location{Bucket: "bkt"}, "", nil))
}
