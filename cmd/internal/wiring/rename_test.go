package wiring

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

var (
	team  = client.Account{Name: "team", Endpoint: "https://127.0.0.1:1", AccessKeyID: "AK"}
	team2 = client.Account{Name: "team2", Endpoint: "https://127.0.0.1:1", AccessKeyID: "AK"}
	kept  = client.Credentials{AccessKeyID: "AK", Secret: client.NewSecret("s")}
	place = client.Location{Bucket: "reports", Key: "a"}
)

// homeOfTeam has one account and three rules, one of them for the account.
func homeOfTeam(t *testing.T) *Home {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o700))
	h, err := Open(t.Context(), dir, func(context.Context, keychain.Question) (client.Secret, error) { return client.NewSecret("p"), nil })
	require.NoError(t, err)
	require.NoError(t, h.SaveAccount(t.Context(), "", team, kept))
	require.NoError(t, h.Settings.UpdateRules(false, func([]rules.Rule) ([]rules.Rule, error) {
		return []rules.Rule{
			{ID: "1", Account: "lab", Bucket: "reports", Type: client.TypeSSES3},
			{ID: "2", Account: "team", Bucket: "reports", Type: client.TypeSSEKMS, KMSKey: "ab12"},
			{ID: "3", Bucket: "reports", Type: client.TypeInherit},
		}, nil
	}))
	return h
}

// upload says what an upload under an account's name would ask for, nil where
// it is refused.
func upload(t *testing.T, h *Home, a client.Account) client.Encryption {
	t.Helper()
	set, err := h.Opener(transfer.Config{}).RuleSet(t.Context(), a)
	if err != nil {
		return nil
	}
	e, err := set.Decide(rules.File{}, place).Treatment.Encryption(client.CustomerKey{})
	if err != nil {
		return nil
	}
	return e
}

var asked client.Encryption = client.SSEKMS{Key: "ab12"}

// Whatever ends a rename between two of its writes, what is uploaded under
// either name is encrypted as the rule says, or refused.
func TestBetweenTheWritesOfARenameEveryUploadIsEncryptedOrRefused(t *testing.T) {
	h := homeOfTeam(t)
	steps := h.renaming(t.Context(), team, team2, kept)
	safe := func(when string, n int) {
		var encrypted int
		for _, a := range []client.Account{team, team2} {
			if e := upload(t, h, a); e != nil {
				encrypted++
				assert.Equal(t, asked, e, "%s step %d: an upload of %s", when, n, a.Name)
			}
		}
		assert.Equal(t, 1, encrypted, "%s step %d: one name is the account's", when, n)
	}
	safe("before", 0)
	for i, s := range steps {
		require.NoError(t, s.do())
		safe("after", i+1)
	}
	all, err := h.Settings.Rules()
	require.NoError(t, err)
	assert.Equal(t, []string{"lab", "team2", ""}, []string{all[0].Account, all[1].Account, all[2].Account})
	assert.Equal(t, "2", all[1].ID, "it is the same rule")

	h = homeOfTeam(t)
	steps = h.renaming(t.Context(), team, team2, kept)
	for _, s := range steps[:4] {
		require.NoError(t, s.do())
	}
	for i := 3; i >= 0; i-- {
		require.NoError(t, steps[i].undo())
		safe("taken back", i+1)
	}
	back, err := h.Settings.Rules()
	require.NoError(t, err)
	assert.Len(t, back, 3)
	assert.Equal(t, "team", back[1].Account)
}

func TestARenameWhoseWritesFailLeavesEverythingAsItWas(t *testing.T) {
	for _, file := range []string{".accounts.json.lock", ".rules.json.lock", ".secrets.age.lock"} {
		t.Run(file, func(t *testing.T) {
			h := homeOfTeam(t)
			lock := filepath.Join(h.Settings.Dir(), file)
			require.NoError(t, os.RemoveAll(lock))
			require.NoError(t, os.Mkdir(lock, 0o700)) // as when the disk is full
			require.ErrorContains(t, h.SaveAccount(t.Context(), "team", team2, client.Credentials{}), "rename")
			require.NoError(t, os.Remove(lock))
			assert.Equal(t, asked, upload(t, h, team))
			assert.Nil(t, upload(t, h, team2))
			all, err := h.Settings.Rules()
			require.NoError(t, err)
			assert.Len(t, all, 3)
			_, err = h.Secrets.AccountCredentials(t.Context(), team)
			require.NoError(t, err)
			_, err = h.Secrets.AccountCredentials(t.Context(), team2)
			require.ErrorIs(t, err, keychain.ErrNotFound, "no secret is left behind")
		})
	}
}

func TestARenameIsWholeAndTheOldNameIsRefused(t *testing.T) {
	h := homeOfTeam(t)
	require.NoError(t, h.SaveAccount(t.Context(), "team", team2, client.Credentials{}))
	assert.Equal(t, asked, upload(t, h, team2))
	_, err := h.Opener(transfer.Config{}).RuleSet(t.Context(), team)
	require.ErrorContains(t, err, `there is no account called "team" any more`, "a window that has it open still")
	_, err = h.Secrets.AccountCredentials(t.Context(), team)
	require.ErrorIs(t, err, keychain.ErrNotFound)
	require.ErrorContains(t, h.SaveAccount(t.Context(), "team", team2, kept), "already")
	gone := client.Account{Name: "other", Endpoint: team.Endpoint, AccessKeyID: "AK"}
	require.ErrorContains(t, h.SaveAccount(t.Context(), "team", gone, kept), `no account called "team"`)
}

func TestAnAccountIsNotRenamedWhileItsRulesAreGoneOrUnreadable(t *testing.T) {
	for _, make := range []func(path string) error{os.Remove, func(p string) error { return os.WriteFile(p, []byte("{"), 0o600) }} {
		h := homeOfTeam(t)
		require.NoError(t, make(filepath.Join(h.Settings.Dir(), "rules.json")))
		require.Error(t, h.SaveAccount(t.Context(), "team", team2, client.Credentials{}))
		_, err := h.Account("team")
		require.NoError(t, err)
	}
}

func TestOnlyWhoWritesSettingsMakesTheirFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "confg")
	_, err := Open(t.Context(), dir, nil)
	require.ErrorContains(t, err, "is not there")
	h, err := Make(t.Context(), dir, nil)
	require.NoError(t, err)
	assert.DirExists(t, h.Settings.Dir())
	file := filepath.Join(dir, "f")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Make(t.Context(), file, nil)
	require.Error(t, err)
}
