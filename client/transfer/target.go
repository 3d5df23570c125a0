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
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// fileMode is what has its name, but for the umask, or the mode of the file it
// replaced. Nobody else may read what is not verified yet.
const fileMode = 0o666

// A target is where a download goes: a name in a folder. Bytes go into a temporary
// file beside it, which is locked as long as it is written; the name itself is given
// last.
type target struct {
	job    Job
	disk   disk.Disk
	calls  *disk.Calls           // that it has at the disk
	stream func(io.Reader) error // takes the bytes instead of a file, nil for a file
	top    string                // the folder that nothing leads out of
	name   string                // below top, with slashes; where a link under its name in the job leads
	folder disk.Folder
	temp   string // in the folder; "" while there is no temporary file
	file   disk.File
	kept   bool // the temporary file stays for another attempt
}

// targetOf is the target of a download. The temporary file of a stream is among
// the system's.
func (e *Engine) targetOf(it *item) (*target, error) {
	j := it.row.Job
	if j.To.Stream == "" {
		return openTarget(e.disk, it.calls, j, j.To.Root, j.To.Name)
	}
	s, err := e.stream(j)
	if err != nil {
		return nil, err
	}
	// All users write there: a name that nobody can have taken before.
	t, err := openTarget(e.disk, it.calls, j, os.TempDir(), "stream-"+rand.Text())
	if err == nil {
		t.stream = s.Take
	}
	return t, err
}

func openTarget(d disk.Disk, calls *disk.Calls, j Job, top, name string) (*target, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, local(j, client.Say("%q is no name for a file below the folder", name).Err())
	}
	t := &target{job: j, disk: disk.Watched{Disk: d, Calls: calls}, calls: calls, top: top, name: name}
	if err := t.follow(); err != nil {
		t.close()
		return nil, t.failed(err)
	}
	return t, nil
}

// mostLinks is how many links one name may lead through, as on Linux.
const mostLinks = 40

