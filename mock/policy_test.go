package mock_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// statement is one of a bucket's policy; the last argument is a condition, or empty.
func statement(effect, principal, action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Effect":%q,"Principal":%s,"Action":%s,"Resource":%s%s}`, effect, principal, action, resource, condition)
}

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func putPolicy(t testing.TB, e *mock.Endpoint, policy string) {
	t.Helper()
	resp := raw(t, e, "PUT", "/bucket?policy=", policy, nil)
	require.Equal(t, 204, resp.StatusCode, resp)
}

const (
	everyObject = `"arn:aws:s3:::bucket/*"`
	wholeBucket = `["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]`
	adaARN      = `{"AWS":"arn:aws:iam::000000000000:user/ada"}`
	byDeny      = "with an explicit deny in a resource-based policy"
)

func denied(t testing.TB, resp *http.Response, because string) {
	t.Helper()
	require.Equal(t, 403, resp.StatusCode)
	got := errorOf(t, resp)
	assert.Equal(t, "AccessDenied", got.Code)
	assert.Contains(t, got.Message, because)
}

func TestTheFamousPolicyRefusesUploadsThatAreNotEncryptedAsItSays(t *testing.T) {
	ada := user("ada", "Allow s3:* *", "Allow kms:* *")
	e := startWith(t, ada)
	key, other := e.NamedKeys()[0], "elsewhere"
	putPolicy(t, e, policyOf(
		statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"Null":{"s3:x-amz-server-side-encryption":"true"}}`),
		statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}}`),
		statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"ArnNotEqualsIfExists":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"`+key.ARN+`"}}`),
		statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"false"}}`),
	))
	c := customerOf(7)
	withCustomer := map[string]string{sse + "-Customer-Algorithm": "AES256", sse + "-Customer-Key": *c.key, sse + "-Customer-Key-Md5": *c.md5}
	for _, who := range []*mock.Endpoint{e, as(e, ada)} {
		for name, how := range map[string]map[string]string{
			"nothing": nil, "AES256": {sse: "AES256"}, "another key": {sse: "aws:kms", kid: other}, "a customer's key": withCustomer, "dsse": {sse: "aws:kms:dsse", kid: key.ID},
		} {
			for _, resp := range []*http.Response{
				raw(t, who, "PUT", "/bucket/none", "x", how),
				raw(t, who, "POST", "/bucket/none?uploads=", "", how),
			} {
				denied(t, resp, byDeny)
			}
			assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/none", "", nil).StatusCode, name)
		}
		for _, ref := range []string{key.ID, key.ARN, key.Alias} {
			how := map[string]string{sse: "aws:kms", kid: ref}
			require.Equal(t, 200, raw(t, who, "PUT", "/bucket/one", "hello", how).StatusCode, ref)
			id := uploadID(t, raw(t, who, "POST", "/bucket/parts?uploads=", "", how))
			part := raw(t, who, "PUT", "/bucket/parts?partNumber=1&uploadId="+id, "part", nil)
			require.Equal(t, 200, part.StatusCode, "a part cannot say how it is encrypted; the upload did")
			copied := raw(t, who, "PUT", "/bucket/parts?partNumber=2&uploadId="+id, "", map[string]string{"X-Amz-Copy-Source": "/bucket/one"})
			require.Equal(t, 200, copied.StatusCode)
			require.Equal(t, 200, raw(t, who, "POST", "/bucket/parts?uploadId="+id, completion(part.Header.Get("Etag")), nil).StatusCode)
			denied(t, raw(t, who, "PUT", "/bucket/none", "", map[string]string{"X-Amz-Copy-Source": "/bucket/one"}), byDeny)
			require.Equal(t, 200, raw(t, who, "PUT", "/bucket/two", "", plus(how, map[string]string{"X-Amz-Copy-Source": "/bucket/one"})).StatusCode)
		}
		body, err := io.ReadAll(raw(t, who, "GET", "/bucket/one", "", nil).Body)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(body), "reading is not the policy's matter")
	}
	open := raw(t, e, "GET", "/bucket?uploads=", "", nil)
	body, err := io.ReadAll(open.Body)
	require.NoError(t, err)
	assert.NotContains(t, string(body), "<UploadId>", "no upload was begun where it was denied")
}

