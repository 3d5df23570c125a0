package iam_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/iam"
)

const account = "000000000000"

var owner = iam.Owner{Bucket: "b", Account: account, CanonicalID: "c", Exists: func(string) bool { return true }}

func deny(t testing.TB, principal, condition string) iam.Policy {
	t.Helper()
	p, err := iam.ParseBucketPolicy(fmt.Appendf(nil, `{"Statement":{"Effect":"Deny","Principal":%s,"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":%s}}`, principal, condition), owner)
	require.NoError(t, err)
	return p
}

func TestAConditionHoldsAsItsOperatorSays(t *testing.T) {
	context := iam.Context{"s3:prefix": "a/b", "s3:max-keys": "10", "aws:useragent": "NaN", "aws:sourceip": "192.0.2.7", "aws:securetransport": "true", "aws:currenttime": "2026-01-02T00:00:00Z", "aws:principalarn": "arn:aws:iam::1:user/x"}
	who := iam.Person{ARN: "arn:aws:iam::000000000000:user/ada", Context: context}
	for condition, holds := range map[string]bool{
		`{"StringEquals":{"s3:prefix":["x","a/b"]}}`: true, `{"StringEquals":{"s3:prefix":"A/b"}}`: false, `{"StringEqualsIgnoreCase":{"s3:prefix":"A/B"}}`: true,
		`{"StringNotEquals":{"s3:prefix":["x","a/b"]}}`: false, `{"StringNotEquals":{"s3:prefix":["x","y"]}}`: true, `{"StringNotEqualsIgnoreCase":{"s3:prefix":"A/B"}}`: false,
		`{"StringLike":{"s3:prefix":"a/*"}}`: true, `{"StringLike":{"s3:prefix":"?"}}`: false, `{"StringNotLike":{"s3:prefix":"a/*"}}`: false,
		`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:user/x"}}`: true, `{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/x"}}`: false, `{"ArnNotEquals":{"aws:PrincipalArn":"x"}}`: true,
		`{"NumericEquals":{"s3:max-keys":10.0}}`: true, `{"NumericNotEquals":{"s3:max-keys":10}}`: false, `{"NumericLessThan":{"s3:max-keys":"10"}}`: false,
		`{"NumericLessThanEquals":{"s3:max-keys":10}}`: true, `{"NumericGreaterThan":{"s3:max-keys":9}}`: true, `{"NumericGreaterThanEquals":{"s3:max-keys":11}}`: false,
		`{"NumericEquals":{"s3:prefix":1}}`: false, `{"NumericLessThanEquals":{"aws:UserAgent":1}}`: false, `{"NumericGreaterThanEquals":{"aws:UserAgent":1}}`: false,
		`{"DateEquals":{"aws:CurrentTime":"2026-01-02"}}`: true, `{"DateNotEquals":{"aws:CurrentTime":"2026-01-02"}}`: false,
		`{"DateLessThan":{"aws:CurrentTime":"2026-01-02"}}`: false, `{"DateGreaterThan":{"aws:CurrentTime":1}}`: true, `{"DateEquals":{"s3:prefix":"2026-01-02"}}`: false,
		`{"Bool":{"aws:SecureTransport":true}}`: true, `{"Bool":{"AWS:securetransport":"false"}}`: false,
		`{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`: true, `{"IpAddress":{"aws:SourceIp":["::1","192.0.2.8"]}}`: false, `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`: false, `{"IpAddress":{"s3:prefix":"::/1"}}`: false,
		`{"Null":{"s3:prefix":"false"}}`: true, `{"Null":{"s3:prefix":true}}`: false, `{"Null":{"s3:delimiter":"true"}}`: true,
		`{"StringEquals":{"s3:delimiter":"/"}}`: false, `{"StringNotEquals":{"s3:delimiter":"/"}}`: true, `{"StringEqualsIfExists":{"s3:delimiter":"/"}}`: true,
		`{"StringNotEqualsIfExists":{"s3:delimiter":"/"}}`: true, `{"StringEqualsIfExists":{"s3:prefix":"/"}}`: false,
		`{"StringEquals":{"s3:prefix":"a/b","s3:delimiter":"/"}}`: false, `{"StringEquals":{"s3:prefix":"a/b"},"Bool":{"aws:SecureTransport":"true"}}`: true, `{}`: true,
	} {
		want := iam.Unmentioned
		if holds {
			want = iam.Denied
		}
		assert.Equal(t, want, deny(t, `"*"`, condition).JudgeCaller(who, "s3:listbucket", "arn:aws:s3:::b"), condition)
	}
}

func TestABucketsPolicyMeansWhomItNames(t *testing.T) {
	ada, session, root := iam.Person{ARN: "arn:aws:iam::000000000000:user/ada"}, iam.Person{ARN: "arn:aws:sts::000000000000:assumed-role/r/s"}, iam.Person{ARN: "arn:aws:iam::000000000000:root", Root: true}
	for principal, means := range map[string][4]bool{ // ada, a session of r, the account, nobody
		`"*"`: {true, true, true, true}, `{"AWS":"*"}`: {true, true, true, true}, `{"AWS":"000000000000"}`: {true, true, true, false},
		`{"AWS":"arn:aws:iam::000000000000:root"}`: {true, true, true, false}, `{"AWS":"arn:aws:iam::000000000000:user/ada"}`: {true, false, false, false},
		`{"AWS":"arn:aws:iam::000000000000:role/r"}`: {false, true, false, false}, `{"AWS":"arn:aws:sts::000000000000:assumed-role/r/s"}`: {false, true, false, false},
		`{"AWS":"111122223333"}`: {}, `{"Service":"s3.amazonaws.com"}`: {}, `{"CanonicalUser":"c"}`: {true, true, true, false},
	} {
		p := deny(t, principal, `{}`)
		for i, who := range []iam.Person{ada, session, root, {}} {
			assert.Equal(t, means[i], p.JudgeCaller(who, "s3:ListBucket", "arn:aws:s3:::b") == iam.Denied, "%s %s", principal, who.ARN)
		}
	}
	p, err := iam.ParseBucketPolicy([]byte(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"s3:*","Resource":"arn:aws:s3:::b"}}`), owner)
	require.NoError(t, err)
	assert.Equal(t, iam.Unmentioned, p.JudgeCaller(ada, "s3:ListBucket", "arn:aws:s3:::b"), "an allow for the account leaves its people to their own policies")
	assert.Equal(t, iam.Allowed, p.JudgeCaller(root, "s3:ListBucket", "arn:aws:s3:::b"))
	assert.Equal(t, iam.Unmentioned, p.JudgeCaller(root, "s3:ListBucket", "arn:aws:s3:::b/k"))
	assert.Equal(t, "arn:aws:iam::000000000000:role/r", iam.RoleOf(session.ARN))
	assert.Equal(t, ada.ARN, iam.RoleOf(ada.ARN))
}
