//go:build !windows

package settings

import (
	"io/fs"
	"os"
	"syscall"

	"github.com/bucketseal/bucketseal/client"
)

// trust refuses what others own or may write. Root's files are trusted: root
// can do anything anyway.
func trust(path string, st fs.FileInfo) error {
	me := uint32(os.Geteuid()) //nolint:gosec // a user id
	if owner, ok := st.Sys().(*syscall.Stat_t); ok && owner.Uid != me && owner.Uid != 0 {
		return &UntrustedError{
			path, client.Say("belongs to another user (uid %d)", int64(owner.Uid)),
			client.Say("run this as that user, or, if you trust what it holds: chown %d %s", int64(me), path),
		}
	}
	if st.Mode().Perm()&0o022 != 0 {
		return &UntrustedError{
			path, client.Say("may be written by other users (mode %04o)", int64(st.Mode().Perm())),
			client.Say("if you trust what it holds: chmod go-w %s", path),
		}
	}
	return nil
}
