package main

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a newcomer types, and what they are told.

func TestAnAccountIsNotSavedWithACertificateFileThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("notes.txt", []byte("no certificate"))
	for file, say := range map[string]string{"missing.pem": "missing.pem: no such file", "notes.txt": "no certificate in PEM form"} {
		r := u.types("", "accounts", "add", "lab", "--endpoint", u.server.URL, "--ca-file", file).ends(2)
		assert.Contains(t, r.err, say)
	}
	assert.Empty(t, u.types("", "accounts", "list").ends(0).out)
}

func TestACertificateFileIsFoundFromEveryFolder(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.set("BUCKETSEAL_PASSPHRASE_FILE=" + u.file("passphrase", []byte("open sesame")))
	pem, err := os.ReadFile(u.server.CAFile)
	require.NoError(t, err)
	u.file("ca.pem", pem)
	u.types("", "accounts", "add", "lab", "--endpoint", u.server.URL, "--ca-file", "ca.pem").ends(0)
	u.dir = t.TempDir()
	u.types("", "ls", "--account", "lab").ends(0)
}

func TestWhoseNameIsTakenOrUnknownIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.set("BUCKETSEAL_PASSPHRASE_FILE=" + u.file("passphrase", []byte("open sesame")))
	assert.Contains(t, u.types("", "ls", "--account", "lab").ends(2).err, `there is no account "lab", since none is saved: add one`)
	add := []string{"accounts", "add", "lab", "--endpoint", u.server.URL}
	u.types("", add...).ends(0)
	assert.Contains(t, u.types("", add...).ends(2).err, `remove it first: bucketseal-cli accounts remove "lab"`)
}

func TestAPassphraseFileThatIsNotThereIsNamedWithItsVariable(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.set("BUCKETSEAL_PASSPHRASE_FILE=" + u.file("passphrase", []byte("open sesame")))
	u.types("", "accounts", "add", "lab", "--endpoint", u.server.URL).ends(0)
	u.set("BUCKETSEAL_PASSPHRASE_FILE=" + u.dir + "/none")
	assert.Contains(t, u.types("", "ls", "--account", "lab").ends(2).err, "the file that BUCKETSEAL_PASSPHRASE_FILE names: read the secret: open "+u.dir+"/none")
}

func TestAPassphraseFileThatOthersMayOpenIsSaid(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("whom a file is for is not in its mode there")
	}
	u := newUser(t)
	path := u.file("passphrase", []byte("open sesame"))
	u.set("BUCKETSEAL_PASSPHRASE_FILE=" + path)
	add := u.types("", "accounts", "add", "lab", "--endpoint", u.server.URL).ends(0)
	assert.NotContains(t, add.err, "may open")
	require.NoError(t, os.Chmod(path, 0o644))
	assert.Contains(t, u.types("", "ls", "--account", "lab", "--ca-file", u.server.CAFile).ends(0).err, "which holds the passphrase (mode 0644): chmod 600 "+path)
}

func TestAFolderIsRemovedAndFetchedOnlyWithR(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("a.csv", []byte("x"))
	u.runs("cp", "a.csv", "s3://bucket/q3/").ends(0)
	for _, name := range []string{"s3://bucket/q3", "s3://bucket/q3/"} {
		assert.Contains(t, u.runs("rm", name).ends(2).err, "is a folder: add -r to remove")
	}
	assert.Contains(t, u.runs("cp", "s3://bucket/q3/", ".").ends(2).err, "is a folder: add -r to download")
	for _, to := range []string{".", "s3://bucket/q4"} {
		assert.Contains(t, u.runs("cp", "s3://bucket/q3", to).ends(1).err, "s3://bucket/q3 is a folder: add -r to take all it holds", to)
		assert.NotContains(t, u.runs("cp", "s3://bucket/nothing", to).ends(1).err, "add -r", to)
		assert.Contains(t, u.runs("cp", "--dry-run", "s3://bucket/q3", to).ends(1).err, "s3://bucket/q3 is a folder: add -r to take all it holds", to)
	}
	assert.Contains(t, u.runs("rm", "s3://bucket/none").ends(1).err, "There is no such object")
	u.runs("rm", "s3://bucket/q3", "-r").ends(0)
}

func TestOnlyTheRemovalOfAnSSECRuleSpeaksOfItsKey(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.set("BUCKETSEAL_PASSPHRASE_FILE=" + u.file("passphrase", []byte("open sesame")))
	u.file("key", []byte("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
	u.runs("rules", "add", "--type", "kms", "--kms-key", "k").ends(0)
	u.runs("rules", "add", "--type", "c", "--bucket", "b", "--sse-c-key-file", "key").ends(0)
	assert.Contains(t, u.runs("rules", "remove", "2").ends(0).out, "Its key stays")
	assert.Equal(t, "Removed rule 1.\n", u.runs("rules", "remove", "1").ends(0).out)
}

func TestAKeyOfUnknownShapeIsNotedByItsFlag(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	r := u.runs("rules", "add", "--type", "kms", "--kms-key", "project-1 key").ends(0)
	assert.Contains(t, r.err, "note: --kms-key: ")
}

func TestAWrongEndpointIsNotBlamedOnTheEnvironment(t *testing.T) {
	t.Parallel()
	u := bare(t).set("AWS_CA_BUNDLE=/etc/ssl/ca.pem", "AWS_REGION=us-east-1")
	r := u.runs("ls", "--endpoint", "htp://cos.example").ends(2)
	assert.Equal(t, `bucketseal-cli: endpoint: "htp://cos.example" should begin with https:// (or http://)`+"\n", r.err)
}

func TestMissingKeysAreNotCalledRefused(t *testing.T) {
	t.Parallel()
	u := bare(t)
	r := u.runs("ls", "--endpoint", u.server.URL).ends(2)
	assert.Contains(t, r.err, "bucketseal-cli: read credentials: neither AWS_ACCESS_KEY_ID nor a profile")
	assert.NotContains(t, r.err, "not accepted")
}

func TestARuleThatCanNeverApplyIsNotedWhenItIsMade(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	assert.Contains(t, u.runs("rules", "list").ends(0).err, "there are no rules: every upload uses its bucket's default")
	assert.Empty(t, u.runs("rules", "add", "--type", "s3").ends(0).err)
	r := u.runs("rules", "add", "--bucket", "reports", "--type", "s3").ends(0)
	assert.Contains(t, r.err, "note: rule 2 never applies: rule 1 takes everything first")
}

func TestTheDemoAccountIsToldToBeInTheWindow(t *testing.T) {
	t.Parallel()
	u := bare(t)
	assert.Contains(t, u.runs("ls", "--account", "Local demo").ends(2).err, "in the window only: for the command line start mocks3")
	assert.Contains(t, u.runs("accounts", "list").ends(0).err, "no account is saved: ")
}

func TestABadBucketNameIsToldHowNamesAreMade(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	r := u.runs("mb", "s3://Reports_X").ends(1)
	assert.Contains(t, r.err, "The server takes no bucket of this name\n  s3://Reports_X\n  A bucket name has 3 to 63 characters.\n  A bucket name is made of small letters")
}
