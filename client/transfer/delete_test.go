package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// A clearing is an engine whose jobs delete, and its store.
type clearing struct {
	*testing.T
	store    *memstore.Store
	engine   *Engine
	mu       sync.Mutex
	receipts []Receipt
}

func newClearing(t *testing.T, change ...func(*Config)) *clearing {
	c := &clearing{T: t, store: memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"a", "b"}})}
	config := Config{Store: c.store, Account: client.AccountRef{ID: "id of " + "ward", Name: "ward"}, Concurrency: 1, Journal: &Memory{Keep: func(r Receipt) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.receipts = append(c.receipts, r)
		return nil
	}}}
	for _, f := range change {
		f(&config)
	}
	var err error
	c.engine, err = New(config)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.engine.Close(context.Background())) })
	return c
}

// deletion is the job that removes an object, with an id that says which.
func deletion(bucket, key string) Job {
	return Job{ID: bucket + "/" + key, Op: Delete, From: ObjectAt("ward", client.Location{Bucket: bucket, Key: key}, "")}
}

// filled puts n objects into a bucket and is the jobs that delete them.
func (c *clearing) filled(bucket string, n int) (jobs []Job) {
	for i := range n {
		key := fmt.Sprintf("k%04d", i)
		c.store.Fill(1, bucket+"/"+key)
		jobs = append(jobs, deletion(bucket, key))
	}
	return jobs
}

func (c *clearing) submit(jobs ...Job) {
	c.Helper()
	_, err := c.engine.Submit(slices.Values(jobs))
	require.NoError(c, err)
}

func (c *clearing) run(jobs ...Job) (rows []Row) {
	c.Helper()
	c.submit(jobs...)
	require.NoError(c, c.engine.Wait(c.Context()))
	for _, j := range jobs {
		r, _ := c.engine.Row(j.ID)
		rows = append(rows, r)
	}
	return rows
}

func TestDeletionsOfOneBucketGoTogetherAThousandAtATime(t *testing.T) {
	c := newClearing(t)
	jobs := c.filled("a", 2001)
	kept := client.Location{Bucket: "a", Key: "kept"}
	c.store.Fill(1, "a/kept")
	for i, r := range c.run(jobs...) {
		require.NoError(t, r.Err)
		require.Equal(t, Done, r.Phase)
		require.Equal(t, jobs[i].From.At, r.Receipt.At)
		require.Equal(t, Delete, r.Receipt.Op)
	}
	assert.Equal(t, 3, c.store.Count(memstore.DeleteObjects), "2,001 objects are three requests")
	assert.Equal(t, []string{"kept"}, c.store.Names("a"))
	assert.True(t, c.store.Holds(kept))
	assert.Len(t, c.receipts, 2001)
	s := c.engine.Summary()
	assert.Equal(t, 2001, s.Phases[Done])
	assert.Zero(t, s.Bytes+s.Done+s.Moved, "a deletion moves no bytes")
}

func TestDeletionsOfTwoBucketsAreTwoRequests(t *testing.T) {
	c := newClearing(t)
	jobs := append(c.filled("a", 3), c.filled("b", 2)...)
	for _, r := range c.run(jobs...) {
		require.NoError(t, r.Err)
	}
	assert.Equal(t, 2, c.store.Count(memstore.DeleteObjects))
}

func TestAnObjectThatMayNotBeDeletedFailsAloneAndOnlyItIsTriedAgain(t *testing.T) {
	c := newClearing(t)
	jobs := c.filled("a", 3)
	c.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.DeleteObject && call.At.Key == "k0001" {
			return call.Error(client.KindDenied)
		}
		return nil
	})
	rows := c.run(jobs...)
	assert.Equal(t, []Phase{Done, Failed, Done}, []Phase{rows[0].Phase, rows[1].Phase, rows[2].Phase})
	assert.Equal(t, client.KindDenied, client.KindOf(rows[1].Err))
	assert.False(t, rows[1].Unknown(), "the server said that it is still there")
	assert.Equal(t, []string{"k0001"}, c.store.Names("a"))

	c.store.Before(nil)
	c.store.Fill(1, "a/k0000") // somebody puts it back
	c.engine.Retry()
	require.NoError(t, c.engine.Wait(t.Context()))
	row, _ := c.engine.Row("a/k0001")
	require.NoError(t, row.Err)
	assert.Equal(t, 2, row.Attempts)
	assert.Equal(t, []string{"k0000"}, c.store.Names("a"), "what was deleted before is not deleted again")
}

