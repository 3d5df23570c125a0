//go:build unix

package transfer

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// A failingDisk is the file systems of this machine, of which one change fails.
type failingDisk struct {
	disk.System
	err error

	mu    sync.Mutex
	at    int // which change fails, from 0; -1 is none
	steps []string
}

func (d *failingDisk) do(what string, change func() error) error {
	d.mu.Lock()
	at := len(d.steps)
	d.steps = append(d.steps, what)
	d.mu.Unlock()
	if at == d.at {
		return &fs.PathError{Op: what, Path: "f", Err: d.err}
	}
	return change()
}

func (d *failingDisk) Open(root, name string) (f disk.Folder, err error) {
	err = d.do("open the folder", func() error { f, err = d.System.Open(root, name); return err })
	return failingFolder{f, d}, err
}

func (d *failingDisk) SyncAll([]disk.Folder) error {
	return d.do("sync all", func() error { return nil })
}

type failingFolder struct {
	disk.Folder
	on *failingDisk
}

func (f failingFolder) Create(name string) (made disk.File, err error) {
	err = f.on.do("create", func() error { made, err = f.Folder.Create(name); return err })
	return failingFile{made, f.on}, err
}

func (f failingFolder) Dress(name string, mode fs.FileMode, modified time.Time) error {
	return f.on.do("date", func() error { return f.Folder.Dress(name, mode, modified) })
}

func (f failingFolder) Place(temp, name string, replace bool) error {
	return f.on.do("rename", func() error { return f.Folder.Place(temp, name, replace) })
}

func (f failingFolder) Sync() error { return f.on.do("sync the folder", f.Folder.Sync) }

type failingFile struct {
	disk.File
	on *failingDisk
}

func (f failingFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.on.do("write", func() error { n, err = f.File.WriteAt(p, at); return err })
	return n, err
}

func (f failingFile) Allocate(size int64) error {
	return f.on.do("allocate", func() error { return f.File.Allocate(size) })
}

func (f failingFile) Sync() error { return f.on.do("sync", f.File.Sync) }

func (f failingFile) Close() error {
	err := f.File.Close() // also where that fails: a file that is not closed cannot be
	return f.on.do("close", func() error { return err })
}

// TestADiskThatFailsLeavesNoDamagedFile lets each step of a download fail in its turn,
// as a full disk, a full quota and a broken one do.
func TestADiskThatFailsLeavesNoDamagedFile(t *testing.T) {
	for _, size := range []int64{1000, 2<<20 + 17} {
		for _, fault := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO} {
			whole := failing(t, size, fault, -1)
			for at, step := range whole {
				t.Run(fmt.Sprintf("%d bytes, %v, step %d, %s", size, fault, at+1, step), func(t *testing.T) { failing(t, size, fault, at) })
			}
		}
	}
}

// failing is one download, and the steps it took.
func failing(t *testing.T, size int64, fault error, at int) []string {
	w := newBench(t, func(c *Config) { c.Concurrency = 1 })
	w.engine.cfg.PartSize = 1 << 20
	w.store.Become(storetest.AWS)
	d := &failingDisk{err: fault, at: at}
	w.engine.disk, w.engine.landing.disk = d, d
	job, data := w.object(size, client.PutOptions{})
	job.To.Name = "f"
	require.NoError(t, os.WriteFile(job.path(), []byte("what was there"), 0o600))
	row := w.run(job)[0]
	got, err := os.ReadFile(job.path())
	require.NoError(t, err)
	assert.Equal(t, []string{job.path()}, files(t, job.To.Root), "no temporary file is left")
	if row.Err == nil {
		assert.True(t, bytes.Equal(data, got))
		step := ""
		if at >= 0 {
			step = d.steps[at]
		}
		assert.Contains(t, []string{"", "sync the folder"}, step, "what else fails must be said")
		return d.steps
	}
	assert.Equal(t, "what was there", string(got), "nothing of it under the final name")
	want := client.KindLocal
	if fault != syscall.EIO {
		want = client.KindFull
		require.ErrorContains(t, row.Err, "on the disk of "+job.To.Root)
	}
	assert.Equal(t, want.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	require.ErrorIs(t, row.Err, fault)
	return d.steps
}

// failable are the changes that a failingDisk knows, by what it calls them; harmless
// are those that write nothing which a download relies on.
var (
	failable = map[string]string{
		"Disk.Open": "open the folder", "Disk.SyncAll": "sync all",
		"Folder.Create": "create", "Folder.Dress": "date", "Folder.Place": "rename", "Folder.Sync": "sync the folder",
		"File.WriteAt": "write", "File.Allocate": "allocate", "File.Sync": "sync", "File.Close": "close",
	}
	harmless = []string{
		"Disk.Rest", "Folder.Lstat", "Folder.Readlink", "Folder.Names", "Folder.Reopen", "Folder.Remove", "Folder.Free", "Folder.Close",
		"File.Read", "File.ReadAt", "File.Seek", "File.Stat", "File.Truncate",
	}
)

func TestEveryChangeThatADownloadMakesToADiskIsMadeToFail(t *testing.T) {
	taken := map[string]bool{"sync all": true} // TestFilesThatCannotBeSyncedTogetherAreSyncedOneByOne
	for _, size := range []int64{1000, 2<<20 + 17} {
		for _, step := range failing(t, size, syscall.EIO, -1) {
			taken[step] = true
		}
	}
	for name, kind := range map[string]reflect.Type{"Disk": reflect.TypeFor[disk.Disk](), "Folder": reflect.TypeFor[disk.Folder](), "File": reflect.TypeFor[disk.File]()} {
		for i := range kind.NumMethod() {
			method := name + "." + kind.Method(i).Name
			if step, fails := failable[method]; fails {
				assert.True(t, taken[step], "%s is never made to fail", method)
			} else {
				assert.Contains(t, harmless, method, "is it a change that may fail?")
			}
		}
	}
}

// A countedFile counts how often it is synced, and fails where it is told to.
type countedFile struct {
	disk.File
	synced int
	err    error
}

func (f *countedFile) Sync() error { f.synced++; return f.err }

func TestFilesThatCannotBeSyncedTogetherAreSyncedOneByOne(t *testing.T) {
	for _, together := range []bool{true, false} {
		d := &failingDisk{err: syscall.EIO, at: -1}
		if !together {
			d.at = 0 // "sync all"
		}
		l := landing{disk: d}
		var group []*lander
		var all []*countedFile
		for i := range fewFiles + 1 {
			f := &countedFile{}
			if i == 2 {
				f.err = syscall.EIO
			}
			all = append(all, f)
			group = append(group, &lander{target: &target{file: f, top: t.TempDir(), name: "f"}})
		}
		l.sync(group)
		assert.Equal(t, []string{"sync all"}, d.steps)
		for i, one := range group {
			if together {
				assert.Zero(t, all[i].synced)
				require.NoError(t, one.err)
				continue
			}
			assert.Equal(t, 1, all[i].synced, "whose bytes are missing is told by each file alone")
			require.ErrorIs(t, one.err, all[i].err)
		}
	}
}
