//go:build !windows

package settings

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// trust refuses what others own or may write. Root's files are trusted: root
// can do anything anyway.
func trust(path string, st fs.FileInfo) error {
	me := uint32(os.Geteuid()) //nolint:gosec // a user id
	if owner, ok := st.Sys().(*syscall.Stat_t); ok && owner.Uid != me && owner.Uid != 0 {
		return &UntrustedError{
			path, fmt.Sprintf("belongs to another user (uid %d)", owner.Uid),
			fmt.Sprintf("run this as that user, or, if you trust what it holds: chown %d %s", me, path),
		}
	}
	if st.Mode().Perm()&0o022 != 0 {
		return &UntrustedError{
			path, fmt.Sprintf("may be written by other users (mode %04o)", st.Mode().Perm()),
			fmt.Sprintf("if you trust what it holds: chmod go-w %s", path),
		}
	}
	return nil
}
