package mock_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheAWSCommandLineReadsAndWritesTheDocumentsOfABucket(t *testing.T) {
	long(t)
	t.Parallel()
	a := awsCLIWith(t)
	s3api := func(command string, args ...string) map[string]any {
		t.Helper()
		return a.ask(append([]string{"s3api", command, "--bucket", "bucket"}, args...)...)
	}
	a.must("s3api", "put-object", "--bucket", "bucket", "--key", "k", "--body", file(t, "hello"))

	a.refused("NoSuchTagSet", "s3api", "get-bucket-tagging", "--bucket", "bucket")
	for _, d := range []struct{ name, flag, document, path string }{
		{"bucket-tagging", "--tagging", `{"TagSet":[{"Key":"a","Value":"b"}]}`, ""},
		{"bucket-cors", "--cors-configuration", `{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],"MaxAgeSeconds":5}]}`, ""},
		{"bucket-lifecycle-configuration", "--lifecycle-configuration", `{"Rules":[{"ID":"r","Status":"Enabled","Filter":{"Prefix":"a"},"Expiration":{"Days":3}}]}`, ""},
		{"bucket-website", "--website-configuration", `{"IndexDocument":{"Suffix":"i.html"}}`, ""},
		{"bucket-logging", "--bucket-logging-status", `{"LoggingEnabled":{"TargetBucket":"bucket","TargetPrefix":"l/"}}`, ""},
		{"bucket-notification-configuration", "--notification-configuration", `{"EventBridgeConfiguration":{}}`, ""},
		{"bucket-request-payment", "--request-payment-configuration", `{"Payer":"Requester"}`, ""},
		{"bucket-accelerate-configuration", "--accelerate-configuration", `{"Status":"Suspended"}`, ""},
		{"bucket-ownership-controls", "--ownership-controls", `{"Rules":[{"ObjectOwnership":"ObjectWriter"}]}`, "OwnershipControls"},
		{"public-access-block", "--public-access-block-configuration", `{"BlockPublicAcls":false,"IgnorePublicAcls":true,"BlockPublicPolicy":false,"RestrictPublicBuckets":false}`, "PublicAccessBlockConfiguration"},
	} {
		s3api("put-"+d.name, d.flag, d.document)
		got := s3api("get-" + d.name)
		if d.path != "" {
			got = got[d.path].(map[string]any)
		}
		var want map[string]any
		require.NoError(t, json.Unmarshal([]byte(d.document), &want))
		for name, value := range want {
			assert.Equal(t, value, got[name], d.name)
		}
	}
	for _, name := range []string{"bucket-tagging", "bucket-cors", "bucket-lifecycle", "bucket-website"} {
		s3api("delete-" + name)
	}
	a.refused("NoSuchLifecycleConfiguration", "s3api", "get-bucket-lifecycle-configuration", "--bucket", "bucket")

	s3api("put-bucket-policy", "--policy", policyOf(statement("Allow", `"*"`, `"s3:GetObject"`, everyObject, "")))
	assert.Contains(t, s3api("get-bucket-policy")["Policy"], "s3:GetObject")
	assert.Equal(t, map[string]any{"IsPublic": true}, s3api("get-bucket-policy-status")["PolicyStatus"])
	a.must("s3api", "get-object", "--no-sign-request", "--bucket", "bucket", "--key", "k", t.TempDir()+"/k")
	s3api("delete-bucket-policy")
	a.refused("AccessDenied", "s3api", "get-object", "--no-sign-request", "--bucket", "bucket", "--key", "k", t.TempDir()+"/k")

	s3api("put-bucket-acl", "--acl", "public-read")
	grants := s3api("get-bucket-acl")["Grants"].([]any)
	require.Len(t, grants, 2)
	world := map[string]any{"Grantee": map[string]any{"Type": "Group", "URI": everybody}, "Permission": "READ"}
	assert.Contains(t, grants, any(world), "in whatever order")
	s3api("put-object-acl", "--key", "k", "--grant-read", "id="+stranger)
	grants = s3api("get-object-acl", "--key", "k")["Grants"].([]any)
	require.Len(t, grants, 2)
	assert.Equal(t, stranger, grants[1].(map[string]any)["Grantee"].(map[string]any)["ID"])
	s3api("put-bucket-acl", "--acl", "private")
	s3api("delete-bucket-ownership-controls")
	s3api("delete-public-access-block")
	a.refused("NoSuchPublicAccessBlockConfiguration", "s3api", "get-public-access-block", "--bucket", "bucket")
}
