package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestObjectsAreFoundByWhatIsKnownOfThem(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	u.file("tree/a.csv", noise(10))
	u.file("tree/sub/b.csv", noise(3000))
	u.file("tree/sub/報告.txt", noise(5000))
	u.runs("cp", "-r", "tree", "s3://bucket/tree/").ends(0)
	u.runs("cp", "tree/a.csv", "s3://bucket/tree/secret.bin", "--sse", "kms", "--kms-key", key.ID).ends(0)

	for args, want := range map[string]string{
		"":                          "tree/a.csv tree/secret.bin tree/sub/b.csv tree/sub/報告.txt",
		"--name *.csv":              "tree/a.csv tree/sub/b.csv",
		"--name */sub/*":            "tree/sub/b.csv tree/sub/報告.txt",
		"--name ??.txt":             "tree/sub/報告.txt",
		"--size +3000":              "tree/sub/b.csv tree/sub/報告.txt",
		"--size -10":                "tree/a.csv tree/secret.bin",
		"--size 3000":               "tree/sub/b.csv",
		"--size -1K --name *.csv":   "tree/a.csv",
		"--newer 1h":                "tree/a.csv tree/secret.bin tree/sub/b.csv tree/sub/報告.txt",
		"--older 2000-01-01":        "",
		"--newer 2999-01-01":        "",
		"--storage-class standard":  "tree/a.csv tree/secret.bin tree/sub/b.csv tree/sub/報告.txt",
		"--storage-class GLACIER":   "",
		"--encryption kms":          "tree/secret.bin",
		"--encryption kms --size 1": "",
	} {
		got := u.runs(append([]string{"find", "s3://bucket"}, strings.Fields(args)...)...)
		if want == "" {
			assert.Contains(t, got.ends(1).err, "no object below s3://bucket is as asked for", args)
			assert.Empty(t, got.out)
			continue
		}
		assert.ElementsMatch(t, strings.Fields("s3://bucket/"+strings.ReplaceAll(want, " ", " s3://bucket/")), strings.Fields(got.ends(0).out), args)
	}
	for _, args := range [][]string{{"find", "s3://bucket", "--name", "none"}, {"du", "s3://bucket/none"}, {"ls", "s3://bucket/none"}, {"versions", "s3://bucket/none"}} {
		missing := u.runs(append(args, "--json")...).ends(1).line()
		assert.Equal(t, "NotFound", missing["error"].(map[string]any)["kind"], args)
	}
	line := u.runs("find", "s3://bucket/", "--encryption", "kms", "--json").ends(0).line()
	assert.Equal(t, "tree/secret.bin", line["key"])
	assert.Equal(t, "SSE-KMS", line["encryption"].(map[string]any)["type"])

	u.runs("find", "s3://bucket/none/").ends(1)
	for _, wrong := range [][]string{
		{"--size", "many"}, {"--size", "+-1"}, {"--size", "-"}, {"--newer", "soon"}, {"--older", "-1d"}, {"--encryption", "rot13"},
	} {
		assert.Contains(t, u.runs(append([]string{"find", "s3://bucket"}, wrong...)...).ends(2).err, wrong[0])
	}
	u.runs("find", "s3://").ends(2)
	u.runs("find", "bucket").ends(2)
}

func TestWhatTheServerDoesNotSayOfAnObjectIsNeitherNewNorLarge(t *testing.T) {
	t.Parallel()
	o := client.Object{At: client.Location{Bucket: "b", Key: "k"}, Size: client.NotTold}
	now := time.Now()
	for _, f := range []findFlags{{size: "-1T"}, {size: "0"}, {newer: "9d"}, {older: "1s"}} {
		w, err := f.wanted(now)
		require.NoError(t, err)
		assert.False(t, w.listed(&o), "%+v", f)
	}
	w := wanted{most: -1, encryption: client.TypeNone}
	assert.False(t, w.encrypted(o), "not told is not none")
	w.encryption = unknownEncryption
	assert.True(t, w.encrypted(o))
}

func TestWhatLiesBelowAPrefixIsCounted(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("tree/a", noise(1000))
	u.file("tree/sub/b", noise(24))
	u.runs("cp", "-r", "tree", "s3://bucket/tree/").ends(0)

	line := u.runs("du", "s3://bucket/tree/", "--json").ends(0).line()
	assert.EqualValues(t, 2, line["objects"])
	assert.EqualValues(t, 1024, line["bytes"])
	assert.EqualValues(t, 0, line["sizeNotTold"])
	assert.Equal(t, "s3://bucket/tree/", line["target"])
	assert.Contains(t, u.runs("du", "s3://bucket").ends(0).out, "2 objects  1.0 KiB  (1024 bytes)  s3://bucket")
	assert.EqualValues(t, 2, u.runs("du", "s3://bucket", "--versions", "--json").ends(0).line()["objects"])
	assert.Contains(t, u.runs("du", "s3://bucket/none").ends(1).err, "nothing is called s3://bucket/none")
	u.runs("du", "s3://").ends(2)
	u.runs("du", "s3://nobucket").ends(1)
}
