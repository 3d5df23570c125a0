package durable

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// child names what a copy of the test binary does instead of testing.
const child = "BUCKETSEAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(child); role != "" {
		runChild(role, os.Args[len(os.Args)-1])
		return
	}
	os.Exit(m.Run())
}

// dying is a disk on which the program ends where it would rename: no deferred
// call runs, as in a crash.
type dying struct{ System }

func (dying) Rename(string, string) error { os.Exit(42); return nil }

var roles = map[string]func(path string){
	"crash": func(path string) {
		_ = Files{dying{}}.Update(context.Background(), path, become("new"))
	},
}

func runChild(role, path string) { roles[role](path) }

func inChild(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe, path)
	cmd.Env = append(os.Environ(), child+"="+role)
	return cmd
}

func become(s string) func([]byte) ([]byte, error) {
	return func([]byte) ([]byte, error) { return []byte(s), nil }
}

func write(t *testing.T, path, s string) {
	t.Helper()
	require.NoError(t, Files{}.Update(t.Context(), path, become(s)))
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func listing(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestAChangeSeesTheOldContentAndPutsTheNewInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a [folder]", "f.json")
	b, err := Read(path)
	require.NoError(t, err)
	assert.Nil(t, b, "no file is nil")
	for _, step := range []struct{ old, next string }{{"", "one"}, {"one", "two"}, {"two", ""}, {"", "three"}} {
		require.NoError(t, Files{}.Update(t.Context(), path, func(old []byte) ([]byte, error) {
			assert.Equal(t, step.old, string(old))
			return []byte(step.next), nil
		}))
		assert.Equal(t, step.next, content(t, path))
	}
	b, err = Read(path)
	require.NoError(t, err)
	assert.Equal(t, "three", string(b))
	assert.Equal(t, []string{".f.json.lock", "f.json"}, listing(t, filepath.Dir(path)))

	require.NoError(t, Files{}.Update(t.Context(), path, func([]byte) ([]byte, error) { return nil, nil }))
	assert.NoFileExists(t, path)
	b, err = Read(path)
	require.NoError(t, err)
	assert.Nil(t, b)
}

func TestAnEmptyFileIsNotNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	b, err := Read(path)
	require.NoError(t, err)
	assert.NotNil(t, b)
	assert.Empty(t, b)
}

func TestFilesAndFoldersAreForTheUserOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	top := t.TempDir()
	path := filepath.Join(top, "a", "b", "f")
	write(t, path, "x")
	require.NoError(t, os.Chmod(path, 0o644))
	write(t, path, "y")
	_, err := Files{}.KeepAside(path, []byte("x"))
	require.NoError(t, err)
	var files, folders int
	require.NoError(t, filepath.WalkDir(filepath.Join(top, "a"), func(p string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		st, err := d.Info()
		require.NoError(t, err)
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
			folders++
		} else {
			files++
		}
		assert.Equal(t, want, st.Mode().Perm(), p)
		return nil
	}))
	assert.Equal(t, []int{4, 2}, []int{files, folders}, "the file, its lock, the copy, its lock")
}

func TestAnUnchangedFileIsNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "same")
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	require.NoError(t, os.Chtimes(path, old, old))
	write(t, path, "same")
	st, err := os.Stat(path)
	require.NoError(t, err)
	assert.True(t, st.ModTime().Equal(old))
}

func TestARefusedChangeLeavesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "old")
	no := errors.New("no")
	err := Files{}.Update(t.Context(), path, func([]byte) ([]byte, error) { return []byte("new"), no })
	require.ErrorIs(t, err, no)
	assert.Equal(t, "old", content(t, path))
}

func TestACrashBeforeTheRenameLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "old")
	var died *exec.ExitError
	require.ErrorAs(t, inChild(t, "crash", path).Run(), &died)
	require.Equal(t, 42, died.ExitCode(), "the child must die before the rename")

	assert.Equal(t, "old", content(t, path))
	left := beginning(filepath.Dir(path), ".f.tmp-")
	require.Len(t, left, 1, "the crash left its temp file")
	assert.Equal(t, "new", content(t, left[0]))

	write(t, path, "next") // the lock died with the process
	assert.Equal(t, "next", content(t, path))
	assert.Empty(t, beginning(filepath.Dir(path), ".f.tmp-"), "what the crash left is gone")
}

// inTheWay is a disk on which a folder appears under the name of the file.
type inTheWay struct{ System }

func (d inTheWay) Rename(from, to string) error {
	if err := os.MkdirAll(filepath.Join(to, "inside"), 0o700); err != nil {
		return err
	}
	return d.System.Rename(from, to)
}

func TestAFailedRenameLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.ErrorContains(t, Files{inTheWay{}}.Update(t.Context(), path, become("new")), "write f: ")
	assert.Equal(t, []string{".f.lock", "f"}, listing(t, filepath.Dir(path)))
}

func TestWhoeverWaitsTooLongIsToldWhy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "old")
	unlock, err := Files{}.Lock(t.Context(), path)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err = Files{}.Update(ctx, path, become("new"))
	require.ErrorIs(t, err, ErrBusy)
	assert.Contains(t, err.Error(), path)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Files{}.Update(ctx, path, become("new")), context.Canceled)
	assert.Equal(t, "old", content(t, path))

	unlock()
	write(t, path, "new")
	assert.Equal(t, "new", content(t, path))
}

func TestWhatCannotBeReadOrMadeIsAnError(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(dir)
	require.ErrorContains(t, err, "read ")
	require.ErrorContains(t, Files{}.Update(t.Context(), dir, become("x")), "read ")

	file := filepath.Join(dir, "file")
	write(t, file, "x")
	_, err = Read(filepath.Join(file, "f"))
	require.Error(t, err, "a file is no folder")
	require.ErrorContains(t, Files{}.Update(t.Context(), filepath.Join(file, "f"), become("x")), "read f")
	_, err = Files{}.Lock(t.Context(), filepath.Join(file, "f"))
	require.ErrorContains(t, err, "make the settings folder")

	require.NoError(t, os.Mkdir(filepath.Join(dir, ".g.lock"), 0o700))
	require.ErrorContains(t, Files{}.Update(t.Context(), filepath.Join(dir, "g"), become("x")), "lock ")

	huge := filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(huge, nil, 0o600))
	require.NoError(t, os.Truncate(huge, MaxBytes))
	_, err = Read(huge)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(huge, MaxBytes+1))
	_, err = Read(huge)
	require.ErrorContains(t, err, "larger than 16 MiB")
}

func TestALinkIsFollowedAndStaysOne(t *testing.T) {
	dir, dotfiles := t.TempDir(), t.TempDir()
	path, real := filepath.Join(dir, "f"), filepath.Join(dotfiles, "kept")
	write(t, real, "old")
	require.NoError(t, os.Symlink(real, path))
	b, err := Read(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(b))
	write(t, path, "new")
	assert.Equal(t, "new", content(t, real))
	to, err := os.Readlink(path)
	require.NoError(t, err, "the link is one still")
	assert.Equal(t, real, to)
	assert.Equal(t, []string{"f"}, listing(t, dir))
}

func TestALinkWhoseTargetIsAwayIsNoMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.Symlink("away", path))
	_, err := Read(path)
	require.ErrorContains(t, err, "it is a link to away, which is not there")
	require.ErrorContains(t, Files{}.Update(t.Context(), path, become("x")), "it is a link to away")
	to, err := os.Readlink(path)
	require.NoError(t, err)
	assert.Equal(t, "away", to)
	assert.NoFileExists(t, filepath.Join(filepath.Dir(path), "away"))
}
