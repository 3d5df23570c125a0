package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// book is a ledger in memory that can fail.
type book struct {
	mu     sync.Mutex
	events []string
	stale  []client.Upload
	known  map[string]bool
	fails  error
}

func (b *book) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, fmt.Sprintf(format, args...))
}

func (b *book) Begun(_ context.Context, u client.Upload) (func(bool), error) {
	b.note("begun %s", u.ID)
	return func(gone bool) { b.note("ended %s, gone %v", u.ID, gone) }, b.fails
}
func (b *book) Stale(string) ([]client.Upload, error) { return b.stale, b.fails }
func (b *book) Has(u client.Upload) bool              { return b.known[u.ID] }
func (b *book) Forget(u client.Upload) error          { b.note("forgot %s", u.ID); return b.fails }

// A clerk is an engine with a ledger, what it noted, and a file of some parts.
type clerk struct {
	*workbench
	book  *book
	job   Job
	notes []string
	left  map[string]string // what leave left, by id
}

func newClerk(t *testing.T) *clerk {
	c := &clerk{book: &book{known: map[string]bool{}}, left: map[string]string{}}
	var mu sync.Mutex
	c.workbench = newBench(t, func(k *Config) {
		k.Ledger = c.book
		k.Note = func(s client.Text) {
			mu.Lock()
			defer mu.Unlock()
			c.notes = append(c.notes, s.String())
		}
	})
	c.job, _ = c.file(2*minPartSize, client.SSES3{})
	return c
}

// leave puts an upload of the key into the store, as somebody else's call did.
func (c *clerk) leave(what string, begun time.Time, parts int) (id string) {
	return c.leaveAt(what, c.job.To.At, begun, parts)
}

func (c *clerk) leaveAt(what string, at client.Location, begun time.Time, parts int) (id string) {
	id = c.store.Begin(at, begun, parts)
	c.left[id] = what
	return id
}

// open are the uploads that have not ended, by what leave called them.
func (c *clerk) open() (uploads []string) {
	for _, u := range c.store.Open(c.job.To.At.Bucket) {
		what, ours := c.left[u.ID]
		if !ours {
			what = u.ID
		}
		uploads = append(uploads, what)
	}
	return uploads
}

func TestAnUploadIsInTheLedgerAsLongAsItsPartsMayStay(t *testing.T) {
	c := newClerk(t)
	var during []string
	c.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.UploadPart && call.Nth == 1 {
			c.book.mu.Lock()
			during = append(during, c.book.events...)
			c.book.mu.Unlock()
		}
		return nil
	})
	require.NoError(t, c.run(c.job)[0].Err)
	require.Len(t, during, 1, "it is written down before the first part")
	require.Len(t, c.book.events, 2)
	assert.Contains(t, c.book.events[1], "gone true")
	assert.Empty(t, c.notes)

	c = newClerk(t)
	small, _ := c.file(10, client.SSES3{})
	require.NoError(t, c.run(small)[0].Err)
	assert.Empty(t, c.book.events, "a file of one request leaves nothing open")

	c = newClerk(t)
	c.store.Before(denying(memstore.UploadPart))
	require.Error(t, c.run(c.job)[0].Err)
	assert.Equal(t, "forgot upload-1", c.book.events[2], "it was dropped")
}

// denying fails one kind of call, or several.
func denying(ops ...memstore.Op) func(context.Context, memstore.Call) error {
	return func(_ context.Context, c memstore.Call) error {
		if slices.Contains(ops, c.Op) {
			return &client.Error{Op: string(c.Op), Kind: client.KindDenied, Message: "no " + string(c.Op)}
		}
		return nil
	}
}

func TestACleanUpThatIsRefusedIsSaidAndStaysInTheLedger(t *testing.T) {
	c := newClerk(t)
	c.store.Before(denying(memstore.UploadPart, memstore.AbortMultipartUpload))
	row := c.run(c.job)[0]
	assert.Equal(t, client.KindDenied, client.KindOf(row.Err))
	require.ErrorContains(t, row.Err, "no UploadPart")
	require.ErrorContains(t, row.Err, "the parts sent stay on the server")
	require.Len(t, c.notes, 1)
	assert.Contains(t, c.notes[0], "bucketseal-cli uploads abort "+c.job.To.At.String())
	assert.Contains(t, c.notes[0], "no AbortMultipartUpload")
	assert.Len(t, c.book.events, 2)
	assert.Contains(t, c.book.events[1], "gone false")
}

