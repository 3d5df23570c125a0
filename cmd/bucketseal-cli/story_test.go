package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestARuleEncryptsAnUploadProvesItAndTheDownloadIsEqual(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	content := noise(20 << 20)
	u.file("報告.bin", content)

	u.runs("rules", "add", "--bucket", "buck*", "--type", "kms", "--kms-key", key.ID).ends(0)
	up := u.runs("cp", "報告.bin", "s3://bucket/q3/", "--json").ends(0).line()
	assert.Equal(t, "done", up["status"])
	assert.Equal(t, "verified", up["verdict"])
	assert.EqualValues(t, 1, up["rule"])
	assert.NotEmpty(t, up["ruleId"], "which stays when rules are moved")
	assert.EqualValues(t, len(content), up["bytes"])
	assert.Equal(t, map[string]any{"type": "SSE-KMS", "keyId": key.ID}, up["asked"])
	assert.Equal(t, key.ARN, up["reported"].(map[string]any)["keyId"])
	assert.Nil(t, up["error"])
	assert.Equal(t, "CRC64NVME", up["checksum"].(map[string]any)["algorithm"])

	props := u.runs("props", "s3://bucket/q3/報告.bin", "--json").ends(0).line()
	assert.Equal(t, true, props["asAsked"])
	assert.Equal(t, map[string]any{"type": "SSE-KMS", "keyId": key.ARN, "bucketKey": false, "told": true}, props["encryption"])
	assert.Equal(t, "q3/報告.bin", props["key"])

	down := u.runs("cp", "s3://bucket/q3/報告.bin", "back/", "--json").ends(0).line()
	assert.Equal(t, "download", down["op"])
	assert.Equal(t, "done", down["status"])
	assert.True(t, bytes.Equal(content, u.read("back/報告.bin")), "the download is not what was uploaded")

	people := u.runs("cp", "報告.bin", "s3://bucket/again.bin").ends(0)
	assert.Contains(t, people.out, "Verified (SSE-KMS, key "+key.ARN+")")
	assert.Contains(t, u.runs("props", "s3://bucket/again.bin").ends(0).out, "yes: encrypted as asked")
	assert.Contains(t, u.runs("ls", "s3://bucket/", "--encryption").ends(0).out, "again.bin  [SSE-KMS, key "+key.ARN+"]")
}