// follow opens the folder of the file, and goes to where a link under the name
// leads, so that the link stays a link. One that leads out of the folder is somebody
// else's business: it is neither followed nor replaced.
func (t *target) follow() error {
	for range mostLinks {
		if t.folder != nil {
			_ = t.folder.Close()
		}
		var err error
		if t.folder, err = t.disk.Open(t.top, path.Dir(t.name)); err != nil {
			t.folder = nil
			return err
		}
		there, err := t.folder.Lstat(t.base())
		if err != nil || there.Mode()&fs.ModeSymlink == 0 {
			return nil //nolint:nilerr // mayReplace says what is wrong with the name
		}
		to, err := t.folder.Readlink(t.base())
		if err != nil {
			return err
		}
		if filepath.IsAbs(to) {
			to, err = filepath.Rel(t.top, to)
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

func (t *target) base() string { return path.Base(t.name) }

// mayReplace says, by a skipped, why the download has nothing to do; and by
// another error that it cannot be done at all. mode is that of a file there which is
// to be replaced, else what the umask leaves.
func (t *target) mayReplace(source time.Time) (mode fs.FileMode, err error) {
	mode = fileMode &^ umask
	if t.stream != nil {
		return mode, nil
	}
	there, err := t.folder.Lstat(t.base())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return mode, nil
	case err != nil:
		return mode, t.failed(err)
	case !there.Mode().IsRegular():
		return mode, local(t.job, client.Say("%v is called %s there: rename it, or choose another folder", kindOfFile(there.Mode()), t.name).Err())
	}
	mode = there.Mode().Perm()
	switch {
	case t.job.Over != nil && !t.isStill(there, source):
		return mode, local(t.job, errChangedMeanwhile)
	case t.job.Overwrite == OverwriteAlways:
		return mode, nil
	case t.job.Overwrite == OverwriteNewer && source.IsZero():
		return mode, t.stays(client.Say("%s is there already, and the server does not say how old the object is", t.name))
	case t.job.Overwrite == OverwriteNewer && there.ModTime().Before(source):
		return mode, nil
	case t.job.Overwrite == OverwriteNewer:
		return mode, t.stays(client.Say("%s is there already and not older than the object", t.name))
	}
	return mode, t.isThere()
}

// isStill reports whether a file is what was planned to be overwritten; or as an attempt
// before leaves it, of whose end nobody heard.
func (t *target) isStill(now fs.FileInfo, source time.Time) bool {
	was := t.job.Over
	return now.Size() == was.Size && now.ModTime().Equal(was.Modified) ||
		now.Size() == t.job.Expect.Size && now.ModTime().Equal(source)
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

func (t *target) isThere() error { return t.stays(client.Say("%s is there already", t.name)) }

// stays is why the file that is there is left as it is.
func (t *target) stays(why client.Text) error {
	return &skipped{&client.Error{Op: string(t.job.Op), Kind: client.KindExists, At: t.job.At(), Err: why.Err()}}
}

// create makes the temporary file, where there is room for size bytes; size below 0
// is not known.
func (t *target) create(size int64) error {
	if free, err := t.folder.Free(); err == nil && free < size {
		return t.full(size, free)
	}
	temp := partName(t.base())
	f, err := t.folder.Create(temp)
	if err != nil {
		return t.failed(err)
	}
	t.temp, t.file = temp, f
	return nil
}

// allocate sets the space of size bytes aside, where the file system can.
func (t *target) allocate(size int64) error {
	if err := t.file.Allocate(size); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return t.lacks(size, err)
	}
	return nil
}

// hand hands the verified bytes over: to the stream that takes them, or to the
// file's name.
func (t *target) hand(ctx context.Context, l *landing, modified time.Time) error {
	if t.stream != nil {
		return t.deliver(ctx)
	}
	return l.land(t, modified)
}

// dress closes the file, whose bytes are on the disk, and dates it.
func (t *target) dress(mode fs.FileMode, modified time.Time) error {
	err := t.file.Close()
	t.file = nil
	if err == nil {
		err = t.folder.Dress(t.temp, mode, modified)
	}
	if err != nil {
		return t.failed(err)
	}
	return nil
}

// rename gives the finished file its name, in one step. Only a job that may
// overwrite does.
func (t *target) rename(modified time.Time) error {
	if t.calls.AreLeft() {
		return errLeft
	}
	mode, err := t.mayReplace(modified) // somebody may have been faster
	if err != nil {
		return err
	}
	if err := t.dress(mode, modified); err != nil {
		return err
	}
	_, err = t.folder.Lstat(t.base())
	replace := t.job.overwritesAll() || t.job.Over != nil && err == nil || t.job.Overwrite == OverwriteNewer && err == nil
	err = t.folder.Place(t.temp, t.base(), replace)
	switch {
	case errors.Is(err, fs.ErrExist) && t.job.Over != nil:
		return local(t.job, errChangedMeanwhile)
	case errors.Is(err, fs.ErrExist) && t.job.Overwrite != OverwriteAlways:
		return t.isThere()
	case err != nil:
		return t.failed(err)
	}
	t.temp = ""
	return nil
}

// close removes the temporary file, if it is still there and nobody goes on with it.
func (t *target) close() {
	if t.file != nil {
		_ = t.file.Close() // removed next, or compared before it is used again
	}
	if t.temp != "" && !t.kept {
		_ = t.folder.Remove(t.temp)
	}
	if t.folder != nil {
		_ = t.folder.Close()
	}
}

// failed says what went wrong with the file system: where there is no room, by how
// much, as far as that is known.
func (t *target) failed(err error) error { return t.lacks(client.NotTold, err) }

// lacks is failed with the bytes that were still to be written.
func (t *target) lacks(bytes int64, err error) error {
	if !disk.IsFull(err) {
		return local(t.job, err)
	}
	free := client.NotTold
	if t.folder != nil {
		if n, ferr := t.folder.Free(); ferr == nil {
			free = n
		}
	}
	full := t.full(bytes, free)
	full.Err = err
	return full
}

// full says that there is no room for bytes more; either number may be NotTold.
func (t *target) full(bytes, free int64) *client.Error {
	said := client.Say("there is no room left on the disk of %s", t.top)
	switch {
	case bytes >= 0 && free >= 0:
		said = client.Say("%d bytes more are needed on the disk of %s, and %d are free", bytes, t.top, free)
	case bytes >= 0:
		said = client.Say("%d bytes more are needed on the disk of %s, which has no room for them", bytes, t.top)
	}
	return &client.Error{Op: string(t.job.Op), Kind: client.KindFull, At: t.job.At(), Said: said}
}
