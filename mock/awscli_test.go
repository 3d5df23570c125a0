package mock_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// commandLine is the AWS CLI, with its answers decoded.
type commandLine struct {
	t   *testing.T
	e   *mock.Endpoint
	dir string // data folder of the endpoint
	run func(args ...string) (string, error)
}

func awsCLIWith(t *testing.T) *commandLine {
	t.Helper()
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	return &commandLine{t, e, dir, awsCLI(t, e)}
}

// must runs a command that succeeds.
func (a *commandLine) must(args ...string) string {
	a.t.Helper()
	out, err := a.run(args...)
	require.NoError(a.t, err, "aws %s: %s", strings.Join(args, " "), out)
	return out
}

// ask decodes the answer of a command.
func (a *commandLine) ask(args ...string) map[string]any {
	a.t.Helper()
	answer := map[string]any{}
	if out := a.must(args...); out != "" {
		require.NoError(a.t, json.Unmarshal([]byte(out), &answer), out)
	}
	return answer
}

// refused runs a command that is refused with a code.
func (a *commandLine) refused(code string, args ...string) {
	a.t.Helper()
	out, err := a.run(args...)
	require.Error(a.t, err, "aws %s", strings.Join(args, " "))
	assert.Contains(a.t, out, "("+code+")")
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	all, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(all)
}

func TestTheAWSCommandLineSyncsUnderAKey(t *testing.T) {
	t.Parallel()
	a := awsCLIWith(t)
	key := a.e.NamedKeys()[0]
	from, files := tree(t)
	a.must("s3", "sync", from, "s3://bucket/tree", "--sse", "aws:kms", "--sse-kms-key-id", key.ARN, "--only-show-errors")
	client := httpClient(t, a.e)
	for name := range files {
		resp := rawBy(t, client, a.e, "HEAD", "/bucket/tree/"+awsEscaped(name), "", nil, time.Now())
		require.Equal(t, 200, resp.StatusCode, name)
		assert.Equal(t, map[string]string{sse: "aws:kms", kid: key.ARN}, sseHeaders(resp.Header), name)
	}
	assert.Empty(t, a.must("s3", "sync", from, "s3://bucket/tree", "--only-show-errors", "--sse", "aws:kms"), "nothing is left to do")
	down := t.TempDir()
	a.must("s3", "sync", "s3://bucket/tree", down, "--only-show-errors")
	holdsTree(t, down, files)
	require.NoError(t, os.Remove(filepath.Join(from, "empty")))
	a.must("s3", "sync", from, "s3://bucket/tree", "--delete", "--only-show-errors")
	listed := a.must("s3", "ls", "--recursive", "s3://bucket/tree/")
	assert.NotContains(t, listed, "empty")
	assert.Contains(t, listed, "tree/ü/100% (1).txt")
	assert.False(t, holds(t, a.dir, "canary jumps over"), "the plaintext is nowhere")
	a.must("s3", "rm", "--recursive", "s3://bucket/tree/", "--only-show-errors")
	assert.Equal(t, 404, raw(t, a.e, "HEAD", "/bucket/tree/deep/er/large.bin", "", nil).StatusCode)
}