// Each fault is a server that says 200 and did not do what it was asked.
func TestAnUploadThatIsNotEncryptedAsAskedFailsWithCode3(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    mock.Fault
		verdict  string
		headline string
	}{
		"the server stores it in the clear":     {mock.Fault{Op: "PutObject", Do: mock.StorePlain}, "not-encrypted", "without encryption"},
		"and claims it did not":                 {mock.Fault{Op: "PutObject", Do: mock.StorePlain, Echo: true}, "not-encrypted", "without encryption"},
		"the answer to PUT says nothing":        {mock.Fault{Op: "PutObject", Do: mock.DropSSEHeaders}, "not-encrypted", "without encryption"},
		"HEAD shows none":                       {mock.Fault{Op: "HeadObject", Do: mock.DropSSEHeaders}, "not-encrypted", "without encryption"},
		"PUT answers another key":               {mock.Fault{Op: "PutObject", Do: mock.OtherKey, KeyID: "ffffabcd-12ab-34cd-56ef-1234567890ab"}, "other-key", "another key"},
		"HEAD shows another key":                {mock.Fault{Op: "HeadObject", Do: mock.OtherKey, KeyID: "arn:aws:kms:us-east-1:000000000000:key/ffffabcd-12ab-34cd-56ef-1234567890ab"}, "other-key", "another key"},
		"the large file is stored in the clear": {mock.Fault{Op: "CreateMultipartUpload", Do: mock.StorePlain}, "not-encrypted", "without encryption"},
		"the answer to Create names another":    {mock.Fault{Op: "CreateMultipartUpload", Do: mock.OtherKey, KeyID: "ffffabcd-12ab-34cd-56ef-1234567890ab"}, "other-key", "another key"},
		"a part names another key":              {mock.Fault{Op: "UploadPart", Nth: 2, Do: mock.OtherKey, KeyID: "ffffabcd-12ab-34cd-56ef-1234567890ab"}, "other-key", "another key"},
		"the completion names another type":     {mock.Fault{Op: "CompleteMultipartUpload", Do: mock.OtherType, Method: "AES256"}, "other-key", "in another way"},
		"HEAD of the large file shows none":     {mock.Fault{Op: "HeadObject", Do: mock.DropSSEHeaders}, "not-encrypted", "without encryption"},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			size := 1000
			if strings.Contains(c.fault.Op, "Multipart") || c.fault.Op == "UploadPart" || strings.Contains(name, "large") {
				size = 12 << 20
			}
			u.file("a.bin", noise(size))
			key := u.server.NamedKeys()[0].ID
			flags := []string{"--sse", "kms", "--kms-key", key}
			require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{c.fault}}))

			line := u.runs(append([]string{"cp", "a.bin", "s3://bucket/a.bin", "--json"}, flags...)...).ends(3).line()
			assert.Equal(t, "failed", line["status"])
			assert.Equal(t, c.verdict, line["verdict"])
			assert.Equal(t, "EncryptionNotAsAsked", line["error"].(map[string]any)["kind"])
			people := u.runs(append([]string{"cp", "a.bin", "s3://bucket/a.bin"}, flags...)...).ends(3)
			assert.Contains(t, people.err, c.headline)
			assert.NotContains(t, people.out, "Verified")

			allowed := u.runs(append([]string{"cp", "a.bin", "s3://bucket/a.bin", "--json", "--allow-unverified"}, flags...)...).ends(0).line()
			assert.Equal(t, "done", allowed["status"])
			assert.Equal(t, c.verdict, allowed["verdict"], "allowed is not verified")
		})
	}
}

// MinIO names an encryption on parts and on HEAD, and on no beginning and no
// completion: its silence is not "no".
func TestALargeFileIsVerifiedWhereBeginningAndCompletionKeepQuiet(t *testing.T) {
	t.Parallel()
	u := newUser(t, mock.As("minio"))
	u.file("a.bin", noise(12<<20))
	key := u.server.NamedKeys()[0].ID
	for _, kms := range []string{key, "arn:aws:kms:" + key} {
		line := u.runs("cp", "a.bin", "s3://bucket/a.bin", "--json", "--sse", "kms", "--kms-key", kms).ends(0).line()
		assert.Equal(t, "verified", line["verdict"])
		assert.Equal(t, "arn:aws:kms:"+key, line["reported"].(map[string]any)["keyId"])
	}
	assert.Equal(t, "verified", u.runs("cp", "a.bin", "s3://bucket/b.bin", "--json", "--sse", "s3").ends(0).line()["verdict"])
}

func TestAKeyTheServerDoesNotKnowIsNamed(t *testing.T) {
	t.Parallel()
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		u := newUser(t, mock.As(personality))
		u.file("a.bin", noise(100))
		r := u.runs("cp", "a.bin", "s3://bucket/a.bin", "--sse", "kms", "--kms-key", "ffffabcd-12ab-34cd-56ef-1234567890ab").ends(1)
		assert.Contains(t, r.err, "The server does not know this key", personality)
		assert.Contains(t, r.err, "ffffabcd-12ab-34cd-56ef-1234567890ab", personality)
		assert.NotContains(t, r.err, "did not accept the access key", personality)
	}
}