func TestTheBucketsDefaultDoesNotSpeakForAnUploadThatSaysNothing(t *testing.T) {
	e := startWith(t)
	putPolicy(t, e, policyOf(statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`)))
	denied(t, raw(t, e, "PUT", "/bucket/k", "x", nil), byDeny)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", map[string]string{sse: "AES256"}).StatusCode)
	id := uploadID(t, raw(t, e, "POST", "/bucket/p?uploads=", "", map[string]string{sse: "AES256"}))
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/p?partNumber=1&uploadId="+id, "part", nil).StatusCode)
}

func TestPartsUnderDSSEAndACustomersKeyAreJudgedByTheirUpload(t *testing.T) {
	e := startWith(t)
	begin := func(how map[string]string) string {
		return uploadID(t, raw(t, e, "POST", "/bucket/p?uploads=", "", how))
	}
	c := customerOf(7)
	withCustomer := map[string]string{sse + "-Customer-Algorithm": "AES256", sse + "-Customer-Key": *c.key, sse + "-Customer-Key-Md5": *c.md5}
	dsse, sseC := begin(map[string]string{sse: "aws:kms:dsse", kid: e.NamedKeys()[0].ID}), begin(withCustomer)
	putPolicy(t, e, policyOf(
		statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"StringEquals":{"s3:x-amz-server-side-encryption":"aws:kms:dsse"}}`),
		statement("Deny", `"*"`, `"s3:PutObject"`, everyObject, `{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"false"}}`)))
	denied(t, raw(t, e, "PUT", "/bucket/p?partNumber=1&uploadId="+dsse, "part", nil), byDeny)
	denied(t, raw(t, e, "POST", "/bucket/p?uploadId="+sseC, completion(`"x"`), nil), byDeny)
	assert.Equal(t, 404, raw(t, e, "PUT", "/bucket/p?partNumber=1&uploadId=none", "part", nil).StatusCode)
}

func TestABucketsPolicyAndTheCallersOwnAreJudgedTogether(t *testing.T) {
	ada, bob := user("ada"), user("bob", "Allow s3:* *")
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Users, c.Roles = []mock.User{ada, bob}, []mock.Role{{Name: "auditor", Trusts: []string{"ada"}}}
	}))
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/open/k", "x", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/shut/k", "x", nil).StatusCode)
	own := "because no identity-based policy allows"
	denied(t, raw(t, as(e, ada), "GET", "/bucket/open/k", "", nil), own)

	putPolicy(t, e, policyOf(
		statement("Allow", adaARN, `["s3:GetObject","s3:ListBucket"]`, wholeBucket, ""),
		statement("Deny", `{"AWS":"000000000000"}`, `"s3:*"`, `"arn:aws:s3:::bucket/shut/*"`, ""),
		statement("Deny", adaARN, `"s3:ListBucket"`, `"arn:aws:s3:::bucket"`, `{"StringNotLike":{"s3:prefix":["open/*","o?en"]}}`),
		statement("Allow", `{"AWS":"arn:aws:iam::000000000000:root"}`, `"s3:PutObject"`, everyObject, ""),
		statement("Allow", `{"CanonicalUser":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}`, `"s3:PutObject"`, everyObject, ""),
	))
	assert.Equal(t, 200, raw(t, as(e, ada), "GET", "/bucket/open/k", "", nil).StatusCode, "the bucket's policy alone is enough")
	denied(t, raw(t, as(e, ada), "PUT", "/bucket/open/k", "x", nil), own)
	for _, who := range []*mock.Endpoint{e, as(e, ada), as(e, bob)} {
		denied(t, raw(t, who, "GET", "/bucket/shut/k", "", nil), byDeny)
	}
	assert.Equal(t, 200, raw(t, as(e, ada), "GET", "/bucket?prefix=open/x", "", nil).StatusCode)
	assert.Equal(t, 200, raw(t, as(e, ada), "GET", "/bucket?list-type=2&prefix=oPen", "", nil).StatusCode)
	denied(t, raw(t, as(e, ada), "GET", "/bucket?prefix=shut", "", nil), byDeny)
	denied(t, raw(t, as(e, ada), "GET", "/bucket", "", nil), byDeny)
	assert.Equal(t, 200, raw(t, as(e, bob), "GET", "/bucket", "", nil).StatusCode)
	assert.Equal(t, 200, raw(t, e, "GET", "/bucket", "", nil).StatusCode)
	denied(t, raw(t, as(e, bob), "PUT", "/bucket/x", "", map[string]string{"X-Amz-Copy-Source": "/bucket/shut/k"}), byDeny)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/x", "", nil).StatusCode)

	putPolicy(t, e, policyOf(statement("Allow", adaARN, `"s3:PutObject"`, everyObject, "")))
	denied(t, raw(t, as(e, ada), "PUT", "/bucket/t", "x", map[string]string{"X-Amz-Tagging": "a=b"}), "s3:PutObjectTagging")
	require.Equal(t, 200, raw(t, as(e, ada), "PUT", "/bucket/t", "x", nil).StatusCode)
}

