package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// mover is somebody with two saved accounts at two services: the old one at the server
// of the user, and a new one.
type mover struct {
	*user
	second *mock.Endpoint
}

func newMover(t *testing.T, old, second []mock.Option) *mover {
	m := &mover{bare(t, old...), mock.Start(t, second...)}
	m.account("old", m.server)
	m.account("new", m.second)
	return m
}

func (m *mover) account(name string, at *mock.Endpoint) {
	m.t.Helper()
	m.types("", "accounts", "add", name, "--endpoint", at.URL, "--ca-file", at.CAFile, "--kms-endpoint", at.URL, "--access-key", at.AccessKey,
		"--secret-file", m.file("secret of "+name, []byte(at.SecretKey))).ends(0)
}

// at runs a command in one of the accounts.
func (m *mover) at(account string, args ...string) ran {
	m.t.Helper()
	return m.types("", append(args, "--account", account)...)
}

func (m *mover) holds(account, place, content string) {
	m.t.Helper()
	assert.Equal(m.t, content, m.at(account, "cp", place, "-").ends(0).out)
}

func TestAFolderMovesToAnotherAccountAndItsReceiptsSayBothSides(t *testing.T) {
	t.Parallel()
	m := newMover(t, []mock.Option{mock.As("ceph16")}, nil)
	key := m.second.NamedKeys()[0]
	m.file("q3/a.csv", []byte("a"))
	m.file("q3/子/b.csv", noise(9<<20))
	m.at("old", "cp", "-r", "q3", "s3://bucket/q3").ends(0)
	m.at("new", "rules", "add", "--bucket", "bucket", "--type", "kms", "--kms-key", key.ID).ends(0)

	between := []string{"--account-from", "old", "--account-to", "new"}
	lines := m.types("", append([]string{"mv", "-r", "s3://bucket/q3", "s3://bucket/from-old", "--json"}, between...)...).ends(0).lines()
	require.Len(t, lines, 2)
	for _, l := range lines {
		assert.Equal(t, "move", l["op"])
		assert.Equal(t, "done", l["status"])
		assert.Equal(t, "verified", l["verdict"])
		assert.Equal(t, key.ARN, l["reported"].(map[string]any)["keyId"])
		assert.Equal(t, "checksum", l["content"], l["compared"])
		assert.Equal(t, "old", l["sourceAccount"])
	}
	m.holds("new", "s3://bucket/from-old/a.csv", "a")
	m.holds("new", "s3://bucket/from-old/子/b.csv", string(noise(9<<20)))
	m.at("old", "props", "s3://bucket/q3/a.csv").ends(1)
	m.at("old", "props", "s3://bucket/q3/子/b.csv").ends(1)

	m.at("new", "receipts", "export", "--json", "receipts.json").ends(0)
	assert.Contains(t, string(m.read("receipts.json")), `"from":{"account":"old"`)
	m.at("new", "receipts", "export", "--csv", "receipts.csv").ends(0)
	assert.Contains(t, string(m.read("receipts.csv")), "source_account")
}

func TestTwoAccountsThatSeeOneBucketOverwriteNoSource(t *testing.T) {
	t.Parallel()
	m := newMover(t, nil, nil)
	again := *m.server
	again.URL = strings.Replace(again.URL, "127.0.0.1", "localhost", 1)
	require.NotEqual(t, m.server.URL, again.URL)
	m.account("again", &again)
	m.file("p/x", []byte("one"))
	m.file("p/p/x", []byte("deeper"))
	m.at("old", "cp", "-r", "p", "s3://bucket/p").ends(0)
	for _, verb := range []string{"cp", "mv"} {
		r := m.types("", verb, "-r", "s3://bucket/p", "s3://bucket/", "--overwrite", "always", "--account-from", "old", "--account-to", "again").ends(1)
		assert.Contains(t, r.err, "source of the same command", verb)
		m.holds("old", "s3://bucket/p/p/x", "deeper")
	}
	m.holds("old", "s3://bucket/x", "one")
}

func TestWhatIsMeantByTwoAccountsIsSaid(t *testing.T) {
	t.Parallel()
	m := newMover(t, nil, nil)
	m.file("a", []byte("a"))
	m.at("old", "cp", "a", "s3://bucket/a").ends(0)
	for says, args := range map[string][]string{
		"use --account":              {"cp", "a", "s3://bucket/a", "--account-to", "new"},
		"choose an account with":     {"cp", "s3://bucket/a", "s3://bucket/b", "--account-to", "new"},
		`there is no account "gone"`: {"cp", "s3://bucket/a", "s3://bucket/b", "--account-from", "old", "--account-to", "gone"},
		"does not pass through this": {"cp", "s3://bucket/a", "s3://bucket/b", "--account-from", "old", "--account-to", "old", "--limit-rate", "1M"},
		"--sha256 is for uploads":    {"cp", "s3://bucket/a", "s3://bucket/b", "--account-from", "old", "--account-to", "new", "--sha256"},
		"nothing is called so":       {"cp", "-r", "s3://bucket/nothing", "s3://bucket/b", "--account-from", "old", "--account-to", "new"},
		"names no bucket":            {"mv", "s3://", "s3://bucket/b", "--account-from", "old", "--account-to", "new"},
		"the source is not there":    {"cp", "s3://bucket/gone", "s3://bucket/b", "--account-from", "old", "--account-to", "new"},
	} {
		r := m.types("", args...)
		assert.NotZero(t, r.code, says)
		if says != "the source is not there" {
			assert.Contains(t, r.err, says)
		}
	}
	// Of two accounts one may be that of the flags, and one account is a copy on the server.
	m.types("", "cp", "s3://bucket/a", "s3://bucket/b", "--account", "old", "--account-to", "new").ends(0)
	m.holds("new", "s3://bucket/b", "a")
	l := m.types("", "cp", "s3://bucket/a", "s3://bucket/c", "--account-from", "old", "--account-to", "old", "--json").ends(0).line()
	assert.NotContains(t, l, "sourceAccount")
}

// What is encrypted with a key of the old account needs somebody who says by which key
// of the new one.
func TestAKeyOfTheOldAccountIsNoneOfTheNewOne(t *testing.T) {
	t.Parallel()
	m := newMover(t, nil, nil)
	m.file("a", []byte("a"))
	m.at("old", "cp", "a", "s3://bucket/a", "--sse", "kms", "--kms-key", m.server.NamedKeys()[0].ID).ends(0)
	r := m.types("", "mv", "s3://bucket/a", "s3://bucket/a2", "--account-from", "old", "--account-to", "new").ends(1)
	assert.Contains(t, r.err, "make a rule for the target")
	r = m.types("", "mv", "s3://bucket/a", "s3://bucket/a2", "--account-from", "old", "--account-to", "new", "-n").ends(1)
	assert.Contains(t, r.err, "make a rule for the target")
	m.holds("old", "s3://bucket/a", "a")
	m.types("", "mv", "s3://bucket/a", "s3://bucket/a2", "--account-from", "old", "--account-to", "new", "--sse", "inherit").ends(0)
	m.holds("new", "s3://bucket/a2", "a")
}
