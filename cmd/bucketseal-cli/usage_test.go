package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWrongUsageEndsWith2AndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	file := u.file("a.bin", []byte("x"))
	for say, args := range map[string][]string{
		"is no command":                         {"foo"},
		"unknown flag":                          {"ls", "--bogus"},
		"is no command of bucketseal-cli rules": {"rules", "foo"},
		"must be a place in the store":          {"cp", "a", "b"},
		"add -r to upload":                      {"cp", ".", "s3://bucket/"},
		"add -r to download":                    {"cp", "s3://bucket/", "."},
		"s3://BUCKET/KEY":                       {"ls", "bucket"},
		"write s3://BUCKET":                     {"mb", "s3://bucket/key"},
		"is emptied with -r":                    {"rm", "s3://bucket"},
		"no encryption type":                    {"cp", file, "s3://bucket/a", "--sse", "rot13"},
		"needs --sse kms":                       {"cp", file, "s3://bucket/a", "--kms-key", "x"},
		"belongs to --sse kms":                  {"cp", file, "s3://bucket/a", "--sse", "s3", "--kms-key", "x"},
		"give --sse-c-key-file":                 {"cp", file, "s3://bucket/a", "--sse", "c"},
		"--part-size 1M":                        {"cp", file, "s3://bucket/a", "--part-size", "1M"},
		"is no size":                            {"cp", file, "s3://bucket/a", "--limit-rate", "fast"},
		"use always, skip or newer":             {"cp", file, "s3://bucket/a", "--overwrite", "maybe"},
		"1 to 64":                               {"cp", file, "s3://bucket/a", "--concurrency", "65"},
		"--type is missing":                     {"rules", "add"},
		"has no =":                              {"rules", "add", "--type", "kms", "--context", "x"},
		"no slash":                              {"rules", "add", "--type", "kms", "--bucket", "a/b"},
		"places 1 to 1":                         {"rules", "add", "--type", "s3", "--at", "7"},
		"there are none":                        {"rules", "remove", "1"},
		"write s3://BUCKET or":                  {"mb", "bucket"},
		"concurrency 0":                         {"cp", file, "s3://bucket/a", "--concurrency", "0"},
		"--bucket: ":                            {"rules", "add", "--type", "kms", "--bucket", "a b"},
		"--kms-key: ":                           {"rules", "add", "--type", "s3", "--kms-key", "k"},
		"not a list of rules":                   {"rules", "import", file},
		"no such file":                          {"rules", "import", "missing"},
	} {
		r := u.runs(args...).ends(2)
		assert.Contains(t, r.err, say)
		assert.Empty(t, r.out)
	}
}

// A key that is given and not used is a file in the clear, and a script whose
// variable is not set means something else than what an empty value would do.
func TestWhatIsGivenIsUsedOrRefused(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	file, key := u.file("a.bin", []byte("x")), u.file("key", []byte("0123456789abcdefghijklmnopqrstuv"))
	u.runs("cp", file, "s3://bucket/there").ends(0)
	for _, c := range []struct {
		say  string
		args []string
	}{
		{"needs --sse c beside it", []string{"cp", file, "s3://bucket/a", "--sse-c-key-file", key}},
		{"needs --sse c beside it", []string{"cp", file, "s3://bucket/a", "--sse-c-key-md5", "hAEBzHVsj17SrG9u/KBBJw=="}},
		{"belongs to --sse c", []string{"cp", file, "s3://bucket/a", "--sse", "s3", "--sse-c-key-file", key}},
		{"belongs to --sse c", []string{"cp", file, "s3://bucket/a", "--sse", "inherit", "--sse-c-key-file", key}},
		{"are for downloads", []string{"cp", file, "s3://bucket/a", "--version-id", "v1"}},
		{"are for uploads", []string{"cp", "s3://bucket/there", "back", "--kms-key", "k"}},
		{"--sse is empty", []string{"cp", file, "s3://bucket/a", "--sse", ""}},
		{"--kms-key is empty", []string{"cp", file, "s3://bucket/a", "--sse", "kms", "--kms-key", ""}},
		{"--sse-c-key-file is empty", []string{"cp", file, "s3://bucket/a", "--sse-c-key-file", ""}},
		{"--version-id is empty", []string{"props", "s3://bucket/there", "--version-id", ""}},
		{"--version-id is empty", []string{"cp", "s3://bucket/there", "back", "--version-id", ""}},
		{"--kms-key is empty", []string{"rules", "add", "--type", "kms", "--kms-key", " "}},
		{"read the secret", []string{"cp", file, "s3://bucket/a", "--sse", "c", "--sse-c-key-file", u.dir}},
	} {
		assert.Contains(t, u.runs(c.args...).ends(2).err, c.say, c.args)
	}
	assert.Len(t, u.runs("ls", "s3://bucket", "--json").ends(0).lines(), 1, "nothing was sent or removed")
	u.runs("rules", "add", "--type", "kms", "--bucket", "", "--key", "", "--kms-key", "k").ends(0)
	u.runs("rules", "edit", "1", "--kms-key", "").ends(0)
}