func TestAPolicyNamesTheSessionsOfARole(t *testing.T) {
	ada := user("ada")
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Users, c.Roles = []mock.User{ada}, []mock.Role{{Name: "auditor", Trusts: []string{"ada"}}}
	}))
	out, err := sts.NewFromConfig(config(t, as(e, ada))).AssumeRole(bg, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/auditor"), RoleSessionName: aws.String("test"),
	})
	require.NoError(t, err)
	role := as(e, mock.User{AccessKey: *out.Credentials.AccessKeyId, SecretKey: *out.Credentials.SecretAccessKey})
	list := func() int {
		return raw(t, role, "GET", "/bucket", "", map[string]string{"X-Amz-Security-Token": *out.Credentials.SessionToken}).StatusCode
	}
	assert.Equal(t, 403, list())
	for _, principal := range []string{
		`{"AWS":"arn:aws:iam::000000000000:role/auditor"}`, `{"AWS":["arn:aws:sts::000000000000:assumed-role/auditor/test"]}`,
	} {
		putPolicy(t, e, policyOf(statement("Allow", principal, `"s3:ListBucket"`, `"arn:aws:s3:::bucket"`, `{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}`)))
		assert.Equal(t, 200, list(), principal)
	}
	putPolicy(t, e, policyOf(statement("Allow", `{"AWS":"arn:aws:sts::000000000000:assumed-role/auditor/other"}`, `"s3:ListBucket"`, `"arn:aws:s3:::bucket"`, "")))
	assert.Equal(t, 403, list())
}

