package settings

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

func sealed(id, account, bucket, md5 string) rules.Rule {
	return rules.Rule{ID: id, Account: account, Bucket: bucket, Type: client.TypeSSEC, CustomerKeyMD5: md5}
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
	require.NoError(t, s.UpdateAccounts(become([]client.Account{{Name: "hospital", Endpoint: "https://h", AccessKeyID: "AK"}})))

	// Written by an older version, without keys.json.
	put(t, s, RulesFile, `{"version":1,"rules":[{"id":"r1","account":"hospital","bucket":"demo","type":"SSE-C","customerKeyMD5":"k1"}]}`)
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{sealed("r1", "hospital", "other", "k2"), {ID: "r2", Type: client.TypeSSEC}})))
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{})))
	assert.Equal(t, []rules.KeptKey{
		{MD5: "k1", Places: []rules.KeyPlace{{Account: "hospital", Bucket: "demo"}}, Endpoints: map[string][]string{"hospital": {"https://h"}}, RuleIDs: []string{"r1"}},
		{MD5: "k2", Places: []rules.KeyPlace{{Account: "hospital", Bucket: "other"}}, Endpoints: map[string][]string{"hospital": {"https://h"}}, RuleIDs: []string{"r1"}},
	}, keys(t, s), "though no rule names them any more")
	require.NoError(t, s.ForgetKey("k1"))
	assert.Len(t, keys(t, s), 1)
}

func TestAKeyFollowsItsAccountAndNoOtherThatTakesItsName(t *testing.T) {
	account := func(name, endpoint string) client.Account {
		return client.Account{Name: name, Endpoint: endpoint, AccessKeyID: "AK"}
	}
	s := open(t)
	require.NoError(t, s.UpdateAccounts(become([]client.Account{account("hospital", "https://h")})))
	rule := sealed("r1", "hospital", "demo", "k")
	require.NoError(t, s.NoteKey("k", rule))
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{rule})))

	stranger := account("hospital", "https://stranger")
	require.NoError(t, s.UpdateAccounts(become([]client.Account{})))
	require.NoError(t, s.FollowAccount("", stranger))
	require.NoError(t, s.UpdateAccounts(become([]client.Account{stranger})))
	rule.Bucket = "elsewhere"
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{rule})))
	assert.Equal(t, map[string][]string{"hospital": {"https://h"}}, keys(t, s)[0].Endpoints, "removed, and added again elsewhere")

	require.NoError(t, s.FollowAccount("hospital", account("hospital", "https://h2")))
	assert.Equal(t, []string{"https://h", "https://h2"}, keys(t, s)[0].Endpoints["hospital"], "moved by its user")
	require.NoError(t, s.FollowAccount("hospital", account("clinic", "https://h2")))
	k := keys(t, s)[0]
	assert.Equal(t, []string{"https://h", "https://h2"}, k.Endpoints["clinic"], "renamed")
	assert.Contains(t, k.Places, rules.KeyPlace{Account: "clinic", Bucket: "demo"})
	require.NoError(t, s.NoteKey("k", rule))
	assert.Contains(t, keys(t, s)[0].Endpoints["hospital"], "https://stranger", "the user gives the key for it")

	late := sealed("r2", "later", "demo", "l")
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{late})))
	require.NoError(t, s.FollowAccount("", account("later", "https://l")))
	assert.Equal(t, []string{"https://l"}, keys(t, s)[1].Endpoints["later"], "the first of the name")
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