func TestEveryTypeOfEncryptionIsAppliedShownAndRead(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	key := u.server.NamedKeys()[0]
	customer := u.file("customer.key", []byte("0123456789abcdefghijklmnopqrstuv"))
	content := noise(70_000)
	u.file("a.bin", content)
	for name, flags := range map[string][]string{
		"SSE-S3":   {"--sse", "s3"},
		"SSE-KMS":  {"--sse", "kms", "--kms-key", key.Alias},
		"DSSE-KMS": {"--sse", "dsse", "--kms-key", key.ARN},
		"SSE-C":    {"--sse", "c", "--sse-c-key-file", customer},
	} {
		at := "s3://bucket/" + name
		line := u.runs(append([]string{"cp", "a.bin", at, "--json"}, flags...)...).ends(0).line()
		assert.Equal(t, "verified", line["verdict"], name)
		assert.Equal(t, name, line["reported"].(map[string]any)["type"])
		back := []string{"cp", at, "back-" + name}
		if name == "SSE-C" {
			locked := u.runs(back...).ends(1)
			assert.Contains(t, locked.err, "SSE-C key")
			assert.NoFileExists(t, filepath.Join(u.dir, "back-SSE-C"))
			back = append(back, "--sse-c-key-file", customer)
		}
		u.runs(back...).ends(0)
		assert.Equal(t, content, u.read("back-"+name), name)
	}
	line := u.runs("cp", "a.bin", "s3://bucket/plain", "--json").ends(0).line()
	assert.Equal(t, "not-asked", line["verdict"])
}

func TestAnSSECRuleKeepsItsKeyInTheVaultAndOpensItsObjects(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	passphrase := u.file("passphrase", []byte("correct horse battery\n"))
	u.env = append(u.env, "BUCKETSEAL_PASSPHRASE_FILE="+passphrase)
	u.types("0123456789abcdefghijklmnopqrstuv", "rules", "add", "--bucket", "bucket", "--type", "c", "--sse-c-key-file", "-").ends(0)
	u.file("a.bin", noise(100))
	assert.Equal(t, "verified", u.runs("cp", "a.bin", "s3://bucket/a.bin", "--json").ends(0).line()["verdict"])
	assert.Equal(t, true, u.runs("props", "s3://bucket/a.bin", "--json").ends(0).line()["asAsked"])
	u.runs("cp", "s3://bucket/a.bin", "back.bin").ends(0)
	assert.Equal(t, noise(100), u.read("back.bin"))
}

func TestFoldersGoUpAndComeBackWhole(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	want := map[string]string{"x/a.txt": "a", "x/b/c.txt": "bc", "x/b/空 白.txt": "blank", "x/empty.txt": ""}
	for name, content := range want {
		u.file("tree/"+name, []byte(content))
	}
	require.NoError(t, os.Symlink("..", filepath.Join(u.dir, "tree/x/loop")))
	r := u.runs("cp", "-r", "tree", "s3://bucket/t", "--json").ends(1)
	assert.Contains(t, r.out, "would never end")
	require.NoError(t, os.Remove(filepath.Join(u.dir, "tree/x/loop")))
	assert.Len(t, u.runs("cp", "-r", "tree", "s3://bucket/t", "--json").ends(0).lines(), len(want))
	assert.Len(t, u.runs("ls", "-r", "s3://bucket/t/", "--json").ends(0).lines(), len(want))
	u.runs("cp", "-r", "s3://bucket/t/", "back").ends(0)
	for name, content := range want {
		assert.Equal(t, content, string(u.read("back/"+name)))
	}
	skipped := u.runs("cp", "-r", "tree", "s3://bucket/t", "--json", "--overwrite", "skip").ends(0).lines()
	assert.Equal(t, "skipped", skipped[0]["status"])
	u.runs("rm", "-r", "s3://bucket/t/").ends(0)
	assert.Empty(t, u.runs("ls", "-r", "s3://bucket", "--json").ends(0).lines())
}

