package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnOlderVersionIsFoundByItsIDAndBroughtBack(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.keepsVersions("bucket")
	for _, content := range []string{"one", "second"} {
		u.file("a", []byte(content))
		u.runs("cp", "a", "s3://bucket/q/a", "--quiet").ends(0)
	}
	u.runs("cp", "a", "s3://bucket/q/a.more", "--quiet").ends(0)
	u.runs("rm", "s3://bucket/q/a").ends(0)

	lines := u.runs("versions", "s3://bucket/q/a", "--json").ends(0).lines()
	require.Len(t, lines, 3, "and none of the name that begins so")
	assert.Equal(t, []any{true, true, nil}, []any{lines[0]["deleteMarker"], lines[0]["latest"], lines[0]["size"]})
	assert.Equal(t, []any{false, false, 6.0}, []any{lines[1]["deleteMarker"], lines[1]["latest"], lines[1]["size"]})
	oldest := lines[2]
	assert.Equal(t, []any{"q/a", 3.0}, []any{oldest["key"], oldest["size"]})

	all := u.runs("ls", "--versions", "s3://bucket/q/").ends(0).out
	assert.Equal(t, 4, strings.Count(all, "\n"))
	assert.Regexp(t, `- +removed +`+lines[0]["versionId"].(string)+` +q/a\n`, all)
	assert.Regexp(t, `3 +older +`+oldest["versionId"].(string)+` +q/a\n`, all)
	assert.Regexp(t, `6 +latest +\S+ +q/a.more\n`, all)

	u.runs("restore", "s3://bucket/q/a", "--version-id", oldest["versionId"].(string)).ends(0)
	u.has("s3://bucket/q/a", "one")
}

func TestVersionsThatCannotBeListedAreSaid(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.runs("versions", "s3://bucket/none").ends(1)
	for says, args := range map[string][]string{
		"names no object":                       {"versions", "s3://bucket"},
		"names no bucket":                       {"versions", "s3://"},
		"do not go together":                    {"ls", "s3://bucket", "--versions", "--encryption"},
		"name a bucket, as s3://BUCKET":         {"ls", "-r"},
		"--encryption and --versions are about": {"ls", "--versions"},
	} {
		assert.Contains(t, u.runs(args...).ends(2).err, says)
	}
}