func TestTheAWSCommandLineCopiesUnderACustomersKey(t *testing.T) {
	t.Parallel()
	a := awsCLIWith(t)
	key := a.e.NamedKeys()[0]
	secret, wrong := "fileb://"+file(t, strings.Repeat("\x06", 32)), "fileb://"+file(t, strings.Repeat("\x07", 32))
	large := strings.Repeat(secretText, 50) // 10 MB: in parts
	up, down := file(t, large), filepath.Join(t.TempDir(), "down")

	a.must("s3", "cp", up, "s3://bucket/mine", "--sse-c", "AES256", "--sse-c-key", secret, "--only-show-errors")
	told := map[string]string{custAlg: "AES256", custMD5: *customerOf(6).md5}
	assert.Equal(t, told, sseHeaders(raw(t, a.e, "HEAD", "/bucket/mine", "", custHeaders(6)).Header))
	a.must("s3", "cp", "s3://bucket/mine", down, "--sse-c", "AES256", "--sse-c-key", secret, "--only-show-errors")
	assert.True(t, large == content(t, down))
	require.NoError(t, os.Remove(down))
	for _, args := range [][]string{{}, {"--sse-c", "AES256", "--sse-c-key", wrong}} {
		out, err := a.run(append([]string{"s3", "cp", "s3://bucket/mine", down}, args...)...)
		assert.Error(t, err, out)
		assert.NoFileExists(t, down)
	}
	a.must("s3", "cp", "s3://bucket/mine", "s3://bucket/theirs", "--sse-c-copy-source", "AES256", "--sse-c-copy-source-key", secret,
		"--sse", "aws:kms", "--sse-kms-key-id", key.Alias, "--only-show-errors")
	assert.Equal(t, map[string]string{sse: "aws:kms", kid: key.ARN}, sseHeaders(raw(t, a.e, "HEAD", "/bucket/theirs", "", nil).Header))
	a.must("s3", "mv", "s3://bucket/theirs", down, "--only-show-errors")
	assert.True(t, large == content(t, down))
	assert.Equal(t, 404, raw(t, a.e, "HEAD", "/bucket/theirs", "", nil).StatusCode)
	assert.False(t, holds(t, a.dir, "canary jumps over"), "the plaintext is nowhere")
	assert.False(t, holds(t, a.dir, strings.Repeat("\x06", 32)), "nor is the customer's key")
}

