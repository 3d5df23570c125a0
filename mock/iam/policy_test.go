package iam_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/iam"
)

func TestAPersonMayDoWhatIsAllowedAndNotDenied(t *testing.T) {
	p, err := iam.Parse([]byte(`{"Version":"2012-10-17","Statement":[
		{"Sid":"a","Effect":"Allow","Action":["s3:Get*","S3:PutObject"],"Resource":"arn:aws:s3:::bucket/*"},
		{"Effect":"Allow","Action":"kms:*","Resource":["arn:aws:kms:us-east-1:000000000000:key/?ne","x"]},
		{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}]}`))
	require.NoError(t, err)
	for _, row := range []struct {
		action, resource string
		want             iam.Verdict
	}{
		{"s3:GetObject", "arn:aws:s3:::bucket/a/b", iam.Allowed},
		{"s3:getobject", "arn:aws:s3:::bucket/a", iam.Allowed},
		{"s3:PutObject", "arn:aws:s3:::bucket/a", iam.Allowed},
		{"s3:PutObjectAcl", "arn:aws:s3:::bucket/a", iam.Unmentioned},
		{"s3:GetObject", "arn:aws:s3:::Bucket/a", iam.Unmentioned},
		{"s3:GetObject", "arn:aws:s3:::bucket", iam.Unmentioned},
		{"kms:GenerateDataKey", "arn:aws:kms:us-east-1:000000000000:key/one", iam.Allowed},
		{"kms:GenerateDataKey", "arn:aws:kms:us-east-1:000000000000:key/none", iam.Unmentioned},
		{"kms:Decrypt", "arn:aws:kms:us-east-1:000000000000:key/one", iam.Denied},
	} {
		assert.Equal(t, row.want, p.Judge(row.action, row.resource, nil), "%s %s", row.action, row.resource)
	}
	assert.Equal(t, iam.Unmentioned, iam.Policy{}.Judge("s3:GetObject", "*", nil))
}

func TestAKeysPolicyNamesPeople(t *testing.T) {
	p, err := iam.ParseKeyPolicy([]byte(`{"Statement":[
		{"Effect":"Allow","Principal":{"AWS":["one","two"]},"Action":"kms:*","Resource":"*"},
		{"Effect":"Deny","Principal":"*","Action":"kms:Decrypt"}]}`))
	require.NoError(t, err)
	assert.Equal(t, iam.Allowed, p.JudgePrincipal("two", "kms:Encrypt"))
	assert.Equal(t, iam.Unmentioned, p.JudgePrincipal("three", "kms:Encrypt"))
	assert.Equal(t, iam.Denied, p.JudgePrincipal("one", "kms:Decrypt"))
	ofPerson, err := iam.Parse([]byte(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	require.NoError(t, err)
	assert.Equal(t, iam.Unmentioned, ofPerson.JudgePrincipal("one", "kms:Decrypt"), "a person's policy names nobody")
}

func TestAPolicyThatWouldNotBeJudgedWholeIsRefused(t *testing.T) {
	for _, raw := range []string{
		``, `[]`, `{}`, `{"Statement":[]}`, `{"Statement":[{}]}`,
		`{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":7,"Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqual":{"s3:prefix":"a"}}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"s3"}}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*"}]}`,
		`{"Statement":[{"Effect":"Allow","NotAction":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]} {}`,
	} {
		_, err := iam.Parse([]byte(raw))
		assert.ErrorContains(t, err, "read policy", raw)
	}
	for _, raw := range []string{
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Principal":"me"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Principal":{"Service":"x"}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Principal":{"AWS":[]}}]}`,
	} {
		_, err := iam.ParseKeyPolicy([]byte(raw))
		assert.ErrorContains(t, err, "read policy", raw)
	}
}
