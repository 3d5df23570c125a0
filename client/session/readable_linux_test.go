package session

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// nobody is a user who owns no file.
const nobody = 65534

// asNobody makes the goroutine of a test look at files as another user would.
func asNobody(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return // this user may not read what nobody may
	}
	runtime.LockOSThread()
	was, err := unix.SetfsuidRetUid(nobody)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := unix.SetfsuidRetUid(was)
		require.NoError(t, err)
		runtime.UnlockOSThread()
	})
}

func TestAFileThatThisUserMayNotReadIsRefusedBeforeAnythingIsSent(t *testing.T) {
	d := open(t, nil)
	require.NoError(t, os.Chmod(filepath.Dir(d.dir), 0o755))
	require.NoError(t, os.Chmod(d.dir, 0o755))
	for name, content := range map[string]string{"open": "x", "secret": "x", "empty and secret": ""} {
		d.write(name, content)
		require.NoError(t, os.Chmod(filepath.Join(d.dir, name), 0))
	}
	require.NoError(t, os.Chmod(filepath.Join(d.dir, "open"), 0o644))
	asNobody(t)
	assert.Equal(t, []string{"! empty and secret: this user may not read it", "! secret: this user may not read it", "open"}, d.keysOf(UploadOptions{Contents: true}, ""))
}

func TestWhetherAFileHasContentsIsAskedOfTheFile(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "full": "x"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	has, err := hasContents(filepath.Join(dir, "empty"))
	require.NoError(t, err)
	assert.False(t, has)
	has, err = hasContents(filepath.Join(dir, "full"))
	require.NoError(t, err)
	assert.True(t, has)
	_, err = hasContents(filepath.Join(dir, "gone"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = hasContents(dir)
	require.ErrorIs(t, err, unix.EISDIR)
}
