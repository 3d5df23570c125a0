package transfer

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// A cutDown is a download of four ranges of which two arrived when the network was
// lost.
type cutDown struct {
	*workbench
	journal *lasting
	job     Job
	data    []byte
	notes   []string
}

func cutDownload(t *testing.T) *cutDown {
	c := beginDownload(t)
	c.loseFrom(2 * minPartSize)
	c.isCutOff()
	return c
}

// beginDownload is a download of four ranges that did not run yet.
func beginDownload(t *testing.T) *cutDown {
	c := &cutDown{journal: &lasting{Memory: &Memory{}}}
	c.workbench = newBench(t, func(k *Config) { k.Journal, k.Concurrency = c.journal, 1 })
	c.store.Become(storetest.AWS)
	c.job, c.data = c.object((partsOfAll-1)*minPartSize+17, client.PutOptions{})
	c.job.To.Name = "f"
	return c
}

// isCutOff runs it until the network is lost, which is there again afterwards.
func (c *cutDown) isCutOff() {
	c.Helper()
	row := c.run(c.job)[0]
	require.Equal(c, client.KindNetwork, client.KindOf(row.Err), "%v", row.Err)
	require.True(c, IsPart(filepath.Base(c.temp())), "it can be gone on with")
	c.store.Before(nil)
	c.engine.scribe.settle()
}

// loseFrom lets no bytes through any more from an offset on.
func (c *cutDown) loseFrom(offset int64) {
	c.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.GetObject && call.Read.Offset >= offset {
			return call.Error(client.KindNetwork)
		}
		return nil
	})
}

// temp is the one file that was left.
func (c *cutDown) temp() string {
	c.Helper()
	left := files(c.T, c.job.To.Root)
	require.Len(c, left, 1)
	return left[0]
}

// again is the same job in another program; asked are the ranges it fetched.
func (c *cutDown) again() (row Row, asked []int64) {
	c.Helper()
	before := len(c.store.Calls(memstore.GetObject))
	b := newBench(c.T, func(k *Config) {
		k.Store, k.Journal = c.store, c.journal
		k.Note = func(s client.Text) { c.notes = append(c.notes, s.String()) }
	})
	row = b.run(c.job)[0]
	b.engine.scribe.settle()
	for _, call := range c.store.Calls(memstore.GetObject)[before:] {
		asked = append(asked, call.Read.Offset/minPartSize)
	}
	slices.Sort(asked)
	return row, asked
}

// isWhole asserts that the file is there, and nothing else.
func (c *cutDown) isWhole(row Row, data []byte) {
	c.Helper()
	require.NoError(c, row.Err)
	assert.Equal(c, ContentChecksum, row.Receipt.Content)
	assert.EqualValues(c, len(data), row.Sent)
	assert.Equal(c, []string{c.job.path()}, files(c.T, c.job.To.Root))
	got, err := os.ReadFile(c.job.path())
	require.NoError(c, err)
	assert.True(c, bytes.Equal(data, got))
	assert.Empty(c, c.journal.progress, "it is over")
}

func TestADownloadThatWasCutOffGoesOnWithTheRangesThatArrived(t *testing.T) {
	c := cutDownload(t)
	row, asked := c.again()
	c.isWhole(row, c.data)
	assert.Equal(t, []int64{2, 3}, asked)
	assert.Empty(t, c.notes)

	c = cutDownload(t)
	c.engine.Retry()
	require.NoError(t, c.engine.Wait(t.Context()))
	row, _ = c.engine.Nth(0)
	c.isWhole(row, c.data)
}

// A kill in the middle of a range of many costs no more than what came since the last
// MiB of it.
func TestARangeThatWasCutOffInItsMiddleGoesOnFromTheLastMiB(t *testing.T) {
	const third, cut = 2 * minPartSize, 2<<20 + 5
	for name, c := range map[string]struct {
		happens func(*cutDown)
		from    int64
	}{
		"its bytes are there":    {func(*cutDown) {}, third + 2<<20},
		"one of them is another": {func(c *cutDown) { c.overwrite(third+100, []byte{c.data[third+100] ^ 1}) }, third},
	} {
		t.Run(name, func(t *testing.T) {
			d := beginDownload(t)
			d.loseFrom(third + 1)
			d.store.Send(func(call memstore.Call, data []byte) io.Reader {
				if call.Read.Offset != third {
					return bytes.NewReader(data)
				}
				return io.MultiReader(bytes.NewReader(data[:cut]), iotest.ErrReader(io.ErrUnexpectedEOF))
			})
			d.isCutOff()
			d.store.Send(nil)
			c.happens(d)
			row, _ := d.again()
			d.isWhole(row, d.data)
			var from []int64
			for _, call := range d.store.Calls(memstore.GetObject) {
				from = append(from, call.Read.Offset)
			}
			assert.Equal(t, []int64{c.from, 3 * minPartSize}, slices.Sorted(slices.Values(from[len(from)-2:])))
		})
	}
}

