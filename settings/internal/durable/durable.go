// Package durable changes small files so that a crash, a full disk or another
// process at the wrong moment costs nothing.
//
// [Update] is the only way to change a file: it takes a lock that other
// processes respect, reads the file, lets the caller decide what it becomes,
// and puts the new content in place by temp file, fsync, rename and fsync of
// the folder. Readers need no lock: they see the old content or the new,
// whole. Files are made 0600 and folders 0700.
//
// A file that cannot be understood is never replaced by these means; see
// [Damaged].
package durable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// MaxBytes is the size above which a file is not read: nothing kept by this
// package comes near it.
const MaxBytes = 16 << 20

// LockTimeout is how long one waits for another process at most; a context
// may end it earlier.
const LockTimeout = 5 * time.Second

// ErrBusy says that another process held the lock all the time one waited.
var ErrBusy = errors.New("another Bucketseal is changing the same file")

// seam runs between the writing of the temp file and the rename. Tests die in
// it.
var seam = func() {}

// Read returns the content of the file; nil and no error where there is none.
// A file that is there and empty gives an empty slice that is not nil. A link
// is followed; one whose target is away is an error, and so is anything that is
// no regular file.
func Read(path string) ([]byte, error) {
	switch there, err := regular(path); {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	case !there:
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("read %s: it is larger than %d MiB, which no file of this program is: move it away", path, MaxBytes>>20)
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
		return false, fmt.Errorf("it is a link to %s, which is not there: mount or put back what it points to, or remove the link", to)
	case err != nil:
		return false, err
	case !st.Mode().IsRegular():
		return false, fmt.Errorf("%s is no file (a folder, device or pipe): move it away", path)
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
func Update(ctx context.Context, path string, change func(old []byte) ([]byte, error)) error {
	path, err := Real(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	unlock, err := Lock(ctx, path)
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
		err = os.Remove(path)
	default:
		err = replace(path, next)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Lock takes the lock that Update takes, for a change that touches more than
// the file. The folder is made when it is missing. The lock file beside the
// file stays for ever: removing it would let two processes hold two locks.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	dir, name := filepath.Split(path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return nil, fmt.Errorf("make the settings folder: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, LockTimeout)
	defer cancel()
	// Opened for writing: NFS gives an exclusive lock on nothing less.
	l := flock.New(filepath.Join(dir, "."+name+".lock"), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	_, err = l.TryLockContext(ctx, 10*time.Millisecond)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("%w: %s stayed locked; close the other one, or try again when it is done", ErrBusy, path)
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = l.Unlock() }, nil
}

// replace runs under the lock.
func replace(path string, content []byte) (err error) {
	dir, name := filepath.Split(path)
	// Under the lock no temp file can be in use: what lies here was left by a
	// crash, and may hold what the user has since deleted.
	for _, s := range beginning(dir, "."+name+".tmp-") {
		_ = os.Remove(s)
	}
	f, err := os.CreateTemp(dir, "."+name+".tmp-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	seam()
	return rename(f.Name(), path)
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

// rename is patient on Windows, where a reader of the old file, or a virus
// scanner, delays it.
func rename(from, to string) error {
	err := os.Rename(from, to)
	for i := 0; err != nil && runtime.GOOS == "windows" && i < 50; i++ {
		time.Sleep(20 * time.Millisecond) //nolint:forbidigo // Windows tells nobody when the reader lets go
		err = os.Rename(from, to)
	}
	return err
}

// syncFolder makes a rename survive a power cut. Windows has no such call.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
