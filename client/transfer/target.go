package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// Nobody else may read what is not verified yet. What has its name has the mode of
// the file it replaced, or what the umask leaves.
const (
	tempMode   = 0o600
	fileMode   = 0o666
	folderMode = 0o777
)

// A target is where a download goes: a name below a folder, reached through
// os.Root, so that neither ".." nor a symbolic link leads outside. Bytes go into
// a temporary file beside it, which is locked as long as it is written; the name
// itself is given last.
type target struct {
	job    Job
	stream func(io.Reader) error // takes the bytes instead of a file, nil for a file
	folder string
	root   *os.Root
	name   string // below root, with slashes; where a link under its name in the job leads
	temp   string // "" while there is no temporary file
	file   *os.File
}

// targetOf is the target of a download. The temporary file of a stream is among
// the system's.
func (e *Engine) targetOf(j Job) (*target, error) {
	if j.To.Stream == "" {
		return openTarget(j, j.To.Root, j.To.Name)
	}
	s, err := e.stream(j)
	if err != nil {
		return nil, err
	}
	// All users write there: a name that nobody can have taken before.
	t, err := openTarget(j, os.TempDir(), "stream-"+rand.Text())
	if err == nil {
		t.stream = s.Take
	}
	return t, err
}

func openTarget(j Job, folder, name string) (*target, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, local(j, client.Say("%q is no name for a file below the folder", name).Err())
	}
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, local(j, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, local(j, err)
	}
	t := &target{job: j, folder: folder, root: root, name: name}
	if err := t.follow(); err != nil {
		t.close()
		return nil, local(j, err)
	}
	return t, nil
}

// mostLinks is how many links one name may lead through, as on Linux.
const mostLinks = 40

// follow goes to where a link under the name leads, so that the link stays a
// link. One that leads out of the folder is somebody else's business: it is
// neither followed nor replaced.
func (t *target) follow() error {
	for range mostLinks {
		there, err := t.root.Lstat(t.name)
		if err != nil || there.Mode()&fs.ModeSymlink == 0 {
			return nil //nolint:nilerr // mayReplace says what is wrong with the name
		}
		to, err := t.root.Readlink(t.name)
		if err != nil {
			return err
		}
		if filepath.IsAbs(to) {
			to, err = filepath.Rel(t.folder, to)
		} else {
			to = path.Join(path.Dir(t.name), filepath.ToSlash(to))
		}
		if err != nil || !filepath.IsLocal(to) {
			return client.Say("%s is a link that leads out of the folder: name the file it leads to, or remove the link", t.name).Err()
		}
		t.name = filepath.ToSlash(to)
	}
	return client.Say("the links at %s lead in circles: remove them", t.name).Err()
}

// mayReplace says, by a skipped, why the download has nothing to do; and by
// another error that it cannot be done at all.
func (t *target) mayReplace(source time.Time) error {
	if t.stream != nil {
		return nil
	}
	there, err := t.root.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return local(t.job, err)
	case !there.Mode().IsRegular():
		return local(t.job, client.Say("%v is called %s there: rename it, or choose another folder", kindOfFile(there.Mode()), t.name).Err())
	case t.job.Overwrite == OverwriteAlways:
		return nil
	case t.job.Overwrite == OverwriteNewer && source.IsZero():
		return &skipped{client.Say("%s is there already, and the server does not say how old the object is", t.name).Err()}
	case t.job.Overwrite == OverwriteNewer && there.ModTime().Before(source):
		return nil
	case t.job.Overwrite == OverwriteNewer:
		return &skipped{client.Say("%s is there already and not older than the object", t.name).Err()}
	}
	return t.isThere()
}

// kindOfFile names what must not be replaced by a file.
func kindOfFile(m fs.FileMode) client.Text {
	switch {
	case m.IsDir():
		return client.Say("a folder")
	case m&fs.ModeNamedPipe != 0:
		return client.Say("a pipe")
	case m&fs.ModeSocket != 0:
		return client.Say("a socket")
	case m&fs.ModeDevice != 0:
		return client.Say("a device")
	}
	return client.Say("something that is no ordinary file")
}

func (t *target) isThere() error { return &skipped{client.Say("%s is there already", t.name).Err()} }

// create makes the folders and the temporary file.
func (t *target) create() error {
	folder, base := path.Split(t.name)
	if folder != "" {
		if err := t.root.MkdirAll(path.Clean(folder), folderMode); err != nil {
			return local(t.job, err)
		}
	}
	temp := folder + partName(base)
	f, err := t.root.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, tempMode)
	if err != nil {
		return local(t.job, err)
	}
	t.temp, t.file = temp, f
	lock(f)
	return nil
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

// hand hands the verified bytes over: to the stream that takes them, or to the
// file's name.
func (t *target) hand(ctx context.Context, modified time.Time) error {
	if t.stream != nil {
		return t.deliver(ctx)
	}
	if err := t.finish(modified); err != nil {
		return err
	}
	return t.rename(modified)
}

// rename gives the finished file its name, in one step. Only a job that may
// overwrite does.
func (t *target) rename(source time.Time) error {
	if err := t.mayReplace(source); err != nil { // somebody may have been faster
		return err
	}
	t.open()
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
	return t.renameIfAbsent()
}

// naming is held between looking for a name and taking it.
var naming sync.Mutex

// renameIfAbsent is for file systems without hard links (FAT, some network
// drives). Nothing under the name is ever less than the whole file; another
// program may take the name between the look and the rename.
func (t *target) renameIfAbsent() error {
	naming.Lock()
	defer naming.Unlock()
	_, err := t.root.Lstat(t.name)
	switch {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return t.root.Rename(t.temp, t.name)
}

// open gives the verified file the mode of the one it replaces, or what the
// umask leaves. A file system that has no modes refuses; the file then stays its
// owner's alone, which is no reason to throw it away.
func (t *target) open() {
	mode := fs.FileMode(fileMode) &^ umask
	if there, err := t.root.Lstat(t.name); err == nil && there.Mode().IsRegular() {
		mode = there.Mode().Perm()
	}
	_ = t.root.Chmod(t.temp, mode)
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
