//go:build unix

package transfer

import (
	"fmt"
	"os"
	"syscall"
)

// withoutWaiting opens a pipe although nobody writes to it.
const withoutWaiting = syscall.O_NONBLOCK

// IdentityOf tells a file, as it was found, from another that took its name: its device
// and inode, "" where the system does not say. It is evidence and no ground to refuse
// a file: file systems over a network make such numbers up anew.
func IdentityOf(_ *os.File, stat os.FileInfo) string {
	s, ok := stat.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", s.Dev, s.Ino)
}
