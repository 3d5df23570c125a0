package accountbook_test

import (
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// The files in settings/testdata/version1 were written by a program of version 1:
// two accounts with their secrets in a vault (passphrase p); rules for the first of
// them, for an account that is not there, for the demo, for the second with an
// SSE-C key, for all; an SSE-C key of the first that no rule names any more.
const version1 = "../../settings/testdata/version1"

// homeOfVersion1 is a copy of them.
func homeOfVersion1(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, true)
	for _, name := range []string{"accounts.json", "rules.json", "keys.json", "preferences.json", "secrets.age"} {
		h.put(name)
	}
	return h
}

// put puts a file of version 1 into its place.
func (h *house) put(name string) {
	h.t.Helper()
	b, err := os.ReadFile(filepath.Join(version1, name))
	require.NoError(h.t, err)
	require.NoError(h.t, os.WriteFile(filepath.Join(h.dir, name), b, 0o600))
}

func (h *house) files() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(h.dir)
	require.NoError(h.t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue // locks
		}
		b, err := os.ReadFile(filepath.Join(h.dir, e.Name()))
		require.NoError(h.t, err)
		all[e.Name()] = string(b)
	}
	return all
}

const lab = "lab 實驗室"

// keysFor is how many SSE-C keys an account may be sent for an object of the bucket
// sealed.
func (h *house) keysFor(a client.Account) int {
	h.t.Helper()
	_, s, _ := h.run(nil)
	all, err := s.Rules()
	require.NoError(h.t, err)
	kept, err := s.KeptKeys()
	require.NoError(h.t, err)
	return len(rules.Set{Rules: all, Account: a, Kept: kept}.CustomerKeys(client.Location{Bucket: "sealed", Key: "a"}, ""))
}

// meansAsBefore checks everything the files of version 1 say, whichever of them
// are of version 2 by now. The first account may be called otherwise.
func (h *house) meansAsBefore(team string) {
	t := h.t
	t.Helper()
	assert.Equal(t, []string{team, lab}, h.names())
	first, second := h.find(team), h.find(lab)
	assert.Equal(t, client.TypeSSEKMS, h.decide(first))
	assert.Equal(t, client.TypeInherit, h.decide(second))
	assert.Equal(t, []string{"1:team", "1:" + lab}, []string{first.ID, second.ID}, "by which their secrets are found")
	assert.Equal(t, 1, h.keysFor(first), "a key that no rule names any more")
	moved := first
	moved.Endpoint = "https://stranger.example"
	assert.Equal(t, 0, h.keysFor(moved), "it was given for where the account is")

	_, s, _ := h.run(nil)
	all, err := s.Rules()
	require.NoError(t, err)
	var named []string
	for _, r := range all {
		named = append(named, r.Account.Name)
	}
	assert.Equal(t, []string{team, "gone", lab, client.DemoName, ""}, named)
	assert.True(t, all[3].Account.Is(client.DemoAccount()))
	accounts, err := s.Accounts()
	require.NoError(t, err)
	assert.Equal(t, []bool{false, true, false, true, false}, rules.UnknownAccounts(all, accounts))
	p, err := s.Preferences()
	require.NoError(t, err)
	assert.Equal(t, second.ID, p.LastAccount)
	assert.Equal(t, []string{"sealed"}, p.Buckets[first.ID])
	assert.Len(t, p.Buckets, 2)
	assert.Equal(t, 8, p.Concurrency)
}

func TestSettingsOfVersion1AreReadAtOnceAndNothingIsWritten(t *testing.T) {
	h := homeOfVersion1(t)
	before := h.files()
	h.meansAsBefore("team")
	assert.Equal(t, "secret-of-team", h.secret(h.find("team")))
	assert.Equal(t, "secret-of-lab", h.secret(h.find(lab)))
	assert.Equal(t, before, h.files())
}

// Each file is migrated by its own next change: whichever of them are of version 2,
// all together say what they said.
func TestFilesOfVersion1MayStandBesideFilesOfVersion2(t *testing.T) {
	migrations := []func(*settings.Store) error{
		func(s *settings.Store) error {
			return s.UpdateAccounts(func(all []client.Account) ([]client.Account, error) { return all, nil })
		},
		func(s *settings.Store) error {
			return s.UpdateRules(false, func(all []rules.Rule) ([]rules.Rule, error) { return all, nil })
		},
		func(s *settings.Store) error { return s.FollowAccount(client.Account{ID: "none"}, false) },
		func(s *settings.Store) error {
			return s.UpdatePreferences(func(p preferences.Preferences) (preferences.Preferences, error) { return p, nil })
		},
	}
	for which := range 1 << len(migrations) {
		h := homeOfVersion1(t)
		_, s, _ := h.run(nil)
		for i, migrate := range migrations {
			if which&(1<<i) != 0 {
				require.NoError(t, migrate(s))
			}
		}
		if which&4 == 0 {
			h.put("keys.json") // saving rules remembers their keys
		}
		var now int
		for _, text := range h.files() {
			now += strings.Count(text, `"version": 2`)
		}
		assert.Equal(t, bits.OnesCount(uint(which)), now)
		h.meansAsBefore("team")
	}
}

