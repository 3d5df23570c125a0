//go:build unix

package transfer

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
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
	return strconv.FormatUint(uint64(s.Dev), 10) + ":" + strconv.FormatUint(s.Ino, 10) //nolint:unconvert // Dev has another type on other systems
}

// FindReadable asks the system whether this user may read a file that not everybody may
// read, without opening it, and tells its identity (IdentityOf). What only reading it
// would show, as a disk that fails or a list of those who may not, the upload says.
func FindReadable(path string, stat os.FileInfo) (identity string, err error) {
	const everybody = 0o444
	if stat.Mode()&everybody == everybody {
		return IdentityOf(nil, stat), nil
	}
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK, unix.AT_EACCESS); err != nil {
		return "", &os.PathError{Op: "open", Path: path, Err: err}
	}
	return IdentityOf(nil, stat), nil
}
