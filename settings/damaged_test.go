package settings

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// each file with the call that reads it and the call that changes it.
var files = []struct {
	file   File
	good   string
	load   func(*Store) error
	change func(*Store) error
}{
	{
		AccountsFile, `{"version":1,"accounts":[{"name":"aws","accessKeyId":"AKID"}]}`,
		func(s *Store) error { _, err := s.Accounts(); return err },
		func(s *Store) error { return s.UpdateAccounts(become([]client.Account{work})) },
	},
	{
		RulesFile, `{"version":1,"rules":[{"id":"a","type":"SSE-KMS","kmsKey":"ab12"}]}`,
		func(s *Store) error { _, err := s.Rules(); return err },
		func(s *Store) error { return s.UpdateRules(false, become([]rules.Rule{rest})) },
	},
	{
		PreferencesFile, `{"version":1,"preferences":{"theme":"dark"}}`,
		func(s *Store) error { _, err := s.Preferences(); return err },
		func(s *Store) error { return s.UpdatePreferences(become(liked)) },
	},
}

func asides(t *testing.T, s *Store, f File) []string {
	t.Helper()
	all, err := filepath.Glob(s.Path(f) + ".damaged-*")
	require.NoError(t, err)
	return all
}

func TestADamagedFileIsKeptAsideAndNeverReplaced(t *testing.T) {
	for _, f := range files {
		field := strings.TrimSuffix(string(f.file), ".json")
		for name, damage := range map[string]string{
			"empty":             "",
			"torn":              f.good[:len(f.good)-1],
			"not JSON":          "rules = all\n",
			"more after it":     f.good + f.good,
			"not an object":     "[]",
			"null":              "null",
			"no version":        strings.Replace(f.good, `"version":1,`, "", 1),
			"a version of text": strings.Replace(f.good, `1`, `"1"`, 1),
			"version 0":         strings.Replace(f.good, `:1`, `:0`, 1),
			"nothing in it":     `{"version":1}`,
			"null in it":        `{"version":1,"` + field + `":null}`,
			"a misspelt field":  strings.Replace(f.good, field, field[1:], 1),
			"the wrong kind":    `{"version":1,"` + field + `":"all"}`,
		} {
			t.Run(field+" "+name, func(t *testing.T) {
				s := open(t)
				put(t, s, f.file, f.good)
				require.NoError(t, f.load(s), "the good file must be good")
				put(t, s, f.file, damage)

				err := f.load(s)
				var d *DamagedError
				require.ErrorAs(t, err, &d)
				assert.Equal(t, s.Path(f.file), d.Path)
				assert.Contains(t, err.Error(), d.Path)
				require.NotEmpty(t, d.Aside)
				assert.Contains(t, err.Error(), d.Aside)
				assert.Equal(t, damage, text(t, d.Aside))

				require.ErrorAs(t, f.change(s), &d, "and so does every change")
				require.ErrorAs(t, f.load(s), &d, "until the user acts")
				assert.Equal(t, damage, text(t, s.Path(f.file)), "the file is as it was")
				assert.Len(t, asides(t, s, f.file), 1, "kept once")
			})
		}
	}
}

