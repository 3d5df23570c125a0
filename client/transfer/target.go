package transfer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"time"
	"unicode/utf8"
)

// PartSuffix ends the name of a download's temporary file, which lies beside
// its target and begins with a dot. Such files are left only by a program that
// was killed, and may be removed.
const PartSuffix = ".bucketseal-part"

// Downloads may hold what only their owner should read.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// A target is where a download goes: a name below a folder, reached through
// os.Root, so that neither ".." nor a symbolic link leads outside. Bytes go into
// a temporary file beside it; the name itself is given last.
type target struct {
	job  Job
	root *os.Root
	name string // below root, with slashes
	temp string // "" while there is no temporary file
	file *os.File
}

func openTarget(j Job) (*target, error) {
	if !fs.ValidPath(j.Name) || j.Name == "." {
		return nil, local(j, fmt.Errorf("%q is no name for a file below the folder", j.Name))
	}
	if err := os.MkdirAll(j.Root, folderMode); err != nil {
		return nil, local(j, err)
	}
	root, err := os.OpenRoot(j.Root)
	if err != nil {
		return nil, local(j, err)
	}
	return &target{job: j, root: root, name: j.Name}, nil
}

// mayLand says, by a skipped, why the download has nothing to do; and by
// another error that it cannot be done at all.
func (t *target) mayLand(source time.Time) error {
	there, err := t.root.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return local(t.job, err)
	case there.IsDir():
		return local(t.job, fmt.Errorf("a folder is called %s there: rename it, or choose another folder", t.name))
	case t.job.Overwrite == OverwriteAlways:
		return nil
	case t.job.Overwrite == OverwriteNewer && there.ModTime().Before(source):
		return nil
	case t.job.Overwrite == OverwriteNewer:
		return &skipped{fmt.Errorf("%s is there already and not older than the object", t.name)}
	}
	return t.isThere()
}

func (t *target) isThere() error { return &skipped{fmt.Errorf("%s is there already", t.name)} }

// create makes the folders and the temporary file.
func (t *target) create() error {
	folder, base := path.Split(t.name)
	if folder != "" {
		if err := t.root.MkdirAll(path.Clean(folder), folderMode); err != nil {
			return local(t.job, err)
		}
	}
	temp := folder + "." + cut(base, 100) + "." + rand.Text()[:8] + PartSuffix
	f, err := t.root.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return local(t.job, err)
	}
	t.temp, t.file = temp, f
	return nil
}

// cut keeps at most n bytes of s, and whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// finish makes the bytes durable and dates them; the file is closed then.
func (t *target) finish(modified time.Time) error {
	err := t.file.Sync()
	err = errors.Join(err, t.file.Close())
	t.file = nil
	if err == nil && !modified.IsZero() {
		err = t.root.Chtimes(t.temp, time.Time{}, modified)
	}
	if err != nil {
		return local(t.job, err)
	}
	return nil
}

// land gives the finished file its name, in one step. Only a job that may
// overwrite does.
func (t *target) land(source time.Time) error {
	if err := t.mayLand(source); err != nil { // somebody may have been faster
		return err
	}
	err := t.place()
	switch {
	case errors.Is(err, fs.ErrExist) && t.job.Overwrite != OverwriteAlways:
		return t.isThere()
	case err != nil:
		return local(t.job, err)
	}
	t.syncFolder()
	return nil
}

func (t *target) place() error {
	_, err := t.root.Lstat(t.name)
	if t.job.Overwrite == OverwriteAlways || (t.job.Overwrite == OverwriteNewer && err == nil) {
		return t.root.Rename(t.temp, t.name)
	}
	// A hard link fails where the name exists; a rename would replace it.
	err = t.root.Link(t.temp, t.name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return t.hold()
}

// hold is for file systems without hard links (FAT, some network drives): an
// empty file holds the name, then it is replaced.
func (t *target) hold() error {
	held, err := t.root.OpenFile(t.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	err = errors.Join(held.Close(), t.root.Rename(t.temp, t.name))
	if err != nil {
		_ = t.root.Remove(t.name) // ours, and empty
	}
	return err
}

// syncFolder makes the new name survive a power cut, where folders can be
// synced; it is as good as the system offers, so its failure is none of ours.
func (t *target) syncFolder() {
	if runtime.GOOS == "windows" {
		return
	}
	if folder, err := t.root.Open(path.Dir(t.name)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// close removes the temporary file, if it is still there.
func (t *target) close() {
	if t.file != nil {
		_ = t.file.Close() // removed next
	}
	if t.temp != "" {
		_ = t.root.Remove(t.temp) // gone already when it was renamed
	}
	_ = t.root.Close()
}
