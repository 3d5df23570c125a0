package durable

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// A Disk is what can be done to a disk. Reading is not among it: it changes
// nothing, so a program that dies in it harms nobody.
type Disk interface {
	MakeFolder(path string) error // 0700, with the folders above it; no error where there is one
	// Lock waits as long as ctx for a lock that other processes respect, on a file
	// that is made for it and stays. A process that dies gives it back.
	Lock(ctx context.Context, path string) (unlock func(), err error)
	Create(path string) (File, error) // 0600; fs.ErrExist where there is one
	Rename(from, to string) error     // takes the place of what is there
	Remove(path string) error
	SyncFolder(path string) error // what was renamed or removed in it survives a power cut
}

// A File is being written.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// System is the disk of this computer.
type System struct{}

var _ Disk = System{}

// MakeFolder makes a folder.
func (System) MakeFolder(path string) error { return os.MkdirAll(path, 0o700) }

// Lock locks a file.
func (System) Lock(ctx context.Context, path string) (func(), error) {
	// Opened for writing: NFS gives an exclusive lock on nothing less.
	l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	if _, err := l.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil
}

// Create makes a file.
func (System) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err // not f, which would be a File that is not nil
	}
	return f, nil
}

// Rename is patient on Windows, where a reader of the old file, or a virus
// scanner, delays it.
func (System) Rename(from, to string) error {
	err := os.Rename(from, to)
	for i := 0; err != nil && runtime.GOOS == "windows" && i < 50; i++ {
		time.Sleep(20 * time.Millisecond) //nolint:forbidigo // Windows tells nobody when the reader lets go
		err = os.Rename(from, to)
	}
	return err
}

// Remove removes a file.
func (System) Remove(path string) error { return os.Remove(path) }

// SyncFolder makes a rename survive a power cut. Windows has no such call.
func (System) SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
