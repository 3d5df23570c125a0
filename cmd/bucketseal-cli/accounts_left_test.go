package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/ledger"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings"
)

// leavesUnfinished has another program leave an upload of an account unfinished.
func (u *user) leavesUnfinished(account string) {
	u.t.Helper()
	home, err := settings.Open(u.config)
	require.NoError(u.t, err)
	all, err := home.Accounts()
	require.NoError(u.t, err)
	for _, a := range all {
		if a.Name != account {
			continue
		}
		l := ledger.New(ledger.Options{Dir: home.StateDir()})
		e, err := l.Journal(a).Enter()
		require.NoError(u.t, err)
		at := client.Location{Bucket: "bucket", Key: "a"}
		require.NoError(u.t, e.Add([]transfer.Record{{Job: transfer.Job{Op: transfer.Upload, From: transfer.ReadFrom(u.file("a", []byte("a"))), To: transfer.ObjectAt(a.ID, at, "")}}}))
		require.NoError(u.t, e.Commit())
		require.NoError(u.t, l.Close())
		return
	}
	require.Fail(u.t, "there is no account "+account)
}

func TestAnAccountWithUnfinishedTransfersIsRemovedOnceThatIsMeant(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.env = append(u.env, "BUCKETSEAL_PASSPHRASE_FILE="+u.file("pass", []byte("a long passphrase\n")))
	u.runs("accounts", "add", "t", "--access-key", u.server.AccessKey).ends(0)
	u.leavesUnfinished("t")

	r := u.types("", "accounts", "remove", "t").ends(2)
	assert.Contains(t, r.err, "1 transfers of \"t\" that were left unfinished would be forgotten with it")
	assert.Contains(t, r.err, "--yes")
	assert.Contains(t, u.types("", "accounts", "list").ends(0).out, "t")
	u.types("", "accounts", "remove", "t", "--leave-secret").ends(2)
	r = u.types("", "accounts", "remove", "t", "--yes").ends(0)
	assert.Contains(t, r.out+r.err, "1 unfinished transfers of it are forgotten.")
	_, rows := cells(t, filepath.Join(u.config, "ledger.db"))
	assert.Zero(t, rows["jobs"]+rows["lefts"])
}

func TestALedgerThatCannotBeReadKeepsNobodyFromRemovingAnAccount(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.env = append(u.env, "BUCKETSEAL_PASSPHRASE_FILE="+u.file("pass", []byte("a long passphrase\n")))
	u.runs("accounts", "add", "t", "--access-key", u.server.AccessKey).ends(0)
	require.NoError(t, os.RemoveAll(filepath.Join(u.config, "ledger.db")))
	require.NoError(t, os.Mkdir(filepath.Join(u.config, "ledger.db"), 0o700))
	r := u.types("", "accounts", "remove", "t").ends(0)
	assert.Contains(t, r.err, "could not be looked up")
}
