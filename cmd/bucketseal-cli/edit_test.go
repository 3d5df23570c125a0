package main

import (
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetadataAndStorageClassAreChangedAndTheKeyStays(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("q3/a.csv", []byte("a"))
	u.file("q3/b.csv", []byte("b"))
	u.runs("cp", "-r", "q3", "s3://bucket/q3", "--sse", "kms", "--kms-key", key.ID).ends(0)

	l := u.runs("meta", "set", "s3://bucket/q3/a.csv", "--content-type", "text/x-a", "--set", "Project=q3=1", "--cache-control", "max-age=60", "--json").ends(0).line()
	assert.Equal(t, "meta", l["op"])
	assert.Equal(t, "verified", l["verdict"])
	assert.Equal(t, key.ARN, l["reported"].(map[string]any)["keyId"])
	props := u.runs("props", "s3://bucket/q3/a.csv", "--json").ends(0).line()
	assert.Equal(t, "text/x-a", props["contentType"])
	assert.Equal(t, "q3=1", props["metadata"].(map[string]any)["project"])
	assert.Contains(t, props["metadata"], "mtime", "what was not named stays")
	u.runs("meta", "set", "s3://bucket/q3/a.csv", "--unset", "PROJECT", "--cache-control", "").ends(0)
	assert.NotContains(t, u.runs("props", "s3://bucket/q3/a.csv", "--json").ends(0).line()["metadata"], "project")

	for _, l := range u.runs("class", "set", "-r", "s3://bucket/q3", "standard_ia", "--json").ends(0).lines() {
		assert.Equal(t, "class", l["op"])
		assert.Equal(t, "verified", l["verdict"])
	}
	assert.Equal(t, "STANDARD_IA", u.runs("props", "s3://bucket/q3/b.csv", "--json").ends(0).line()["storageClass"])
	u.has("s3://bucket/q3/a.csv", "a")

	assert.Contains(t, u.runs("class", "set", "-r", "s3://bucket/q3", "GLACIER", "-n").ends(0).out, "would class s3://bucket/q3/a.csv")
	assert.Contains(t, u.runs("class", "set", "s3://bucket/q3/a.csv", "STANDARD_IA", "-n").ends(0).out, "it is so already")
	l = u.runs("class", "set", "s3://bucket/q3/a.csv", "STANDARD_IA", "--json").ends(0).line()
	assert.Equal(t, "skipped", l["status"], "nothing was changed, so nothing was copied")

	for says, args := range map[string][]string{
		"write NAME=VALUE":                        {"meta", "set", "s3://bucket/q3/a.csv", "--set", "colour"},
		"value of Content-Type has a line break":  {"meta", "set", "s3://bucket/q3/a.csv", "--content-type", "text/x\r\nE: 1"},
		"value of project has a line break":       {"meta", "set", "s3://bucket/q3/a.csv", "--set", "project=a\x01"},
		"value of Cache-Control has a line break": {"meta", "set", "s3://bucket/q3/a.csv", "--cache-control", "a\nb"},
		"say one of the two":                      {"meta", "set", "s3://bucket/q3/a.csv", "--set", "Draft=1", "--unset", "draft"},
		"--set project twice":                     {"meta", "set", "s3://bucket/q3/a.csv", "--set", "project=1", "--set", "Project=2"},
		"nothing is said":                         {"meta", "set", "s3://bucket/q3/a.csv"},
		"names no object":                         {"meta", "set", "s3://bucket", "--content-type", "a/b"},
		"lower case letters":                      {"meta", "set", "s3://bucket/q3/a.csv", "--set", "色=b"},
		"no name of metadata":                     {"meta", "set", "s3://bucket/q3/a.csv", "--set", "x-amz-meta-a=b"},
		"names no bucket":                         {"class", "set", "s3://", "GLACIER"},
		"add -r to take":                          {"class", "set", "s3://bucket/q3/", "GLACIER"},
		"nothing is called":                       {"class", "set", "-r", "s3://bucket/none", "GLACIER"},
	} {
		r := u.runs(args...)
		assert.NotZero(t, r.code, says)
		assert.Contains(t, r.err, says)
	}
}

func TestAVersionIsRestored(t *testing.T) {
	t.Parallel()
	k := newKilling(t, 1)
	u := k.user
	require.NoError(t, k.client.EnableVersioning(t.Context(), "bucket"))
	u.file("a.csv", []byte("as it was"))
	u.runs("cp", "a.csv", "s3://bucket/a.csv", "--sse", "s3").ends(0)
	old, err := k.client.StatObject(t.Context(), "bucket", "a.csv", minio.StatObjectOptions{})
	require.NoError(t, err)
	u.file("a.csv", []byte("as it is"))
	u.runs("cp", "a.csv", "s3://bucket/a.csv").ends(0)

	l := u.runs("restore", "s3://bucket/a.csv", "--version-id", old.VersionID, "--json").ends(0).line()
	assert.Equal(t, "restore", l["op"])
	assert.Equal(t, "verified", l["verdict"])
	u.has("s3://bucket/a.csv", "as it was")
	u.runs("rm", "s3://bucket/a.csv").ends(0)
	u.runs("cp", "s3://bucket/a.csv", "s3://bucket/a.csv", "--version-id", old.VersionID, "--json").ends(0)
	u.has("s3://bucket/a.csv", "as it was")
	assert.Contains(t, u.runs("restore", "s3://bucket/a.csv").ends(2).err, "say which version: --version-id ID ('bucketseal-cli versions s3://bucket/a.csv' lists them)")
	assert.Contains(t, u.runs("restore", "s3://bucket/", "--version-id", "x").ends(2).err, "names no object")
	u.runs("restore", "s3://bucket/a.csv", "--version-id", "nosuchversion").ends(1)
	assert.Contains(t, u.runs("restore", "s3://bucket/a.csv", "--version-id", "舊").ends(2).err, "is no id of a version")
	assert.Contains(t, u.runs("restore", "s3://bucket/a.csv", "--version-id", old.VersionID, "-n").ends(0).out, "(version "+old.VersionID+" of 2")
}
