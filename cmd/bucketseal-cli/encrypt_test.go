package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// Somebody who is told the key of his project after he has stored things encrypts what is
// there: a dry run first, by --sse or by the rules, and a second time nothing is left to do.
func TestWhatIsThereIsEncryptedByCopyingItOntoItself(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			t.Parallel()
			u := newUser(t, mock.As(personality))
			key := u.server.NamedKeys()[0].ID
			kms := []string{"--sse", "kms", "--kms-key", key}
			for _, name := range []string{"a.csv", "深/b.csv", "c.csv"} {
				u.file("q3/"+name, []byte(name))
			}
			u.runs("cp", "-r", "q3", "s3://bucket/q3").ends(0)
			u.runs(append([]string{"cp", "q3/c.csv", "s3://bucket/q3/c.csv"}, kms...)...).ends(0)
			u.runs("cp", "q3/c.csv", "s3://bucket/q3-beside").ends(0)

			dry := u.runs(append([]string{"cp", "-r", "-n", "s3://bucket/q3/", "s3://bucket/q3/"}, kms...)...).ends(0)
			assert.Contains(t, dry.out, "would encrypt s3://bucket/q3/a.csv  5 B  (now: ")
			assert.Contains(t, dry.out, "; then: SSE-KMS, key "+key)
			assert.Contains(t, dry.out, "would leave s3://bucket/q3/c.csv  (it is so already)")
			for _, l := range u.runs(append([]string{"cp", "-r", "-n", "--json", "s3://bucket/q3/", "s3://bucket/q3/"}, kms...)...).ends(0).lines() {
				assert.Equal(t, true, l["dryRun"])
				assert.Equal(t, "encrypt", l["op"])
			}

			for again, want := range []map[string]string{
				{"s3://bucket/q3/a.csv": "done", "s3://bucket/q3/深/b.csv": "done", "s3://bucket/q3/c.csv": "skipped"},
				{"s3://bucket/q3/a.csv": "skipped", "s3://bucket/q3/深/b.csv": "skipped", "s3://bucket/q3/c.csv": "skipped"},
			} {
				lines := u.runs(append([]string{"cp", "-r", "s3://bucket/q3", "s3://bucket/q3", "--json"}, kms...)...).ends(0).lines()
				require.Len(t, lines, 3)
				for _, l := range lines {
					assert.Equal(t, want[l["target"].(string)], l["status"], "run %d: %v", again, l)
					assert.Equal(t, "verified", l["verdict"])
				}
			}
			u.has("s3://bucket/q3/深/b.csv", "深/b.csv")
			props := u.runs("props", "s3://bucket/q3/a.csv", "--json").ends(0).line()
			assert.Equal(t, "SSE-KMS", props["encryption"].(map[string]any)["type"])
			assert.Contains(t, props["metadata"], "mtime")
			assert.NotEqual(t, "SSE-KMS", u.runs("props", "s3://bucket/q3-beside", "--json").ends(0).line()["encryption"].(map[string]any)["type"])

			u.runs("rules", "add", "--bucket", "bucket", "--key", "*beside", "--type", "kms", "--kms-key", key).ends(0)
			assert.Contains(t, u.runs("cp", "s3://bucket/q3-beside", "s3://bucket/q3-beside").ends(0).out, "s3://bucket/q3-beside  5 B  Verified")
			lies := u.runs("cp", "-r", "s3://bucket", "s3://bucket", "--json").ends(0).lines()
			assert.Len(t, lies, 4, "what no rule is about is left alone")
		})
	}
}

func TestNothingIsCopiedOntoItselfWithoutASayHow(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.csv", []byte("a"))
	u.runs("cp", "a.csv", "s3://bucket/q3/a.csv").ends(0)
	for says, args := range map[string][]string{
		"neither a rule nor a choice":        {"cp", "s3://bucket/q3/a.csv", "s3://bucket/q3/a.csv"},
		"neither a rule nor a choice says":   {"cp", "-r", "s3://bucket/q3", "s3://bucket/q3"},
		"neither a rule nor a choice says h": {"cp", "s3://bucket/q3/a.csv", "s3://bucket/q3/a.csv", "--sse", "inherit"},
		"are the same object":                {"cp", "s3://bucket/q3/a.csv", "s3://bucket/q3/a.csv", "--sse", "s3", "--overwrite", "skip"},
		"the same object":                    {"mv", "s3://bucket/q3/a.csv", "s3://bucket/q3/a.csv", "--sse", "s3"},
	} {
		assert.Contains(t, u.runs(args...).ends(1).err, says, "%v", args)
		assert.Contains(t, u.runs(append(args, "-n")...).ends(1).err, says, "%v", args)
	}
}

// A server that says that it encrypted what it stored plain is found out: exit 3.
func TestALieAboutWhatIsEncryptedInItsPlaceEndsIn3(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			t.Parallel()
			u := newUser(t, mock.As(personality))
			u.file("a.csv", []byte("a"))
			u.runs("cp", "a.csv", "s3://bucket/a.csv").ends(0)
			require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: mock.StorePlain}}}))
			l := u.runs("cp", "s3://bucket/a.csv", "s3://bucket/a.csv", "--sse", "kms", "--kms-key", u.server.NamedKeys()[0].ID, "--json").ends(3).line()
			assert.Equal(t, "failed", l["status"])
			assert.Equal(t, "not-encrypted", l["verdict"])
			require.NoError(t, u.server.SetFaults(mock.Faults{}))
			u.has("s3://bucket/a.csv", "a")
		})
	}
}
