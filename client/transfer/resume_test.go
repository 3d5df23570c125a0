package transfer

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// lasting is a Memory that outlives the engines which write to it, as a journal on
// the disk does.
type lasting struct {
	*Memory
	unreadable error // why no Progress can be read
}

func (l *lasting) Lasts() bool { return true }

func (l *lasting) Progress(number int64) (*Progress, error) {
	if l.unreadable != nil {
		return nil, l.unreadable
	}
	return l.Memory.Progress(number)
}

func (l *lasting) Enter() (Entering, error) {
	e, err := l.Memory.Enter()
	return &inheriting{e, l.Memory}, err
}

type inheriting struct {
	Entering
	from *Memory
}

func (i *inheriting) Add(rows []Record) error {
	err := i.Entering.Add(rows)
	i.from.mu.Lock()
	defer i.from.mu.Unlock()
	for n := range rows {
		for number, left := range i.from.rows {
			if p := i.from.progress[number]; p != nil && left.Job.From == rows[n].Job.From && left.Job.To == rows[n].Job.To {
				delete(i.from.progress, number)
				i.from.progress[rows[n].Number], rows[n].Begun = p, true
			}
		}
	}
	return err
}

// A cutOff is an upload of four parts of which two were sent when the network was
// lost.
type cutOff struct {
	*workbench
	journal *lasting
	job     Job
	data    []byte
	notes   []string
}

const partsOfAll = 4

func cutOffUpload(t *testing.T, e client.Encryption, change ...func(*Config)) *cutOff {
	c := &cutOff{journal: &lasting{Memory: &Memory{}}}
	c.workbench = newBench(t, append([]func(*Config){func(k *Config) { k.Journal, k.Concurrency = c.journal, 1 }}, change...)...)
	c.job, c.data = c.file((partsOfAll-1)*minPartSize+17, e)
	c.lose(3)
	row := c.run(c.job)[0]
	require.Equal(t, client.KindNetwork, client.KindOf(row.Err), "%v", row.Err)
	require.Len(t, c.store.Open(remote.Bucket), 1, "it can be gone on with")
	require.EqualValues(t, 2*minPartSize, row.Sent)
	c.store.Before(nil)
	c.engine.scribe.settle()
	return c
}

// lose lets no part through any more from one on.
func (c *cutOff) lose(from int) {
	c.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.UploadPart && call.Part >= from {
			return call.Error(client.KindNetwork)
		}
		return nil
	})
}

// again is the same job in another program.
func (c *cutOff) again(change ...func(*Config)) Row {
	c.Helper()
	b := newBench(c.T, append([]func(*Config){func(k *Config) {
		k.Store, k.Journal = c.store, c.journal
		k.Note = func(s client.Text) { c.notes = append(c.notes, s.String()) }
	}}, change...)...)
	b.keys = c.keys
	row := b.run(c.job)[0]
	b.engine.scribe.settle()
	return row
}

// sent are the numbers of the parts that were sent, in order.
func (c *cutOff) sent() (parts []int) {
	for _, call := range c.store.Calls(memstore.UploadPart) {
		parts = append(parts, call.Part)
	}
	slices.Sort(parts)
	return parts
}

// isWhole asserts that the file is there, proved, and nothing else is left.
func (c *cutOff) isWhole(row Row) {
	c.Helper()
	require.NoError(c, row.Err)
	assert.Equal(c, Verified, row.Receipt.Verdict)
	assert.Equal(c, ContentMD5, row.Receipt.Content)
	assert.Len(c, row.Receipt.Parts, partsOfAll)
	assert.Equal(c, int64(len(c.data)), row.Sent)
	assert.Equal(c, c.data, c.store.Content(remote))
	assert.Empty(c, c.store.Open(remote.Bucket))
	assert.Empty(c, c.journal.progress, "it is over")
}

