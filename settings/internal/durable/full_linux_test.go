package durable

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A limit on the size of files makes write(2) fail as a full disk does.
func limitFiles(bytes uint64) {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		panic(err)
	}
}

func init() {
	roles["full"] = func(path string) {
		limitFiles(100)
		err := Files{}.Update(context.Background(), path, become(strings.Repeat("n", 200)))
		_, aside := Files{}.KeepAside(path, []byte(strings.Repeat("n", 200)))
		fmt.Println(err, aside)
		os.Exit(0)
	}
}

func TestAFullDiskLeavesTheOldFileAndNoHalfOfTheNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "old")
	out, err := inChild(t, "full", path).Output()
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(out), "file too large"), "%s", out)
	assert.Equal(t, "old", content(t, path))
	assert.Equal(t, []string{".f.damaged.lock", ".f.lock", "f"}, listing(t, filepath.Dir(path)))
}