func TestConditionsSeeTheConnectionAndTheCaller(t *testing.T) {
	ada := user("ada", "Allow s3:* *")
	e := startWith(t, ada)
	for condition, want := range map[string]int{
		`{"Bool":{"aws:SecureTransport":"false"}}`:                                                200,
		`{"Bool":{"aws:SecureTransport":true}}`:                                                   403,
		`{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}`:                                            403,
		`{"NotIpAddress":{"aws:SourceIp":["127.0.0.1","192.0.2.0/24"]}}`:                          200,
		`{"StringEquals":{"aws:username":"ada"}}`:                                                 403,
		`{"StringEquals":{"aws:username":"bob"}}`:                                                 200,
		`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/a*"}}`:                               403,
		`{"StringNotEquals":{"aws:PrincipalAccount":"000000000000"}}`:                             200,
		`{"NumericLessThan":{"s3:TlsVersion":1.2}}`:                                               200,
		`{"NumericGreaterThanEquals":{"s3:TlsVersion":"1.2"}}`:                                    403,
		`{"NumericLessThanEquals":{"s3:max-keys":"10"}}`:                                          403,
		`{"NumericGreaterThan":{"s3:max-keys":10}}`:                                               200,
		`{"NumericNotEquals":{"s3:max-keys":10}}`:                                                 200,
		`{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`:                             200,
		`{"DateGreaterThanEquals":{"aws:EpochTime":"2020-01-01"}}`:                                403,
		`{"DateLessThanEquals":{"aws:CurrentTime":1577836800}}`:                                   200,
		`{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01"}}`:                                    403,
		`{"DateNotEquals":{"aws:CurrentTime":"2020-01-01"}}`:                                      403,
		`{"StringEquals":{"s3:authType":"REST-HEADER","s3:signatureversion":"AWS4-HMAC-SHA256"}}`: 403,
		`{"StringEquals":{"s3:authType":"REST-HEADER"},"StringLike":{"aws:UserAgent":"curl*"}}`:   200,
		`{"StringEqualsIgnoreCase":{"aws:PrincipalType":"user"}}`:                                 403,
		`{"StringEqualsIfExists":{"aws:Referer":"http://example.com/"}}`:                          403,
		`{"StringEquals":{"aws:Referer":"http://example.com/"}}`:                                  200,
	} {
		putPolicy(t, e, policyOf(statement("Deny", adaARN, `"s3:ListBucket"`, `"arn:aws:s3:::bucket"`, condition)))
		assert.Equal(t, want, raw(t, as(e, ada), "GET", "/bucket?max-keys=10", "", nil).StatusCode, condition)
	}

	insecure, err := mock.Serve(mock.Config{Dir: t.TempDir(), Buckets: []string{"bucket"}, Fast: true}, mock.Listen{PlainHTTP: true})
	require.NoError(t, err)
	defer insecure.Close()
	putPolicy(t, insecure, policyOf(statement("Deny", `"*"`, `"s3:*"`, wholeBucket, `{"Bool":{"aws:SecureTransport":"false"}}`)))
	denied(t, raw(t, insecure, "PUT", "/bucket/k", "x", nil), byDeny)
	require.Equal(t, 204, raw(t, insecure, "DELETE", "/bucket?policy=", "", nil).StatusCode, "the account cannot lock itself out")
	assert.Equal(t, 404, raw(t, insecure, "HEAD", "/bucket/k", "", nil).StatusCode)
}

func TestAPersonsOwnPolicyMayHaveConditionsToo(t *testing.T) {
	ada := user("ada")
	ada.Policy = json.RawMessage(`{"Statement":[{"Effect":"Allow","Action":["s3:*","kms:*"],"Resource":"*"},
		{"Effect":"Deny","Action":"s3:PutObject","Resource":"*","Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}},
		{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*","Condition":{"Null":{"aws:Referer":"true"}}}]}`)
	e := startWith(t, ada)
	denied(t, raw(t, as(e, ada), "PUT", "/bucket/k", "x", nil), "with an explicit deny in an identity-based policy")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
	require.Equal(t, 200, raw(t, as(e, ada), "PUT", "/bucket/k", "x", map[string]string{sse: "aws:kms"}).StatusCode)
	denied(t, raw(t, as(e, ada), "GET", "/bucket/k", "", nil), "kms:Decrypt")
	assert.Equal(t, 200, raw(t, as(e, ada), "GET", "/bucket/k", "", map[string]string{"Referer": "here"}).StatusCode, "the key service sees the call as well")
}

func TestAPolicyIsKeptAsItWasPut(t *testing.T) {
	e := startWith(t)
	got := errorOf(t, raw(t, e, "GET", "/bucket?policy=", "", nil))
	assert.Equal(t, "NoSuchBucketPolicy", got.Code)
	assert.Equal(t, "The bucket policy does not exist.", got.Message)
	assert.Equal(t, "NoSuchBucketPolicy", errorOf(t, raw(t, e, "GET", "/bucket?policyStatus=", "", nil)).Code)
	assert.Equal(t, 204, raw(t, e, "DELETE", "/bucket?policy=", "", nil).StatusCode)

	policy := strings.Replace( // blanks and all
		policyOf(statement("Deny", `{"Service":"logging.s3.amazonaws.com"}`, `"s3:Get*"`, everyObject, "")), ":", " :\n ", 3)
	putPolicy(t, e, policy)
	resp := raw(t, e, "GET", "/bucket?policy=", "", nil)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, policy, string(body))
	assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket?policy=", "", nil).StatusCode)
	assert.Equal(t, 404, raw(t, e, "GET", "/bucket?policy=", "", nil).StatusCode)

	for _, verb := range []string{"GET", "PUT", "DELETE"} {
		assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, verb, "/none?policy=", policy, nil)).Code, verb)
	}
	assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "GET", "/none?policyStatus=", "", nil)).Code)
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", "/bucket?policy=", policy, map[string]string{"Content-Md5": md5Of("other")})).Code)
	assert.Equal(t, 404, raw(t, e, "GET", "/bucket?policy=", "", nil).StatusCode)
}

