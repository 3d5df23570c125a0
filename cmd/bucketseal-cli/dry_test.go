package main

import (
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// A dry run of each command says what would be done by which rule, and nothing is done.
func TestADryRunEndsAsTheRunDoesWhereTheTargetHoldsSomethingElse(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a", []byte("a"))
	u.file("b", []byte("b")) // of the same size
	u.file("same", []byte("a"))
	for _, name := range []string{"a", "b", "same"} {
		u.runs("cp", name, "s3://bucket/"+name).ends(0)
	}
	for _, args := range [][]string{{"mv", "s3://bucket/a", "s3://bucket/b", "--overwrite", "skip"}, {"mv", "s3://bucket/a", "s3://bucket/b"}} {
		assert.Contains(t, u.runs(append(args, "-n")...).ends(1).err, "with other contents")
		assert.Contains(t, u.runs(args...).ends(1).err, "with other contents")
	}
	u.file("longer", []byte("aa"))
	up := []string{"cp", "longer", "s3://bucket/a", "--overwrite", "skip"}
	assert.Contains(t, u.runs(append(up, "-n")...).ends(1).err, "with other contents")
	assert.Contains(t, u.runs(up...).ends(1).err, "with other contents")
	assert.Contains(t, u.runs("mv", "s3://bucket/a", "s3://bucket/same", "-n").ends(0).out, "would leave")
}

func TestADryRunSaysWhatWouldBeDoneAndDoesNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("q3/a.csv", []byte("a"))
	u.file("q3/b.csv", []byte("bb"))
	u.runs("rules", "add", "--bucket", "bucket", "--key", "secret/*", "--type", "s3").ends(0)

	lines := u.runs("cp", "-r", "q3", "s3://bucket/secret", "--dry-run", "--json").ends(0).lines()
	require.Len(t, lines, 2)
	for _, l := range lines {
		assert.Equal(t, "upload", l["op"])
		assert.Equal(t, "planned", l["status"])
		assert.Equal(t, true, l["dryRun"])
		assert.EqualValues(t, 1, l["rule"])
	}
	assert.Empty(t, u.runs("ls", "-r", "s3://bucket", "--json").ends(0).lines())
	u.runs("cp", "-r", "q3", "s3://bucket/secret").ends(0)

	out := u.runs("cp", "-r", "q3", "s3://bucket/secret", "-n", "--overwrite", "skip").ends(0).out
	assert.Contains(t, out, "would leave ")
	assert.Contains(t, out, "0 files, 0 B; 2 would stay as they are")
	assert.Contains(t, u.runs("cp", "q3/a.csv", "s3://bucket/secret/a.csv", "-n").ends(0).out, "over what is there")

	out = u.runs("cp", "-r", "s3://bucket/secret", "back", "-n").ends(0).out
	assert.Contains(t, out, "would download s3://bucket/secret/a.csv")
	assert.NoDirExists(t, u.dir+"/back")

	l := u.runs("mv", "s3://bucket/secret/a.csv", "s3://bucket/open/a.csv", "--dry-run", "--json").ends(0).line()
	assert.Equal(t, "move", l["op"])
	assert.EqualValues(t, 1, l["bytes"])
	assert.Equal(t, "as its source is encrypted", l["because"])
	u.has("s3://bucket/secret/a.csv", "a")

	l = u.runs("rm", "s3://bucket/secret/a.csv", "--dry-run", "--json").ends(0).line()
	assert.Equal(t, "planned", l["status"])
	assert.Contains(t, u.runs("rm", "-r", "s3://bucket/secret", "--dry-run").ends(0).out, "would remove s3://bucket/secret/b.csv")
	u.has("s3://bucket/secret/a.csv", "a")

	for _, args := range [][]string{
		{"cp", "s3://bucket/gone", "s3://bucket/b", "-n"},
		{"mv", "s3://bucket/gone", "s3://bucket/b", "-n"},
		{"cp", "s3://bucket/gone", "b", "-n"},
		{"cp", "-r", "s3://bucket/gone", "s3://bucket/b", "-n"},
		{"cp", "-r", "q3", "s3://no-such-bucket/b", "-n"},
		{"mv", "s3://bucket/secret/a.csv", "s3://no-such-bucket/b", "-n"},
		{"rm", "s3://bucket/gone", "-n"},
		{"rm", "-r", "s3://bucket/gone", "-n"},
	} {
		assert.Equal(t, 1, u.runs(args...).code, "%v", args)
	}
}

// What a copy loses is said before it begins, and by a dry run of each.
func TestWhatACopyLosesIsSaidBeforeItBegins(t *testing.T) {
	t.Parallel()
	k := newKilling(t, 1, mock.As("ceph16"))
	u := k.user
	_, err := k.client.PutObject(t.Context(), "bucket", "a.csv", strings.NewReader("a"), 1, minio.PutObjectOptions{UserMetadata: map[string]string{"x-amz-acl": "public-read"}})
	require.NoError(t, err)
	l := u.runs("cp", "s3://bucket/a.csv", "s3://bucket/b.csv", "--dry-run", "--json").ends(0).line()
	assert.Equal(t, []any{"permissions (ACL)"}, l["loses"])
	assert.Contains(t, u.runs("mv", "s3://bucket/a.csv", "s3://bucket/b.csv", "--dry-run").ends(0).out, "loses: permissions (ACL)")
	r := u.runs("cp", "s3://bucket/a.csv", "s3://bucket/b.csv").ends(0)
	assert.Contains(t, r.err, "a copy does not have what its source has: s3://bucket/a.csv has permissions (ACL)")
	assert.Contains(t, u.runs("meta", "set", "s3://bucket/a.csv", "--content-type", "a/b").ends(1).err, "permissions (ACL)")
}
