package transfer

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer/internal/disk"
)

// A hangingDisk answers nothing for one folder, as a network drive that is gone: one
// kind of call waits there until it is back.
type hangingDisk struct {
	*disk.System
	root, call string
	back       chan struct{}
}

func (d *hangingDisk) wait(call string) {
	if call == d.call {
		<-d.back
	}
}

func (d *hangingDisk) Open(root, name string) (disk.Folder, error) {
	if root != d.root {
		return d.System.Open(root, name)
	}
	d.wait("open")
	f, err := d.System.Open(root, name)
	return hangingFolder{f, d}, err
}

type hangingFolder struct {
	disk.Folder
	on *hangingDisk
}

func (f hangingFolder) Create(name string) (disk.File, error) {
	f.on.wait("create")
	made, err := f.Folder.Create(name)
	return hangingFile{made, f.on}, err
}

func (f hangingFolder) Place(temp, name string, replace bool) error {
	f.on.wait("rename")
	return f.Folder.Place(temp, name, replace)
}

type hangingFile struct {
	disk.File
	on *hangingDisk
}

func (f hangingFile) WriteAt(p []byte, at int64) (int, error) {
	f.on.wait("write")
	return f.File.WriteAt(p, at)
}

func (f hangingFile) Sync() error {
	f.on.wait("sync")
	return f.File.Sync()
}

func TestADiskThatAnswersNothingHoldsUpItsOwnJobsOnly(t *testing.T) {
	for _, call := range []string{"open", "create", "write", "sync", "rename"} {
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var notes []string
				w := newBench(t, func(c *Config) {
					c.Concurrency = 1
					c.Note = func(text client.Text) { notes = append(notes, text.String()) }
				})
				gone, _ := w.object(1000, client.PutOptions{})
				gone.To.Name = "gone"
				d := &hangingDisk{System: &disk.System{}, root: gone.To.Root, call: call, back: make(chan struct{})}
				w.engine.disk, w.engine.landing.disk = d, d
				job, _ := w.object(1000, client.PutOptions{})
				job.To.Name, job.To.Root = "here", t.TempDir()
				w.submit(gone, job)
				hung, here := 0, 1

				time.Sleep(slowDisk + 3*time.Second)
				synctest.Wait()
				assert.Equal(t, Done, w.rows()[here].Phase, "though all turns were taken")
				assert.Contains(t, []Phase{Sending, Verifying}, w.rows()[hung].Phase)

				w.engine.Cancel(Range{hung, 1})
				time.Sleep(goneDisk + 2*time.Second)
				synctest.Wait()
				assert.Equal(t, Cancelled, w.rows()[hung].Phase)
				require.Len(t, notes, 1)
				assert.Contains(t, notes[0], "does not answer")
				require.NoError(t, w.engine.Close(context.Background()), "the program can be ended")

				close(d.back) // it is there again, and nobody wants it any more
				synctest.Wait()
				assert.Equal(t, Cancelled, w.rows()[hung].Phase)
				if call != "rename" { // which the disk was asked for before
					assert.NoFileExists(t, filepath.Join(gone.To.Root, "gone"))
				}
				assert.Len(t, w.receipts, 1)
				require.NoError(t, os.RemoveAll(gone.To.Root))
			})
		})
	}
}

func (f hangingFolder) Close() error {
	f.on.wait("leave")
	return f.Folder.Close()
}

func TestAFileThatHasItsNameIsDoneThoughItsDiskAnswersNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) {
			c.Note = func(text client.Text) { assert.Fail(t, "there is nothing to say", text.String()) }
		})
		job, _ := w.object(1000, client.PutOptions{})
		d := &hangingDisk{System: &disk.System{}, root: job.To.Root, call: "leave", back: make(chan struct{})}
		w.engine.disk, w.engine.landing.disk = d, d
		w.submit(job)
		time.Sleep(goneDisk + 2*time.Second)
		synctest.Wait()
		assert.Equal(t, Verifying, w.rows()[0].Phase)
		w.engine.Cancel()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		row := w.rows()[0]
		assert.Equal(t, Done, row.Phase)
		require.Len(t, w.receipts, 1)
		assert.Equal(t, w.receipts[0], *row.Receipt)
		require.NoError(t, w.engine.Close(context.Background()))
		close(d.back)
		synctest.Wait()
		assert.Equal(t, Done, w.rows()[0].Phase)
		assert.Len(t, w.receipts, 1)
		assert.Zero(t, w.engine.keeping)
	})
}

func TestAJobWhoseDiskAnswersLateEndsWithoutTheTurnThatItGaveAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Concurrency = 1 })
		slow, _ := w.object(1000, client.PutOptions{})
		slow.To.Name = "slow"
		d := &hangingDisk{System: &disk.System{}, root: slow.To.Root, call: "open", back: make(chan struct{})}
		w.engine.disk, w.engine.landing.disk = d, d
		other, _ := w.object(1000, client.PutOptions{})
		other.To.Name = "other"
		w.submit(slow, other)
		time.Sleep(slowDisk + 3*time.Second) // then both wait for the disk, one of them in a turn
		close(d.back)
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done"}, w.phases())
		third, _ := w.object(1000, client.PutOptions{})
		third.To.Name = "third"
		w.submit(third)
		require.NoError(t, w.engine.Wait(t.Context()))
		assert.Equal(t, []string{"done", "done", "done"}, w.phases(), "the turn is not lost")
	})
}
