package transfer

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

func edits(e Edit) Job {
	j := copies(Meta, nil)
	j.To = j.From
	j.Treatment.Because, j.Overwrite, j.Edit = AsItsSource, OverwriteAlways, &e
	return j
}

func TestWhatAChangeWouldLoseWithoutAWordIsRefused(t *testing.T) {
	for says, lost := range map[string]func(*workbench){
		"its permissions (ACL)": func(w *workbench) { w.store.Share(copyFrom) },
		"its object lock": func(w *workbench) {
			w.store.After(func(c memstore.Call, o *client.Object) error {
				if c.Op == memstore.HeadObject {
					o.Headers = map[string][]string{"X-Amz-Object-Lock-Mode": {"GOVERNANCE"}}
				}
				return nil
			})
		},
		"access denied": func(w *workbench) { w.store.Before(memstore.Failing(client.KindDenied, memstore.GetObjectTagging)) },
		"unavailable":   func(w *workbench) { w.store.Before(memstore.Failing(client.KindUnavailable, memstore.GetObjectACL)) },
	} {
		t.Run(says, func(t *testing.T) {
			w := newBench(t)
			w.add(copyFrom, []byte("the content"), underKey)
			lost(w)
			row := w.run(edits(Edit{ContentType: "a/b"}))[0]
			require.Error(t, row.Err)
			if says != "access denied" && says != "unavailable" {
				require.ErrorContains(t, row.Err, says)
			}
			assert.NotEqual(t, "a/b", w.there(copyFrom).ContentType)
			assert.Empty(t, w.store.Calls(memstore.CopyObject))
		})
	}
}

// Whoever wrote between the look and the change loses nothing.
func TestAChangeDoesNotOverwriteWhatSomebodyWroteMeanwhile(t *testing.T) {
	w := newBench(t)
	w.add(copyFrom, []byte("the content"), underKey)
	w.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.CopyObject {
			w.store.Write(copyFrom, []byte("of a colleague"), client.PutOptions{})
		}
		return nil
	})
	row := w.run(edits(Edit{ContentType: "a/b"}))[0]
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Equal(t, []byte("of a colleague"), w.store.Content(copyFrom))
}

// A server that loses tags with the change has them set again, also where the program
// ended in between.
func TestTagsOfAChangedObjectOutliveTheProgram(t *testing.T) {
	w := newBench(t, func(c *Config) { c.Journal = newEstate().program() })
	w.store.Become(storetest.Ceph)
	w.add(copyFrom, []byte("the content"), underKey)
	tags := map[string]string{"project": "a"}
	w.store.Tag(copyFrom, tags)
	w.store.Before(memstore.Failing(client.KindNetwork, memstore.PutObjectTagging))
	row := w.run(edits(Edit{ContentType: "a/b"}))[0]
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	w.store.Tag(copyFrom, nil)
	row = w.again()
	require.NoError(t, row.Err)
	now, err := w.store.Tags(t.Context(), copyFrom, "")
	require.NoError(t, err)
	assert.Equal(t, tags, now)
	assert.Equal(t, "a/b", w.there(copyFrom).ContentType)
}

// The version that is restored has all that it had, and the one that was current stays.
func TestAVersionIsRestoredWithAllItHad(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	w.store.KeepVersions(remote.Bucket)
	w.add(copyFrom, []byte("as it was"), client.PutOptions{Encryption: client.SSEKMS{Key: keyID}, Metadata: map[string]string{"colour": "blue"}})
	w.store.Tag(copyFrom, map[string]string{"project": "a"})
	old := w.there(copyFrom)
	w.add(copyFrom, []byte("as it is"), client.PutOptions{})
	now := w.there(copyFrom)
	j := copies(Restore, nil)
	j.From.Version, j.To.At, j.Overwrite = old.VersionID, copyFrom, OverwriteAlways
	row := w.run(j)[0]
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
	restored := w.there(copyFrom)
	assert.Equal(t, []byte("as it was"), w.store.Content(copyFrom))
	assert.Equal(t, old.Metadata, restored.Metadata)
	tags, err := w.store.Tags(t.Context(), copyFrom, "")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"project": "a"}, tags)
	for _, version := range []string{old.VersionID, now.VersionID} {
		_, err := w.store.Head(t.Context(), copyFrom, client.ReadOptions{VersionID: version})
		require.NoError(t, err)
	}

	again := j
	again.ID, again.From.Version = "current", restored.VersionID
	row = w.run(again)[0]
	assert.Equal(t, Skipped, row.Phase)
	require.ErrorContains(t, row.Err, "the current version already")
}

// The checksum that an upload noted may be of other bytes than the source has now: a
// server that computes one of the copy contradicts nobody.
func TestAStaleNoteOfTheSourceDoesNotCallItsCopyDamaged(t *testing.T) {
	for _, server := range []storetest.Server{storetest.AWS, storetest.Ceph} {
		w := newBench(t)
		w.store.Become(server)
		w.store.Write(copyFrom, []byte("the content"), client.PutOptions{Encryption: client.SSEKMS{Key: keyID}, Metadata: map[string]string{client.MetaChecksum: "AAAAAAAAAAA="}})
		row := w.run(copies(Move, nil))[0]
		require.NoError(t, row.Err)
		assert.Equal(t, ContentSize, row.Receipt.Content, "nothing of the bytes was compared")
		assert.False(t, w.store.Holds(copyFrom))
	}
}