func TestOfAFailedRequestNothingIsKnown(t *testing.T) {
	c := newClearing(t)
	jobs := c.filled("a", 3)
	c.store.Before(memstore.Failing(client.KindUnavailable, memstore.DeleteObjects))
	for _, r := range c.run(jobs...) {
		assert.Equal(t, client.KindUnavailable, client.KindOf(r.Err))
		assert.True(t, r.Unknown())
		assert.Nil(t, r.Receipt)
	}
	assert.Empty(t, c.receipts)
}

func TestADeletionUnderWayIsStoppedWhenAllOfItIs(t *testing.T) {
	c := newClearing(t)
	gate := c.store.Hold(memstore.DeleteObjects)
	c.submit(append(c.filled("a", 3), c.filled("b", 2)...)...)
	<-gate.Entered()
	c.engine.Cancel(at(c.engine, "a/k0000", "a/k0000", "a/k0001")...)
	c.engine.Pause(at(c.engine, "b/k0001")...)
	row, _ := c.engine.Row("a/k0000")
	assert.Equal(t, Sending, row.Phase, "the request is under way, with what nobody stopped")
	c.engine.Cancel(at(c.engine, "a/k0002")...)
	<-gate.Entered() // the next bucket's
	gate.Open()
	require.NoError(t, c.engine.Wait(t.Context()))
	for id, want := range map[string]Phase{"a/k0000": Cancelled, "a/k0001": Cancelled, "a/k0002": Cancelled, "b/k0000": Done, "b/k0001": Paused} {
		row, _ := c.engine.Row(id)
		assert.Equal(t, want, row.Phase, id)
	}
	assert.Len(t, c.store.Names("a"), 3)
	assert.Equal(t, []string{"k0001"}, c.store.Names("b"))
}

func TestOneDeletionStoppedAmongOthersDoesNotStopThem(t *testing.T) {
	c := newClearing(t)
	gate := c.store.Hold(memstore.DeleteObjects)
	c.submit(c.filled("a", 2)...)
	<-gate.Entered()
	c.engine.Cancel(at(c.engine, "a/k0000")...)
	gate.Open()
	require.NoError(t, c.engine.Wait(t.Context()))
	assert.Empty(t, c.store.Names("a"))
	row, _ := c.engine.Row("a/k0000")
	assert.Equal(t, Done, row.Phase, "it was too late: it is gone, and that is said")
}

// exactly is the job that deletes one object and nothing that took its place.
func exactly(o client.Object) Job {
	j := deletion(o.At.Bucket, o.At.Key)
	j.Expect = Expect{Size: o.Size, ETag: o.ETag, Modified: o.Modified}
	return j
}

func TestADeletionWhosePriorityWasChangedAndChangedBackIsCarriedOutOnce(t *testing.T) {
	c := newClearing(t)
	gate := c.store.Hold(memstore.DeleteObjects)
	jobs := c.filled("a", 3)
	_, err := c.engine.Submit(slices.Values(jobs[:1]))
	require.NoError(t, err)
	<-gate.Entered()
	waiting, err := c.engine.Submit(slices.Values(jobs[1:]))
	require.NoError(t, err)
	for _, priority := range []int{1, 0} {
		require.NoError(t, c.engine.Prioritize(priority, waiting))
	}
	gate.Open()
	require.NoError(t, c.engine.Wait(t.Context()))
	assert.Len(t, c.receipts, 3)
	for _, row := range c.engine.AppendRows(nil, 0, 3) {
		assert.Equal(t, Done, row.Phase, "%v", row.Err)
		assert.Equal(t, 1, row.Attempts)
	}
}

