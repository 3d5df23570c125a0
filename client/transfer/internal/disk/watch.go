package disk

import (
	"io/fs"
	"sync/atomic"
	"time"
)

// Calls are those that one job has at the disk: whether any is under way, and since
// when none began or ended. A network drive that is gone answers none, and nobody can
// take one back. Safe for concurrent use; the zero value is ready.
type Calls struct {
	open atomic.Int32
	last atomic.Int64 // nanoseconds since started
	left atomic.Bool
}

var started = time.Now()

// Begin says that the disk is asked for something; End follows.
func (c *Calls) Begin() {
	c.last.Store(int64(time.Since(started)))
	c.open.Add(1)
}

// End says that it answered.
func (c *Calls) End() {
	c.open.Add(-1)
	c.last.Store(int64(time.Since(started)))
}

// Waiting is for how long the disk has answered nothing, 0 where nothing is asked.
func (c *Calls) Waiting() time.Duration {
	if c.open.Load() == 0 {
		return 0
	}
	return time.Since(started) - time.Duration(c.last.Load())
}

// Leave says that nobody waits for the job any more: what it would do when the disk
// answers after all is not wanted.
func (c *Calls) Leave() { c.left.Store(true) }

// AreLeft reports whether nobody waits.
func (c *Calls) AreLeft() bool { return c.left.Load() }

// Watched is a disk whose calls are counted.
type Watched struct {
	Disk
	Calls *Calls
}

// Open counts, and so does all that is done in the folder.
func (w Watched) Open(root, name string) (Folder, error) {
	w.Calls.Begin()
	defer w.Calls.End()
	f, err := w.Disk.Open(root, name)
	if err != nil {
		return nil, err
	}
	return watchedFolder{f, w.Calls}, nil
}

// Bare is a folder without its watch.
func Bare(f Folder) Folder {
	if w, ok := f.(watchedFolder); ok {
		return w.folder
	}
	return f
}

type watchedFolder struct {
	folder Folder
	calls  *Calls
}

func (w watchedFolder) Lstat(name string) (fs.FileInfo, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Lstat(name)
}

func (w watchedFolder) Readlink(name string) (string, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Readlink(name)
}

func (w watchedFolder) Names() ([]string, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Names()
}

func (w watchedFolder) Create(name string) (File, error) {
	w.calls.Begin()
	defer w.calls.End()
	return watchedFileOf(w.folder.Create(name))(w.calls)
}

func (w watchedFolder) Reopen(name string) (File, error) {
	w.calls.Begin()
	defer w.calls.End()
	return watchedFileOf(w.folder.Reopen(name))(w.calls)
}

func (w watchedFolder) Dress(name string, mode fs.FileMode, modified time.Time) error {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Dress(name, mode, modified)
}

func (w watchedFolder) Place(temp, name string, replace bool) error {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Place(temp, name, replace)
}

func (w watchedFolder) Remove(name string) error {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Remove(name)
}

func (w watchedFolder) Free() (int64, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Free()
}

func (w watchedFolder) Sync() error {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Sync()
}

func (w watchedFolder) Close() error {
	w.calls.Begin()
	defer w.calls.End()
	return w.folder.Close()
}

func watchedFileOf(f File, err error) func(*Calls) (File, error) {
	return func(c *Calls) (File, error) {
		if err != nil {
			return nil, err
		}
		return watchedFile{f, c}, nil
	}
}

type watchedFile struct {
	file  File
	calls *Calls
}

func (w watchedFile) Read(p []byte) (int, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.Read(p)
}

func (w watchedFile) ReadAt(p []byte, at int64) (int, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.ReadAt(p, at)
}

func (w watchedFile) WriteAt(p []byte, at int64) (int, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.WriteAt(p, at)
}

// Seek asks nobody.
func (w watchedFile) Seek(offset int64, whence int) (int64, error) {
	return w.file.Seek(offset, whence)
}

func (w watchedFile) Truncate(size int64) error {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.Truncate(size)
}

func (w watchedFile) Allocate(size int64) error {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.Allocate(size)
}

func (w watchedFile) Sync() error {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.Sync()
}

func (w watchedFile) Stat() (fs.FileInfo, error) {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.Stat()
}

func (w watchedFile) Close() error {
	w.calls.Begin()
	defer w.calls.End()
	return w.file.Close()
}
