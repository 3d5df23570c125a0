package mock_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peer finds a client which others made. It is installed by scripts/need.sh; in
// CI a client that is missing is a failure, or nobody would notice that nothing
// was judged any more.
func peer(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("other clients take their time")
	}
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no %s is installed: scripts/need.sh peers", name)
	}
	t.Skipf("no %s is installed: scripts/need.sh peers", name)
	return ""
}

// long keeps a test that starts dozens of processes for `make test` and CI.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("BUCKETSEAL_PEERS") == "" && os.Getenv("CI") == "" {
		t.Skip("a long one: BUCKETSEAL_PEERS=all, as make test has it, runs it")
	}
}

// command runs a peer with nothing of the user's own settings.
func command(t *testing.T, path string, env ...string) func(args ...string) (string, error) {
	home := t.TempDir()
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.HasPrefix(name, "RCLONE_") && name != "HOME" && !strings.HasPrefix(name, "XDG_") {
			env = append(env, kv)
		}
	}
	// The version manager behind some installations of aws looks for itself below HOME.
	if root := os.Getenv("PYENV_ROOT"); root == "" {
		env = append(env, "PYENV_ROOT="+filepath.Join(os.Getenv("HOME"), ".pyenv"))
	}
	env = append(env, "HOME="+home, "LC_ALL=C.UTF-8")
	return func(args ...string) (string, error) {
		cmd := exec.Command(path, args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

// tree is a folder to send: names that are hard to quote, a file of several
// parts, an empty one.
func tree(t *testing.T) (dir string, files map[string]string) {
	t.Helper()
	dir = t.TempDir()
	files = map[string]string{
		"empty": "", "a b+c.txt": secretText[:70_000], "ü/100% (1).txt": "the quick brown canary jumps over " + secretText[:1000],
		"deep/er/large.bin": strings.Repeat(secretText, 60), // 12 MB
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir, files
}

// holdsTree tells that a folder has these files and no other.
func holdsTree(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	count := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		count++
		name, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		content, known := want[filepath.ToSlash(name)]
		assert.True(t, known, "%s was not sent", name)
		got, err := os.ReadFile(path)
		assert.True(t, content == string(got), "%s came back changed", name)
		return err
	}))
	assert.Len(t, want, count)
}
