package mock_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// unsigned sends a request as a browser would, without a key.
func unsigned(t testing.TB, e *mock.Endpoint, method, path, body string, header map[string]string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, e.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := httpClient(t, e).Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

const openReading = `{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/open/*"]}`

// allowPublic is an endpoint whose buckets do not block public access.
func allowPublic(t testing.TB, users ...mock.User) *mock.Endpoint {
	t.Helper()
	return mock.Start(t, mock.With(func(c *mock.Config) { c.AllowPublic, c.Users, c.MinPartSize = true, users, -1 }))
}

func TestABucketLetsNobodyInWithoutAKeyUnlessItsPolicyDoes(t *testing.T) {
	e := allowPublic(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/open/k", "hello", map[string]string{sse: "AES256"}).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/shut/k", "x", nil).StatusCode)
	nobody := func(verb, path, body string) {
		t.Helper()
		resp := unsigned(t, e, verb, path, body, nil)
		require.Equal(t, 403, resp.StatusCode, path)
		got := errorOf(t, resp)
		assert.Equal(t, "AccessDenied", got.Code)
		assert.Equal(t, "Access Denied.", got.Message)
	}
	for _, call := range [][2]string{
		{"GET", "/"},
		{"GET", "/bucket"},
		{"GET", "/bucket/open/k"},
		{"GET", "/bucket/none"},
		{"PUT", "/bucket/new"},
		{"DELETE", "/bucket/open/k"},
		{"DELETE", "/bucket"},
		{"GET", "/bucket?policy="},
		{"PUT", "/bucket?policy="},
		{"GET", "/bucket?publicAccessBlock="},
		{"GET", "/bucket?unheard="},
		{"PATCH", "/bucket"},
	} {
		nobody(call[0], call[1], "")
	}
	assert.Equal(t, 403, unsigned(t, e, "HEAD", "/bucket/open/k", "", nil).StatusCode)
	assert.Equal(t, "NoSuchBucket", errorOf(t, unsigned(t, e, "GET", "/none/k", "", nil)).Code)

	putPolicy(t, e, policyOf(openReading, statement("Deny", `"*"`, `"s3:GetObject"`, `"arn:aws:s3:::bucket/open/secret"`, "")))
	require.Equal(t, 403, raw(t, e, "GET", "/bucket/open/secret", "", nil).StatusCode)
	resp := unsigned(t, e, "GET", "/bucket/open/k", "", map[string]string{"Range": "bytes=1-2"})
	assert.Equal(t, 206, resp.StatusCode)
	assert.Equal(t, "el", bodyOf(t, resp))
	assert.Equal(t, "AES256", resp.Header.Get(sse))
	assert.Equal(t, 200, unsigned(t, e, "HEAD", "/bucket/open/k", "", nil).StatusCode)
	assert.Equal(t, 200, unsigned(t, e, "HEAD", "/bucket", "", nil).StatusCode)
	assert.Contains(t, bodyOf(t, unsigned(t, e, "GET", "/bucket?list-type=2", "", nil)), "<Key>shut/k</Key>")
	assert.Equal(t, "NoSuchKey", errorOf(t, unsigned(t, e, "GET", "/bucket/open/none", "", nil)).Code, "who may list may know")
	nobody("GET", "/bucket/open/secret", "")
	nobody("GET", "/bucket/shut/k", "")
	nobody("PUT", "/bucket/open/k", "x")
	out, err := s3.NewFromConfig(config(t, e), func(o *s3.Options) { o.UsePathStyle, o.Credentials = true, aws.AnonymousCredentials{} }).
		GetObject(bg, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("open/k")})
	require.NoError(t, err, "the SDK without credentials")
	require.NoError(t, out.Body.Close())

	putPolicy(t, e, policyOf(statement("Allow", `"*"`, `"s3:GetObject"`, everyObject, "")))
	nobody("GET", "/bucket/none", "")
	half := unsigned(t, e, "GET", "/bucket/shut/k?X-Amz-Signature=abc", "", nil)
	assert.Equal(t, "AuthorizationQueryParametersError", errorOf(t, half).Code, "half a signature is not the same as none")
	assert.Equal(t, "InvalidRequest", errorOf(t, unsigned(t, e, "GET", "/bucket/shut/k?AWSAccessKeyId=a&Signature=b&Expires=1", "", nil)).Code)
}

