package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// beTheProgram makes the test binary run main, so that the stories below use a
// process of its own with real arguments, environment and exit code.
const beTheProgram = "BUCKETSEAL_TEST_BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beTheProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A user sits at a terminal with a settings folder of their own, credentials
// in the environment and a local endpoint over TLS.
type user struct {
	t      *testing.T
	server *mock.Endpoint
	dir    string // files of the user
	config string // settings
	env    []string
	global []string // flags of every command
}

func newUser(t *testing.T, options ...mock.Option) *user {
	t.Helper()
	u := &user{t: t, server: mock.Start(t, options...), dir: t.TempDir(), config: ownFolder(t)}
	u.env = []string{
		beTheProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + u.dir, "BUCKETSEAL_CONFIG_DIR=" + u.config,
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(u.dir, "no-keyring-here"),
		"AWS_ACCESS_KEY_ID=" + u.server.AccessKey, "AWS_SECRET_ACCESS_KEY=" + u.server.SecretKey, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
	}
	u.global = []string{"--endpoint", u.server.URL, "--ca-file", u.server.CAFile, "--kms-endpoint", u.server.URL}
	return u
}

// ownFolder is a folder for settings: nobody else may write there, whatever the
// umask of who runs the tests.
func ownFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o700)) //nolint:gosec // a folder
	return dir
}

// ran is one run of the program.
type ran struct {
	t        *testing.T
	code     int
	out, err string
}

func (u *user) runs(args ...string) ran {
	u.t.Helper()
	return u.types("", append(args, u.global...)...)
}

// types runs the program with something on its standard input and no flags of
// the harness.
func (u *user) types(input string, args ...string) ran {
	u.t.Helper()
	program, err := os.Executable()
	require.NoError(u.t, err)
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = u.dir, u.env, strings.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(u.t, err)
	}
	return ran{u.t, cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// ends asserts the exit code.
func (r ran) ends(code int) ran {
	r.t.Helper()
	require.Equal(r.t, code, r.code, "stdout:\n%s\nstderr:\n%s", r.out, r.err)
	return r
}

// lines are the JSON lines of stdout.
func (r ran) lines() []map[string]any {
	r.t.Helper()
	var all []map[string]any
	for text := range strings.Lines(r.out) {
		var l map[string]any
		require.NoError(r.t, json.Unmarshal([]byte(text), &l), text)
		all = append(all, l)
	}
	return all
}

// line is the only JSON line of stdout.
func (r ran) line() map[string]any {
	r.t.Helper()
	all := r.lines()
	require.Len(r.t, all, 1, r.out+r.err)
	return all[0]
}

// file writes a file of the user.
func (u *user) file(name string, content []byte) string {
	u.t.Helper()
	path := filepath.Join(u.dir, name)
	require.NoError(u.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(u.t, os.WriteFile(path, content, 0o600))
	return path
}

func (u *user) read(name string) []byte {
	u.t.Helper()
	b, err := os.ReadFile(filepath.Join(u.dir, name))
	require.NoError(u.t, err)
	return b
}

// noise is content that does not compress or repeat, the same at every run.
func noise(size int) []byte {
	b := make([]byte, size)
	x := uint64(88172645463325252)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}
