package transfer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A book is a journal of a program that knows of uploads beside its own.
type book struct {
	Memory
	known []KnownUpload
	fails error
}

func (b *book) Uploads() ([]KnownUpload, error) {
	own, err := b.Memory.Uploads()
	return append(own, b.known...), errors.Join(err, b.fails)
}

// A clerk is an engine with a journal, what it noted, and a file of some parts.
type clerk struct {
	*workbench
	book  *book
	job   Job
	notes []string
	left  map[string]string // what leave left, by id
}

func newClerk(t *testing.T) *clerk {
	c := &clerk{book: &book{}, left: map[string]string{}}
	var mu sync.Mutex
	c.workbench = newBench(t, func(k *Config) {
		k.Journal = c.book
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

func TestAnUploadIsInTheJournalAsLongAsItsPartsMayStay(t *testing.T) {
	c := newClerk(t)
	var during []KnownUpload
	c.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.UploadPart && call.Nth == 1 {
			during, _ = c.book.Uploads()
		}
		return nil
	})
	require.NoError(t, c.run(c.job)[0].Err)
	require.Len(t, during, 1, "it is written down before the first part")
	assert.Equal(t, "upload-1", during[0].ID)
	after, err := c.book.Uploads()
	require.NoError(t, err)
	assert.Empty(t, after)
	assert.Empty(t, c.notes)
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

func TestACleanUpThatIsRefusedIsSaidAndStaysInTheJournal(t *testing.T) {
	c := newClerk(t)
	c.store.Before(denying(memstore.UploadPart, memstore.AbortMultipartUpload))
	row := c.run(c.job)[0]
	assert.Equal(t, client.KindDenied, client.KindOf(row.Err))
	require.ErrorContains(t, row.Err, "no UploadPart")
	require.ErrorContains(t, row.Err, "the parts sent stay on the server")
	require.Len(t, c.notes, 1)
	assert.Contains(t, c.notes[0], "bucketseal-cli uploads abort "+c.job.To.At.String())
	assert.Contains(t, c.notes[0], "no AbortMultipartUpload")
	known, err := c.book.Uploads()
	require.NoError(t, err)
	assert.Len(t, known, 1)
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
		c.book.known = []KnownUpload{{At: c.job.To.At, ID: c.leave("known", now, 0)}}
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

func TestAnUploadThatMayBeAnotherProgramsIsNotDropped(t *testing.T) {
	c := newClerk(t)
	now := time.Now()
	c.store.Doubt(now)
	c.leave("stray", now, 0)
	c.book.fails = errors.New("the disk is full")
	require.NoError(t, c.run(c.job)[0].Err)
	assert.Equal(t, []string{"stray"}, c.open(), "whose it is could not be looked up")
}
