package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var meant = []Rule{{Bucket: "demo", Type: client.TypeSSEKMS, KMSKey: "k1"}}

const good = `{"format":"bucketseal-rules","version":1,"rules":[{"bucket":"demo","type":"SSE-KMS","kmsKey":"k1"}]}`

func TestAListOfRulesIsReadInEveryShapeItIsWrittenIn(t *testing.T) {
	for name, text := range map[string]string{
		"exported":                             good,
		"as saved, without a format":           strings.Replace(good, `"format":"bucketseal-rules",`, "", 1),
		"with a byte order mark":               "\ufeff" + good,
		"with Windows' line ends":              strings.ReplaceAll(good, ",", ",\r\n"),
		"with the words of rules list --json":  strings.Replace(good, `"type"`, `"number":1,"enabled":true,"account":"","key":"","bucketKey":false,"shadowedBy":0,"unknownAccount":false,"type"`, 1),
		"with an empty context":                strings.Replace(good, `"type"`, `"context":{},"type"`, 1),
		"with the fields in another order":     `{"rules":[{"kmsKey":"k1","type":"SSE-KMS","bucket":"demo"}],"version":1}`,
		"with letters written as escapes":      strings.Replace(good, "demo", `\u0064emo`, 1),
		"with blank lines before and after it": "\n\n " + good + " \r\n\n",
	} {
		all, err := Read([]byte(text))
		require.NoError(t, err, name)
		assert.Equal(t, meant, all, name)
	}
	all, err := Read([]byte(`{"version":1,"rules":[]}`))
	require.NoError(t, err)
	assert.Equal(t, []Rule{}, all, "a list that says it is empty is empty")
	off := strings.Replace(good, `"type"`, `"enabled":false,"type"`, 1)
	all, err = Read([]byte(off))
	require.NoError(t, err)
	assert.True(t, all[0].Disabled, "the word of rules list --json")
}

// odd are files which mean more, or less, than a reader in a hurry would find.
var odd = []struct{ name, text, says string }{
	{"empty", "", "is empty"},
	{"an account without its name, which exported would be every account", `{"version":2,"rules":[{"type":"SSE-S3","account":{"id":"X"}}]}`, `line 1: "account" of rule 1 has no "name": leave the field out where all accounts are meant`},
	{"blank", " \r\n\t", "is empty"},
	{"nothing but a mark", "\ufeff", "is empty"},
	{"UTF-16", "\xff\xfe{\x00}\x00", "UTF-16"},
	{"UTF-16 without a mark", "{\x00\"\x00", "UTF-16"},
	{"Latin-1", strings.Replace(good, "demo", "d\xe9mo", 1), "line 1: this is no UTF-8"},
	{"half a character", strings.Replace(good, "demo", `d\ud800`, 1), "holds half a character"},
	{"null", "null", "is not a list of rules"},
	{"an empty object", "{}", "is not a list of rules"},
	{"a list without its frame", `[{"bucket":"demo","type":"SSE-S3"}]`, "the file is not a list of rules"},
	{"another program's JSON", `{"format":"other","version":1}`, "exported by Bucketseal"},
	{"torn", good[:40], "ends too early"},
	{"no JSON", "rules = all", "it is no JSON"},
	{"a comment", "{ // mine\n" + good[1:], "line 1: the file is not a list of rules: it is no JSON"},
	{"a comma too many", strings.Replace(good, "}]", "},]", 1), "it is no JSON"},
	{"twice", good + "\n" + good, "line 2: something follows the list"},
	{"a stray bracket", good + "]", "it is no JSON"},
	{"no version", `{"rules":[]}`, `no "version"`},
	{"version 0", `{"version":0,"rules":[]}`, "version 0"},
	{"a version of text", `{"version":"1","rules":[]}`, `"version" of the file is no whole number`},
	{"half a version", `{"version":1.5,"rules":[]}`, "no whole number"},
	{"a newer version", `{"version":3,"rulez":[]}`, "update Bucketseal"},
	{"no list", `{"format":"bucketseal-rules","version":1}`, `no "rules"`},
	{"null for a list", `{"version":1,"rules":null}`, `"rules" is not a list`},
	{"an object for a list", `{"version":1,"rules":{}}`, `"rules" is not a list`},
	{"two lists", `{"version":1,"rules":[{"type":"SSE-S3"}],"rules":[]}`, `"rules" twice`},
	{"a misspelt list", strings.Replace(good, `"rules"`, `"Rulez"`, 1), `field "Rulez", which is none of: format, rules, version`},
	{"a list in capitals", strings.Replace(good, `"rules"`, `"Rules"`, 1), `field "Rules"`},
	{"a field beside the list", `{"version":1,"rules":[],"except":["x"]}`, `field "except"`},
	{"null for a rule", `{"version":1,"rules":[null]}`, "rule 1 is not a rule"},
	{"text for a rule", `{"version":1,"rules":["all"]}`, "rule 1 is not a rule"},
	{"a misspelt mask", "{\"version\":1,\"rules\":[\n{\"bucketMask\":\"x\",\"type\":\"inherit\"}]}", `line 2: rule 1 has a field "bucketMask"`},
	{"a misspelt key", strings.Replace(good, "kmsKey", "kms_key", 1), `"kms_key", which is none of: account, bucket`},
	{"another word for the key", strings.Replace(good, "kmsKey", "keyId", 1), `"keyId"`},
	{"a key in other capitals", strings.Replace(good, "kmsKey", "KMSKey", 1), `"KMSKey"`},
	{"a bucket said twice", strings.Replace(good, `"type"`, `"bucket":"other","type"`, 1), `rule 1 has the field "bucket" twice`},
	{"null for a bucket", strings.Replace(good, `"demo"`, `null`, 1), `"bucket" of rule 1 is not text`},
	{"a number for a key", strings.Replace(good, `"k1"`, `12`, 1), `"kmsKey" of rule 1 is not text`},
	{"an object for a mask", strings.Replace(good, `"demo"`, `{"a":"b"}`, 1), `"bucket" of rule 1 is not text`},
	{"text for a switch", strings.Replace(good, `"type"`, `"enabled":"no","type"`, 1), "neither true nor false"},
	{"null for a switch", strings.Replace(good, `"type"`, `"disabled":null,"type"`, 1), "neither true nor false"},
	{"both switches", strings.Replace(good, `"type"`, `"disabled":false,"enabled":false,"type"`, 1), "both"},
	{"a context that is no object", strings.Replace(good, `"type"`, `"context":["a"],"type"`, 1), `"context" of rule 1 is not an object`},
	{"a context with a number in it", strings.Replace(good, `"type"`, `"context":{"a":1},"type"`, 1), "is not text"},
	{"a context with a name twice", strings.Replace(good, `"type"`, `"context":{"a":"1","a":"2"},"type"`, 1), `"a" twice`},
	{"numbers out of order", `{"version":1,"rules":[{"number":2,"type":"SSE-S3"},{"number":1,"type":"inherit"}]}`, "rule number 1 stands below number 2"},
	{"a number before the first", `{"version":1,"rules":[{"number":-1,"type":"SSE-S3"}]}`, "they begin with 1"},
	{"an odd shadow", `{"version":1,"rules":[{"shadowedBy":"none","type":"SSE-S3"}]}`, "no whole number"},
	{"an odd remark", `{"version":1,"rules":[{"unknownAccount":1,"type":"SSE-S3"}]}`, "neither true nor false"},
}