func TestRulesThatCannotBeReadRefuseEveryUpload(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.bin", []byte("x"))
	u.file("rules.json", []byte("{ damaged"))
	r := u.runs("cp", "a.bin", "s3://bucket/a", "--rules", "rules.json").ends(2)
	assert.Contains(t, r.err, "nothing is uploaded")
	u.runs("cp", "a.bin", "s3://bucket/a", "--rules", "missing.json").ends(2)
	u.runs("cp", "a.bin", "s3://bucket/b").ends(0)
	props := u.runs("props", "s3://bucket/b", "--rules", "rules.json", "--json").ends(0).line()
	assert.Contains(t, props["rule"].(map[string]any)["refuse"], "cannot be read")
	assert.Nil(t, props["asAsked"])
	assert.Len(t, u.runs("ls", "s3://bucket", "--json").ends(0).lines(), 1)
}

func TestARuleListIsEditedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.runs("rules", "add", "--type", "kms", "--kms-key", "k1", "--bucket", "a*").ends(0)
	u.runs("rules", "add", "--type", "s3", "--at", "1", "--key", "*.log").ends(0)
	u.runs("rules", "edit", "2", "--kms-key", "k2", "--bucket-key", "--context", "p=1", "--disabled").ends(0)
	list := u.runs("rules", "list", "--json").ends(0).lines()
	assert.Equal(t, "SSE-S3", list[0]["type"])
	assert.Equal(t, map[string]any{
		"number": 2.0, "enabled": false, "account": "", "bucket": "a*", "key": "", "type": "SSE-KMS", "kmsKey": "k2",
		"bucketKey": true, "context": map[string]any{"p": "1"}, "shadowedBy": 0.0,
	}, list[1])
	u.runs("rules", "edit", "2", "--disabled=false").ends(0)
	u.runs("rules", "move", "2", "1").ends(0)
	won := u.runs("rules", "test", "abc", "x.log", "--json").ends(0).line()
	assert.EqualValues(t, 1, won["number"])
	assert.Contains(t, won["because"], "rule 1, a* -> SSE-KMS, key k2")
	u.runs("rules", "export", "out.json").ends(0)
	u.runs("rules", "remove", "1").ends(0)
	assert.Len(t, u.runs("rules", "list", "--json").lines(), 1)
	u.runs("rules", "import", "out.json").ends(0)
	assert.Len(t, u.runs("rules", "list", "--json").lines(), 3)
	u.runs("rules", "import", "out.json", "--replace").ends(0)
	assert.Len(t, u.runs("rules", "list", "--json").lines(), 2)
	assert.Contains(t, u.runs("rules", "export").ends(0).out, "bucketseal-rules")
	assert.Contains(t, u.runs("rules", "export", "out.json").ends(2).err, "exists")
}

func TestBucketsAreMadeAndRemoved(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.runs("mb", "s3://fresh").ends(0)
	assert.Contains(t, u.runs("ls").ends(0).out, "fresh")
	u.file("a.bin", []byte("x"))
	u.runs("cp", "a.bin", "s3://fresh/").ends(0)
	assert.Contains(t, u.runs("rb", "s3://fresh").ends(1).err, "not empty")
	u.runs("rm", "s3://fresh/a.bin").ends(0)
	u.runs("rb", "s3://fresh").ends(0)
	assert.NotContains(t, u.runs("ls").ends(0).out, "fresh")
}
