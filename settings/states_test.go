//go:build !windows

package settings

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/adrg/xdg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// A state of the disk, in which a user's one rule is or has been.
type state struct {
	name string
	make func(t *testing.T, s *Store)
	says string // how reading the rules is refused; "" for the rule being read
}

// link moves rules.json elsewhere and puts a link in its place.
func link(t *testing.T, s *Store) (target string) {
	t.Helper()
	target = filepath.Join(t.TempDir(), "dotfiles", "rules.json")
	require.NoError(t, os.Mkdir(filepath.Dir(target), 0o755))
	require.NoError(t, os.Rename(s.Path(RulesFile), target))
	require.NoError(t, os.Symlink(target, s.Path(RulesFile)))
	return target
}

func mode(t *testing.T, path string, m os.FileMode) {
	t.Helper()
	require.NoError(t, os.Chmod(path, m))
}

// inPlace puts something else where rules.json was.
func inPlace(t *testing.T, s *Store, of func(path string) error) {
	t.Helper()
	require.NoError(t, os.Remove(s.Path(RulesFile)))
	require.NoError(t, of(s.Path(RulesFile)))
}

// others gives a path to another user, as only root can.
func others(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	require.NoError(t, os.Chown(path, 65534, 65534))
}

var states = []state{
	{"as it was saved", func(*testing.T, *Store) {}, ""},
	{"a link to it", func(t *testing.T, s *Store) { link(t, s) }, ""},
	{"a link in a folder that all may write, as /tmp is, for their own files", func(t *testing.T, s *Store) {
		mode(t, filepath.Dir(link(t, s)), 0o777|os.ModeSticky)
	}, ""},
	{"readable by all", func(t *testing.T, s *Store) { mode(t, s.Path(RulesFile), 0o644); mode(t, s.Dir(), 0o755) }, ""},
	{"saved by Notepad", func(t *testing.T, s *Store) {
		put(t, s, RulesFile, "\ufeff"+strings.ReplaceAll(text(t, s.Path(RulesFile)), "\n", "\r\n"))
	}, ""},
	{"with the marks of an earlier crash beside it", func(t *testing.T, s *Store) { put(t, s, ".rules.json.tmp-1", "{") }, ""},

	{"gone", func(t *testing.T, s *Store) { require.NoError(t, os.Remove(s.Path(RulesFile))) }, "is gone, in which rules were saved"},
	{"emptied", func(t *testing.T, s *Store) { require.NoError(t, os.Truncate(s.Path(RulesFile), 0)) }, "is empty"},
	{"blank", func(t *testing.T, s *Store) { put(t, s, RulesFile, "\n") }, "is empty"},
	{"full of zeros, as after a power cut", func(t *testing.T, s *Store) { put(t, s, RulesFile, strings.Repeat("\x00", 200)) }, "damaged"},
	{"an empty object", func(t *testing.T, s *Store) { put(t, s, RulesFile, "{}") }, "is not a list of rules"},
	{"larger than any", func(t *testing.T, s *Store) { require.NoError(t, os.Truncate(s.Path(RulesFile), 17<<20)) }, "larger than"},
	{"of a newer program", func(t *testing.T, s *Store) { put(t, s, RulesFile, `{"version":7,"rules":[]}`) }, "update Bucketseal"},
	{"a link whose target is away", func(t *testing.T, s *Store) { require.NoError(t, os.RemoveAll(filepath.Dir(link(t, s)))) }, "which is not there"},
	{"a link to itself", func(t *testing.T, s *Store) {
		inPlace(t, s, func(p string) error { return os.Symlink("rules.json", p) })
	}, "too many levels"},
	{"a link to a folder", func(t *testing.T, s *Store) {
		inPlace(t, s, func(p string) error { return os.Symlink(t.TempDir(), p) })
	}, "is no file"},
	{"a link to nothing at all", func(t *testing.T, s *Store) {
		inPlace(t, s, func(p string) error { return os.Symlink("/dev/null", p) })
	}, "is no file"},
	{"a folder", func(t *testing.T, s *Store) {
		inPlace(t, s, func(p string) error { return os.Mkdir(p, 0o700) })
	}, "is no file"},
	{"a pipe that nobody writes to", func(t *testing.T, s *Store) {
		inPlace(t, s, func(p string) error { return syscall.Mkfifo(p, 0o600) })
	}, "is no file"},
	{"unreadable", func(t *testing.T, s *Store) {
		if os.Geteuid() == 0 {
			t.Skip("root reads everything")
		}
		mode(t, s.Path(RulesFile), 0)
	}, "permission denied"},
	{"writable by all", func(t *testing.T, s *Store) { mode(t, s.Path(RulesFile), 0o666) }, "may be written by other users (mode 0666)"},
	{"writable by the group", func(t *testing.T, s *Store) { mode(t, s.Path(RulesFile), 0o660) }, "chmod go-w"},
	{"in a folder that all may write", func(t *testing.T, s *Store) { mode(t, s.Dir(), 0o777) }, "may be written by other users"},
	{"in a folder that the group may write", func(t *testing.T, s *Store) { mode(t, s.Dir(), 0o770) }, "may be written by other users"},
	{"in a folder like /tmp", func(t *testing.T, s *Store) { mode(t, s.Dir(), 0o777|os.ModeSticky) }, "may be written by other users"},
	{"somebody else's", func(t *testing.T, s *Store) { others(t, s.Path(RulesFile)) }, "belongs to another user (uid 65534)"},
	{"in somebody else's folder", func(t *testing.T, s *Store) { others(t, s.Dir()) }, "belongs to another user (uid 65534)"},
	{"a link to a file that all may write", func(t *testing.T, s *Store) { mode(t, link(t, s), 0o666) }, "may be written by other users"},
	{"a link into a folder that all may write", func(t *testing.T, s *Store) { mode(t, filepath.Dir(link(t, s)), 0o777) }, "may be written by other users"},
	{"a link to somebody else's file", func(t *testing.T, s *Store) { others(t, link(t, s)) }, "belongs to another user"},
	{"a folder that is no longer there", func(t *testing.T, s *Store) { require.NoError(t, os.RemoveAll(s.Dir())) }, "is not there"},
	{"a disk that was unmounted", func(t *testing.T, s *Store) {
		require.NoError(t, os.RemoveAll(s.Dir()))
		require.NoError(t, os.Mkdir(s.Dir(), 0o700))
	}, "is gone, in which rules were saved"},
	{"a file in place of the folder", func(t *testing.T, s *Store) {
		require.NoError(t, os.RemoveAll(s.Dir()))
		require.NoError(t, os.WriteFile(s.Dir(), nil, 0o600))
	}, "not a directory"},
}

