//go:build unix

package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Lock marks a file as held by this process until it is closed; false when
// another holds it. Where files cannot be locked all are free.
func Lock(f *os.File) bool {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return err != unix.EWOULDBLOCK //nolint:errorlint // a bare errno
}

func syncFolder(dir *os.File) error { return dir.Sync() }

// sameSystem reports whether two folders are of one file system.
func sameSystem(a, b fs.FileInfo) bool {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, also := b.Sys().(*syscall.Stat_t)
	return ok && also && x.Dev == y.Dev
}

// IsFull reports whether an error says that there is no room: on the disk, or for
// this user.
func IsFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}
