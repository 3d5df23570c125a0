package mock_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestTheAWSCommandLineKeepsVersionsAndLocks(t *testing.T) {
	e := mock.Start(t)
	run := awsCLI(t, e)
	s3api := func(args ...string) string {
		t.Helper()
		out, err := run(append([]string{"s3api"}, args...)...)
		require.NoError(t, err, out)
		return out
	}
	version := func(out string) string {
		t.Helper()
		var doc struct{ VersionId string }
		require.NoError(t, json.Unmarshal([]byte(out), &doc), out)
		require.NotEmpty(t, doc.VersionId)
		return doc.VersionId
	}
	folder := t.TempDir()
	file := func(content string) string {
		path := filepath.Join(folder, content)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	s3api("create-bucket", "--bucket", "kept", "--object-lock-enabled-for-bucket")
	assert.Contains(t, s3api("get-bucket-versioning", "--bucket", "kept"), `"Enabled"`)
	old := version(s3api("put-object", "--bucket", "kept", "--key", "k", "--body", file("old"), "--server-side-encryption", "aws:kms", "--ssekms-key-id", "alias/demo"))
	s3api("put-object", "--bucket", "kept", "--key", "k", "--body", file("new"))
	marker := version(s3api("delete-object", "--bucket", "kept", "--key", "k"))
	var list struct {
		Versions, DeleteMarkers []struct {
			VersionId string
			IsLatest  bool
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s3api("list-object-versions", "--bucket", "kept")), &list))
	require.Len(t, list.Versions, 2)
	require.Len(t, list.DeleteMarkers, 1)
	assert.Equal(t, old, list.Versions[1].VersionId)
	assert.Equal(t, marker, list.DeleteMarkers[0].VersionId)
	assert.True(t, list.DeleteMarkers[0].IsLatest)

	out, err := run("s3api", "get-object", "--bucket", "kept", "--key", "k", filepath.Join(folder, "down"))
	assert.Error(t, err)
	assert.Contains(t, out, "NoSuchKey")
	s3api("get-object", "--bucket", "kept", "--key", "k", "--version-id", old, filepath.Join(folder, "down"))
	got, err := os.ReadFile(filepath.Join(folder, "down"))
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))

	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	s3api("put-object-retention", "--bucket", "kept", "--key", "k", "--version-id", old, "--retention", "Mode=GOVERNANCE,RetainUntilDate="+until)
	assert.Contains(t, s3api("get-object-retention", "--bucket", "kept", "--key", "k", "--version-id", old), "GOVERNANCE")
	out, err = run("s3api", "delete-object", "--bucket", "kept", "--key", "k", "--version-id", old)
	assert.Error(t, err)
	assert.Contains(t, out, "object protected by object lock")
	assert.Equal(t, old, version(s3api("delete-object", "--bucket", "kept", "--key", "k", "--version-id", old, "--bypass-governance-retention")))
	s3api("delete-objects", "--bucket", "kept", "--delete", `{"Objects":[{"Key":"k","VersionId":"`+marker+`"}]}`)
	down, err := run("s3", "cp", "s3://kept/k", "-")
	require.NoError(t, err, down)
	assert.Equal(t, "new", down)
}