func TestTheAWSCommandLineKnowsTheCallsOfObjects(t *testing.T) {
	long(t)
	t.Parallel()
	a := awsCLIWith(t)
	key := a.e.NamedKeys()[0]
	s3api := func(call, name string, args ...string) map[string]any {
		t.Helper()
		return a.ask(append([]string{"s3api", call, "--bucket", "bucket", "--key", name}, args...)...)
	}
	body, down := file(t, secretText), filepath.Join(t.TempDir(), "down")
	context := base64.StdEncoding.EncodeToString([]byte(`{"team":"red"}`))

	out := s3api("put-object", "k", "--body", body, "--metadata", "note=kept", "--tagging", "a=b%20c", "--content-type", "text/x-canary",
		"--server-side-encryption", "aws:kms", "--ssekms-key-id", key.ID, "--ssekms-encryption-context", context, "--bucket-key-enabled")
	assert.Equal(t, key.ARN, out["SSEKMSKeyId"])
	assert.Equal(t, true, out["BucketKeyEnabled"])
	etag := out["ETag"].(string)
	out = s3api("head-object", "k")
	assert.Equal(t, "aws:kms", out["ServerSideEncryption"])
	assert.Equal(t, key.ARN, out["SSEKMSKeyId"])
	assert.Equal(t, map[string]any{"note": "kept"}, out["Metadata"])
	assert.Equal(t, "text/x-canary", out["ContentType"])
	out = s3api("get-object", "k", "--range", "bytes=70000-70099", down)
	assert.Equal(t, "bytes 70000-70099/208000", out["ContentRange"])
	assert.Equal(t, secretText[70000:70100], content(t, down))
	a.refused("PreconditionFailed", "s3api", "get-object", "--bucket", "bucket", "--key", "k", "--if-match", "other", down)
	a.refused("NoSuchKey", "s3api", "get-object", "--bucket", "bucket", "--key", "none", down)

	assert.Equal(t, []any{map[string]any{"Key": "a", "Value": "b c"}}, s3api("get-object-tagging", "k")["TagSet"])
	s3api("put-object-tagging", "k", "--tagging", `{"TagSet":[{"Key":"x","Value":"y"}]}`)
	assert.Equal(t, []any{map[string]any{"Key": "x", "Value": "y"}}, s3api("get-object-tagging", "k")["TagSet"])
	s3api("delete-object-tagging", "k")
	assert.Empty(t, s3api("get-object-tagging", "k")["TagSet"])
	assert.NotEmpty(t, s3api("get-object-acl", "k")["Grants"])
	out = s3api("get-object-attributes", "k", "--object-attributes", "ETag", "ObjectSize")
	assert.EqualValues(t, len(secretText), out["ObjectSize"])
	assert.Equal(t, strings.Trim(etag, `"`), out["ETag"])
	a.refused("NotImplemented", "s3api", "get-object-torrent", "--bucket", "bucket", "--key", "k", down)

	out = s3api("copy-object", "copy ü", "--copy-source", "bucket/k", "--metadata-directive", "REPLACE", "--metadata", "other=one", "--server-side-encryption", "aws:kms:dsse", "--ssekms-key-id", key.ARN)
	assert.Equal(t, "aws:kms:dsse", out["ServerSideEncryption"])
	assert.Equal(t, map[string]any{"other": "one"}, s3api("head-object", "copy ü")["Metadata"])
	s3api("get-object", "copy ü", down)
	assert.True(t, secretText == content(t, down))

	customer := []string{"--sse-customer-algorithm", "AES256", "--sse-customer-key", "fileb://" + file(t, strings.Repeat("\x06", 32))}
	id := s3api("create-multipart-upload", "parts", customer...)["UploadId"].(string)
	upload := func(call string, args ...string) map[string]any {
		t.Helper()
		return s3api(call, "parts", append([]string{"--upload-id", id}, args...)...)
	}
	one := upload("upload-part", append(customer, "--part-number", "1", "--body", body)...)
	assert.Equal(t, *customerOf(6).md5, one["SSECustomerKeyMD5"])
	two := upload("upload-part-copy", append(customer, "--part-number", "2", "--copy-source", "bucket/k", "--copy-source-range", "bytes=100-299")...)
	assert.Len(t, upload("list-parts")["Parts"], 2)
	assert.Len(t, a.ask("s3api", "list-multipart-uploads", "--bucket", "bucket")["Uploads"], 1)
	parts, err := json.Marshal(map[string]any{"Parts": []any{
		map[string]any{"PartNumber": 1, "ETag": one["ETag"]}, map[string]any{"PartNumber": 2, "ETag": two["CopyPartResult"].(map[string]any)["ETag"]},
	}})
	require.NoError(t, err)
	upload("complete-multipart-upload", "--multipart-upload", string(parts)) // some versions take no key here, and S3 asks for none
	s3api("get-object", "parts", append(customer, down)...)
	assert.True(t, secretText+secretText[100:300] == content(t, down))
	id = s3api("create-multipart-upload", "parts")["UploadId"].(string)
	upload("abort-multipart-upload")
	assert.Empty(t, a.ask("s3api", "list-multipart-uploads", "--bucket", "bucket")["Uploads"])

	for _, call := range []string{"list-objects", "list-objects-v2"} {
		assert.Len(t, a.ask("s3api", call, "--bucket", "bucket", "--page-size", "1")["Contents"], 3, call)
	}
	assert.Len(t, a.ask("s3api", "list-object-versions", "--bucket", "bucket", "--prefix", "copy")["Versions"], 1)
	url := strings.TrimSpace(a.must("s3", "presign", "s3://bucket/k"))
	resp, err := httpClient(t, a.e).Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.True(t, secretText == string(all), "%s: %d", url, resp.StatusCode)

	assert.False(t, holds(t, a.dir, "canary jumps over"), "the plaintext is nowhere")
	s3api("delete-object", "k")
	gone := a.ask("s3api", "delete-objects", "--bucket", "bucket", "--delete", `{"Objects":[{"Key":"copy ü"},{"Key":"parts"}]}`)
	assert.Len(t, gone["Deleted"], 2)
	assert.Empty(t, a.ask("s3api", "list-objects-v2", "--bucket", "bucket")["Contents"])
}

