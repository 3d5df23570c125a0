// Package disk is the folders of this machine that downloads write to, by what a
// download needs of them: a new file beside the others, space for it, its final name
// in one step, and that all of this survives a power cut.
//
// Every folder is reached through os.Root from the folder which the user chose, so
// that neither ".." nor a symbolic link leads outside. A folder stays open while many
// files go into it; one that was moved or replaced meanwhile is opened anew.
package disk

import (
	"io"
	"io/fs"
	"time"
)

// A Disk is the file systems of this machine; tests have one that fails. Safe for
// concurrent use.
type Disk interface {
	// Open opens the folder that is called name, with slashes, below root, and makes
	// what of both is missing. It never leads out of root.
	Open(root, name string) (Folder, error)
	// SyncAll brings all that was written to the file systems of folders to their
	// disks. errors.ErrUnsupported: it cannot be done at once, sync each file.
	SyncAll([]Folder) error
	// Rest closes the folders that nobody uses.
	Rest()
}

// A Folder is one that is open. Names are of files directly in it.
type Folder interface {
	Lstat(name string) (fs.FileInfo, error)
	Readlink(name string) (string, error)
	Names() ([]string, error)
	// Create makes a new file, for its owner alone, and locks it.
	Create(name string) (File, error)
	// Reopen opens a regular file that is there for reading and writing, and locks it;
	// ErrLocked where somebody else has.
	Reopen(name string) (File, error)
	// Dress gives a file its mode and date, as far as the file system has such.
	Dress(name string, mode fs.FileMode, modified time.Time) error
	// Place gives a file its final name, in one step. Unless it may replace another,
	// fs.ErrExist says that there is one.
	Place(temp, name string, replace bool) error
	Remove(name string) error
	// Free is how many bytes may still be written; errors.ErrUnsupported where nobody
	// says.
	Free() (int64, error)
	// Sync makes the names in it survive a power cut, as far as the system can.
	Sync() error
	// Close says that this user needs it no more.
	Close() error
}

// A File is one that is written.
type File interface {
	io.Reader
	io.ReaderAt
	io.WriterAt
	io.Seeker
	io.Closer
	Truncate(size int64) error
	// Allocate makes the file that large and sets the space aside, where the file
	// system can; errors.ErrUnsupported where it cannot.
	Allocate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
}

// tempMode: nobody else may read what is not verified yet.
const (
	tempMode   = 0o600
	folderMode = 0o777
)
