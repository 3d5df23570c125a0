package main

import (
	"bytes"
	"crypto/md5" //nolint:gosec // how S3 names a key
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keyFile writes an SSE-C key of 32 raw bytes and gives its MD5.
func (u *user) keyFile(name string, first byte) (file, sum string) {
	u.t.Helper()
	raw := append([]byte{first}, noise(31)...)
	s := md5.Sum(raw) //nolint:gosec // see the import
	return u.file(name, raw), base64.StdEncoding.EncodeToString(s[:])
}

// vault lets the user's secrets be kept.
func (u *user) vault() *user {
	u.env = append(u.env, "BUCKETSEAL_PASSPHRASE_FILE="+u.file("passphrase", []byte("p\n")))
	return u
}

func TestNoKeyIsLostWhateverBecomesOfItsRule(t *testing.T) {
	t.Parallel()
	u := newUser(t).vault()
	k1, sum1 := u.keyFile("k1", ' ')
	k2, sum2 := u.keyFile("k2", '\n')
	u.file("a.bin", []byte("one"))
	u.runs("rules", "add", "--bucket", "bucket", "--type", "c", "--sse-c-key-file", k1).ends(0)
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	opens := func(when string) {
		t.Helper()
		u.runs("cp", "s3://bucket/a", "back").ends(0)
		assert.Equal(t, "one", string(u.read("back")), when)
		require.NoError(t, os.Remove(filepath.Join(u.dir, "back")))
	}

	lock := filepath.Join(u.config, ".rules.json.lock")
	require.NoError(t, os.RemoveAll(lock))
	require.NoError(t, os.Mkdir(lock, 0o700))
	u.runs("rules", "edit", "1", "--sse-c-key-file", k2).ends(2)
	require.NoError(t, os.Remove(lock))
	opens("after an edit that failed")
	u.runs("cp", "a.bin", "s3://bucket/b").ends(0)

	u.runs("rules", "export", "team.json").ends(0)
	u.runs("rules", "edit", "1", "--sse-c-key-file", k2, "--rules", "team.json").ends(0)
	opens("after an edit of an exported file")
	u.runs("cp", "a.bin", "s3://bucket/c").ends(0)

	u.runs("rules", "edit", "1", "--sse-c-key-file", k2).ends(0)
	opens("after the rule got another key")
	list := u.runs("keys", "list", "--json").ends(0).lines()
	require.Len(t, list, 2)
	assert.Equal(t, map[string]any{"md5": sum1, "rules": []any{}, "places": []any{map[string]any{"account": "", "bucket": "bucket", "key": ""}}}, list[0])
	assert.Equal(t, []any{1.0}, list[1]["rules"])
	assert.Contains(t, u.runs("keys", "list").ends(0).out, sum1+"  none   bucket/*")

	u.runs("rules", "remove", "1").ends(0)
	opens("after the rule was removed")
	u.runs("keys", "remove", "nonsense").ends(2)
	assert.Contains(t, u.runs("keys", "remove", sum1).ends(2).err, "--yes")
	opens("after a removal that was not meant")
	u.runs("rules", "import", "team.json").ends(0)
	assert.Contains(t, u.runs("keys", "remove", sum2, "--yes").ends(2).err, "rule 1 uses this key")
	assert.Equal(t, sum1, u.runs("keys", "remove", sum1, "--yes", "--json").ends(0).line()["md5"])
	assert.Len(t, u.runs("keys", "list", "--json").ends(0).lines(), 1)
	r := u.runs("props", "s3://bucket/a").ends(1)
	assert.Contains(t, r.err, "tried the SSE-C key with MD5 "+sum2)
	u.runs("props", "s3://bucket/a", "--sse-c-key-file", k1).ends(0)
}

func TestTheKeyThatTheUserNamesIsTheOneThatIsSent(t *testing.T) {
	t.Parallel()
	u := newUser(t).vault()
	k1, sum1 := u.keyFile("k1", 1)
	k2, sum2 := u.keyFile("k2", 2)
	u.file("a.bin", noise(10))
	u.runs("rules", "add", "--type", "c", "--sse-c-key-file", k1).ends(0)
	u.runs("cp", "a.bin", "s3://bucket/a").ends(0)
	u.runs("rules", "remove", "1").ends(0)
	assert.Contains(t, u.runs("props", "s3://bucket/a").ends(1).err, "no SSE-C key kept here was given for this account and place", "it was for everything, and is for nothing now")
	p := u.runs("props", "s3://bucket/a", "--sse-c-key-md5", sum1, "--json").ends(0).line()
	assert.Equal(t, sum1, p["encryption"].(map[string]any)["customerKeyMD5"])
	u.runs("cp", "s3://bucket/a", "back", "--sse-c-key-md5", sum1).ends(0)
	assert.Equal(t, noise(10), u.read("back"))
	assert.Contains(t, u.runs("props", "s3://bucket/a", "--sse-c-key-file", k2).ends(1).err, "tried the SSE-C key with MD5 "+sum2)
	assert.Contains(t, u.runs("props", "s3://bucket/a", "--sse-c-key-md5", sum2).ends(2).err, "keys list")
	assert.Contains(t, u.runs("props", "s3://bucket/a", "--sse-c-key-md5", sum1, "--sse-c-key-file", k1).ends(2).err, "not both")
	u.runs("cp", "a.bin", "s3://bucket/b", "--sse", "c", "--sse-c-key-md5", sum1).ends(0)
	u.runs("props", "s3://bucket/b", "--sse-c-key-file", u.file("empty", nil)).ends(2)
	u.runs("props", "s3://bucket/b", "--sse-c-key-file", u.file("short", []byte("short"))).ends(2)
}

func TestTheKeysOfOneAccountDoNotGoToTheServerOfAnother(t *testing.T) {
	t.Parallel()
	u := newUser(t).vault()
	k1, sum1 := u.keyFile("k1", 1)
	u.file("secret", []byte(u.server.SecretKey))
	add := func(name string) {
		u.types("", "accounts", "add", name, "--endpoint", u.server.URL, "--ca-file", u.server.CAFile, "--access-key", u.server.AccessKey, "--secret-file", "secret").ends(0)
	}
	add("hospital")
	add("stranger")
	u.types("", "rules", "add", "--account", "hospital", "--bucket", "bucket", "--type", "c", "--sse-c-key-file", k1).ends(0)
	u.file("a.bin", []byte("x"))
	u.types("", "cp", "a.bin", "s3://bucket/a", "--account", "hospital").ends(0)
	u.types("", "props", "s3://bucket/a", "--account", "hospital").ends(0)
	for _, who := range [][]string{{"--account", "stranger"}, u.global} {
		r := u.types("", append([]string{"props", "s3://bucket/a", "--verbose"}, who...)...).ends(1)
		assert.Contains(t, r.err, "no SSE-C key kept here was given")
		assert.False(t, bytes.Contains([]byte(r.err), []byte(sum1)))
	}
	// Another account takes the name.
	u.types("", "accounts", "remove", "hospital").ends(0)
	u.types("", "accounts", "add", "hospital", "--endpoint", "https://127.0.0.1:1", "--access-key", "AK", "--secret-file", "secret").ends(0)
	assert.Contains(t, u.types("", "rules", "test", "bucket", "a", "--account", "hospital").ends(0).out, "was given for hospital at "+u.server.URL)
	u.types("", "cp", "a.bin", "s3://bucket/b", "--account", "hospital").ends(1)
}
