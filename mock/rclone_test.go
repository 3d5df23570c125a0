package mock_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// rclone runs rclone with the remote "there:"; more are settings of the remote.
func rclone(t *testing.T, e *mock.Endpoint, more map[string]string) func(args ...string) string {
	t.Helper()
	settings := map[string]string{
		"TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": e.URL, "REGION": e.Region(),
		"ACCESS_KEY_ID": e.AccessKey, "SECRET_ACCESS_KEY": e.SecretKey, "CHUNK_SIZE": "5M", "UPLOAD_CUTOFF": "6M",
		"ACL": "bucket-owner-full-control", // left alone it asks for "private", which a bucket without ACLs refuses
	}
	maps.Copy(settings, more)
	empty := filepath.Join(t.TempDir(), "rclone.conf") // without a file rclone says so each time
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	env := []string{"RCLONE_CA_CERT=" + e.CAFile, "RCLONE_RETRIES=1", "RCLONE_LOW_LEVEL_RETRIES=1", "RCLONE_CONFIG=" + empty}
	for name, value := range settings {
		env = append(env, "RCLONE_CONFIG_THERE_"+name+"="+value)
	}
	run := command(t, peer(t, "rclone"), env...)
	return func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		require.NoError(t, err, "rclone %v: %s", args, out)
		return out
	}
}

func TestRcloneSyncsAndChecksUnderEveryEncryption(t *testing.T) {
	customer := strings.Repeat("k", 32)
	for name, c := range map[string]struct {
		settings func(key mock.NamedKey) map[string]string
		told     func(key mock.NamedKey) map[string]string
		toRead   map[string]string
	}{
		"S3": {
			settings: func(mock.NamedKey) map[string]string { return map[string]string{"SERVER_SIDE_ENCRYPTION": "AES256"} },
			told:     func(mock.NamedKey) map[string]string { return map[string]string{sse: "AES256"} },
		},
		"KMS": {
			settings: func(key mock.NamedKey) map[string]string {
				return map[string]string{"SERVER_SIDE_ENCRYPTION": "aws:kms", "SSE_KMS_KEY_ID": key.ID}
			},
			told: func(key mock.NamedKey) map[string]string { return map[string]string{sse: "aws:kms", kid: key.ARN} },
		},
		"C": {
			settings: func(mock.NamedKey) map[string]string {
				return map[string]string{"SSE_CUSTOMER_ALGORITHM": "AES256", "SSE_CUSTOMER_KEY": customer}
			},
			told: func(mock.NamedKey) map[string]string {
				return map[string]string{custAlg: "AES256", custMD5: *customerOf('k').md5}
			},
			toRead: custHeaders('k'),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			e := startIn(t, dir, "aws")
			key := e.NamedKeys()[0]
			run := rclone(t, e, c.settings(key))
			from, files := tree(t)

			run("sync", from, "there:bucket/tree")
			assert.Contains(t, run("check", "--download", from, "there:bucket/tree"), "0 differences found")
			assert.NotContains(t, run("sync", "-v", from, "there:bucket/tree"), "Copied", "nothing is left to do")
			client := httpClient(t, e)
			for file := range files {
				resp := rawBy(t, client, e, "HEAD", "/bucket/tree/"+awsEscaped(file), "", c.toRead, time.Now())
				require.Equal(t, 200, resp.StatusCode, file)
				assert.Equal(t, c.told(key), sseHeaders(resp.Header), file)
			}
			var listed []struct {
				Path string
				Size int64
			}
			require.NoError(t, json.Unmarshal([]byte(run("lsjson", "-R", "--files-only", "there:bucket/tree")), &listed))
			assert.Len(t, listed, len(files))
			for _, o := range listed {
				assert.EqualValues(t, len(files[o.Path]), o.Size, o.Path)
			}

			large := filepath.Join(from, "deep", "er", "large.bin")
			run("copyto", large, "there:bucket/one-large")
			assert.Contains(t, raw(t, e, "HEAD", "/bucket/one-large", "", c.toRead).Header.Get("Etag"), "-3", "it went in parts")
			run("copyto", "there:bucket/one-large", "there:bucket/copied") // on the server's side
			back := filepath.Join(t.TempDir(), "back")
			run("copyto", "there:bucket/copied", back)
			got, err := os.ReadFile(back)
			require.NoError(t, err)
			assert.True(t, files["deep/er/large.bin"] == string(got))
			assert.Equal(t, c.told(key), sseHeaders(raw(t, e, "HEAD", "/bucket/copied", "", c.toRead).Header))

			require.NoError(t, os.Remove(filepath.Join(from, "empty")))
			run("sync", from, "there:bucket/tree")
			down := t.TempDir()
			run("sync", "there:bucket/tree", down)
			delete(files, "empty")
			holdsTree(t, down, files)
			assert.False(t, holds(t, dir, "canary jumps over"), "the plaintext is nowhere")
			assert.False(t, holds(t, dir, customer), "nor is the customer's key")
			run("purge", "there:bucket/tree")
			assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/tree/deep/er/large.bin", "", c.toRead).StatusCode)
		})
	}
}
