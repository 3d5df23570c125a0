package disk

import (
	"errors"
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// Lock marks a file as held by this process until it is closed; false when another
// holds it. What os.Root opens may be opened and removed by others while it is open
// (FILE_SHARE_DELETE). The lock is on one byte far behind the end of any file, which is
// allowed, since nobody else may read or write what is locked. Where files cannot be
// locked all are free.
func Lock(f *os.File) bool {
	behind := windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &behind)
	return !errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

// Folders cannot be synced.
func syncFolder(*os.File) error { return nil }

func syncAll(*os.File) error { return errors.ErrUnsupported }

func sameSystem(fs.FileInfo, fs.FileInfo) bool { return false }

func (f *folder) renameNew(string, string) error { return errors.ErrUnsupported }

func free(_ *os.File, path string) (int64, error) {
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var available uint64
	if err := windows.GetDiskFreeSpaceEx(p, &available, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(available, 1<<62)), nil
}

// allocate: NTFS sets the space aside with the length.
func allocate(f *os.File, size int64) error { return f.Truncate(size) }

// IsFull reports whether an error says that there is no room.
func IsFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