func TestAPolicySurvivesTheOneWhoIsNamedInIt(t *testing.T) {
	dir := t.TempDir()
	begin := func(users ...mock.User) *mock.Endpoint {
		e, err := mock.Serve(mock.Config{Dir: dir, Buckets: []string{"bucket"}, Fast: true, Users: users, AccessKey: "AKIA", SecretKey: "s"}, mock.Listen{})
		require.NoError(t, err)
		return e
	}
	e := begin(user("ada"))
	putPolicy(t, e, policyOf(statement("Allow", adaARN, `"s3:GetObject"`, everyObject, "")))
	require.NoError(t, e.Close())
	e = begin()
	defer e.Close()
	assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", nil).StatusCode)
}

func TestAPolicyThatS3WouldNotTakeIsRefusedInItsWords(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.AllowPublic, c.Users, c.Roles = true, []mock.User{user("ada")}, []mock.Role{{Name: "auditor"}}
	}))
	allow := func(principal, action, resource, condition string) string {
		return policyOf(statement("Allow", principal, action, resource, condition))
	}
	own := `"arn:aws:s3:::bucket"`
	for policy, message := range map[string]string{
		"": "Policies must be valid JSON and the first byte must be '{'", "[]": "Policies must be valid JSON and the first byte must be '{'",
		"{true}": "This policy contains invalid Json", `{"Version":"2012-10-17"`: "This policy contains invalid Json",
		`{"Version":7}`: "This policy contains invalid Json", `{"Statement":[7]}`: "This policy contains invalid Json",
		`{}`: "Missing required field Statement", `{"Statement":[]}`: "Could not parse the policy: Statement is empty!",
		`{"Version":"2012-10-16","Statement":[{}]}`: "The policy must contain a valid version string",
		`{"Statements":[]}`:                         "Unknown field Statements", `{"Statement":{"Efect":"Allow"}}`: "Unknown field Efect",
		`{"Statement":{}}`: "Missing required field Effect", `{"Statement":{"Effect":"allow"}}`: "Invalid effect: allow",
		`{"Statement":{"Effect":"Deny"}}`: "Missing required field Principal", `{"Statement":{"Effect":"Deny","Principal":"*"}}`: "Missing required field Action",
		`{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*"}}`: "Missing required field Resource",

		allow(`""`, `"s3:*"`, own, ""): "Invalid principal in policy", allow(`[]`, `"s3:*"`, own, ""): "Invalid principal in policy",
		allow(`{}`, `"s3:*"`, own, ""): "Invalid principal in policy", allow(`{"AWS":[]}`, `"s3:*"`, own, ""): "Invalid principal in policy",
		allow(`{"AWS":["*","000000000000"]}`, `"s3:*"`, own, ""):                                                  "Invalid principal in policy",
		allow(`["*"]`, `"s3:*"`, own, ""):                                                                         "Invalid principal in policy",
		allow(`{"Aws2":"*"}`, `"s3:*"`, own, ""):                                                                  "Invalid principal in policy",
		allow(`{"AWS":"AKIAADA"}`, `"s3:*"`, own, ""):                                                             "Invalid principal in policy",
		allow(`{"AWS":"arn:aws:iam::000000000000:user/nobody"}`, `"s3:*"`, own, ""):                               "Invalid principal in policy",
		allow(`{"AWS":"arn:aws:iam::000000000000:role/nothing"}`, `"s3:*"`, own, ""):                              "Invalid principal in policy",
		allow(`{"AWS":"arn:aws:iam::000000000000:user/*"}`, `"s3:*"`, own, ""):                                    "Invalid principal in policy",
		allow(`{"CanonicalUser":"me"}`, `"s3:*"`, own, ""):                                                        "Invalid principal in policy",
		allow(`"*"`, `""`, own, ""):                                                                               "Policy has invalid action",
		allow(`"*"`, `[]`, own, ""):                                                                               "Policy has invalid action",
		allow(`"*"`, `7`, own, ""):                                                                                "Policy has invalid action",
		allow(`"*"`, `"s3:Put-Object"`, own, ""):                                                                  "Policy has invalid action",
		allow(`"*"`, `["s3:*","s3:????"]`, own, ""):                                                               "Policy has invalid action",
		allow(`"*"`, `"s3:*"`, `""`, ""):                                                                          "Policy has invalid resource",
		allow(`"*"`, `"s3:*"`, `[]`, ""):                                                                          "Policy has invalid resource",
		allow(`"*"`, `"s3:*"`, `"arn:aws:s3:::/bucket"`, ""):                                                      "Policy has invalid resource",
		allow(`"*"`, `"s3:*"`, `"arn:aws:s3:::bucket2"`, ""):                                                      "Policy has invalid resource",
		allow(`"*"`, `"s3:*"`, `["arn:aws:s3:::bucket","*"]`, ""):                                                 "Policy has invalid resource",
		allow(`"*"`, `"s3:GetObject"`, own, ""):                                                                   "Action does not apply to any resource(s) in statement",
		allow(`"*"`, `"s3:???Object"`, own, ""):                                                                   "Action does not apply to any resource(s) in statement",
		allow(`"*"`, `["s3:GetObject","s3:GetBucket*"]`, everyObject, ""):                                         "Action does not apply to any resource(s) in statement",
		allow(`"*"`, `"s3:*"`, own, `{"StringEqual":{"s3:prefix":"a"}}`):                                          "Invalid Condition type : StringEqual",
		allow(`"*"`, `"s3:*"`, own, `{"NullIfExists":{"s3:prefix":"true"}}`):                                      "Invalid Condition type : NullIfExists",
		allow(`"*"`, `"s3:*"`, own, `{"StringEquals":{"s3:x-amz-encryption":"a"}}`):                               "Policy has an invalid condition key",
		allow(`"*"`, `"s3:*"`, own, `{"IpAddress":{"aws:SourceIp":"10.0.0.256"}}`):                                "Invalid IP address in Conditions",
		allow(`"*"`, `"s3:*"`, own, `{"Null":{"s3:prefix":"maybe"}}`):                                             "Invalid value in Conditions",
		allow(`"*"`, `"s3:*"`, own, `{"NumericEquals":{"s3:max-keys":"few"}}`):                                    "Invalid value in Conditions",
		allow(`"*"`, `"s3:*"`, own, `{"DateEquals":{"aws:CurrentTime":"noon"}}`):                                  "Invalid value in Conditions",
		allow(`"*"`, `"s3:*"`, own, `{"StringEquals":{"s3:prefix":[]}}`):                                          "Invalid value in Conditions",
		allow(`"*"`, `"s3:*"`, own, `{"StringEquals":{"s3:prefix":{}}}`):                                          "Invalid value in Conditions",
		allow(`"*"`, `"s3:*"`, own, `[]`):                                                                         "This policy contains invalid Json",
		allow(`"*"`, `"s3:*"`, own, "")[:20] + strings.Repeat(" ", 20<<10) + allow(`"*"`, `"s3:*"`, own, "")[20:]: "Policy exceeds the maximum allowed document size.",
	} {
		resp := raw(t, e, "PUT", "/bucket?policy=", policy, nil)
		if !assert.Equal(t, 400, resp.StatusCode, policy) {
			continue
		}
		got := errorOf(t, resp)
		assert.Equal(t, "MalformedPolicy", got.Code, policy)
		assert.Equal(t, message, got.Message, policy)
	}
	for policy, what := range map[string]string{
		`{"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"}}`: "NotPrincipal",
		allow(`"*"`, `"s3:*"`, `"arn:aws:s3:::bucket/${aws:username}"`, ""):                                   "a policy variable",
		allow(`"*"`, `"s3:*"`, own, `{"StringEquals":{"s3:prefix":"${aws:username}"}}`):                       "a policy variable",
		allow(`"*"`, `"s3:*"`, own, `{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`):                           "the condition key aws:SourceVpce",
		allow(`"*"`, `"s3:*"`, own, `{"ForAnyValue:StringEquals":{"s3:prefix":"a"}}`):                         "the condition operator ForAnyValue:StringEquals",
	} {
		resp := raw(t, e, "PUT", "/bucket?policy=", policy, nil)
		assert.Equal(t, 501, resp.StatusCode, policy)
		got := errorOf(t, resp)
		assert.Equal(t, "NotImplemented", got.Code)
		assert.Contains(t, got.Message, "does not judge "+what)
	}
	assert.Equal(t, 404, raw(t, e, "GET", "/bucket?policy=", "", nil).StatusCode, "nothing of all that was kept")
	for _, good := range []string{
		allow(`"*"`, `"s3:Create*"`, wholeBucket, ""), allow(`{"AWS":"*"}`, `"S3:getobject"`, everyObject, ""), allow(`"*"`, `"*"`, own, ""),
		allow(`{"AWS":"111122223333"}`, `"s3:List*"`, own, ""), allow(`{"AWS":["arn:aws:iam::111122223333:role/x"]}`, `"s3:*"`, `"arn:aws:s3:::bucket*"`, ""),
		allow(`{"AWS":"arn:aws:iam::000000000000:role/auditor"}`, `"s3:*"`, own, ""), allow(`{"Federated":"cognito-identity.amazonaws.com"}`, `"s3:*"`, own, ""),
		allow(`{"CanonicalUser":"`+strings.Repeat("a", 64)+`"}`, `"s3:*"`, own, ""), `{"Statement":` + statement("Deny", `"*"`, `"s3:*"`, own, "") + `}`,
	} {
		putPolicy(t, e, good)
	}
}

