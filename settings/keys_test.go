package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

func sealed(id, account, bucket, md5 string) rules.Rule {
	return rules.Rule{ID: id, Account: client.AccountRef{Name: account}, Bucket: bucket, Type: client.TypeSSEC, CustomerKeyMD5: md5}
}

func keys(t *testing.T, s *Store) []rules.KeptKey {
	t.Helper()
	all, err := s.KeptKeys()
	require.NoError(t, err)
	return all
}

func TestAKeyIsRememberedWithEveryPlaceThatRulesNamedItFor(t *testing.T) {
	s := open(t)
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports})))
	assert.NoFileExists(t, s.Path(KeysFile), "nobody has such keys")
	require.NoError(t, s.UpdateAccounts(become([]client.Account{{ID: "1:hospital", Name: "hospital", Endpoint: "https://h", AccessKeyID: "AK"}})))
	hospital := client.AccountRef{ID: "1:hospital", Name: "hospital"}

	// Written by an older version, without keys.json.
	put(t, s, RulesFile, `{"version":1,"rules":[{"id":"r1","account":"hospital","bucket":"demo","type":"SSE-C","customerKeyMD5":"k1"}]}`)
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{sealed("r1", "hospital", "other", "k2"), {ID: "r2", Type: client.TypeSSEC}})))
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{})))
	assert.Equal(t, []rules.KeptKey{
		{MD5: "k1", Places: []rules.KeyPlace{{Account: hospital, Bucket: "demo"}}, Endpoints: []rules.KeyEndpoint{{Account: hospital, Endpoint: "https://h"}}, RuleIDs: []string{"r1"}},
		{MD5: "k2", Places: []rules.KeyPlace{{Account: hospital, Bucket: "other"}}, Endpoints: []rules.KeyEndpoint{{Account: hospital, Endpoint: "https://h"}}, RuleIDs: []string{"r1"}},
	}, keys(t, s), "though no rule names them any more")
	require.NoError(t, s.ForgetKey("k1"))
	assert.Len(t, keys(t, s), 1)
}

func TestAPlaceIsRememberedOnceThoughItsAccountWasRemovedAndAddedAgain(t *testing.T) {
	s := open(t)
	added := func(id string) client.Account { return client.Account{ID: id, Name: "later", AccessKeyID: "AK"} }
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{sealed("r1", "later", "demo", "k")})))
	for _, id := range []string{"A", "B"} {
		require.NoError(t, s.UpdateAccounts(become([]client.Account{added(id)})))
		require.NoError(t, s.FollowAccount(added(id), true))
		require.NoError(t, s.PinAccounts(), "as before it is removed")
	}
	one := []rules.KeptKey{{
		MD5: "k", Places: []rules.KeyPlace{{Account: added("B").Ref(), Bucket: "demo"}}, RuleIDs: []string{"r1"},
		Endpoints: []rules.KeyEndpoint{{Account: added("B").Ref()}},
	}}
	assert.Equal(t, one, keys(t, s))
	b, err := os.ReadFile(s.Path(KeysFile))
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(b), "demo"))
}

func TestRulesAreNotReadWhileTheDiskDoesNotGiveTheAccountsTheyAreFor(t *testing.T) {
	s := open(t)
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{sealed("r1", "later", "demo", "k")})))
	require.NoError(t, os.Symlink("accounts.json", s.Path(AccountsFile))) // the system gives an error for it, as for a failing disk
	file := filepath.Join(s.Dir(), "exported.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"version":1,"rules":[{"type":"SSE-S3","account":"later"}]}`), 0o600))
	for name, read := range map[string]func() error{
		"rules":    func() error { _, err := s.Rules(); return err },
		"a change": func() error { return s.UpdateRules(false, become([]rules.Rule{})) },
		"a file":   func() error { _, err := s.RuleFile(file).Rules(); return err },
		"keys":     func() error { _, err := s.KeptKeys(); return err },
		"a key":    func() error { return s.ForgetKey("k") },
	} {
		require.ErrorContains(t, read(), "read accounts.json: ", name)
	}
	require.NoError(t, os.Remove(s.Path(AccountsFile)))
	assert.Len(t, keys(t, s), 1)
}

func TestAKeyFollowsItsAccountAndNoOtherThatTakesItsName(t *testing.T) {
	account := func(id, name, endpoint string) client.Account {
		return client.Account{ID: id, Name: name, Endpoint: endpoint, AccessKeyID: "AK"}
	}
	where := func(s *Store, key int, a client.Account) []string { return keys(t, s)[key].EndpointsOf(a.Ref()) }
	s := open(t)
	hospital := account("H", "hospital", "https://h")
	require.NoError(t, s.UpdateAccounts(become([]client.Account{hospital})))
	rule := sealed("r1", "hospital", "demo", "k")
	require.NoError(t, s.NoteKey("k", rule))
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{rule})))

	stranger := account("S", "hospital", "https://stranger")
	require.NoError(t, s.UpdateAccounts(become([]client.Account{})))
	require.NoError(t, s.FollowAccount(stranger, true))
	require.NoError(t, s.UpdateAccounts(become([]client.Account{stranger})))
	rule.Bucket = "elsewhere"
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{rule})))
	assert.Equal(t, []string{"https://h"}, where(s, 0, stranger), "removed, and added again elsewhere")

	moved := account("S", "clinic", "https://h2")
	require.NoError(t, s.PinAccounts())
	require.NoError(t, s.FollowAccount(moved, false))
	require.NoError(t, s.UpdateAccounts(become([]client.Account{moved})))
	assert.Equal(t, []string{"https://h", "https://h2"}, where(s, 0, moved), "renamed and moved by its user")
	assert.Contains(t, keys(t, s)[0].Places, rules.KeyPlace{Account: moved.Ref(), Bucket: "demo"})
	require.NoError(t, s.UpdateAccounts(become([]client.Account{account("S", "clinic", "https://stranger")})))
	require.NoError(t, s.NoteKey("k", sealed("r1", "clinic", "demo", "k")))
	assert.Contains(t, where(s, 0, moved), "https://stranger", "the user gives the key for it")

	late := sealed("r2", "later", "demo", "l")
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{late})))
	first := account("L", "later", "https://l")
	require.NoError(t, s.FollowAccount(first, true))
	assert.Equal(t, []string{"https://l"}, where(s, 1, first), "the first of the name")
}

func TestRulesAreNotChangedWhenTheirKeysCannotBeRemembered(t *testing.T) {
	for name, c := range map[string]struct{ file, text, says string }{
		"the keys are damaged":            {"keys.json", "{", "remember the SSE-C keys"},
		"the accounts are damaged":        {"accounts.json", "{", "accounts.json is damaged"},
		"the keys are of a newer program": {"keys.json", `{"version":9}`, "update Bucketseal"},
	} {
		s := open(t)
		require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports})), name)
		put(t, s, File(c.file), c.text)
		before := text(t, s.Path(RulesFile))
		require.ErrorContains(t, s.UpdateRules(false, become([]rules.Rule{sealed("r", "a", "b", "k")})), c.says, name)
		assert.Equal(t, before, text(t, s.Path(RulesFile)), name)
		require.ErrorContains(t, s.NoteKey("k", sealed("r", "a", "b", "k")), c.says, name)
	}
	s := open(t)
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), "keys.json"), []byte("{"), 0o600))
	_, err := s.Reset(KeysFile)
	require.NoError(t, err)
	assert.Empty(t, keys(t, s))
}
