package session

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A LocalDeletion is a file of this machine that is to go, if it is still what was seen.
type LocalDeletion struct {
	Root, Name string // an absolute folder, and the path below it, with slashes
	Size       int64  // bytes
	Modified   time.Time
}

// Path is where the file is.
func (d LocalDeletion) Path() string { return filepath.Join(d.Root, filepath.FromSlash(d.Name)) }

// Do removes the file, and the folders that are empty then. It goes through no link and
// never out of the root, whatever has become of the folders since. One that is gone
// counts as removed; another of its name stays (KindPrecondition).
func (d LocalDeletion) Do() error {
	if !fs.ValidPath(d.Name) || d.Name == "." {
		return d.failed(client.KindLocal, client.Say("%q is no name for a file below the folder", d.Name).Err())
	}
	root, err := os.OpenRoot(d.Root)
	if err != nil {
		return d.gone(err)
	}
	defer root.Close() //nolint:errcheck // nothing was written to it
	parts := strings.Split(d.Name, "/")
	return d.in(root, parts)
}

// in removes what the parts name below a folder.
func (d LocalDeletion) in(folder *os.Root, parts []string) error {
	there, err := folder.Lstat(parts[0])
	if err != nil {
		return d.gone(err)
	}
	if len(parts) == 1 {
		if !there.Mode().IsRegular() || there.Size() != d.Size || !there.ModTime().Equal(d.Modified) {
			return d.failed(client.KindPrecondition, client.Say("it was changed since it was looked at, and stays").Err())
		}
		return d.gone(folder.Remove(parts[0]))
	}
	if !there.IsDir() {
		return d.failed(client.KindPrecondition, client.Say("%s is no folder any more", parts[0]).Err())
	}
	inner, err := folder.OpenRoot(parts[0])
	if err != nil {
		return d.gone(err)
	}
	opened, err := inner.Stat(".")
	if err == nil && !os.SameFile(there, opened) {
		err = client.Say("%s is another folder now", parts[0]).Err()
	}
	if err == nil {
		err = d.in(inner, parts[1:])
	}
	if closing := inner.Close(); err == nil {
		err = closing
	}
	if err == nil {
		_ = folder.Remove(parts[0]) // stays unless it is empty
	}
	return err
}

// gone takes what is not there for removed.
func (d LocalDeletion) gone(err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return d.failed(client.KindLocal, err)
}

func (d LocalDeletion) failed(kind client.Kind, err error) error {
	return &client.Error{Op: "remove", Kind: kind, Err: err}
}