// A slow is a journal whose disk is busy: it writes down no piece before it may.
type slow struct {
	*lasting
	may chan struct{}
}

func (s *slow) Write(entries []Entry) error {
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Piece != nil }) {
		<-s.may
	}
	return s.lasting.Write(entries)
}

// What is not written down is lost where the program is killed.
func TestADownloadDoesNotRunFarAheadOfWhatIsWrittenDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := &slow{&lasting{Memory: &Memory{}}, make(chan struct{})}
		w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = journal, 1 })
		w.store.Become(storetest.AWS)
		job, data := w.object(10*minPartSize, client.PutOptions{})
		w.submit(job)
		synctest.Wait()
		row, _ := w.engine.Nth(0)
		assert.EqualValues(t, (mostNotes+1)<<20, row.Sent, "of %d bytes", len(data))
		close(journal.may)
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ = w.engine.Nth(0)
		require.NoError(t, row.Err)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
	})
}

// Each is what may have happened to a download while it was cut off, and which ranges
// are fetched then.
func TestARangeCountsOnlyWhereItsBytesAreStillThere(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(*cutDown)
		fetched []int64
		says    string
	}{
		"a power cut took the first range": {func(c *cutDown) { c.overwrite(100, make([]byte, minPartSize-100)) }, []int64{0, 2, 3}, ""},
		"one bit of the second flipped":    {func(c *cutDown) { c.overwrite(minPartSize, []byte{c.data[minPartSize] ^ 1}) }, []int64{1, 2, 3}, ""},
		"the file was cut":                 {func(c *cutDown) { require.NoError(c, os.Truncate(c.temp(), 10)) }, []int64{0, 1, 2, 3}, ""},
		"the file was removed":             {func(c *cutDown) { require.NoError(c, os.Remove(c.temp())) }, []int64{0, 1, 2, 3}, ""},
		"something else has its name": {func(c *cutDown) {
			temp := c.temp()
			require.NoError(c, os.Remove(temp))
			require.NoError(c, os.Symlink("elsewhere", temp))
		}, []int64{0, 1, 2, 3}, ""},
		"the object was written anew": {func(c *cutDown) { c.data[5] ^= 1; c.add(remote, c.data, client.PutOptions{}) }, []int64{0, 1, 2, 3}, "another object now"},
		"nobody tells an ETag": {func(c *cutDown) {
			for _, p := range c.journal.progress {
				p.Source.ETag = ""
			}
			c.store.After(func(_ memstore.Call, o *client.Object) error { o.ETag = ""; return nil })
		}, []int64{0, 1, 2, 3}, "another object now"},
		"the journal names a file that is none of ours": {func(c *cutDown) { c.renames("../../passwd") }, []int64{0, 1, 2, 3}, ""},
		"the journal lies about a CRC": {func(c *cutDown) {
			c.wholeRange(1).CRC++
		}, []int64{0, 2, 3}, ""},
		"the journal lies about a size": {func(c *cutDown) {
			c.wholeRange(2).Size--
		}, []int64{1, 2, 3}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cut := cutDownload(t)
			c.happens(cut)
			row, fetched := cut.again()
			assert.Equal(t, c.fetched, fetched)
			left := []string{cut.job.path()}
			for _, file := range files(t, cut.job.To.Root) {
				if IsPart(filepath.Base(file)) { // what is not known to be ours stays, and is swept when it is stale
					require.NoError(t, os.Remove(file))
				}
			}
			cut.isWhole(row, cut.data)
			assert.Equal(t, left, files(t, cut.job.To.Root))
			if c.says == "" {
				assert.Empty(t, cut.notes)
			} else {
				require.Len(t, cut.notes, 1)
				assert.Contains(t, cut.notes[0], c.says)
			}
		})
	}
}

func (c *cutDown) overwrite(offset int64, with []byte) {
	f, err := os.OpenFile(c.temp(), os.O_RDWR, 0)
	require.NoError(c, err)
	_, err = f.WriteAt(with, offset)
	require.NoError(c, err)
	require.NoError(c, f.Close())
}

// wholeRange is what the journal has of a range that arrived whole.
func (c *cutDown) wholeRange(n int) *Piece {
	c.Helper()
	for _, p := range c.journal.progress {
		i := slices.IndexFunc(p.Pieces, func(p Piece) bool { return p.Number == n && p.Size == minPartSize })
		require.GreaterOrEqual(c, i, 0)
		return &p.Pieces[i]
	}
	c.Fatal("nothing is written down")
	return nil
}

