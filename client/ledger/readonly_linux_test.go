package ledger

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/bucketseal/bucketseal/client/transfer"
)

// asNobody does something with the rights of somebody who owns nothing.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, _ = unix.SetfsuidRetUid(65534)
	defer func() { _, _ = unix.SetfsuidRetUid(0) }()
	do()
}

func TestInAFolderThatCannotBeWrittenTransfersGoOnInMemory(t *testing.T) {
	for name, there := range map[string]bool{"a ledger is there": true, "none is there": false} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			require.NoError(t, os.MkdirAll(dir, 0o755))
			if there {
				l := open(t, dir)
				enter(t, l.Journal(ward), 1)
				require.NoError(t, l.Close())
			}
			require.NoError(t, os.Chmod(dir, 0o555))
			defer func() { require.NoError(t, os.Chmod(dir, 0o755)) }()
			var book notebook
			l := New(Options{Dir: dir, Note: book.note})
			asNobody(t, func() { require.ErrorContains(t, l.Open(), "permission denied") })
			j := l.Journal(ward)
			number := enter(t, j, 1)[0]
			require.NoError(t, j.Write([]transfer.Entry{{Number: number, Receipt: aReceipt(aJob(0))}}))
			assert.NotNil(t, read(t, j, number).Receipt)
			assert.False(t, j.Lasts())
			require.Len(t, book.notes, 1)
			assert.Contains(t, book.notes[0], "not kept beyond this run")
			require.NoError(t, l.Close())
			assert.Empty(t, aside(t, dir), "it is not damaged")
		})
	}
}