func TestAPolicyIsPublicWhenItLetsInEverybody(t *testing.T) {
	e := allowPublic(t, user("ada"))
	for _, row := range []struct {
		effect, principal, condition string
		public                       bool
	}{
		{"Allow", `"*"`, "", true},
		{"Allow", `{"AWS":"*"}`, "", true},
		{"Deny", `"*"`, "", false},
		{"Allow", adaARN, "", false},
		{"Allow", `{"AWS":"111122223333"}`, "", false},
		{"Allow", `{"Service":"cloudfront.amazonaws.com"}`, "", false},
		{"Allow", `"*"`, `{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, false},
		{"Allow", `"*"`, `{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/1"]}}`, true},
		{"Allow", `"*"`, `{"IpAddress":{"aws:SourceIp":"2001::/16"}}`, true},
		{"Allow", `"*"`, `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, true},
		{"Allow", `"*"`, `{"StringEquals":{"aws:PrincipalAccount":"000000000000"}}`, false},
		{"Allow", `"*"`, `{"StringLike":{"aws:PrincipalAccount":"0*"}}`, true},
		{"Allow", `"*"`, `{"StringEquals":{"aws:Referer":"me"}}`, true},
		{"Allow", `"*"`, `{"ArnLikeIfExists":{"aws:PrincipalArn":"arn:aws:iam::000000000000:user/ada"}}`, true},
	} {
		putPolicy(t, e, policyOf(statement(row.effect, row.principal, `"s3:ListBucket"`, `"arn:aws:s3:::bucket"`, row.condition)))
		var got struct{ IsPublic bool }
		decode(t, raw(t, e, "GET", "/bucket?policyStatus=", "", nil), &got)
		assert.Equal(t, row.public, got.IsPublic, "%+v", row)
	}
}