// renames lets the journal name another temporary file.
func (c *cutDown) renames(temp string) {
	for _, p := range c.journal.progress {
		p.Temp = temp
	}
}

func TestADownloadThatArrivedDamagedIsNotGoneOnWith(t *testing.T) {
	c := cutDownload(t)
	c.store.Send(func(call memstore.Call, data []byte) io.Reader {
		data = bytes.Clone(data)
		data[0] ^= 1
		return bytes.NewReader(data)
	})
	row, _ := c.again()
	assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Empty(t, files(t, c.job.To.Root))
	c.store.Send(nil)
	row, asked := c.again()
	c.isWhole(row, c.data)
	assert.Equal(t, []int64{0, 1, 2, 3}, asked)
}

func TestAPausedDownloadKeepsItsRangesAndACancelledOneNothing(t *testing.T) {
	for _, then := range []string{"resume", "cancel", "close"} {
		w := newBench(t, func(k *Config) { k.Concurrency = 1 })
		w.store.Become(storetest.AWS)
		job, data := w.object(3*minPartSize, client.PutOptions{})
		job.To.Name = "f"
		third := make(chan struct{})
		w.store.Before(func(ctx context.Context, call memstore.Call) error {
			if call.Op == memstore.GetObject && call.Read.Offset == 2*minPartSize && call.Nth == 3 {
				close(third)
				<-ctx.Done()
				return context.Cause(ctx)
			}
			return nil
		})
		w.submit(job)
		<-third
		w.engine.Pause()
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ := w.engine.Nth(0)
		require.Equal(t, Paused, row.Phase, "%v", row.Err)
		require.Len(t, files(t, job.To.Root), 1)
		switch then {
		case "resume":
			w.engine.Resume()
			require.NoError(t, w.engine.Wait(t.Context()))
			row, _ = w.engine.Nth(0)
			require.NoError(t, row.Err)
			got, err := os.ReadFile(job.path())
			require.NoError(t, err)
			assert.True(t, bytes.Equal(data, got))
			assert.Equal(t, 4, w.store.Count(memstore.GetObject), "only the third is fetched again")
			assert.Equal(t, []string{job.path()}, files(t, job.To.Root))
		case "cancel":
			w.engine.Cancel()
			require.NoError(t, w.engine.Wait(t.Context()))
			assert.Empty(t, files(t, job.To.Root))
		case "close":
			require.NoError(t, w.engine.Close(t.Context()))
			assert.Empty(t, files(t, job.To.Root), "nobody would know of it any more")
		}
	}
}

func TestADownloadThatIsStoppedBeforeItsFirstRangeLeavesNothing(t *testing.T) {
	w := newBench(t, func(k *Config) { k.Journal = &lasting{Memory: &Memory{}} })
	job, _ := w.object(3*minPartSize, client.PutOptions{})
	w.store.Before(memstore.Failing(client.KindNetwork, memstore.GetObject))
	row := w.run(job)[0]
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String())
	assert.Empty(t, files(t, job.To.Root))
	kept, err := w.engine.cfg.Journal.Keeps("")
	require.NoError(t, err)
	assert.False(t, kept)
}

func TestWhatADownloadGoesOnWithIsNotSweptHoweverOldItIs(t *testing.T) {
	c := cutDownload(t)
	temp := c.temp()
	old := time.Now().Add(-1000 * time.Hour)
	require.NoError(t, os.Chtimes(temp, old, old))
	other := c.job
	other.To.Name = "other"
	mine := c.job
	c.job = other
	b := newBench(t, func(k *Config) { k.Store, k.Journal = c.store, &holder{c.journal} })
	require.NoError(t, b.run(other)[0].Err)
	assert.FileExists(t, temp)
	c.job = mine
	require.NoError(t, os.Remove(other.path()))
	row, asked := c.again()
	c.isWhole(row, c.data)
	assert.Equal(t, []int64{2, 3}, asked)
}

// holder is a journal of another program that sees what the first one keeps.
type holder struct{ *lasting }

func TestADownloadOfAnObjectThatChangesMeanwhileSaysThatItBeginsAnew(t *testing.T) {
	var notes []string
	w := newBench(t, func(k *Config) {
		k.Journal, k.Concurrency = &lasting{Memory: &Memory{}}, 1
		k.Note = func(s client.Text) { notes = append(notes, s.String()) }
	})
	w.store.Become(storetest.AWS)
	job, _ := w.object(3*minPartSize, client.PutOptions{})
	second := bytes.Repeat([]byte("new"), minPartSize)
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.GetObject && call.Nth == 2 {
			w.add(remote, second, client.PutOptions{})
		}
		return nil
	})
	require.NoError(t, w.run(job)[0].Err)
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0], "changed while it was downloaded")
	assert.Equal(t, []string{job.path()}, files(t, job.To.Root))
}