func TestARuleThatIsHalfUnderstoodIsDamage(t *testing.T) {
	for name, damage := range map[string]string{
		"an unknown field in a rule": `{"version":1,"rules":[{"id":"a","type":"SSE-KMS","kmsKeyID":"ab12"}]}`,
		"an unknown field beside":    `{"version":1,"rules":[],"except":["x"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			put(t, s, RulesFile, damage)
			_, err := s.Rules()
			var d *DamagedError
			require.ErrorAs(t, err, &d)
		})
	}
}

func TestFieldsOfANewerProgramDoNotDisturbPreferences(t *testing.T) {
	s := open(t)
	put(t, s, PreferencesFile, `{"version":1,"preferences":{"theme":"dark","sound":true}}`)
	p, err := s.Preferences()
	require.NoError(t, err)
	assert.Equal(t, preferences.Preferences{Window: preferences.Window{Appearance: preferences.AppearanceDark}}, p)
}

// An account whose endpoint is not understood would be one at AWS, and what is
// meant for a hospital's own store would be sent there.
func TestAnAccountThatIsHalfUnderstoodIsRefusedWithItsPlaceAndReason(t *testing.T) {
	one := func(fields string) string {
		return `{"version":1,"accounts":[{"name":"aws","accessKeyId":"AKIDAWS"},{"name":"work","accessKeyId":"AKID",` + fields + `}]}`
	}
	for damage, says := range map[string]string{
		one(`"endpont":"https://cos.example.test"`):                                       `number 2 has a field "endpont", which is none of: accessKeyId, addressing`,
		one(`"Endpoint":"https://cos.example.test"`):                                      `a field "Endpoint"`,
		one(`"endpoint_url":"https://cos.example.test"`):                                  `a field "endpoint_url"`,
		one(`"endpoint":null`):                                                            `line 1: "endpoint" of "accounts" of the file, number 2 is not text in quotes`,
		one(`"endpoint":["https://cos.example.test"]`):                                    `"endpoint" of "accounts" of the file, number 2 is not text`,
		one(`"endpoint":"https://cos.example.test","endpoint":""`):                        `the field "endpoint" twice`,
		one("\"endpoint\":\"https://cos\xe9.example.test\""):                              "no UTF-8",
		`{"version":1,"accounts":[null]}`:                                                 `"accounts" of the file, number 1 is not an object`,
		`{"version":1,"accounts":[{"name":"a","accessKeyId":"A"}],"more":1}`:              `the file has a field "more"`,
		`{"version":1,"accounts":[{"name":"a"}],"accounts":[]}`:                           `the field "accounts" twice`,
		one(`"endpoint":"https://cos.example.test"},{"name":"work","accessKeyId":"AKID"`): `two accounts are called "work"`,
		"{\"version\":1,\n\"accounts\":\n[[]]}":                                           "line 3: \"accounts\" of the file, number 1 is not an object",
		`{"version":1,"Accounts":[{"name":"a","accessKeyId":"A"}],"more":{}}`:             `it has no "accounts"`,
	} {
		t.Run(says, func(t *testing.T) {
			s := open(t)
			put(t, s, AccountsFile, damage)
			all, err := s.Accounts()
			var d *DamagedError
			require.ErrorAs(t, err, &d)
			require.ErrorContains(t, err, says)
			assert.Empty(t, all)
			require.ErrorAs(t, s.UpdateAccounts(become([]client.Account{work})), &d)
			assert.Equal(t, damage, text(t, s.Path(AccountsFile)))
		})
	}
}

// A key whose place is not understood could be sent anywhere, or nowhere.
func TestAKeyWhosePlaceIsHalfUnderstoodIsDamage(t *testing.T) {
	for damage, says := range map[string]string{
		`{"version":1,"keys":[{"md5":"x","places":[{"acount":"work"}]}]}`:                            `a field "acount"`,
		`{"version":1,"keys":[{"md5":"x","endpoint":{"work":["https://cos.example.test"]}}]}`:        `a field "endpoint"`,
		`{"version":1,"keys":[{"md5":"x","endpoints":{"work":["https://a.test"],"work":[]}}]}`:       `the field "work" twice`,
		`{"version":1,"keys":[{"md5":"x","endpoints":{"work":null}}]}`:                               `"work" of "endpoints" of "keys" of the file, number 1 is not a list`,
		`{"version":1,"keys":[{"md5":"x","places":[{"account":"work","bucket":"b"}],"ruleIds":{}}]}`: `"ruleIds" of "keys" of the file, number 1 is not a list`,
	} {
		t.Run(says, func(t *testing.T) {
			s := open(t)
			put(t, s, KeysFile, damage)
			_, err := s.KeptKeys()
			var d *DamagedError
			require.ErrorAs(t, err, &d)
			require.ErrorContains(t, err, says)
		})
	}
}

func TestAccountsAndKeysAreReadInEveryShapeTheyWereWrittenIn(t *testing.T) {
	s := open(t)
	put(t, s, AccountsFile, "\ufeff"+`{"version":1, "accounts":[{"name":"work","endpoint":"https://cos.example.test","region":"tw-1","addressing":"path",
	  "caFile":"/ca.pem","kmsEndpoint":"https://kms.example.test","accessKeyId":"AKID"},{"accessKeyId":"A","endpoint":"","name":"aws"}]}`+"\r\n")
	a, err := s.Accounts()
	require.NoError(t, err)
	assert.Equal(t, []client.Account{
		{ID: "1:work", Name: "work", Endpoint: "https://cos.example.test", Region: "tw-1", Addressing: "path", CAFile: "/ca.pem", KMSEndpoint: "https://kms.example.test", AccessKeyID: "AKID"},
		{ID: "1:aws", Name: "aws", AccessKeyID: "A"},
	}, a)
	put(t, s, KeysFile, `{"version":1,"keys":[{"md5":"x","places":[{"account":"work","bucket":"b","key":"*"},{}],"endpoints":{"work":["","https://a.test"]},"ruleIds":["r"]}]}`)
	k, err := s.KeptKeys()
	require.NoError(t, err)
	work := client.AccountRef{ID: "1:work", Name: "work"}
	assert.Equal(t, []rules.KeptKey{{
		MD5: "x", Places: []rules.KeyPlace{{Account: work, Bucket: "b", Key: "*"}, {}},
		Endpoints: []rules.KeyEndpoint{{Account: work}, {Account: work, Endpoint: "https://a.test"}}, RuleIDs: []string{"r"},
	}}, k)
}

func TestAWrongRuleIsGivenSoThatItRefusesItsFiles(t *testing.T) {
	s := open(t)
	put(t, s, RulesFile, `{"version":1,"rules":[{"id":"a","type":"SSE-QUANTUM"}]}`)
	got, err := s.Rules()
	require.NoError(t, err)
	require.Len(t, got, 1)
	d := rules.Set{Rules: got}.Decide(rules.File{}, client.Location{Bucket: "b", Key: "k"})
	assert.Contains(t, d.Refuse.String(), "SSE-QUANTUM")
}

func TestPreferencesOutOfRangeAreAnsweredWithDefaultsAndTheError(t *testing.T) {
	s := open(t)
	put(t, s, PreferencesFile, `{"version":1,"preferences":{"theme":"dark","concurrency":1000000}}`)
	p, err := s.Preferences()
	var d *DamagedError
	require.ErrorAs(t, err, &d)
	require.ErrorContains(t, err, "concurrency")
	assert.Equal(t, preferences.Preferences{}, p)
}

func TestARepairedFileIsReadAgain(t *testing.T) {
	s := open(t)
	put(t, s, RulesFile, "{")
	_, err := s.Rules()
	require.Error(t, err)
	put(t, s, RulesFile, "\ufeff"+files[1].good) // by Notepad
	got, err := s.Rules()
	require.NoError(t, err)
	assert.Equal(t, []rules.Rule{{ID: "a", Type: client.TypeSSEKMS, KMSKey: "ab12"}}, got)
}

func TestResetBeginsAnewAndKeepsTheOldFileAside(t *testing.T) {
	for _, f := range files {
		s := open(t)
		aside, err := s.Reset(f.file)
		require.NoError(t, err)
		assert.Empty(t, aside, "there was nothing")

		put(t, s, f.file, "{")
		require.Error(t, f.load(s))
		aside, err = s.Reset(f.file)
		require.NoError(t, err)
		assert.Equal(t, "{", text(t, aside))
		assert.Equal(t, []string{aside}, asides(t, s, f.file))
		require.NoError(t, f.load(s))
		require.NoError(t, f.change(s))
	}
}

func TestResetRefusesWithoutACopyAndOtherFiles(t *testing.T) {
	s := open(t)
	put(t, s, RulesFile, "{")
	require.NoError(t, os.Mkdir(filepath.Join(s.Dir(), ".rules.json.damaged.lock"), 0o700)) // no copy can be made
	_, err := s.Reset(RulesFile)
	require.ErrorContains(t, err, "left as it is")
	assert.Equal(t, "{", text(t, s.Path(RulesFile)))

	_, err = s.Rules()
	var d *DamagedError
	require.ErrorAs(t, err, &d)
	assert.Empty(t, d.Aside)
	assert.Contains(t, err.Error(), "no copy could be kept aside")

	_, err = s.Reset("../passwd")
	require.ErrorContains(t, err, "no such settings file")
}

func TestAFileOfANewerProgramIsLeftAlone(t *testing.T) {
	for _, f := range files {
		s := open(t)
		newer := `{"version":3,"everything":"is different"}`
		put(t, s, f.file, newer)
		var n *NewerError
		require.ErrorAs(t, f.load(s), &n)
		assert.Equal(t, NewerError{Path: s.Path(f.file), Version: 3, Known: 2}, *n)
		require.ErrorAs(t, f.change(s), &n)
		assert.Equal(t, newer, text(t, s.Path(f.file)))
		assert.Empty(t, asides(t, s, f.file))
	}
}

func TestAFileThatCannotBeReadIsNoEmptyFile(t *testing.T) {
	for _, f := range files {
		s := open(t)
		require.NoError(t, os.MkdirAll(s.Path(f.file), 0o700)) // a folder in its place
		require.Error(t, f.load(s))
		require.Error(t, f.change(s))
		assert.DirExists(t, s.Path(f.file))
	}
}

// Whatever is in rules.json: it is understood, or refused and untouched.
func FuzzRulesFileIsUnderstoodOrRefused(f *testing.F) {
	f.Add([]byte(files[1].good))
	f.Add([]byte(`{"version":1,"rules":[{}],"rules":[]}`))
	f.Add([]byte("\ufeff{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ruleList.parse("rules.json", b)
		if err != nil {
			return
		}
		again, err := ruleList.encode(got)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", b, err)
		}
		back, err := ruleList.parse("rules.json", again)
		if err != nil {
			t.Fatalf("%q became %q, which is refused: %v", b, again, err)
		}
		assert.Equal(t, got, back)
	})
}

func TestASizeNoScreenHasIsAnErrorAndNotGivenToTheWindow(t *testing.T) {
	for _, size := range []string{
		`{"width":-1,"height":1}`, `{"width":1,"height":-0.5}`, `{"width":1e30,"height":1}`, `{"width":1e39,"height":1}`, `{"width":32769,"height":1}`,
		`{"width":"wide","height":1}`, `{"width":NaN,"height":1}`, `[]`,
	} {
		s := open(t)
		put(t, s, PreferencesFile, `{"version":1,"preferences":{"theme":"dark","window":`+size+`}}`)
		p, err := s.Preferences()
		require.Error(t, err, size)
		assert.Equal(t, preferences.Preferences{}, p, size)
	}
	for _, p := range []preferences.Window{
		{Size: preferences.Size{Width: float32(math.NaN()), Height: 1}},
		{Size: preferences.Size{Width: 1, Height: float32(math.Inf(1))}},
		{SidebarShare: math.NaN()},
		{ObjectsShare: math.Inf(-1)},
		{Columns: []preferences.Column{{ID: "size", Width: float32(math.NaN())}}},
	} {
		assert.Error(t, checkPreferences(preferences.Preferences{Window: p}), "%+v", p)
	}
	assert.NoError(t, checkPreferences(preferences.Preferences{Window: preferences.Window{Size: preferences.Size{Width: 7680, Height: 4320}}}))
}