func TestNothingThatTookTheObjectsPlaceIsDeleted(t *testing.T) {
	c := newClearing(t)
	at := client.Location{Bucket: "a", Key: "k"}
	was := c.store.Write(at, []byte("one"), client.PutOptions{Encryption: client.Inherit{}})
	now := c.store.Write(at, []byte("two"), client.PutOptions{Encryption: client.Inherit{}})
	row := c.run(exactly(was))[0]
	assert.Equal(t, Skipped, row.Phase)
	assert.Equal(t, client.KindPrecondition, client.KindOf(row.Err))
	assert.Equal(t, []byte("two"), c.store.Content(at))
	assert.Empty(t, c.receipts)

	j := exactly(now)
	j.ID = "now"
	require.NoError(t, c.run(j)[0].Err)
	assert.Empty(t, c.store.Names("a"))
	require.Len(t, c.receipts, 1)
	assert.Equal(t, now.ETag, c.receipts[0].ETag)
}

func TestAnExactDeletionGoesAloneAndWithItsKey(t *testing.T) {
	key := sseC(t, "k")
	c := newClearing(t, func(c *Config) {
		c.CustomerKey = func(_ context.Context, md5 string) (client.CustomerKey, error) {
			if md5 == key.Key.MD5() {
				return key.Key, nil
			}
			return client.CustomerKey{}, errors.New("no such key")
		}
	})
	jobs := c.filled("a", 2)
	locked := c.store.Write(client.Location{Bucket: "a", Key: "locked"}, []byte("x"), client.PutOptions{Encryption: key})
	j := exactly(locked)
	j.From.CustomerKeyMD5 = key.Key.MD5()
	for _, r := range c.run(jobs[0], j, jobs[1]) {
		require.NoError(t, r.Err)
	}
	assert.Empty(t, c.store.Names("a"))
	assert.Equal(t, 2, c.store.Count(memstore.DeleteObjects))
}

func TestAPlaceThatIsNoObjectIsNotDeleted(t *testing.T) {
	c := newClearing(t)
	for _, r := range c.run(deletion("a", ""), deletion("", "k")) {
		assert.Equal(t, Failed, r.Phase)
		assert.Equal(t, client.KindRefused, client.KindOf(r.Err))
	}
	assert.Empty(t, c.store.Calls())
}

func TestADeletionWhoseReceiptCannotBeKeptSaysThatTheObjectIsGone(t *testing.T) {
	c := newClearing(t, func(c *Config) {
		c.Journal = &Memory{Keep: func(Receipt) error { return errors.New("the disk is full") }}
	})
	row := c.run(c.filled("a", 1)...)[0]
	assert.Equal(t, Failed, row.Phase)
	require.ErrorContains(t, row.Err, "the object is removed; only the receipt of that could not be kept: the disk is full")
	assert.Empty(t, c.store.Names("a"))
}

func TestWhatIsMoreUrgentGoesFirst(t *testing.T) {
	c := newClearing(t)
	gate := c.store.Hold(memstore.DeleteObject)
	jobs := c.filled("a", 4)
	for i, priority := range []int{0, -1, 1, 1} {
		jobs[i].Priority = priority // each goes alone
		o, _ := c.store.Object(jobs[i].From.At)
		jobs[i].Expect = Expect{ETag: o.ETag, Modified: o.Modified}
	}
	c.submit(jobs...)
	<-gate.Entered()
	gate.Open()
	require.NoError(t, c.engine.Wait(t.Context()))
	var order []string
	for _, call := range c.store.Calls(memstore.DeleteObject) {
		order = append(order, call.At.Key)
	}
	assert.Equal(t, []string{"k0002", "k0003", "k0000", "k0001"}, order)
}

func TestADeletionBehindATransferOfItsBucketDoesNotGoAlong(t *testing.T) {
	c := newClearing(t)
	gate := c.store.Hold(memstore.GetObject)
	c.store.Fill(2, "a/k")
	c.store.Fill(2, "a/other")
	read := Job{ID: "read", Op: Download, From: ObjectAt("ward", client.Location{Bucket: "a", Key: "k"}, ""), To: WriteTo(t.TempDir(), "k")}
	first := read
	first.ID, first.To = "first", WriteTo(t.TempDir(), "k")
	c.submit(first)
	<-gate.Entered()
	c.submit(read, deletion("a", "other"))
	gate.Open()
	require.NoError(t, c.engine.Wait(t.Context()))
	assert.Equal(t, 3, c.engine.Summary().Phases[Done])
	assert.Equal(t, []string{"k"}, c.store.Names("a"))
}
