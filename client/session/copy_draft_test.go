package session

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func inBucket(key string) client.Location { return client.Location{Bucket: "bucket", Key: key} }

// What lies at a target is told before, and stays where that is chosen, and so does its source.
func TestWhoIsAskedAboutACopyIsToldWhatIsThereAlready(t *testing.T) {
	d := open(t, nil)
	for _, key := range []string{"a.txt", "q/b.txt", "q/c.txt", "to/a.txt", "to/q/c.txt"} {
		d.put(key, key)
	}
	what := []client.Object{{At: inBucket("a.txt"), Size: client.NotTold}, {At: inBucket("q/"), IsFolder: true}}
	draft, err := d.DraftCopy(t.Context(), what, inBucket("to/"), CopyOptions{Move: true})
	require.NoError(t, err)
	p := d.drafted(draft, Choice{Overwrite: transfer.OverwriteSkip})
	require.Len(t, p.Jobs, 3)
	assert.ElementsMatch(t, []client.Location{inBucket("to/a.txt"), inBucket("to/q/c.txt")}, p.Existing)
	rows := d.carry(p, nil)
	var done int
	for _, r := range rows {
		if r.Phase == transfer.Done {
			done++
			assert.Equal(t, inBucket("to/q/b.txt"), r.Job.To.At)
		}
	}
	assert.Equal(t, 1, done)
	_, err = d.store.Head(t.Context(), inBucket("q/c.txt"), client.ReadOptions{})
	require.NoError(t, err, "what was in the way stays, and so does what was to come there")
	_, err = d.store.Head(t.Context(), inBucket("q/b.txt"), client.ReadOptions{})
	assert.Equal(t, client.KindNotFound, client.KindOf(err), "it was moved")
}

func TestAFolderIsMovedUnderAnotherName(t *testing.T) {
	d := open(t, nil)
	d.put("x/old/1.txt", "1")
	d.put("x/old/deep/old.txt", "2")
	draft, err := d.DraftCopy(t.Context(), []client.Object{{At: inBucket("x/old/"), IsFolder: true}}, inBucket("x/"),
		CopyOptions{Move: true, Names: map[string]string{"old": "new"}})
	require.NoError(t, err)
	for _, r := range d.carry(d.drafted(draft, Choice{}), nil) {
		require.NoError(t, r.Err)
	}
	page, err := d.store.List(t.Context(), inBucket("x/"), client.ListOptions{Recursive: true})
	require.NoError(t, err)
	var keys []string
	for _, o := range page.Objects {
		keys = append(keys, o.At.Key)
	}
	assert.Equal(t, []string{"x/new/1.txt", "x/new/deep/old.txt"}, keys, "the folder alone has another name")
}

func TestACopyIsNotAskedAboutWhereTheRulesCannotBeRead(t *testing.T) {
	d := open(t, nil)
	d.put("a.txt", "a")
	what := []client.Object{{At: inBucket("a.txt"), Size: client.NotTold}}
	draft, err := d.DraftCopy(t.Context(), what, inBucket("to/"), CopyOptions{})
	require.NoError(t, err)
	d.book.err = client.Say("the rules are torn").Err()
	_, err = draft(t.Context(), Choice{})
	require.ErrorContains(t, err, "the rules are torn")
	_, err = d.DraftCopy(t.Context(), what, inBucket("to/"), CopyOptions{})
	require.ErrorContains(t, err, "the rules are torn")
	d.book.err = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.DraftCopy(ctx, []client.Object{{At: inBucket("q/"), IsFolder: true}}, inBucket("to/"), CopyOptions{})
	require.ErrorIs(t, err, context.Canceled)
}
