package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// Lock has nothing to do: Windows lets nobody remove a file that is open.
func Lock(*os.File) bool { return true }

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
