package settings

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/adrg/xdg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Make(filepath.Join(t.TempDir(), "bucketseal"))
	require.NoError(t, err)
	return s
}

// put writes a file as a person with an editor would.
func put(t *testing.T, s *Store, f File, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	require.NoError(t, os.WriteFile(s.Path(f), []byte(text), 0o600))
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func become[T any](v T) func(T) (T, error) { return func(T) (T, error) { return v, nil } }

var (
	work = client.Account{
		ID:   "W",
		Name: "工作", Endpoint: "https://s3.example.org:7480", Region: "nl", Addressing: client.AddressingPath,
		CAFile: "/etc/ca.pem", KMSEndpoint: "https://kms.example.org", AccessKeyID: "AKIDWORK",
	}
	aws = client.Account{ID: "A", Name: "aws", AccessKeyID: "AKIDAWS"}

	reports = rules.Rule{
		ID: "r1", Account: aws.Ref(), Bucket: "reports*", Key: "*.csv", Type: client.TypeSSEKMS, KMSKey: "ab12",
		BucketKey: true, Context: map[string]string{"for": "<a&b>"},
	}
	rest = rules.Rule{ID: "r2", Disabled: true, Type: client.TypeSSEC, CustomerKeyMD5: "bWQ1"}

	liked = preferences.Preferences{
		Window: preferences.Window{
			Language: "zh-Hant", Appearance: preferences.AppearanceDark, LastAccount: aws.ID, Size: preferences.Size{Width: 900, Height: 600},
			Columns: []preferences.Column{{ID: "name", Width: 320.5}, {ID: "storage", Hidden: true}},
		},
		Transfers: preferences.Transfers{Concurrency: 8, PartSize: 16 << 20, LimitRate: 1 << 20},
	}
)

func TestSettingsAreReadBackByTheNextRunAsTheyWereWritten(t *testing.T) {
	s := open(t)
	require.NoError(t, s.UpdateAccounts(become([]client.Account{work, aws})))
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports, rest})))
	require.NoError(t, s.UpdatePreferences(become(liked)))

	next, err := Open(s.Dir())
	require.NoError(t, err)
	a, err := next.Accounts()
	require.NoError(t, err)
	assert.Equal(t, []client.Account{work, aws}, a)
	r, err := next.Rules()
	require.NoError(t, err)
	assert.Equal(t, []rules.Rule{reports, rest}, r)
	p, err := next.Preferences()
	require.NoError(t, err)
	assert.Equal(t, liked, p)
}

func TestAFileIsJSONForPeople(t *testing.T) {
	s := open(t)
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports})))
	assert.Equal(t, `{
  "version": 2,
  "rules": [
    {
      "id": "r1",
      "account": {
        "id": "A",
        "name": "aws"
      },
      "bucket": "reports*",
      "key": "*.csv",
      "type": "SSE-KMS",
      "kmsKey": "ab12",
      "bucketKey": true,
      "context": {
        "for": "<a&b>"
      }
    }
  ]
}
`, text(t, s.Path(RulesFile)))
}

// fresh is the settings of a user who has none yet.
func fresh(t *testing.T) *Store {
	t.Helper()
	t.Cleanup(xdg.Reload)
	t.Setenv(DirVariable, "")
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	xdg.Reload()
	s, err := Open("")
	require.NoError(t, err)
	return s
}

func TestReadingMakesNothing(t *testing.T) {
	s := fresh(t)
	a, err := s.Accounts()
	require.NoError(t, err)
	assert.Equal(t, []client.Account{}, a)
	r, err := s.Rules()
	require.NoError(t, err)
	assert.Equal(t, []rules.Rule{}, r)
	p, err := s.Preferences()
	require.NoError(t, err)
	assert.Equal(t, preferences.Preferences{}, p)
	assert.NoDirExists(t, s.Dir())
}

func TestFilesAndFolderAreForTheUserOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	s := open(t)
	require.NoError(t, s.UpdateAccounts(become([]client.Account{work})))
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{rest})))
	require.NoError(t, s.UpdatePreferences(become(liked)))
	st, err := os.Stat(s.Dir())
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), st.Mode().Perm())
	for _, f := range []File{AccountsFile, RulesFile, PreferencesFile} {
		st, err := os.Stat(s.Path(f))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), st.Mode().Perm(), f)
	}
}

func TestTheFolderIsTheArgumentThenTheEnvironmentThenTheSystems(t *testing.T) {
	own := fresh(t).Dir()
	assert.Equal(t, filepath.Join(xdg.ConfigHome, "bucketseal"), own)

	env, arg := t.TempDir(), t.TempDir()
	t.Setenv(DirVariable, env)
	s, err := Open("")
	require.NoError(t, err)
	assert.Equal(t, env, s.Dir())
	s, err = Open(arg)
	require.NoError(t, err)
	assert.Equal(t, arg, s.Dir())

	t.Chdir(arg)
	s, err = Make("here")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(arg, "here"), s.Dir(), "a relative folder does not move with the process")
}

func TestAFileInPlaceOfTheFolderIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(file)
	require.ErrorContains(t, err, "is a file")
	_, err = Open(filepath.Join(file, "below"))
	require.ErrorContains(t, err, "open the settings folder")
}
