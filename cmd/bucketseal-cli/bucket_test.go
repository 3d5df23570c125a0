package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/mock"
)

// docs are a document for each kind that is set, how the AWS CLI is asked for it and what
// must be in its answer, how it sets another, and what of that we must show.
var docs = []struct{ kind, ours, get, says, put, flag, theirs, shown string }{
	{
		"policy", `{"Version":"2012-10-17","Statement":[{"Sid":"Ours","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, "get-bucket-policy", "Ours",
		"put-bucket-policy", "--policy", `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket/x/*"}]}`, "Theirs",
	},
	{
		"versioning", `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`, "get-bucket-versioning", "Enabled",
		"put-bucket-versioning", "--versioning-configuration", `{"Status":"Suspended"}`, "Suspended",
	},
	{
		"encryption", `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`, "get-bucket-encryption", "aws:kms",
		"put-bucket-encryption", "--server-side-encryption-configuration", `{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`, "AES256",
	},
	{
		"lifecycle", `<LifecycleConfiguration><Rule><ID>abort</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>`, "get-bucket-lifecycle-configuration", "DaysAfterInitiation",
		"put-bucket-lifecycle-configuration", "--lifecycle-configuration", `{"Rules":[{"ID":"theirs","Status":"Enabled","Filter":{"Prefix":"tmp/"},"Expiration":{"Days":3}}]}`, "<Days>3</Days>",
	},
	{
		"cors", `<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`, "get-bucket-cors", "https://a.example",
		"put-bucket-cors", "--cors-configuration", `{"CORSRules":[{"AllowedOrigins":["https://b.example"],"AllowedMethods":["PUT"]}]}`, "https://b.example",
	},
	{
		"tags", `<Tagging><TagSet><Tag><Key>project</Key><Value>q3</Value></Tag></TagSet></Tagging>`, "get-bucket-tagging", "q3",
		"put-bucket-tagging", "--tagging", `{"TagSet":[{"Key":"project","Value":"q4"}]}`, "q4",
	},
	{
		"public-access-block", `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`, "get-public-access-block", `"IgnorePublicAcls": false`,
		"put-public-access-block", "--public-access-block-configuration", `{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":false,"RestrictPublicBuckets":true}`, "<BlockPublicPolicy>false",
	},
	{
		"ownership", `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>`, "get-bucket-ownership-controls", "BucketOwnerPreferred",
		"put-bucket-ownership-controls", "--ownership-controls", `{"Rules":[{"ObjectOwnership":"ObjectWriter"}]}`, "ObjectWriter",
	},
	{
		"website", `<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>`, "get-bucket-website", "index.html",
		"put-bucket-website", "--website-configuration", `{"IndexDocument":{"Suffix":"main.html"}}`, "main.html",
	},
	{
		"logging", `<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket><TargetPrefix>l/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`, "get-bucket-logging", `"l/"`,
		"put-bucket-logging", "--bucket-logging-status", `{"LoggingEnabled":{"TargetBucket":"bucket","TargetPrefix":"m/"}}`, "m/",
	},
	{
		"requester-pays", `<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>`, "get-bucket-request-payment", "Requester",
		"put-bucket-request-payment", "--request-payment-configuration", `{"Payer":"BucketOwner"}`, "BucketOwner",
	},
	{
		"accelerate", `<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>`, "get-bucket-accelerate-configuration", "Enabled",
		"put-bucket-accelerate-configuration", "--accelerate-configuration", `{"Status":"Suspended"}`, "Suspended",
	},
}

func TestAnIndependentClientReadsTheDocumentsWeSetAndSetsThoseWeShow(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for _, d := range docs {
		u.file(d.kind, []byte(d.ours))
		l := u.runs("bucket", "set", d.kind, "s3://bucket", "--file", d.kind, "--json").ends(0).line()
		assert.Equal(t, "done", l["status"], d.kind)
		out, err := u.aws("s3api", d.get, "--bucket", "bucket", "--output", "json")
		require.NoError(t, err, out)
		assert.Contains(t, out, d.says, d.kind)
		l = u.runs("bucket", "set", d.kind, "s3://bucket", "--file", d.kind, "--json").ends(0).line()
		assert.Equal(t, "unchanged", l["status"], "%s: what is so already is not sent", d.kind)

		out, err = u.aws("s3api", d.put, "--bucket", "bucket", d.flag, d.theirs)
		require.NoError(t, err, out)
		assert.Contains(t, u.runs("bucket", "get", d.kind, "s3://bucket").ends(0).out, d.shown)
	}
	for _, kind := range []string{"policy", "encryption", "lifecycle", "cors", "tags", "public-access-block", "ownership", "website", "logging"} {
		u.runs("bucket", "remove", kind, "s3://bucket").ends(0)
		if kind != "encryption" { // AWS encrypts all the same
			l := u.runs("bucket", "get", kind, "s3://bucket", "--json").ends(0).line()
			assert.Equal(t, false, l["set"], kind)
		}
	}
	out, err := u.aws("s3api", "get-bucket-policy", "--bucket", "bucket")
	require.Error(t, err)
	assert.Contains(t, out, "NoSuchBucketPolicy")
}

func TestADocumentIsShownBeforeItIsChanged(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("tags", []byte(`<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>`))
	r := u.runs("bucket", "set", "tags", "s3://bucket", "--file", "tags", "--dry-run").ends(0)
	assert.Contains(t, r.out, "+ TagSet/Tag[a]/Value = 1")
	r = u.runs("bucket", "get", "tags", "s3://bucket").ends(0)
	assert.Empty(t, r.out, "nothing was set")
	assert.Contains(t, r.err, "nothing is set")
	u.runs("bucket", "set", "tags", "s3://bucket", "--file", "tags").ends(0)
	assert.Contains(t, u.runs("bucket", "remove", "tags", "s3://bucket").ends(0).out, "- TagSet/Tag[a]/Value = 1")
	assert.Contains(t, u.runs("bucket", "remove", "tags", "s3://bucket").ends(0).out, "nothing was sent")
}

// Of each kind an old server is asked everything; it deletes buckets in the place of what
// it does not know.
func TestNoDocumentHarmsAnOldServer(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.As("ceph16"))
	has := map[string]any{}
	for _, l := range u.runs("bucket", "get", "s3://bucket", "--json").ends(0).lines() {
		has[l["kind"].(string)] = l["supported"]
	}
	assert.Equal(t, true, has["policy"])
	assert.Equal(t, false, has["encryption"])
	assert.Equal(t, false, has["ownership"])
	for _, d := range docs {
		u.file(d.kind, []byte(d.ours))
		r := u.runs("bucket", "set", d.kind, "s3://bucket", "--file", d.kind)
		assert.Equal(t, has[d.kind] == true, r.code == 0, "%s: %s", d.kind, r.err)
		u.runs("bucket", "remove", d.kind, "s3://bucket")
		u.runs("ls", "s3://bucket").ends(0)
	}
}

func TestPoliciesAreMadeFromTemplates(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0].ARN
	u.types("", "rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key).ends(0)
	r := u.runs("bucket", "policy-template", "deny-unencrypted", "s3://bucket").ends(0)
	require.True(t, json.Valid([]byte(r.out)), r.out)
	u.file("policy.json", []byte(r.out))
	u.runs("bucket", "set", "policy", "s3://bucket", "--file", "policy.json").ends(0)
	u.file("a.bin", noise(100))
	u.file("big.bin", noise(12<<20))
	u.runs("cp", "a.bin", "s3://bucket/ours").ends(0)
	u.runs("cp", "big.bin", "s3://bucket/big", "--part-size", "5M").ends(0)
	u.runs("cp", "a.bin", "s3://bucket/plain", "--sse", "inherit").ends(1)
	u.runs("cp", "a.bin", "s3://bucket/other", "--sse", "kms").ends(1)
	u.runs("cp", "a.bin", "s3://bucket/s3", "--sse", "s3").ends(1)

	u.types("", "rules", "add", "--bucket", "other", "--key", "q3/*", "--type", "s3").ends(0)
	r = u.runs("bucket", "policy-template", "deny-unencrypted", "s3://other/q3/").ends(0)
	assert.Contains(t, r.out, "AES256", "as the rule of the folder asks")
	assert.Contains(t, r.out, "arn:aws:s3:::other/q3/*")
	u.runs("bucket", "policy-template", "deny-unencrypted", "s3://other").ends(2)

	assert.Contains(t, u.runs("bucket", "policy-template", "read-for", "lab$ann", "s3://bucket/q3/").ends(0).out, "arn:aws:iam::lab:user/ann")
	assert.Contains(t, u.runs("bucket", "policy-template", "https-only", "s3://bucket").ends(0).out, "aws:SecureTransport")
	u.runs("bucket", "policy-template", "read-for", "a b", "s3://bucket").ends(2)
}

func TestWhatIsNoDocumentIsNotSent(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("broken", []byte("{"))
	u.file("empty", nil)
	for say, args := range map[string][]string{
		"there is no kind":  {"bucket", "get", "colour", "s3://bucket"},
		"is no bucket":      {"bucket", "get", "policy", "s3://bucket/key"},
		"give the document": {"bucket", "set", "policy", "s3://bucket"},
		"the document: ":    {"bucket", "set", "policy", "s3://bucket", "--file", "missing"},
		"usage: ":           {"bucket", "get"},
		"get [KIND]":        {"bucket", "get", "policy", "s3://bucket", "x"},
	} {
		assert.Contains(t, u.runs(args...).ends(2).err, say)
	}
	for say, args := range map[string][]string{
		"is no JSON":           {"bucket", "set", "policy", "s3://bucket", "--file", "broken"},
		"is empty":             {"bucket", "set", "policy", "s3://bucket", "--file", "empty"},
		"shown and not change": {"bucket", "remove", "replication", "s3://bucket"},
		"cannot be removed":    {"bucket", "remove", "versioning", "s3://bucket"},
	} {
		r := u.runs(args...).ends(1)
		assert.Contains(t, r.err, say)
		assert.NotContains(t, r.err, "The server", "it is not the server that refuses")
	}
	assert.Empty(t, u.runs("bucket", "get", "policy", "s3://bucket").ends(0).out)
}

// A server says yes to the removal of a default encryption and keeps it; AWS leaves SSE-S3.
func TestAnEncryptionThatIsStillThereIsNotCalledRemoved(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	form, _ := client.FormOf(client.EncryptionDocument)
	d := &documentChange{app: &app{out: &out, err: &out}, op: "remove"}
	still := []bucketdoc.Change{{Added: true, Line: "Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm = aws:kms"}}
	assert.Equal(t, exitFailed, exitCode(t.Context(), d.judge(session.DocumentPlan{Bucket: "bucket", Form: form}, still)))
	assert.Equal(t, "NOT AS SET: the server took it, and keeps something else:\n+ "+still[0].Line+"\n", out.String())

	u := newUser(t)
	u.file("kms", []byte(`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`))
	u.runs("bucket", "set", "encryption", "s3://bucket", "--file", "kms").ends(0)
	r := u.runs("bucket", "remove", "encryption", "s3://bucket").ends(0)
	assert.Contains(t, r.err, "by a default of its own")
	assert.Contains(t, r.out, "+ Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm = AES256")
}