// What an object is called must not decide where on this machine it lands.
func TestHostileNamesStayInsideTheTargetFolderAndNoneIsLost(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	keys := []string{
		"../x", "/etc/x", "a//b", `C:\x`, "dot.", "blank ", "CON", "con.txt", "x\x01y", "Twin", "twin", "both", "both/inside",
		"..", "./x", "~/x", "a/../../x", strings.Repeat("k", 1024), strings.Repeat("長", 341), "-rf", "%2e%2e%2fx", "a\nb",
	}
	u.file("outside", []byte("untouched"))
	for i, key := range keys {
		name := fmt.Sprintf("up/%d", i)
		u.file(name, []byte(key))
		u.runs("cp", name, "s3://bucket/"+key).ends(0)
	}
	before := filesIn(t, u.dir)
	u.runs("cp", "-r", "s3://bucket", "in/here").ends(0)
	got := map[string]bool{}
	for name, content := range filesIn(t, u.dir) {
		if _, old := before[name]; old {
			continue
		}
		assert.True(t, strings.HasPrefix(name, "in/here/"), "%q lies outside the target folder", name)
		got[content] = true
	}
	for _, key := range keys {
		assert.True(t, got[key], "%q was lost or overwritten", key)
	}
	assert.Equal(t, "untouched", string(u.read("outside")))
	assert.NoFileExists(t, "/etc/x")
}

// filesIn is every file below a folder with its content.
func filesIn(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = string(b)
		return err
	}))
	return all
}

func TestASecretIsInNoLogNoSettingNoOutput(t *testing.T) {
	t.Parallel()
	const canary = "CanaryQ7secretX9"
	u := newUser(t, mock.With(func(c *mock.Config) { c.AccessKey, c.SecretKey = "AKIACANARY", canary }))
	customer := canary + "0123456789abcdef"
	passphrase := u.file("passphrase", []byte(canary+"-pass"))
	u.env = append(u.env, "BUCKETSEAL_PASSPHRASE_FILE="+passphrase)
	u.file("a.bin", noise(6<<20))

	account := []string{"--endpoint", u.server.URL, "--ca-file", u.server.CAFile, "--kms-endpoint", u.server.URL}
	said := []ran{
		u.types(canary, append([]string{"accounts", "add", "team", "--access-key", "AKIACANARY", "--secret-file", "-", "--verbose"}, account...)...).ends(0),
		u.types(customer, "rules", "add", "--bucket", "bucket", "--type", "c", "--sse-c-key-file", "-", "--verbose").ends(0),
		u.types("", "accounts", "test", "team", "--verbose").ends(0),
		u.types("", "accounts", "list", "--json").ends(0),
		u.types("", "rules", "list", "--json").ends(0),
		u.types("", "rules", "export").ends(0),
		u.types("", "cp", "a.bin", "s3://bucket/a", "--json", "--verbose", "--part-size", "5M", "--account", "team").ends(0),
		u.types("", "props", "s3://bucket/a", "--json", "--verbose").ends(0),
		u.types("", "cp", "s3://bucket/a", "back", "--verbose").ends(0),
		u.types("", "ls", "s3://none", "--verbose").ends(1),
	}
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: mock.AnswerStatus, Status: 403, Code: "SignatureDoesNotMatch", Message: "echo"}}}))
	said = append(said, u.types("", "cp", "a.bin", "s3://bucket/a", "--verbose").ends(1))

	forms := []string{canary, "Q2FuYXJ5UTdzZWNyZXRYO", fmt.Sprintf("%x", canary)} // plain, base64, hex
	require.Contains(t, said[6].err, "PUT /bucket/a", "the log is as verbose as it gets, so the search would find a secret in it")
	for i, r := range said {
		for _, form := range forms {
			assert.NotContains(t, r.out, form, "output %d", i)
			assert.NotContains(t, r.err, form, "log %d", i)
		}
	}
	kept := filesIn(t, u.config)
	require.Contains(t, kept["accounts.json"], "AKIACANARY", "the search reads the settings")
	for name, content := range kept {
		for _, form := range forms {
			assert.NotContains(t, content, form, name)
		}
	}
}
