package mock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// s3cmd runs s3cmd with a configuration as its manual has it for other servers.
func s3cmd(t *testing.T, e *mock.Endpoint) func(args ...string) string {
	t.Helper()
	host := strings.TrimPrefix(e.URL, "https://")
	config := filepath.Join(t.TempDir(), "s3cfg")
	require.NoError(t, os.WriteFile(config, []byte(strings.Join([]string{
		"[default]", "access_key = " + e.AccessKey, "secret_key = " + e.SecretKey, "host_base = " + host, "host_bucket = " + host,
		"use_https = True", "check_ssl_certificate = True", "ca_certs_file = " + e.CAFile, "bucket_location = " + e.Region(),
		"multipart_chunk_size_mb = 5", "max_retries = 1", "",
	}, "\n")), 0o600))
	run := command(t, peer(t, "s3cmd"))
	return func(args ...string) string {
		t.Helper()
		out, err := run(append([]string{"--config", config, "--no-progress"}, args...)...)
		require.NoError(t, err, "s3cmd %v: %s", args, out)
		return out
	}
}

func TestS3cmdPutsSyncsAndTellsTheKey(t *testing.T) {
	for name, c := range map[string]struct {
		flags func(key mock.NamedKey) []string
		told  func(key mock.NamedKey) map[string]string
	}{
		"S3": {
			func(mock.NamedKey) []string { return []string{"--server-side-encryption"} },
			func(mock.NamedKey) map[string]string { return map[string]string{sse: "AES256"} },
		},
		"KMS": {
			func(key mock.NamedKey) []string {
				return []string{"--server-side-encryption", "--server-side-encryption-kms-id=" + key.ID}
			},
			func(key mock.NamedKey) map[string]string { return map[string]string{sse: "aws:kms", kid: key.ARN} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			e := startIn(t, dir, "aws")
			key := e.NamedKeys()[0]
			run := s3cmd(t, e)
			client := httpClient(t, e)
			told := func(path string) map[string]string {
				resp := rawBy(t, client, e, "HEAD", "/bucket/"+awsEscaped(path), "", nil, time.Now())
				require.Equal(t, 200, resp.StatusCode, path)
				return sseHeaders(resp.Header)
			}
			from, files := tree(t)
			large := filepath.Join(from, "deep", "er", "large.bin")
			encrypted := c.flags(key)

			run(append(encrypted, "put", large, "s3://bucket/put")...)
			assert.Equal(t, c.told(key), told("put"))
			info := run("info", "s3://bucket/put")
			assert.Contains(t, info, "File size: 12480000")
			assert.Contains(t, info, "SSE:       "+c.told(key)[sse])
			back := filepath.Join(t.TempDir(), "back")
			run("get", "s3://bucket/put", back)
			got, err := os.ReadFile(back)
			require.NoError(t, err)
			assert.True(t, files["deep/er/large.bin"] == string(got))
			run(append(encrypted, "--acl-private", "cp", "s3://bucket/put", "s3://bucket/copied")...)
			assert.Equal(t, c.told(key), told("copied"))

			run(append(encrypted, "sync", from+"/", "s3://bucket/tree/")...)
			for file := range files {
				assert.Equal(t, c.told(key), told("tree/"+file), file)
			}
			listed := run("ls", "--recursive", "s3://bucket/tree/")
			for file := range files {
				assert.Contains(t, listed, "s3://bucket/tree/"+file)
			}
			down := t.TempDir()
			run("sync", "s3://bucket/tree/", down+"/")
			holdsTree(t, down, files)

			run("del", "s3://bucket/put")
			run("del", "--recursive", "s3://bucket/tree/")
			assert.NotContains(t, run("ls", "--recursive", "s3://bucket/"), "tree/")
			assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/put", "", nil).StatusCode)
			assert.False(t, holds(t, dir, "canary jumps over"), "the plaintext is nowhere")
		})
	}
}
