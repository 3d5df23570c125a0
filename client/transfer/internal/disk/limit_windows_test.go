package disk

import "golang.org/x/sys/windows"

// errTooLarge is what a file system says of a file larger than it can hold.
var errTooLarge = windows.ERROR_DISK_FULL
