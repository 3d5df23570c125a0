//go:build unix

package transfer

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock marks a file as held by this process until it is closed; false when
// another holds it. Where files cannot be locked all are free.
func lock(f *os.File) bool {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return err != unix.EWOULDBLOCK //nolint:errorlint // a bare errno
}

// readUmask must run before there is a second goroutine: it can only be read by
// setting it.
func readUmask() int {
	mask := unix.Umask(0o077)
	unix.Umask(mask)
	return mask
}
