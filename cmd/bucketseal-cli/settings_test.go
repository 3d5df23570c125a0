package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusesToUpload asserts that an upload is refused with exit code 2, and that
// nothing is in the bucket.
func (u *user) refusesToUpload(say string, flags ...string) {
	u.t.Helper()
	u.file("a.bin", []byte("x"))
	r := u.runs(append([]string{"cp", "a.bin", "s3://bucket/refused"}, flags...)...).ends(2)
	assert.Contains(u.t, r.err, say)
	u.runs("props", "s3://bucket/refused", "--config-dir", ownFolder(u.t)).ends(1)
}

func TestASettingsFolderThatIsNotThereIsNoFolderWithoutRules(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	typo := filepath.Join(u.dir, "confg")
	for _, command := range [][]string{
		{"cp", "a.bin", "s3://bucket/a"},
		{"props", "s3://bucket/a"},
		{"rules", "list"},
		{"rules", "test", "b", "k"},
		{"rules", "edit", "1"},
		{"rules", "remove", "1"},
		{"rules", "move", "1", "2"},
		{"rules", "export"},
		{"accounts", "list"},
		{"accounts", "remove", "x"},
		{"accounts", "test", "x"},
	} {
		r := u.runs(append(command, "--config-dir", typo)...).ends(2)
		assert.Contains(t, r.err, typo+" is not there", "%v", command)
		assert.NoDirExists(t, typo)
	}
	for _, wrong := range [][]string{
		{"accounts", "add", "x", "--access-key", "AK", "--endpoint", "ftp://cos.example"},
		{"accounts", "add", "x", "--access-key", "A K", "--endpoint", "https://cos.example"},
		{"rules", "add", "--type", "rot13"},
		{"rules", "add", "--type", "c", "--sse-c-key-file", "nothing"},
		{"rules", "import", "nothing"},
	} {
		u.types("", append(wrong, "--config-dir", typo)...).ends(2)
		assert.NoDirExists(t, typo, "%v: nothing was written, and the next command would find no rules there", wrong)
	}
	u.refusesToUpload("is not there", "--config-dir", typo)
	u.env = append(u.env, "BUCKETSEAL_CONFIG_DIR="+typo)
	u.refusesToUpload("is not there")

	u.runs("rules", "add", "--type", "s3").ends(0)
	assert.DirExists(t, typo, "who writes rules makes it")
	u.runs("cp", "a.bin", "s3://bucket/b").ends(0)
	u.file("secret", []byte("s"))
	u.file("out.json", []byte(`{"version":1,"rules":[]}`))
	u.types("", "accounts", "add", "x", "--access-key", "AK", "--config-dir", typo+"2", "--secret-file", "nothing").ends(2)
	assert.DirExists(t, typo+"2")
	u.runs("rules", "import", "out.json", "--config-dir", typo+"3").ends(0)
	assert.DirExists(t, typo+"3")
}

func TestWithoutAHomeNoRulesAreGuessed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there the system knows the profile")
	}
	t.Parallel()
	u := newUser(t)
	u.env = slices.DeleteFunc(u.env, func(v string) bool {
		return strings.HasPrefix(v, "HOME=") || strings.HasPrefix(v, "BUCKETSEAL_CONFIG_DIR=")
	})
	u.refusesToUpload("HOME is not set")
}

func TestRulesThatAreGoneAreMissedUntilNewOnesAreSaved(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.runs("rules", "add", "--type", "s3").ends(0)
	require.NoError(t, os.Remove(filepath.Join(u.config, "rules.json")))
	u.refusesToUpload("is gone, in which rules were saved")
	for _, command := range [][]string{{"rules", "list"}, {"rules", "edit", "1"}, {"rules", "remove", "1"}, {"rules", "test", "b", "k"}} {
		u.runs(command...).ends(2)
	}
	r := u.runs("rules", "add", "--type", "s3", "--bucket", "bucket").ends(0)
	assert.Contains(t, r.err, "note: "+filepath.Join(u.config, "rules.json")+" was gone")
	u.runs("cp", "a.bin", "s3://bucket/b").ends(0)
	require.NoError(t, os.Remove(filepath.Join(u.config, "rules.json")))
	u.file("none.json", []byte(`{"version":1,"rules":[]}`))
	u.runs("rules", "import", "none.json").ends(0)
	u.runs("cp", "a.bin", "s3://bucket/c").ends(0)
}