func TestAListThatIsHalfUnderstoodIsRefusedWithItsPlaceAndReason(t *testing.T) {
	for _, c := range odd {
		t.Run(c.name, func(t *testing.T) {
			all, err := Read([]byte(c.text))
			require.ErrorContains(t, err, c.says)
			assert.Nil(t, all)
			_, err = Import(strings.NewReader(c.text))
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "nothing was imported")
		})
	}
}

func TestANewerListIsNamedAsSuch(t *testing.T) {
	_, err := Read([]byte(`{"version":3,"everything":"is different"}`))
	var newer *NewerError
	require.ErrorAs(t, err, &newer)
	assert.Equal(t, 3, newer.Version)
}

func TestWhatRulesListPrintsIsImported(t *testing.T) {
	lines := `{"number":1,"enabled":false,"account":"team","bucket":"demo","key":"","type":"inherit","kmsKey":"","bucketKey":false,"shadowedBy":0}
{"number":4,"enabled":true,"account":"","bucket":"","key":"*","type":"SSE-KMS","kmsKey":"k1","bucketKey":true,"context":{"a":"b"},"shadowedBy":0}
`
	all, err := Import(strings.NewReader(lines))
	require.NoError(t, err)
	assert.Equal(t, []Rule{
		{Account: client.AccountRef{Name: "team"}, Bucket: "demo", Disabled: true, Type: client.TypeInherit},
		{Key: "*", Type: client.TypeSSEKMS, KMSKey: "k1", BucketKey: true, Context: map[string]string{"a": "b"}},
	}, all)
	for text, says := range map[string]string{
		lines + "{}": `rule 3 has no "number"`,
		`{"number":2,"type":"SSE-S3"}` + "\n" + `{"number":2,"type":"SSE-S3"}`: "line 2: rule number 2 stands below number 2",
		`{"number":1,"type":"SSE-S3"} []`:                                      "rule 2 is not a rule",
		`{"number":1,"type":"SSE-QUANTUM"}`:                                    "is no encryption type",
		`{"number":1}`:                                                         "choose an encryption type",
	} {
		_, err := Import(strings.NewReader(text))
		assert.ErrorContains(t, err, says)
	}
	_, err = Read([]byte(lines))
	assert.Error(t, err, "rules.json is a list in its frame")
}

func TestAFileThatCannotBeReadOrIsTooLargeImportsNothing(t *testing.T) {
	f, err := os.Open(t.TempDir())
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // a folder
	_, err = Import(f)
	require.ErrorContains(t, err, "read the rules")
	huge := filepath.Join(t.TempDir(), "huge")
	require.NoError(t, os.WriteFile(huge, nil, 0o600))
	require.NoError(t, os.Truncate(huge, exchangeMax+1))
	f, err = os.Open(huge)
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // opened for reading
	_, err = Import(f)
	assert.ErrorContains(t, err, "larger than any list")
}

// Whatever is in a file: the reader never gives fewer rules, or rules that say
// less, than another decoder finds in it, without an error.
func FuzzTheReaderNeverYieldsLessThanTheFileLists(f *testing.F) {
	f.Add([]byte(good))
	for _, c := range odd {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := Read(b)
		if err != nil {
			assert.Nil(t, all)
			return
		}
		var there map[string]any
		require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(string(b), "\ufeff")), &there))
		list, ok := there["rules"].([]any)
		require.True(t, ok)
		require.Len(t, all, len(list))
		for i, r := range all {
			said := list[i].(map[string]any)
			assert.Equal(t, said["enabled"] == false || said["disabled"] == true, r.Disabled)
			for name, got := range map[string]string{"id": r.ID, "account": r.Account.Name, "bucket": r.Bucket, "key": r.Key, "type": string(r.Type), "kmsKey": string(r.KMSKey), "customerKeyMD5": r.CustomerKeyMD5} {
				want, _ := said[name].(string)
				assert.Equal(t, want, got, name)
			}
			pairs, _ := said["context"].(map[string]any)
			assert.Len(t, r.Context, len(pairs))
		}
	})
}