func TestAnUploadThatWasCutOffGoesOnWithThePartsThatTheServerHas(t *testing.T) {
	customer, err := client.NewCustomerKey(make([]byte, client.CustomerKeyBytes))
	require.NoError(t, err)
	for _, e := range []client.Encryption{client.SSES3{}, client.SSEKMS{Key: keyID}, client.SSEKMS{Key: alias}, client.SSEC{Key: customer}} {
		kms := func(k *Config) {
			k.DescribeKey = func(context.Context, client.KeyID) (client.Key, error) {
				return client.Key{ID: string(keyID), ARN: keyID, Aliases: []string{string(alias)}}, nil
			}
		}
		c := cutOffUpload(t, e, kms)
		c.isWhole(c.again(kms))
		assert.Equal(t, []int{1, 2, 3, 3, 4}, c.sent(), "the third had not arrived")
		assert.Equal(t, 1, c.store.Count(memstore.CreateMultipartUpload))

		c = cutOffUpload(t, e, kms)
		c.engine.Retry()
		require.NoError(t, c.engine.Wait(t.Context()))
		row, _ := c.engine.Nth(0)
		c.isWhole(row)
		assert.Equal(t, []int{1, 2, 3, 3, 4}, c.sent(), "a retry goes on as well")
	}
}

func TestAPausedUploadGoesOnWhereItStopped(t *testing.T) {
	for _, journal := range []Journal{&Memory{}, &lasting{Memory: &Memory{}}} {
		w := newBench(t, func(k *Config) { k.Journal, k.Concurrency = journal, 1 })
		job, data := w.file(4*minPartSize, client.SSES3{})
		gate := w.store.Hold(memstore.UploadPart)
		second := make(chan struct{})
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == memstore.UploadPart && call.Nth == 2 {
				close(second)
			}
			return nil
		})
		_, err := w.engine.Submit(slices.Values([]Job{job}))
		require.NoError(t, err)
		<-gate.Entered()
		gate.Open()
		<-second
		w.engine.Pause()
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ := w.engine.Nth(0)
		if row.Phase != Paused { // it was faster than the pause
			require.Equal(t, Done, row.Phase)
			continue
		}
		require.Len(t, w.store.Open(remote.Bucket), 1, "a pause keeps what the server has")
		w.engine.Resume()
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ = w.engine.Nth(0)
		require.NoError(t, row.Err)
		assert.Equal(t, data, w.store.Content(remote))
		assert.Equal(t, 1, w.store.Count(memstore.CreateMultipartUpload))
		assert.Equal(t, 1, w.store.Calls(memstore.UploadPart)[0].Part)
		assert.Len(t, slices.DeleteFunc(w.store.Calls(memstore.UploadPart), func(c memstore.Call) bool { return c.Part != 1 }), 1, "the first was acknowledged")
	}
}

func TestWhatIsNotTheSameUploadAnyMoreBeginsAnewAndLeavesNothing(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *cutOff){
		"another key is asked for": func(_ *testing.T, c *cutOff) { c.job.Treatment.Key = otherID },
		"a bucket key is asked for": func(_ *testing.T, c *cutOff) {
			c.job.Treatment.BucketKey = true
		},
		"other metadata": func(_ *testing.T, c *cutOff) { c.job.Metadata = map[string]string{"owner": "sales"} },
		"another type":   func(_ *testing.T, c *cutOff) { c.job.ContentType = "text/plain" },
		"the file was touched": func(t *testing.T, c *cutOff) {
			c.job.Expect.Modified = modified.Add(time.Hour)
			require.NoError(t, os.Chtimes(c.job.From.Path, modified, c.job.Expect.Modified))
		},
		"the file has grown": func(t *testing.T, c *cutOff) {
			c.data = append(c.data, "more"...)
			c.write(t)
		},
		"the file has other bytes of the same date": func(t *testing.T, c *cutOff) {
			c.data[0] ^= 1
			c.write(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := cutOffUpload(t, client.SSEKMS{Key: keyID})
			change(t, c)
			row := c.again()
			c.isWhole(row)
			assert.Equal(t, []int{1, 1, 2, 2, 3, 3, 4}, c.sent())
			assert.Equal(t, 2, c.store.Count(memstore.CreateMultipartUpload))
			assert.Equal(t, c.job.Treatment.Key, c.there(remote).Encryption.Key)
		})
	}
}