func TestAnAccountOfVersion1IsRenamedAndItsOldFilesStillMeanIt(t *testing.T) {
	h := homeOfVersion1(t)
	a := h.find("team")
	a.Name = "clinic"
	_, err := h.book().Save(t.Context(), a, client.Credentials{})
	require.NoError(t, err)
	h.meansAsBefore("clinic")
	for _, name := range []string{"rules.json", "keys.json", "preferences.json"} {
		h.put(name) // a copy from before, put back
	}
	h.meansAsBefore("clinic")

	again, err := h.book().Save(t.Context(), client.Account{Name: "team", AccessKeyID: "AKTEAM"}, client.Credentials{Secret: client.NewSecret("new")})
	require.NoError(t, err)
	assert.Equal(t, "new", h.secret(again))
	assert.Equal(t, "secret-of-team", h.secret(a), "it is kept under the name it had")
	_, err = h.book().Remove(t.Context(), "team")
	require.NoError(t, err)
	_, err = h.book().Remove(t.Context(), "team")
	require.EqualError(t, err, `there is no account called "team"`)
	h.meansAsBefore("clinic")
	found, err := h.book().Remove(t.Context(), "clinic")
	require.NoError(t, err)
	assert.True(t, found)
	assert.Empty(t, h.secret(a))
}

// As whoever writes rules.json for many computers does, or a program of version 1
// that runs beside.
func TestAFileOfVersion1MeansTheAccountsThatAreCalledAsItSaysNow(t *testing.T) {
	h := homeOfVersion1(t)
	a := h.find("team")
	a.Name = "clinic"
	_, err := h.book().Save(t.Context(), a, client.Credentials{})
	require.NoError(t, err)
	again, err := h.book().Save(t.Context(), client.Account{Name: "team", Endpoint: "https://team.example", AccessKeyID: "AKTEAM"}, client.Credentials{Secret: client.NewSecret("new")})
	require.NoError(t, err)
	assert.Equal(t, client.TypeInherit, h.decide(again), "the rules followed the one that was renamed")
	h.put("rules.json")
	assert.Equal(t, client.TypeSSEKMS, h.decide(again))
	assert.Equal(t, client.TypeInherit, h.decide(a))
}

func TestARuleOfVersion1ForAMissingAccountIsForTheOneThatIsAdded(t *testing.T) {
	h := homeOfVersion1(t)
	gone, err := h.book().Save(t.Context(), client.Account{Name: "gone", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	assert.Len(t, gone.ID, 26)
	assert.Equal(t, client.TypeSSES3, h.decide(gone))
	gone.Name = "here"
	_, err = h.book().Save(t.Context(), gone, client.Credentials{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSES3, h.decide(gone))
}

func TestAnAccountOfVersion1AddedAgainElsewhereGetsNoKeyOfIt(t *testing.T) {
	h := homeOfVersion1(t)
	_, err := h.book().Remove(t.Context(), "team")
	require.NoError(t, err)
	stranger, err := h.book().Save(t.Context(), client.Account{Name: "team", Endpoint: "https://stranger.example", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, h.decide(stranger), "the rules are for the name")
	assert.Equal(t, 0, h.keysFor(stranger))
}

func TestDamagedAccountsOfVersion1HideNoRule(t *testing.T) {
	h := homeOfVersion1(t)
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "accounts.json"), []byte(`{"version":1,"accounts":[{"nam":"x"}]}`), 0o600))
	_, s, _ := h.run(nil)
	all, err := s.Rules()
	require.NoError(t, err)
	require.Len(t, all, 5)
	assert.Equal(t, ref("team"), all[0].Account)
	assert.Equal(t, client.TypeUndecided, h.decide(client.Account{ID: "1:team", Name: "team"}), "an account that is open still")
	aside, err := s.Reset(settings.AccountsFile)
	require.NoError(t, err)
	assert.FileExists(t, aside)
	again, err := h.book().Save(t.Context(), client.Account{Name: "team", Endpoint: "https://team.example", AccessKeyID: "AKTEAM"}, client.Credentials{Secret: client.NewSecret("secret-of-team")})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, h.decide(again))
	assert.Equal(t, 1, h.keysFor(again))
}

func TestWithoutAccountsRulesOfVersion1AreForNobody(t *testing.T) {
	h := newHouse(t, true)
	h.put("rules.json")
	_, s, _ := h.run(nil)
	all, err := s.Rules()
	require.NoError(t, err)
	assert.Equal(t, []bool{true, true, true, true, false}, rules.UnknownAccounts(all, nil))
	assert.NoFileExists(t, filepath.Join(h.dir, "accounts.json"))
}
