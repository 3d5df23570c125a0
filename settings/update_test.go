package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// child makes a copy of the test binary add rules instead of testing.
const child = "BUCKETSEAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if who := os.Getenv(child); who != "" {
		if err := add50(who, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func add50(who, dir string) error {
	s, err := Open(dir)
	for i := 0; err == nil && i < 50; i++ {
		err = s.UpdateRules(false, func(now []rules.Rule) ([]rules.Rule, error) {
			return append(now, rules.Rule{ID: fmt.Sprintf("%s-%d", who, i), Type: client.TypeSSES3}), nil
		})
	}
	return err
}

func TestTwoProcessesAndTwoGoroutinesLoseNoChange(t *testing.T) {
	s := open(t)
	exe, err := os.Executable()
	require.NoError(t, err)
	var all sync.WaitGroup
	for _, who := range []string{"app", "cli"} {
		all.Go(func() {
			cmd := exec.Command(exe, s.Dir())
			cmd.Env = append(os.Environ(), child+"="+who)
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
	for _, who := range []string{"screen", "worker"} {
		all.Go(func() { assert.NoError(t, add50(who, s.Dir())) })
	}
	all.Wait()

	got, err := s.Rules()
	require.NoError(t, err)
	ids := map[string]bool{}
	for _, r := range got {
		ids[r.ID] = true
	}
	assert.Len(t, got, 200)
	for _, who := range []string{"app", "cli", "screen", "worker"} {
		for i := range 50 {
			assert.True(t, ids[fmt.Sprintf("%s-%d", who, i)], "%s-%d", who, i)
		}
	}
}

func TestARefusedChangeWritesNothing(t *testing.T) {
	no := errors.New("the user went away")
	good, bad := aws, aws
	bad.AccessKeyID = ""
	for name, c := range map[string]struct {
		change func(*Store) error
		says   string
	}{
		"accounts: change fails": {func(s *Store) error {
			return s.UpdateAccounts(func([]client.Account) ([]client.Account, error) { return nil, no })
		}, no.Error()},
		"accounts: one is wrong": {func(s *Store) error {
			return s.UpdateAccounts(become([]client.Account{work, bad}))
		}, `account "aws": access key: `},
		"accounts: one name twice": {func(s *Store) error {
			return s.UpdateAccounts(become([]client.Account{good, good}))
		}, `there already is an account "aws"`},
		"rules: change fails": {func(s *Store) error {
			return s.UpdateRules(false, func([]rules.Rule) ([]rules.Rule, error) { return nil, no })
		}, no.Error()},
		"preferences: change fails": {func(s *Store) error {
			return s.UpdatePreferences(func(p preferences.Preferences) (preferences.Preferences, error) { return p, no })
		}, no.Error()},
		"preferences: theme": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Window: preferences.Window{Appearance: "pink"}}))
		}, "theme: "},
		"preferences: concurrency": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Transfers: preferences.Transfers{Concurrency: 65}}))
		}, "concurrency: 65"},
		"preferences: part size": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Transfers: preferences.Transfers{PartSize: 1}}))
		}, "part size: 1 "},
		"preferences: limit": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Transfers: preferences.Transfers{LimitRate: -1}}))
		}, "limit: -1 "},
		"preferences: window": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Window: preferences.Window{Size: preferences.Size{Width: -1, Height: 1}}}))
		}, "window: "},
		"preferences: pane": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Window: preferences.Window{SidebarShare: 1.5}}))
		}, "panes: "},
		"preferences: column": {func(s *Store) error {
			return s.UpdatePreferences(become(preferences.Preferences{Window: preferences.Window{Columns: []preferences.Column{{}}}}))
		}, "columns: "},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			require.NoError(t, s.UpdateAccounts(become([]client.Account{work})))
			require.NoError(t, s.UpdateRules(false, become([]rules.Rule{rest})))
			require.NoError(t, s.UpdatePreferences(become(liked)))
			before := text(t, s.Path(AccountsFile)) + text(t, s.Path(RulesFile)) + text(t, s.Path(PreferencesFile))
			require.ErrorContains(t, c.change(s), c.says)
			after := text(t, s.Path(AccountsFile)) + text(t, s.Path(RulesFile)) + text(t, s.Path(PreferencesFile))
			assert.Equal(t, before, after)
		})
	}
}

func TestAnAccountThatAnOlderVersionTookStandsInNobodysWay(t *testing.T) {
	s := open(t)
	old := work
	old.KMSEndpoint = "http://nas.example:9000"
	b, err := json.Marshal(map[string]any{"version": 1, "accounts": []client.Account{old}})
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	require.NoError(t, os.WriteFile(s.Path(AccountsFile), b, 0o600))
	add := func(all []client.Account) ([]client.Account, error) { return append(all, aws), nil }
	require.NoError(t, s.UpdateAccounts(add))
	touch := func(all []client.Account) ([]client.Account, error) { all[0].Region = "eu-west-1"; return all, nil }
	require.ErrorContains(t, s.UpdateAccounts(touch), "KMS endpoint: ", "changed, it has to be right")
	all, err := s.Accounts()
	require.NoError(t, err)
	assert.Equal(t, []client.Account{old, aws}, all)
}

func TestTheDemoAccountIsNotWritten(t *testing.T) {
	s := open(t)
	demo := client.Account{Name: "Local demo", Demo: true}
	require.NoError(t, s.UpdateAccounts(become([]client.Account{demo, aws})))
	got, err := s.Accounts()
	require.NoError(t, err)
	assert.Equal(t, []client.Account{aws}, got)
}

func TestALockedFileIsReportedAsBusy(t *testing.T) {
	s := open(t)
	s.wait = 1
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	require.ErrorIs(t, s.UpdateRules(false, become([]rules.Rule{reports})), ErrBusy)
	assert.NoFileExists(t, s.Path(RulesFile))
}