func TestEveryStateOfTheDiskGivesTheRulesOrAReasonAndNeverNone(t *testing.T) {
	for _, c := range states {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports})))
			c.make(t, s)
			var before []byte
			if st, err := os.Stat(s.Path(RulesFile)); err == nil && st.Mode().IsRegular() {
				before = []byte(text(t, s.Path(RulesFile)))
			}
			all, err := s.Rules()
			if c.says == "" {
				require.NoError(t, err)
				assert.Equal(t, []rules.Rule{reports}, all)
				require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports, rest})), "and it can be changed")
				return
			}
			require.ErrorContains(t, err, c.says)
			assert.Empty(t, all)
			require.ErrorContains(t, s.UpdateRules(false, become([]rules.Rule{rest})), c.says, "nor is it written over")
			if before != nil {
				assert.Equal(t, string(before), text(t, s.Path(RulesFile)))
			}
			if c.name == "a disk that was unmounted" {
				return // only who saw it mounted can tell
			}
			next, err := Open(s.Dir())
			if err == nil {
				_, err = next.Rules()
			}
			require.Error(t, err, "the next run says so too")
		})
	}
}

func TestAccountsThatOthersMayChangeAreNotRead(t *testing.T) {
	s := open(t)
	require.NoError(t, s.UpdateAccounts(become([]client.Account{work})))
	mode(t, s.Path(AccountsFile), 0o666)
	all, err := s.Accounts()
	var u *UntrustedError
	require.ErrorAs(t, err, &u)
	assert.Equal(t, s.Path(AccountsFile), u.Path)
	assert.Empty(t, all)
	require.ErrorAs(t, s.UpdateAccounts(become([]client.Account{})), &u)
	_, err = s.Rules()
	require.NoError(t, err, "the rules are nobody else's")
}

func TestRulesThatAreGoneBeginAnewOnlyWhenSomebodySaysSo(t *testing.T) {
	s := open(t)
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{})))
	assert.NoFileExists(t, s.Path(RulesFile), "nothing was saved, and nothing is missed")
	_, err := s.Rules()
	require.NoError(t, err)

	for name, begin := range map[string]func() error{
		"by saving a list": func() error { return s.UpdateRules(true, become([]rules.Rule{reports})) },
		"by saving none":   func() error { return s.UpdateRules(true, become([]rules.Rule{})) },
		"by a reset":       func() error { _, err := s.Reset(RulesFile); return err },
		"by removing the mark": func() error {
			s.sawRules.Store(false) // as in the next run
			return os.Remove(filepath.Join(s.Dir(), rulesMark))
		},
	} {
		require.NoError(t, s.UpdateRules(true, become([]rules.Rule{reports})))
		require.NoError(t, os.Remove(s.Path(RulesFile)))
		var gone *GoneError
		_, err = s.Rules()
		require.ErrorAs(t, err, &gone, name)
		require.ErrorIs(t, err, rules.ErrGone)
		assert.Equal(t, s.Path(RulesFile), gone.Path)
		require.NoError(t, begin(), name)
		_, err = s.Rules()
		require.NoError(t, err, name)
	}
}

func TestAFolderThatSomebodyNamesMustBeThere(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "confg")
	var none *NoFolderError
	_, err := Open(missing)
	require.ErrorAs(t, err, &none)
	assert.Equal(t, missing, none.Dir)
	t.Setenv(DirVariable, missing)
	_, err = Open("")
	require.ErrorAs(t, err, &none)
	assert.NoDirExists(t, missing, "asking makes nothing")

	dangling := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(missing, dangling))
	_, err = Open(dangling)
	require.ErrorAs(t, err, &none)
	_, err = Make(dangling)
	require.ErrorContains(t, err, "make the settings folder")

	s, err := Make(missing)
	require.NoError(t, err, "whoever writes settings makes it")
	require.NoError(t, s.UpdateRules(false, become([]rules.Rule{reports})))
}

func TestWithoutAHomeNothingIsGuessed(t *testing.T) {
	t.Cleanup(xdg.Reload)
	t.Setenv(DirVariable, "")
	t.Setenv("XDG_CONFIG_HOME", "")
	for home, says := range map[string]string{"": "HOME is not set", "/nonexistent": "the home folder cannot be opened"} {
		t.Setenv("HOME", home)
		xdg.Reload()
		_, err := Open("")
		require.ErrorContains(t, err, says)
		_, err = Make("")
		require.ErrorContains(t, err, says)
		_, err = Open(t.TempDir())
		require.NoError(t, err, "a folder that is named needs none")
	}
}
