package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// aws runs the AWS CLI, which shares no code with us, as the same user.
func (u *user) aws(args ...string) (out string, err error) {
	u.t.Helper()
	program, missing := exec.LookPath("aws")
	if missing != nil {
		u.t.Skip("the AWS CLI is not installed (scripts/need.sh peers installs it): no independent client was asked")
	}
	cmd := exec.Command(program, append(args, "--endpoint-url", u.server.URL, "--region", "us-east-1")...)
	cmd.Dir = u.dir
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+u.server.AccessKey, "AWS_SECRET_ACCESS_KEY="+u.server.SecretKey,
		"AWS_CA_BUNDLE="+u.server.CAFile, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	b, err := cmd.CombinedOutput()
	return string(b), err
}

func TestAnIndependentClientAgreesOnWhatIsEncryptedWithWhichKey(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	content := noise(20 << 20)
	u.file("ours.bin", content)
	u.runs("cp", "ours.bin", "s3://bucket/ours.bin", "--sse", "kms", "--kms-key", key.ID).ends(0)

	out, err := u.aws("s3api", "head-object", "--bucket", "bucket", "--key", "ours.bin", "--output", "json")
	require.NoError(t, err, out)
	var head struct{ ServerSideEncryption, SSEKMSKeyId string }
	require.NoError(t, json.Unmarshal([]byte(out), &head), out)
	assert.Equal(t, "aws:kms", head.ServerSideEncryption)
	assert.Equal(t, key.ARN, head.SSEKMSKeyId)

	out, err = u.aws("s3", "cp", "--quiet", "ours.bin", "s3://bucket/theirs.bin", "--sse", "aws:kms", "--sse-kms-key-id", key.ID)
	require.NoError(t, err, out)
	props := u.runs("props", "s3://bucket/theirs.bin", "--json").ends(0).line()
	assert.Equal(t, map[string]any{"type": "SSE-KMS", "keyId": key.ARN, "bucketKey": false, "told": true}, props["encryption"])
	u.runs("cp", "s3://bucket/theirs.bin", "back.bin").ends(0)
	assert.Equal(t, content, u.read("back.bin"))
	out, err = u.aws("s3", "cp", "--quiet", "s3://bucket/ours.bin", "their-back.bin")
	require.NoError(t, err, out)
	assert.Equal(t, content, u.read("their-back.bin"))
}

func TestTheLocalEndpointKeepsNoPlaintext(t *testing.T) {
	t.Parallel()
	content := noise(1 << 20)
	needle := string(content[1000:1064])
	open := t.TempDir()
	plain := newUser(t, mock.As("plain"), mock.With(func(c *mock.Config) { c.Dir = open }))
	plain.file("a.bin", content)
	plain.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	require.Equal(t, 1, filesWith(t, open, needle), "the search finds what is stored in the clear")

	data := t.TempDir()
	u := newUser(t, mock.With(func(c *mock.Config) { c.Dir = data }))
	u.file("a.bin", content)
	u.runs("cp", "a.bin", "s3://bucket/sealed", "--sse", "kms", "--kms-key", u.server.NamedKeys()[0].ID).ends(0)
	require.Zero(t, filesWith(t, data, needle))
}

// filesWith counts the files below a folder that hold the text.
func filesWith(t *testing.T, root, text string) int {
	t.Helper()
	n := 0
	for _, content := range filesIn(t, root) {
		if strings.Contains(content, text) {
			n++
		}
	}
	return n
}
