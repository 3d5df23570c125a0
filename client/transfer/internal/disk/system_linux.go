package disk

import (
	"errors"
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// syncAll brings a whole file system to its disk. Since Linux 5.8 it says where that
// went wrong.
func syncAll(dir *os.File) error { return unix.Syncfs(int(dir.Fd())) }

// allocate: file systems that cannot set space aside are many, and their writes tell
// when there is none. So it is in memory (tmpfs), where to set aside is to fill with
// zeros, page by page, which costs nearly as much as writing does.
func allocate(f *os.File, size int64) error {
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &s); err == nil && s.Type == unix.TMPFS_MAGIC {
		return errors.ErrUnsupported
	}
	err := unix.Fallocate(int(f.Fd()), 0, 0, size)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
		return errors.ErrUnsupported
	case errors.Is(err, unix.EINTR):
		return allocate(f, size)
	}
	return err
}

func free(dir *os.File, _ string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, err
	}
	if s.Bsize <= 0 || s.Blocks == 0 || s.Bavail > math.MaxInt64/uint64(s.Bsize) {
		return 0, errors.ErrUnsupported // some drives say nothing
	}
	return int64(s.Bavail) * s.Bsize, nil
}

// renameNew renames and replaces nothing.
func (f *folder) renameNew(temp, name string) error {
	fd := int(f.dir.Fd())
	err := unix.Renameat2(fd, temp, fd, name, unix.RENAME_NOREPLACE)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EOPNOTSUPP):
		return errors.ErrUnsupported
	}
	return &fs.PathError{Op: "rename", Path: name, Err: err}
}
