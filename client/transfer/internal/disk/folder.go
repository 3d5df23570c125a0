package disk

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// ErrLocked says that somebody else writes to a file.
var ErrLocked = client.Say("another program is writing to it").Err()

// A folder is open as long as somebody uses it, and some time longer.
type folder struct {
	system *System
	path   string // all of it
	top    string // the folder it was reached from
	root   *os.Root
	dir    *os.File // the same, for what os.Root does not do
	info   fs.FileInfo

	users     int  // belongs to the system's mutex
	forgotten bool // as this: something else has its path now
}

func openFolder(top, name string) (*folder, error) {
	if err := os.MkdirAll(top, folderMode); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	if name != "." && name != "" {
		below, err := openBelow(root, name)
		_ = root.Close() // only led there
		if err != nil {
			return nil, err
		}
		root = below
	}
	f := &folder{top: top, root: root}
	if f.dir, err = root.Open("."); err == nil {
		f.info, err = f.dir.Stat()
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// openBelow opens a folder, which is there most often.
func openBelow(root *os.Root, name string) (*os.Root, error) {
	below, err := root.OpenRoot(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return below, err
	}
	if err := root.MkdirAll(name, folderMode); err != nil {
		return nil, err
	}
	return root.OpenRoot(name)
}

// close closes a folder that nobody uses.
func (f *folder) close() {
	if f.dir != nil {
		_ = f.dir.Close() // only read from
	}
	_ = f.root.Close()
}

// A use is what one user has of a folder.
type use struct {
	*folder
	once sync.Once
}

// Close gives the folder back.
func (u *use) Close() error {
	u.once.Do(func() { u.system.giveBack(u.folder, false) })
	return nil
}

func (f *folder) Lstat(name string) (fs.FileInfo, error) { return f.root.Lstat(name) }
func (f *folder) Readlink(name string) (string, error)   { return f.root.Readlink(name) }
func (f *folder) Remove(name string) error               { return f.root.Remove(name) }

// Names are those of all that is in it, as far as it can be read.
func (f *folder) Names() ([]string, error) {
	d, err := f.root.Open(".") // which begins at the start
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }() // only read from
	return d.Readdirnames(-1)
}

func (f *folder) Create(name string) (File, error) {
	made, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, tempMode)
	if err != nil {
		return nil, err
	}
	Lock(made)
	return file{made}, nil
}

func (f *folder) Reopen(name string) (File, error) {
	there, err := f.root.Lstat(name)
	switch {
	case err != nil:
		return nil, err
	case !there.Mode().IsRegular():
		return nil, fs.ErrInvalid
	}
	opened, err := f.root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	same, err := opened.Stat()
	switch {
	case err == nil && !os.SameFile(there, same):
		err = fs.ErrInvalid
	case err == nil && !Lock(opened):
		err = ErrLocked
	}
	if err != nil {
		_ = opened.Close() // nothing was written
		return nil, err
	}
	return file{opened}, nil
}

// Dress: a file system that has no modes refuses; the file then stays its owner's
// alone, which is no reason to throw it away.
func (f *folder) Dress(name string, mode fs.FileMode, modified time.Time) error {
	_ = f.root.Chmod(name, mode)
	if !time.Unix(0, modified.UnixNano()).Equal(modified) {
		return nil // nobody knows it (the zero time), or no system can be told: it would become another date
	}
	return f.root.Chtimes(name, time.Time{}, modified)
}

// Place: a rename would replace what is there. Where the system has none that does
// not, a hard link fails where the name exists.
func (f *folder) Place(temp, name string, replace bool) error {
	if replace {
		return f.root.Rename(temp, name)
	}
	err := f.renameNew(temp, name)
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err = f.root.Link(temp, name); err == nil {
		_ = f.root.Remove(temp) // has its name now
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.renameIfAbsent(temp, name)
}

// naming is held between looking for a name and taking it.
var naming sync.Mutex

// renameIfAbsent is for file systems without either (FAT, some network drives).
// Nothing under the name is ever less than the whole file; another program may take
// the name between the look and the rename.
func (f *folder) renameIfAbsent(temp, name string) error {
	naming.Lock()
	defer naming.Unlock()
	_, err := f.root.Lstat(name)
	switch {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return f.root.Rename(temp, name)
}

// Free is what an ordinary user may still write.
func (f *folder) Free() (int64, error) { return free(f.dir, f.path) }

// Sync syncs the folder, where folders can be.
func (f *folder) Sync() error { return syncFolder(f.dir) }

// file is a file of the system.
type file struct{ *os.File }

func (f file) Allocate(size int64) error { return allocate(f.File, size) }
