//go:build unix

package transfer

import "golang.org/x/sys/unix"

// readUmask must run before there is a second goroutine: it can only be read by
// setting it.
func readUmask() int {
	mask := unix.Umask(0o077)
	unix.Umask(mask)
	return mask
}
