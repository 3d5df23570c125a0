//go:build unix

package disk

import "golang.org/x/sys/unix"

// errTooLarge is what a file system says of a file larger than it can hold.
var errTooLarge = unix.EFBIG