func TestAFileThatFitsOneRequestNowLeavesNoPartsOfItsFormerSelf(t *testing.T) {
	c := cutOffUpload(t, client.SSES3{})
	c.data = []byte("what is left of it")
	c.write(t)
	c.store.Before(memstore.Failing(client.KindUnavailable, memstore.AbortMultipartUpload))
	assert.Equal(t, client.KindUnavailable, client.KindOf(c.again().Err))
	assert.Len(t, c.journal.progress, 1, "what could not be dropped is not forgotten")
	c.store.Before(nil)
	row := c.again()
	require.NoError(t, row.Err)
	assert.Equal(t, c.data, c.store.Content(remote))
	assert.Empty(t, c.store.Open(remote.Bucket))
	assert.Empty(t, c.journal.progress)
}

// write puts other bytes into the file, and its old date.
func (c *cutOff) write(t *testing.T) {
	require.NoError(t, os.WriteFile(c.job.From.Path, c.data, 0o600))
	require.NoError(t, os.Chtimes(c.job.From.Path, c.job.Expect.Modified, c.job.Expect.Modified))
	c.job.Expect.Size = int64(len(c.data))
}

func TestAPartThatIsNotTheOneAcknowledgedIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		held func([]client.Part) []client.Part
		sent []int
	}{
		"it is gone":           {func(p []client.Part) []client.Part { return p[1:] }, []int{1, 1, 2, 3, 3, 4}},
		"it is another":        {func(p []client.Part) []client.Part { p[1].ETag = "another"; return p }, []int{1, 2, 2, 3, 3, 4}},
		"it is shorter":        {func(p []client.Part) []client.Part { p[0].Size--; return p }, []int{1, 1, 2, 3, 3, 4}},
		"its size is not told": {func(p []client.Part) []client.Part { p[0].Size = client.NotTold; return p }, []int{1, 1, 2, 3, 3, 4}},
		"it has another checksum": {func(p []client.Part) []client.Part {
			p[0].Checksum = checksumOf(7)
			return p
		}, []int{1, 1, 2, 3, 3, 4}},
		"there are others too": {func(p []client.Part) []client.Part { return append(p, client.Part{Number: 99, Size: 1}) }, []int{1, 2, 3, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			cut := cutOffUpload(t, client.SSES3{})
			cut.isWhole(cut.again(func(k *Config) { k.Store = listing{k.Store, c.held} }))
			assert.Equal(t, c.sent, cut.sent())
		})
	}
}

// listing says something else of the parts that it has.
type listing struct {
	client.Store
	held func([]client.Part) []client.Part
}

func (l listing) Parts(ctx context.Context, u client.Upload) ([]client.Part, error) {
	parts, err := l.Store.Parts(ctx, u)
	return l.held(parts), err
}

func TestPartsWithoutARecordAreKnownByTheirChecksumAndOnlyByThat(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		c := cutOffUpload(t, client.SSES3{}, func(k *Config) {
			if keeps {
				k.Store.(*memstore.Store).Become(storetest.AWS)
			}
		})
		for _, p := range c.journal.progress {
			p.Pieces = nil // as where the disk was slower than the network
		}
		row := c.again()
		require.NoError(t, row.Err)
		assert.Equal(t, c.data, c.store.Content(remote))
		if keeps {
			assert.Equal(t, []int{1, 2, 3, 3, 4}, c.sent())
			assert.Equal(t, ContentChecksum, row.Receipt.Content)
		} else {
			assert.Equal(t, []int{1, 1, 2, 2, 3, 3, 4}, c.sent())
		}
	}
}

func TestPartsKeepTheirSizeWhateverTheSettingsSayNow(t *testing.T) {
	c := cutOffUpload(t, client.SSES3{})
	c.isWhole(c.again(func(k *Config) { k.PartSize = 64 << 20 }))
	assert.Equal(t, []int{1, 2, 3, 3, 4}, c.sent())
}

func TestTheProofOfAnUploadGoneOnWithRestsOnAllItsAnswers(t *testing.T) {
	for _, op := range []memstore.Op{memstore.CreateMultipartUpload, memstore.UploadPart} {
		c := cutOffUpload(t, client.SSEKMS{Key: keyID}, func(k *Config) {
			k.Store.(*memstore.Store).After(says(op, client.Reported{Told: true, Type: client.TypeSSEKMS, Key: otherID}))
		})
		c.store.After(nil)
		row := c.again()
		assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err), "%v", row.Err)
		assert.Equal(t, OtherKey, row.Receipt.Verdict, "what the first program was told is not forgotten: %s", op)
		assert.Empty(t, c.journal.progress)
	}
}

