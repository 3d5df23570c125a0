package mock_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
	"github.com/bucketseal/bucketseal/mock/kms"
)

// awsCLI runs the AWS command line against the endpoint: a client that shares
// no line of code with us.
func awsCLI(t *testing.T, e *mock.Endpoint) func(args ...string) (string, error) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config") // version 1 presigns by Signature Version 2 unless told
	require.NoError(t, os.WriteFile(config, []byte("[default]\ns3 =\n  signature_version = s3v4\n"), 0o600))
	run := command(t, peer(t, "aws"), "AWS_CA_BUNDLE="+e.CAFile, "AWS_ACCESS_KEY_ID="+e.AccessKey, "AWS_SECRET_ACCESS_KEY="+e.SecretKey,
		"AWS_DEFAULT_REGION="+e.Region(), "AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=")
	return func(args ...string) (string, error) {
		return run(append([]string{"--endpoint-url", e.URL, "--output", "json"}, args...)...)
	}
}

func TestTheAWSCommandLineAgrees(t *testing.T) {
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	key := e.NamedKeys()[0]
	run := awsCLI(t, e)
	must := func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		require.NoError(t, err, out)
		return out
	}
	folder := t.TempDir()
	content := strings.Repeat(secretText, 50) // 10 MB: the CLI sends it in parts
	up, down := filepath.Join(folder, "up"), filepath.Join(folder, "down")
	require.NoError(t, os.WriteFile(up, []byte(content), 0o600))

	must("s3", "cp", up, "s3://bucket/dir/file", "--sse", "aws:kms", "--sse-kms-key-id", key.Alias)
	var head struct{ ServerSideEncryption, SSEKMSKeyId string }
	require.NoError(t, json.Unmarshal([]byte(must("s3api", "head-object", "--bucket", "bucket", "--key", "dir/file")), &head))
	assert.Equal(t, "aws:kms", head.ServerSideEncryption)
	assert.Equal(t, key.ARN, head.SSEKMSKeyId)
	must("s3", "cp", "s3://bucket/dir/file", down)
	got, err := os.ReadFile(down)
	require.NoError(t, err)
	assert.True(t, content == string(got), "downloaded equal")
	assert.Contains(t, must("s3", "ls", "s3://bucket", "--recursive"), "dir/file")
	assert.False(t, holds(t, dir, "canary jumps over"))
	assert.Contains(t, must("kms", "list-aliases"), key.ID)

	assert.Contains(t, must("sts", "get-caller-identity"), "arn:aws:iam::000000000000:root")
	// knows runs a command which older versions do not have.
	knows := func(args ...string) bool {
		out, err := run(args...)
		if err != nil && strings.Contains(out, "Invalid choice") {
			t.Logf("this AWS CLI does not know %s", args[1])
			return false
		}
		require.NoError(t, err, out)
		return true
	}
	if knows("kms", "rotate-key-on-demand", "--key-id", key.ID) {
		assert.Contains(t, must("kms", "list-key-rotations", "--key-id", key.ID), "ON_DEMAND")
	}
	fresh, err := e.Keys().Create(kms.Spec{})
	require.NoError(t, err)
	if knows("s3api", "update-object-encryption", "--bucket", "bucket", "--key", "dir/file", "--object-encryption", `{"SSEKMS":{"KMSKeyArn":"`+fresh.ARN+`"}}`) {
		require.NoError(t, json.Unmarshal([]byte(must("s3api", "head-object", "--bucket", "bucket", "--key", "dir/file")), &head))
		assert.Equal(t, fresh.ARN, head.SSEKMSKeyId)
		key = mock.NamedKey{ID: fresh.ID, ARN: fresh.ARN}
	}

	require.NoError(t, e.Keys().Disable(key.ID))
	out, err := run("s3api", "get-object", "--bucket", "bucket", "--key", "dir/file", down)
	assert.Error(t, err)
	assert.Contains(t, out, "KMS.DisabledException")
	assert.Contains(t, out, key.ARN+" is disabled.")
}