func TestALedgerThatCannotBeWrittenIsSaidAndStopsNothing(t *testing.T) {
	c := newClerk(t)
	c.book.fails = errors.New("the disk is full")
	require.NoError(t, c.run(c.job)[0].Err)
	assert.Len(t, c.notes, 2, "neither what earlier runs left nor this upload could be looked after")
	for _, n := range c.notes {
		assert.Contains(t, n, "the disk is full")
	}
}

func TestWhatAKilledProgramLeftIsDroppedAtTheNextUploadToTheBucket(t *testing.T) {
	c := newClerk(t)
	old := c.leave("old", time.Time{}, 3)
	c.leave("a stranger's", time.Time{}, 3)
	c.book.stale = []client.Upload{{At: c.job.To.At, ID: old}}
	require.NoError(t, c.run(c.job)[0].Err)
	assert.Equal(t, []string{"a stranger's"}, c.open())
	assert.Contains(t, c.book.events, "forgot "+old)
	require.Len(t, c.notes, 1)
	assert.Contains(t, c.notes[0], "dropped from the server")

	c.job.ID = "again"
	require.NoError(t, c.run(c.job)[0].Err)
	assert.Equal(t, 1, strings.Count(strings.Join(c.book.events, ";"), "forgot"), "once in a run")

	c = newClerk(t)
	c.book.stale = []client.Upload{{At: c.job.To.At, ID: "old"}}
	c.store.Before(denying(memstore.AbortMultipartUpload))
	require.NoError(t, c.run(c.job)[0].Err, "it is no reason not to upload")
	assert.NotContains(t, c.book.events, "forgot old")
	require.Len(t, c.notes, 1)
	assert.Contains(t, c.notes[0], "could not be dropped")

	c = newClerk(t)
	c.book.stale = []client.Upload{{At: c.job.To.At, ID: "old"}}
	c.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.AbortMultipartUpload {
			return call.Error(client.KindNoBucket)
		}
		return nil
	})
	require.NoError(t, c.run(c.job)[0].Err)
	assert.Contains(t, c.book.events, "forgot old", "with its bucket everything is gone")
}

// A beginning whose answer was lost has begun an upload that nobody knows. Only
// what can be no other is dropped.
func TestARepeatedBeginningLeavesNoSecondUpload(t *testing.T) {
	now := time.Now()
	for _, fails := range []bool{false, true} {
		c := newClerk(t)
		c.store.Doubt(now)
		c.leave("stray", now, 0)
		c.leave("stray of the same second", now.Add(-500*time.Millisecond), 0)
		c.leave("with a part", now, 1)
		c.leave("older", now.Add(-time.Minute), 0)
		c.leave("younger", now.Add(time.Hour), 0)
		c.book.known[c.leave("known", now, 0)] = true
		elsewhere := client.Location{Bucket: c.job.To.At.Bucket, Key: c.job.To.At.Key + "2"}
		c.leaveAt("of another key", elsewhere, now, 0)
		if fails {
			c.store.Before(denying(memstore.CreateMultipartUpload))
		}
		row := c.run(c.job)[0]
		assert.Equal(t, fails, row.Err != nil)
		assert.ElementsMatch(t, []string{"with a part", "older", "younger", "known", "of another key"}, c.open())
		assert.Empty(t, c.notes)
	}
}

func TestAStrayThatCannotBeLookedForIsSaid(t *testing.T) {
	for _, call := range []memstore.Op{memstore.ListMultipartUploads, memstore.ListParts, memstore.AbortMultipartUpload} {
		c := newClerk(t)
		now := time.Now()
		c.store.Doubt(now)
		c.leave("stray", now, 0)
		c.store.Before(denying(call))
		require.NoError(t, c.run(c.job)[0].Err)
		require.Len(t, c.notes, 1, call)
		assert.Contains(t, c.notes[0], "bucketseal-cli uploads list "+c.job.To.At.String())
		assert.Contains(t, c.notes[0], "no "+string(call))
		assert.Equal(t, []string{"stray"}, c.open())
	}
}
