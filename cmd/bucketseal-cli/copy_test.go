package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// has is the content of an object, as a download brings it.
func (u *user) has(place, content string) {
	u.t.Helper()
	assert.Equal(u.t, content, u.runs("cp", place, "-").ends(0).out)
}

func TestAFolderIsCopiedByTheRulesOfItsTargetAndKeepsTheEncryptionOfItsSourceElse(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("q3/a.csv", []byte("a"))
	u.file("q3/子/b.csv", []byte("b"))
	u.runs("cp", "-r", "q3", "s3://bucket/q3", "--sse", "s3").ends(0)
	u.runs("mb", "s3://archive").ends(0)
	u.runs("rules", "add", "--bucket", "archive", "--type", "kms", "--kms-key", key.ID).ends(0)

	for _, l := range u.runs("cp", "-r", "s3://bucket/q3", "s3://archive/2026", "--json").ends(0).lines() {
		assert.Equal(t, "copy", l["op"])
		assert.Equal(t, "done", l["status"])
		assert.Equal(t, "verified", l["verdict"])
		assert.Equal(t, map[string]any{"type": "SSE-KMS", "keyId": key.ID}, l["asked"])
		assert.EqualValues(t, 1, l["rule"])
	}
	u.has("s3://archive/2026/a.csv", "a")
	u.has("s3://archive/2026/子/b.csv", "b")
	u.has("s3://bucket/q3/a.csv", "a")

	// Back to where no rule is: the key stays.
	l := u.runs("cp", "s3://archive/2026/a.csv", "s3://bucket/back.csv", "--json").ends(0).line()
	assert.Equal(t, "verified", l["verdict"])
	assert.Equal(t, key.ARN, l["reported"].(map[string]any)["keyId"])
	assert.Contains(t, u.runs("ls", "s3://bucket/", "--encryption").ends(0).out, "back.csv  [SSE-KMS, key "+key.ARN+"]")
}

func TestMvRenamesAndLeavesTheSourceWhereTheTargetIsTaken(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.csv", []byte("a"))
	u.file("b.csv", []byte("other"))
	u.runs("cp", "a.csv", "s3://bucket/a.csv").ends(0)
	u.runs("cp", "b.csv", "s3://bucket/taken.csv").ends(0)

	out := u.runs("mv", "s3://bucket/a.csv", "s3://bucket/sub/").ends(0).out
	assert.Contains(t, out, "s3://bucket/a.csv -> s3://bucket/sub/a.csv")
	u.has("s3://bucket/sub/a.csv", "a")
	u.runs("props", "s3://bucket/a.csv").ends(1)

	u.runs("mv", "s3://bucket/sub/a.csv", "s3://bucket/taken.csv").ends(1)
	u.has("s3://bucket/taken.csv", "other")
	u.has("s3://bucket/sub/a.csv", "a")

	u.runs("mv", "-r", "s3://bucket/sub", "s3://bucket/new").ends(0)
	u.has("s3://bucket/new/a.csv", "a")
	assert.NotContains(t, u.runs("ls", "s3://bucket/").ends(0).out, "sub/")
	u.runs("mv", "-r", "s3://bucket/nothing", "s3://bucket/x").ends(1)
}

func TestAMoveThatIsNotEncryptedAsAskedEndsWith3AndTheSourceStays(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("a.csv", []byte("a"))
	u.runs("cp", "a.csv", "s3://bucket/a.csv", "--sse", "kms", "--kms-key", key.ID).ends(0)
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: mock.StorePlain, Echo: true}}}))
	l := u.runs("mv", "s3://bucket/a.csv", "s3://bucket/b.csv", "--json").ends(3).line()
	assert.Equal(t, "not-encrypted", l["verdict"])
	require.NoError(t, u.server.SetFaults(mock.Faults{}))
	u.has("s3://bucket/a.csv", "a")
}

func TestWhatCannotBeCopiedIsSaid(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for says, args := range map[string][]string{
		"add -r to take":                {"cp", "s3://bucket/", "s3://bucket/x/"},
		"--accept-stale-checksum":       {"cp", "s3://bucket/a", "s3://bucket/b", "--accept-stale-checksum"},
		"--version-id is of one":        {"cp", "-r", "s3://bucket/a", "s3://bucket/b", "--version-id", "1"},
		"s3:// names no bucket":         {"cp", "s3://", "s3://bucket/b"},
		"mv moves what is in the store": {"mv", "a", "s3://bucket/b"},
		"does not pass through this":    {"cp", "s3://bucket/a", "s3://bucket/b", "--limit-rate", "1M"},
		"It cannot be copied to this":   {"cp", "s3://bucket/a", "s3://bucket/a", "--overwrite", "always"},
		"same, and neither a rule":      {"cp", "s3://bucket/a", "s3://bucket/a"},
	} {
		r := u.runs(args...)
		assert.NotZero(t, r.code, says)
		assert.Contains(t, r.err, says)
	}
}

// A target that is a source too would be gone before it was copied.
func TestAFolderIsNotMovedOverWhatIsToBeMoved(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("x/1", []byte("one"))
	u.file("x/x/1", []byte("deeper"))
	u.runs("cp", "-r", "x", "s3://bucket/x").ends(0)
	r := u.runs("mv", "-r", "s3://bucket/x", "s3://bucket/x/x", "--overwrite", "always", "--json").ends(1)
	assert.Contains(t, r.out, "source of the same command")
	assert.Contains(t, r.out, `"op":"move"`)
	assert.NotContains(t, r.out, `"op":"upload"`)
	u.has("s3://bucket/x/1", "one")
	u.has("s3://bucket/x/x/x/1", "deeper")
}