func TestACompletionWhoseProgramEndedIsProvedAndNotSentAgain(t *testing.T) {
	for _, how := range []Overwrite{OverwriteAlways, OverwriteSkip} {
		c := &cutOff{journal: &lasting{Memory: &Memory{}}}
		c.workbench = newBench(t, func(k *Config) { k.Journal = c.journal })
		c.job, c.data = c.file((partsOfAll-1)*minPartSize+17, client.SSEKMS{Key: keyID})
		c.job.Overwrite = how
		c.store.After(func(call memstore.Call, _ *client.Object) error {
			if call.Op == memstore.CompleteMultipartUpload {
				return call.Error(client.KindNetwork)
			}
			return nil
		})
		require.Equal(t, client.KindNetwork, client.KindOf(c.run(c.job)[0].Err))
		require.True(t, c.store.Holds(remote))
		c.store.After(nil)
		c.engine.scribe.settle()
		if how == OverwriteSkip {
			for _, p := range c.journal.progress {
				p.Pieces = p.Pieces[:2] // its disk was slower than the network
			}
		}

		row := c.again()
		require.NoError(t, row.Err)
		assert.Equal(t, Done, row.Phase, "its own write is not called there already")
		assert.Equal(t, Verified, row.Receipt.Verdict)
		if how == OverwriteSkip {
			assert.Equal(t, ContentSize, row.Receipt.Content, "no more is claimed than is known")
			assert.Empty(t, row.Receipt.Parts)
		} else {
			assert.Equal(t, ContentMD5, row.Receipt.Content)
			assert.Len(t, row.Receipt.Parts, partsOfAll)
		}
		assert.Equal(t, []int{1, 2, 3, 4}, c.sent())
		assert.Empty(t, c.journal.progress)

		// The server moved on meanwhile, and the file too: what is there is not this file.
		if how == OverwriteSkip {
			continue
		}
		c.store.After(func(call memstore.Call, _ *client.Object) error {
			if call.Op == memstore.CompleteMultipartUpload {
				return call.Error(client.KindNetwork)
			}
			return nil
		})
		require.Error(t, c.again().Err)
		c.store.After(nil)
		c.data[5] ^= 1
		c.write(t)
		require.NoError(t, c.again().Err)
		assert.Equal(t, c.data, c.store.Content(remote))
		assert.Empty(t, c.journal.progress)
	}
}

func TestAnOlderObjectOfTheSameBytesIsNotTakenForTheOneThatWasSent(t *testing.T) {
	for name, c := range map[string]struct {
		before time.Duration
		told   bool
		anew   bool
	}{
		"older": {time.Minute, true, true}, "of the same second": {time.Second, true, false}, "of no known age": {0, false, true},
	} {
		cut := cutOffUpload(t, client.SSEKMS{Key: keyID})
		written := client.PutOptions{Encryption: client.SSES3{}, Metadata: map[string]string{client.MetaChecksum: memstore.ChecksumOf(cut.data).Value}}
		cut.store.Write(remote, cut.data, written)
		cut.store.Change(remote, func(o *client.Object) {
			if o.Modified = modified.Add(-c.before); !c.told {
				o.Modified = time.Time{}
			}
		})
		open := cut.store.Open(remote.Bucket)[0]
		require.NoError(t, cut.store.AbortUpload(t.Context(), client.Upload{At: open.At, ID: open.ID}))
		row := cut.again()
		if c.anew {
			cut.isWhole(row)
			assert.Equal(t, []int{1, 1, 2, 2, 3, 3, 4}, cut.sent(), name)
			continue
		}
		assert.Equal(t, OtherKey, row.Receipt.Verdict, "it is judged like any other write")
	}
}

