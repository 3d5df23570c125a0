package disk

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// To set space aside in memory is to fill it, once more than needed.
func TestNoSpaceIsSetAsideInMemory(t *testing.T) {
	const inMemory = "/dev/shm"
	var s unix.Statfs_t
	if unix.Statfs(inMemory, &s) != nil || s.Type != unix.TMPFS_MAGIC {
		t.Skip("there is no tmpfs at " + inMemory)
	}
	dir, err := os.MkdirTemp(inMemory, "bucketseal-test-") //nolint:usetesting // in that very folder
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f, err := open(t, &System{}, dir, ".").Create("x")
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	require.ErrorIs(t, f.Allocate(1<<20), errors.ErrUnsupported)
	st, err := f.Stat()
	require.NoError(t, err)
	assert.Zero(t, st.Size())
}