func TestRulesThatOthersMayChangeRefuseEveryUpload(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	t.Parallel()
	u := newUser(t)
	u.runs("rules", "add", "--type", "s3").ends(0)
	path := filepath.Join(u.config, "rules.json")
	require.NoError(t, os.Chmod(path, 0o666))
	u.refusesToUpload("may be written by other users (mode 0666)")
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.Chmod(u.config, 0o777))
	u.refusesToUpload("chmod go-w " + u.config)
	u.runs("accounts", "list").ends(2)
}

func TestALinkToTheRulesIsFollowedAndStays(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.runs("rules", "add", "--type", "s3").ends(0)
	path, dotfiles := filepath.Join(u.config, "rules.json"), ownFolder(t)
	require.NoError(t, os.Rename(path, filepath.Join(dotfiles, "r.json")))
	require.NoError(t, os.Symlink(filepath.Join(dotfiles, "r.json"), path))
	u.runs("rules", "add", "--type", "s3", "--bucket", "x").ends(0)
	assert.Len(t, u.runs("rules", "list", "--json").ends(0).lines(), 2)
	_, err := os.Readlink(path)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dotfiles))
	u.refusesToUpload("which is not there")
}

func TestWhatRulesListPrintsCanBeImported(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.runs("rules", "add", "--type", "kms", "--kms-key", "k1", "--bucket", "a*", "--disabled").ends(0)
	u.runs("rules", "add", "--type", "inherit", "--account", "nobody").ends(0)
	list := u.runs("rules", "list", "--json").ends(0)
	u.file("lines.json", []byte(list.out))
	u.runs("rules", "import", "--replace", "lines.json").ends(0)
	assert.Equal(t, list.out, u.runs("rules", "list", "--json").ends(0).out)
	u.file("misspelt.json", []byte(`{"format":"bucketseal-rules","version":1,"Rulez":[]}`))
	assert.Contains(t, u.runs("rules", "import", "--replace", "misspelt.json").ends(2).err, `field "Rulez"`)
	assert.Equal(t, list.out, u.runs("rules", "list", "--json").ends(0).out, "nothing was replaced")
	u.refusesToUpload(`field "Rulez"`, "--rules", "misspelt.json")
}

// Lists written by hand have no IDs, or the same one twice by copy and paste.
func TestTheRuleThatIsNamedIsTheOneThatIsChanged(t *testing.T) {
	t.Parallel()
	for _, ids := range [][2]string{{"", ""}, {"x", "x"}, {"x", ""}, {"", "x"}} {
		u := newUser(t)
		list := `{"version":1,"rules":[{"id":"` + ids[0] + `","key":"a*","type":"SSE-KMS","kmsKey":"ab12"},{"id":"` + ids[1] + `","key":"b*","type":"SSE-S3"}]}`
		u.file("team.json", []byte(list))
		require.NoError(t, os.WriteFile(filepath.Join(u.config, "rules.json"), []byte(list), 0o600))
		for _, where := range [][]string{{"--rules", "team.json"}, {}} {
			u.runs(append(where, "rules", "edit", "2", "--type", "inherit")...).ends(0)
			all := u.runs(append(where, "rules", "list", "--json")...).ends(0).lines()
			require.Len(t, all, 2)
			assert.Equal(t, "a*", all[0]["key"])
			assert.Equal(t, "ab12", all[0]["kmsKey"])
			assert.Equal(t, "b*", all[1]["key"])
			assert.Equal(t, "inherit", all[1]["type"])
		}
	}
}

func TestARuleForAnAccountThatIsNotThereIsTold(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	add := u.runs("rules", "add", "--type", "s3", "--account", "typo").ends(0)
	assert.Contains(t, add.err, `note: rule 1 applies to nothing: no saved account is called "typo"`)
	assert.Contains(t, u.runs("rules", "list").ends(0).out, `applies to nothing: no saved account is called "typo"`)
	list := u.runs("rules", "list", "--json").ends(0)
	assert.Equal(t, true, list.line()["unknownAccount"])
	assert.Contains(t, u.runs("rules", "test", "bucket", "k").ends(0).err, "note: rule 1 applies to nothing")
	u.file("list.json", []byte(list.out))
	assert.Contains(t, u.runs("rules", "import", "list.json").ends(0).err, "note: rule 2 applies to nothing")
	require.NoError(t, os.WriteFile(filepath.Join(u.config, "accounts.json"), []byte("{"), 0o600))
	assert.NotContains(t, u.runs("rules", "list").ends(0).out, "nothing", "what cannot be read cannot be told")
}