func TestAnybodyMayWriteWhereThePolicySaysSoButNotWithKMS(t *testing.T) {
	e := allowPublic(t)
	key := e.NamedKeys()[0]
	kmsHeaders := map[string]string{sse: "aws:kms", kid: key.ID}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/sealed", "x", kmsHeaders).StatusCode)
	putPolicy(t, e, policyOf(statement("Allow", `"*"`, `"s3:*"`, wholeBucket, "")))

	require.Equal(t, 200, unsigned(t, e, "PUT", "/bucket/k", "hello", nil).StatusCode)
	assert.Equal(t, "hello", bodyOf(t, raw(t, e, "GET", "/bucket/k", "", nil)))
	const needsV4 = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4."
	for _, resp := range []*http.Response{unsigned(t, e, "GET", "/bucket/sealed", "", nil), unsigned(t, e, "PUT", "/bucket/none", "x", kmsHeaders)} {
		assert.Equal(t, 400, resp.StatusCode)
		assert.Equal(t, needsV4, errorOf(t, resp).Message)
	}
	for path, message := range map[string]string{
		"PUT /new": "Anonymous users cannot invoke this API. Please authenticate.", "PUT /bucket": "Anonymous users cannot invoke this API. Please authenticate.",
		"POST /bucket/none?uploads=": "Anonymous users cannot initiate multipart uploads. Please authenticate.",
	} {
		verb, path, _ := strings.Cut(path, " ")
		denied(t, unsigned(t, e, verb, path, "", nil), message)
	}
	denied(t, unsigned(t, e, "PUT", "/bucket/none", "", map[string]string{"X-Amz-Copy-Source": "/bucket/k"}), "Anonymous users cannot copy objects. Please authenticate.")
	for _, verb := range []string{"GET", "PUT", "DELETE"} {
		resp := unsigned(t, e, verb, "/bucket?policy=", "{}", nil)
		assert.Equal(t, 405, resp.StatusCode, "only the owner's people touch the policy")
		assert.Equal(t, "MethodNotAllowed", errorOf(t, resp).Code)
	}

	wrong := unsigned(t, e, "PUT", "/bucket/none", "hello", map[string]string{"X-Amz-Content-Sha256": "incorrect_hash"})
	assert.Equal(t, "XAmzContentSHA256Mismatch", errorOf(t, wrong).Code)
	signed := unsigned(t, e, "PUT", "/bucket/none", "hello", map[string]string{"X-Amz-Content-Sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"})
	assert.Contains(t, errorOf(t, signed).Message, "Please use UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER.")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/none", "", nil).StatusCode)
	chunked := unsigned(t, e, "PUT", "/bucket/chunks", "5\r\nhello\r\n0\r\n\r\n", map[string]string{
		"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length": "5", "Content-Encoding": "aws-chunked",
	})
	require.Equal(t, 200, chunked.StatusCode)
	assert.Equal(t, "hello", bodyOf(t, unsigned(t, e, "GET", "/bucket/chunks", "", nil)))
	assert.Equal(t, 204, unsigned(t, e, "DELETE", "/bucket/k", "", nil).StatusCode)

	kmsByDefault := `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?encryption=", kmsByDefault, map[string]string{"Content-Md5": md5Of(kmsByDefault)}).StatusCode)
	assert.Equal(t, needsV4, errorOf(t, unsigned(t, e, "PUT", "/bucket/none", "x", nil)).Message)
}

func TestAFormWithoutAPolicyIsAnonymous(t *testing.T) {
	e := allowPublic(t)
	send := func() *http.Response {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		require.NoError(t, w.WriteField("key", "dir/${filename}"))
		f, err := w.CreateFormFile("file", "a.txt")
		require.NoError(t, err)
		_, err = f.Write([]byte("hello"))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return unsigned(t, e, "POST", "/bucket", b.String(), map[string]string{"Content-Type": w.FormDataContentType()})
	}
	denied(t, send(), "Access Denied.")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/dir/a.txt", "", nil).StatusCode)
	putPolicy(t, e, policyOf(statement("Allow", `"*"`, `"s3:PutObject"`, `"arn:aws:s3:::bucket/dir/*"`, `{"StringEquals":{"s3:authType":"POST"}}`)))
	denied(t, send(), "Access Denied.") // who does not sign has no kind of authentication
	putPolicy(t, e, policyOf(statement("Allow", `"*"`, `"s3:PutObject"`, `"arn:aws:s3:::bucket/dir/*"`, `{"StringEquals":{"aws:PrincipalType":"Anonymous"}}`)))
	require.Equal(t, 204, send().StatusCode)
	assert.Equal(t, "hello", bodyOf(t, raw(t, e, "GET", "/bucket/dir/a.txt", "", nil)))
}

func putBlock(t testing.TB, e *mock.Endpoint, on ...string) {
	t.Helper()
	doc := `<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`
	for _, name := range on {
		doc += "<" + name + ">true</" + name + ">"
	}
	doc += "</PublicAccessBlockConfiguration>"
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket?publicAccessBlock=", doc, nil).StatusCode)
}

func TestANewBucketBlocksPublicAccessUntilItIsToldOtherwise(t *testing.T) {
	ada := user("ada", "Allow s3:* *")
	e := startWith(t, ada)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/open/k", "hello", nil).StatusCode)
	type block struct{ BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool }
	get := func() (b block) {
		decode(t, raw(t, e, "GET", "/bucket?publicAccessBlock=", "", nil), &b)
		return b
	}
	assert.Equal(t, block{true, true, true, true}, get())
	resp := raw(t, as(e, ada), "PUT", "/bucket?policy=", policyOf(openReading), nil)
	denied(t, resp, `User: arn:aws:iam::000000000000:user/ada is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::bucket" because public policies are blocked by the BlockPublicPolicy block public access setting.`)
	assert.Equal(t, 404, raw(t, e, "GET", "/bucket?policy=", "", nil).StatusCode)
	putPolicy(t, e, policyOf(statement("Deny", `"*"`, `"s3:DeleteObject"`, everyObject, ""))) // not public

	putBlock(t, e, "RestrictPublicBuckets")
	assert.Equal(t, block{RestrictPublicBuckets: true}, get())
	putPolicy(t, e, policyOf(openReading))
	denied(t, unsigned(t, e, "GET", "/bucket/open/k", "", nil), "Access Denied.")
	assert.Equal(t, 200, raw(t, as(e, ada), "GET", "/bucket/open/k", "", nil).StatusCode, "the account's people are let in")
	putPolicy(t, e, policyOf(statement("Allow", `"*"`, `"s3:GetObject"`, everyObject, `{"IpAddress":{"aws:SourceIp":"127.0.0.1"}}`)))
	assert.Equal(t, 200, unsigned(t, e, "GET", "/bucket/open/k", "", nil).StatusCode, "a policy for few is not public")

	putPolicy(t, e, policyOf(openReading))
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket?publicAccessBlock=", "", nil).StatusCode)
	assert.Equal(t, 200, unsigned(t, e, "GET", "/bucket/open/k", "", nil).StatusCode)
	got := errorOf(t, raw(t, e, "GET", "/bucket?publicAccessBlock=", "", nil))
	assert.Equal(t, "NoSuchPublicAccessBlockConfiguration", got.Code)
	assert.Equal(t, "The public access block configuration was not found", got.Message)

	for _, verb := range []string{"GET", "PUT", "DELETE"} {
		assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, verb, "/none?publicAccessBlock=", "<PublicAccessBlockConfiguration/>", nil)).Code)
	}
	assert.Equal(t, "MalformedXML", errorOf(t, raw(t, e, "PUT", "/bucket?publicAccessBlock=", "<PublicAccessBlockConfiguration><BlockPublicAcls>maybe", nil)).Code)
	assert.Equal(t, "BadDigest", errorOf(t, raw(t, e, "PUT", "/bucket?publicAccessBlock=", "<x/>", map[string]string{"Content-Md5": md5Of("y")})).Code)

	for _, name := range []string{"ceph16", "minio", "plain"} {
		other := mock.Start(t, mock.With(func(c *mock.Config) { c.Personality.Name = name }))
		assert.Equal(t, 204, raw(t, other, "PUT", "/bucket?policy=", policyOf(openReading), nil).StatusCode, name+" knows no such default")
	}
}