func TestWhatWasStoredAndCouldNotBeProvedIsProvedByTheNextProgram(t *testing.T) {
	for _, size := range []int64{1000, 3 * minPartSize} {
		c := &cutOff{journal: &lasting{Memory: &Memory{}}}
		c.workbench = newBench(t, func(k *Config) { k.Journal, k.Patience = c.journal, time.Millisecond })
		c.job, c.data = c.file(size, client.SSEKMS{Key: keyID})
		c.store.Before(memstore.Failing(client.KindUnavailable, memstore.HeadObject))
		row := c.run(c.job)[0]
		require.Equal(t, NotYetVerified, row.Receipt.Verdict)
		c.store.Before(nil)
		writes := len(c.store.Calls(memstore.PutObject, memstore.UploadPart))

		row = c.again()
		require.NoError(t, row.Err)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.Equal(t, ContentMD5, row.Receipt.Content, "what it went with is known still")
		assert.Len(t, c.store.Calls(memstore.PutObject, memstore.UploadPart), writes, "nothing is sent again")
		assert.Empty(t, c.journal.progress)
	}
}

func TestACancelDropsWhatAPauseOrAFailureHasLeft(t *testing.T) {
	c := cutOffUpload(t, client.SSES3{})
	c.engine.Clear()
	require.NoError(t, c.engine.Wait(t.Context()))
	c.engine.scribe.settle()
	assert.Empty(t, c.store.Open(remote.Bucket), "whoever clears the row of a failure does not go on with it")
	assert.Empty(t, c.journal.rows)
	assert.Empty(t, c.journal.progress)

	c = cutOffUpload(t, client.SSES3{})
	gate := c.store.Hold(memstore.ListParts)
	c.engine.Retry()
	<-gate.Entered()
	c.engine.Pause()
	require.NoError(t, c.engine.Wait(t.Context()))
	require.Len(t, c.store.Open(remote.Bucket), 1)
	c.engine.Cancel()
	require.NoError(t, c.engine.Wait(t.Context()), "which waits for the parts to be gone")
	c.engine.scribe.settle()
	assert.Empty(t, c.store.Open(remote.Bucket))
	assert.Empty(t, c.journal.progress)

	c = cutOffUpload(t, client.SSES3{})
	c.journal.unreadable = errors.New("the disk is gone")
	row := c.again()
	require.NoError(t, row.Err, "it begins anew")
	require.Len(t, c.notes, 1)
	assert.Contains(t, c.notes[0], "the disk is gone")
}

func TestAnUploadWhosePartsCannotBeListedBeginsAnewAndOneThatCannotBeAskedForWaits(t *testing.T) {
	c := cutOffUpload(t, client.SSES3{})
	c.store.Before(memstore.Failing(client.KindDenied, memstore.ListParts))
	c.isWhole(c.again())
	assert.Equal(t, []int{1, 1, 2, 2, 3, 3, 4}, c.sent())

	for _, ops := range [][]memstore.Op{{memstore.ListParts}, {memstore.HeadObject}} {
		c = cutOffUpload(t, client.SSES3{})
		if ops[0] == memstore.HeadObject {
			c.store.Before(nil)
			open := c.store.Open(remote.Bucket)[0]
			require.NoError(t, c.store.AbortUpload(t.Context(), client.Upload{At: open.At, ID: open.ID}))
		}
		c.store.Before(memstore.Failing(client.KindUnavailable, ops...))
		assert.Equal(t, client.KindUnavailable, client.KindOf(c.again().Err))
		assert.Len(t, c.journal.progress, 1, "it is still gone on with later")
		c.store.Before(nil)
		require.NoError(t, c.again().Err)
	}
}

func TestAFileThatIsGoneEndsItsUploadForGood(t *testing.T) {
	c := cutOffUpload(t, client.SSES3{})
	require.NoError(t, os.Remove(c.job.From.Path))
	row := c.again()
	assert.Equal(t, client.KindLocal, client.KindOf(row.Err))
	assert.Empty(t, c.store.Open(remote.Bucket))
	assert.Empty(t, c.store.Names(remote.Bucket))
	assert.Empty(t, c.journal.progress)
}

func TestWhereSomebodyElseWroteMeanwhileTheOldPartsGo(t *testing.T) {
	c := cutOffUpload(t, client.SSES3{})
	c.job.Overwrite = OverwriteSkip
	c.add(remote, []byte("theirs"), client.PutOptions{Encryption: client.SSES3{}})
	row := c.again()
	assert.Equal(t, Skipped, row.Phase)
	assert.Empty(t, c.store.Open(remote.Bucket))
	assert.Equal(t, "theirs", string(c.store.Content(remote)))
	assert.Empty(t, c.journal.progress)
}