func TestTheAWSCommandLineKnowsTheCallsOfKMS(t *testing.T) {
	long(t)
	t.Parallel()
	a := awsCLIWith(t)
	kms := func(call string, args ...string) map[string]any {
		t.Helper()
		return a.ask(append([]string{"kms", call}, args...)...)
	}
	made := kms("create-key", "--description", "for tests")["KeyMetadata"].(map[string]any)
	id, arn := made["KeyId"].(string), made["Arn"].(string)
	kms("create-alias", "--alias-name", "alias/new", "--target-key-id", id)
	assert.Equal(t, arn, kms("describe-key", "--key-id", "alias/new")["KeyMetadata"].(map[string]any)["Arn"])
	assert.Len(t, kms("list-keys")["Keys"], 2)
	assert.Len(t, kms("list-aliases", "--key-id", id)["Aliases"], 1)

	plain := func(answer map[string]any) string {
		raw, err := base64.StdEncoding.DecodeString(answer["Plaintext"].(string))
		require.NoError(t, err)
		return string(raw)
	}
	blob := func(answer map[string]any) string {
		raw, err := base64.StdEncoding.DecodeString(answer["CiphertextBlob"].(string))
		require.NoError(t, err)
		return "fileb://" + file(t, string(raw))
	}
	sealed := kms("encrypt", "--key-id", "alias/new", "--plaintext", "fileb://"+file(t, "a canary"), "--encryption-context", "team=red")
	assert.Equal(t, arn, sealed["KeyId"])
	assert.Equal(t, "a canary", plain(kms("decrypt", "--ciphertext-blob", blob(sealed), "--encryption-context", "team=red")))
	a.refused("InvalidCiphertextException", "kms", "decrypt", "--ciphertext-blob", blob(sealed), "--encryption-context", "team=blue")
	moved := kms("re-encrypt", "--ciphertext-blob", blob(sealed), "--source-encryption-context", "team=red", "--destination-key-id", "alias/demo")
	assert.Equal(t, "a canary", plain(kms("decrypt", "--ciphertext-blob", blob(moved))))
	data := kms("generate-data-key", "--key-id", arn, "--key-spec", "AES_256")
	assert.Equal(t, plain(data), plain(kms("decrypt", "--ciphertext-blob", blob(data))))
	assert.Len(t, plain(data), 32)
	assert.NotContains(t, kms("generate-data-key-without-plaintext", "--key-id", arn, "--key-spec", "AES_256"), "Plaintext")

	kms("enable-key-rotation", "--key-id", id)
	assert.Equal(t, true, kms("get-key-rotation-status", "--key-id", id)["KeyRotationEnabled"])
	kms("disable-key-rotation", "--key-id", id)
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"kms:*","Resource":"*"}]}`
	kms("put-key-policy", "--key-id", id, "--policy-name", "default", "--policy", policy)
	assert.JSONEq(t, policy, kms("get-key-policy", "--key-id", id, "--policy-name", "default")["Policy"].(string))
	assert.Equal(t, []any{"default"}, kms("list-key-policies", "--key-id", id)["PolicyNames"])

	kms("disable-key", "--key-id", id)
	a.refused("DisabledException", "kms", "encrypt", "--key-id", id, "--plaintext", "fileb://"+file(t, "x"))
	kms("enable-key", "--key-id", id)
	kms("schedule-key-deletion", "--key-id", id, "--pending-window-in-days", "7")
	a.refused("KMSInvalidStateException", "kms", "decrypt", "--ciphertext-blob", blob(data))
	kms("cancel-key-deletion", "--key-id", id)
	assert.Equal(t, "Disabled", kms("describe-key", "--key-id", id)["KeyMetadata"].(map[string]any)["KeyState"])
	a.refused("NotFoundException", "kms", "describe-key", "--key-id", "alias/none")
	assert.False(t, holds(t, a.dir, "a canary"))
}
