package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func open(t *testing.T, s *System, root, name string) Folder {
	t.Helper()
	f, err := s.Open(root, name)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close(); s.Rest() })
	return f
}

func write(t *testing.T, f Folder, name, content string) {
	t.Helper()
	made, err := f.Create(name)
	require.NoError(t, err)
	_, err = made.WriteAt([]byte(content), 0)
	require.NoError(t, err)
	require.NoError(t, made.Sync())
	require.NoError(t, made.Close())
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// namers are the ways of giving a name that replaces nothing.
func namers(f *folder) map[string]func(temp, name string) error {
	return map[string]func(temp, name string) error{
		"as the system does": func(temp, name string) error { return f.Place(temp, name, false) },
		"by a look before":   f.renameIfAbsent, // where there are no hard links either
	}
}

func TestAFileGetsItsNameAndReplacesNothing(t *testing.T) {
	root := t.TempDir()
	f := open(t, &System{}, root, "a/b")
	path := filepath.Join(root, "a", "b", "x")
	for name, place := range namers(f.(*use).folder) {
		write(t, f, "temp", "content")
		require.NoError(t, os.WriteFile(path, []byte("appeared in the last instant"), 0o600))
		require.ErrorIs(t, place("temp", "x"), fs.ErrExist, name)
		assert.Equal(t, "appeared in the last instant", content(t, path))
		require.NoError(t, os.Remove(path))
		require.NoError(t, place("temp", "x"), name)
		assert.Equal(t, "content", content(t, path))
		names, err := f.Names()
		require.NoError(t, err)
		assert.Equal(t, []string{"x"}, names, name)
		require.NoError(t, os.Remove(path))
		require.ErrorIs(t, place("temp", "x"), fs.ErrNotExist, "the temporary file is gone")
		assert.NoFileExists(t, path, "nothing stays under the name, least of all an empty file")
	}
	write(t, f, "temp", "new")
	write(t, f, "x", "old")
	require.NoError(t, f.Place("temp", "x", true))
	assert.Equal(t, "new", content(t, path))
}

func TestNoFolderIsOpenedOutsideItsRoot(t *testing.T) {
	outside, s := t.TempDir(), &System{}
	root := filepath.Join(t.TempDir(), "root")
	require.NoError(t, os.Mkdir(root, 0o700))
	require.NoError(t, os.Symlink(outside, filepath.Join(root, "link")))
	for _, name := range []string{"..", "link", "a/../..", "/", "link/new"} {
		_, err := s.Open(root, name)
		require.Error(t, err, name)
	}
	all, err := os.ReadDir(outside)
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestAFolderThatWasReplacedMeanwhileIsOpenedAnew(t *testing.T) {
	root, s := t.TempDir(), &System{}
	before := open(t, s, root, "a")
	write(t, before, "one", "1")
	assert.Same(t, before.(*use).folder, open(t, s, root, "a").(*use).folder, "one that is there stays open")
	moved := filepath.Join(t.TempDir(), "elsewhere")
	require.NoError(t, os.Rename(filepath.Join(root, "a"), moved))
	require.NoError(t, os.Mkdir(filepath.Join(root, "a"), 0o700)) // another takes its place
	after := open(t, s, root, "a")
	write(t, after, "two", "2")
	assert.Equal(t, "2", content(t, filepath.Join(root, "a", "two")))
	assert.NoFileExists(t, filepath.Join(moved, "two"))
	write(t, before, "three", "3")
	assert.Equal(t, "3", content(t, filepath.Join(moved, "three")), "who has it still writes to the same one")
}

func TestFoldersThatNobodyUsesAreClosed(t *testing.T) {
	root, s := t.TempDir(), &System{}
	used, err := s.Open(root, "used")
	require.NoError(t, err)
	for i := range 3 * mostIdle {
		f, err := s.Open(root, fmt.Sprint(i))
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, f.Close(), "a second time does nothing")
	}
	assert.Len(t, s.open, mostIdle+1)
	s.Rest()
	assert.Len(t, s.open, 1)
	write(t, used, "x", "it works on")
	require.NoError(t, used.Close())
	s.Rest()
	assert.Empty(t, s.open)
	_, err = used.Names()
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestAFileThatSomebodyElseWritesIsNotTakenOver(t *testing.T) {
	f := open(t, &System{}, t.TempDir(), ".")
	made, err := f.Create("x")
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		_, err = f.Reopen("x")
		require.ErrorIs(t, err, ErrLocked)
	}
	require.NoError(t, made.Close())
	again, err := f.Reopen("x")
	require.NoError(t, err)
	require.NoError(t, again.Close())
	_, err = f.Create("x")
	require.ErrorIs(t, err, fs.ErrExist)
	_, err = f.Reopen("none")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestSpaceIsSetAsideAndItsLackIsTold(t *testing.T) {
	f := open(t, &System{}, t.TempDir(), ".")
	free, err := f.Free()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("nobody says here how much is free")
	}
	require.NoError(t, err)
	require.Positive(t, free)
	made, err := f.Create("x")
	require.NoError(t, err)
	defer func() { _ = made.Close() }()
	if err := made.Allocate(1 << 20); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no space can be set aside here")
	}
	st, err := made.Stat()
	require.NoError(t, err)
	assert.EqualValues(t, 1<<20, st.Size())
	// More than any file may have is refused at once. A little more than is free would
	// first take all that is, from every program of this machine.
	err = made.Allocate(1 << 62)
	require.Error(t, err)
	assert.True(t, IsFull(err) || errors.Is(err, errTooLarge), "%v", err)
	assert.False(t, IsFull(fs.ErrExist))
}

func TestAFileIsDatedAndEverythingIsSyncedAtOnce(t *testing.T) {
	s, then := &System{}, time.Date(2020, 1, 2, 3, 4, 5, 678901234, time.UTC)
	f, other := open(t, s, t.TempDir(), "."), open(t, s, t.TempDir(), "below")
	write(t, f, "x", "1")
	require.NoError(t, f.Dress("x", 0o640, then))
	st, err := f.Lstat("x")
	require.NoError(t, err)
	assert.WithinDuration(t, then, st.ModTime(), time.Microsecond)
	require.NoError(t, f.Dress("x", 0o640, time.Time{}), "whose age nobody tells")
	for _, year := range []int{1, 1600, 2300, 9999} {
		require.NoError(t, f.Dress("x", 0o640, time.Date(year, 5, 6, 7, 8, 9, 0, time.UTC)))
	}
	st, err = f.Lstat("x")
	require.NoError(t, err)
	assert.WithinDuration(t, then, st.ModTime(), time.Microsecond, "a date that no system can be told does not become another one")
	require.NoError(t, f.Sync())
	if err := s.SyncAll([]Folder{f, other}); err != nil {
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
	require.ErrorIs(t, s.SyncAll([]Folder{struct{ Folder }{f}}), errors.ErrUnsupported, "a folder of another disk")
}
