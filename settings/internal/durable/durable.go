// Package durable changes small files so that a crash, a full disk or another
// process at the wrong moment costs nothing.
//
// [Update] is the only way to change a file: it takes a lock that other
// processes respect, reads the file, lets the caller decide what it becomes,
// and puts the new content in place by temp file, fsync, rename and fsync of
// the folder. Readers need no lock: they see the old content or the new,
// whole. Files are made 0600 and folders 0700.
//
// What changes the disk goes through a [Disk], so that tests can fail each of
// its steps in turn.
//
// A file that cannot be understood is never replaced by these means; see
// [Damaged].
package durable

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// MaxBytes is the size above which a file is not read: nothing kept by this
// package comes near it.
const MaxBytes = 16 << 20

// LockTimeout is how long one waits for another process at most; a context
// may end it earlier.
const LockTimeout = 5 * time.Second

// ErrBusy says that another process held the lock all the time one waited.
var ErrBusy = client.Say("another Bucketseal is changing the same file").Err()

// Files are the files of one disk. The zero Files are those of the system's.
type Files struct{ Disk Disk }

func (f Files) disk() Disk {
	if f.Disk == nil {
		return System{}
	}
	return f.Disk
}

// Read returns the content of the file; nil and no error where there is none.
// A file that is there and empty gives an empty slice that is not nil. A link
// is followed; one whose target is away is an error, and so is anything that is
// no regular file.
func Read(path string) ([]byte, error) {
	switch there, err := regular(path); {
	case err != nil:
		return nil, client.Say("read %s: %v", filepath.Base(path), err).Err()
	case !there:
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, client.Say("read %s: %v", filepath.Base(path), err).Err()
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, client.Say("read %s: %v", filepath.Base(path), err).Err()
	}
	if len(b) > MaxBytes {
		return nil, client.Say("read %s: it is larger than %d MiB, which no file of this program is: move it away", path, MaxBytes>>20).Err()
	}
	return b, nil
}

// regular reports whether the file is there, and refuses what is no file.
// Opening a pipe would wait for ever.
func regular(path string) (there bool, err error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		to, err := os.Readlink(path)
		if err != nil {
			return false, nil //nolint:nilerr // no link either: nothing has that name
		}
		return false, client.Say("it is a link to %s, which is not there: mount or put back what it points to, or remove the link", to).Err()
	case err != nil:
		return false, err
	case !st.Mode().IsRegular():
		return false, client.Say("%s is no file (a folder, device or pipe): move it away", path).Err()
	}
	return true, nil
}

// Real is the file behind a link, or the path itself. Changes go there, so that
// a link into somebody's dotfiles stays one.
func Real(path string) (string, error) {
	if there, err := regular(path); err != nil || !there {
		return path, err
	}
	return filepath.EvalSymlinks(path)
}

// Update replaces the content of the file by what change makes of it, while no
// other process can. old is as Read gives it. An error of change, or a result
// equal to old, leaves the file untouched. A nil result removes the file.
//
// A link stays a link: what it points to is changed.
//
// change must not call Update for the same file: it would wait for itself.
func (f Files) Update(ctx context.Context, path string, change func(old []byte) ([]byte, error)) error {
	path, err := Real(path)
	if err != nil {
		return client.Say("read %s: %v", filepath.Base(path), err).Err()
	}
	unlock, err := f.Lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := Read(path)
	if err != nil {
		return err
	}
	next, err := change(old)
	switch {
	case err != nil:
		return err
	case (next == nil) == (old == nil) && bytes.Equal(next, old):
		return nil
	case next == nil:
		err = f.disk().Remove(path)
	default:
		err = f.replace(path, next)
	}
	if err != nil {
		return client.Say("write %s: %v", filepath.Base(path), err).Err()
	}
	if err := f.disk().SyncFolder(filepath.Dir(path)); err != nil {
		return client.Say("write %s: %v", filepath.Base(path), err).Err()
	}
	return nil
}

// Lock takes the lock that Update takes, for a change that touches more than
// the file. The folder is made when it is missing. The lock file beside the
// file stays for ever: removing it would let two processes hold two locks.
func (f Files) Lock(ctx context.Context, path string) (unlock func(), err error) {
	dir, name := filepath.Split(path)
	if err := f.disk().MakeFolder(filepath.Clean(dir)); err != nil {
		return nil, client.Say("make the settings folder: %v", err).Err()
	}
	ctx, cancel := context.WithTimeout(ctx, LockTimeout)
	defer cancel()
	unlock, err = f.disk().Lock(ctx, filepath.Join(dir, "."+name+".lock"))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, client.Say("%v: %s stayed locked; close the other one, or try again when it is done", ErrBusy, path).Err()
	case err != nil:
		return nil, client.Say("lock %s: %v", path, err).Err()
	}
	return unlock, nil
}

// replace runs under the lock.
func (f Files) replace(path string, content []byte) error {
	dir, name := filepath.Split(path)
	// Under the lock no temp file can be in use: what is here was left by a
	// crash, and may hold what the user has since deleted.
	for _, s := range beginning(dir, "."+name+".tmp-") {
		_ = f.disk().Remove(s)
	}
	temp := filepath.Join(dir, "."+name+".tmp-"+rand.Text())
	if err := f.Create(temp, content); err != nil {
		return err
	}
	if err := f.disk().Rename(temp, path); err != nil {
		_ = f.disk().Remove(temp)
		return err
	}
	return nil
}

// Create makes a file with this content, whole or not at all; where there is one
// already, the error is fs.ErrExist.
func (f Files) Create(name string, content []byte) error {
	made, err := f.disk().Create(name)
	if err != nil {
		return err
	}
	_, err = made.Write(content)
	if err == nil {
		err = made.Sync()
	}
	if err = errors.Join(err, made.Close()); err != nil {
		_ = f.disk().Remove(name)
	}
	return err
}

// beginning lists the files of a folder whose names begin so. (A glob would
// stumble over brackets in the folder's name.)
func beginning(dir, prefix string) []string {
	all, _ := os.ReadDir(filepath.Clean(dir))
	var paths []string
	for _, e := range all {
		if strings.HasPrefix(e.Name(), prefix) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}
