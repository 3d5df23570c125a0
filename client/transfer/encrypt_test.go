package transfer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// encrypts anew what is at copyFrom; nil is for what no rule is about.
func encryptsAnew(asked client.Encryption) Job {
	j := copies(Encrypt, asked)
	j.To, j.Overwrite = j.From, OverwriteAlways
	return j
}

// What a server copies by no single request, it encrypts in its place in parts.
func TestWhatIsTooLargeForOneCopyIsEncryptedInItsPlaceInParts(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	w.add(copyFrom, []byte("the content"), client.PutOptions{Metadata: map[string]string{"colour": "blue"}})
	w.store.Tag(copyFrom, map[string]string{"project": "a"})
	w.store.Before(memstore.Failing(client.KindTooLarge, memstore.CopyObject))
	row := w.run(encryptsAnew(client.SSEKMS{Key: keyID}))[0]
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
	assert.NotZero(t, row.Receipt.PartSize)
	now := w.there(copyFrom)
	assert.Equal(t, "blue", now.Metadata["colour"])
	assert.Equal(t, []byte("the content"), w.store.Content(copyFrom))
	tags, err := w.store.Tags(t.Context(), copyFrom, "")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"project": "a"}, tags)
}

// Versions stay as they were stored, which is said once; what nobody asks anything of is
// left alone.
func TestWhatIsEncryptedInItsPlaceLeavesVersionsAndSaysSo(t *testing.T) {
	var notes []string
	w := newBench(t, func(c *Config) { c.Concurrency, c.Note = 1, func(t client.Text) { notes = append(notes, t.String()) } })
	w.store.Become(storetest.AWS)
	w.store.KeepVersions(remote.Bucket)
	w.add(copyFrom, []byte("the content"), client.PutOptions{Encryption: client.SSES3{}})
	w.add(copyTo, []byte("the content"), client.PutOptions{Encryption: client.SSES3{}})
	old := w.there(copyFrom)
	second := encryptsAnew(client.SSEKMS{Key: keyID})
	second.ID, second.From.At, second.To.At = "second", copyTo, copyTo
	for _, row := range w.run(encryptsAnew(client.SSEKMS{Key: keyID}), second) {
		require.NoError(t, row.Err)
		assert.Equal(t, Verified, row.Receipt.Verdict)
	}
	require.Equal(t, []string{remote.Bucket + " keeps versions: those that are there stay encrypted as they are, beside the new ones"}, notes)
	was, err := w.store.Head(t.Context(), copyFrom, client.ReadOptions{VersionID: old.VersionID})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSES3, was.Encryption.Type)

	unasked := encryptsAnew(nil)
	unasked.ID = "unasked"
	row := w.run(unasked)[0]
	assert.Equal(t, Skipped, row.Phase, "%v", row.Err)
	assert.Equal(t, keyID, w.there(copyFrom).Encryption.Key)
}

// Who could tell whether it is so already does not answer: that is said, and nothing is written.
func TestWhatCannotBeComparedYetIsNotEncryptedAnew(t *testing.T) {
	w := newBench(t, func(c *Config) {
		c.DescribeKey = func(context.Context, client.KeyID) (client.Key, error) {
			return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindUnavailable, Err: client.Say("the key service is down").Err()}
		}
	})
	w.store.Become(storetest.AWS)
	w.add(copyFrom, []byte("the content"), underKey)
	row := w.run(encryptsAnew(client.SSEKMS{Key: "alias/demo"}))[0]
	assert.Equal(t, client.KindNotYetVerified.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Empty(t, w.store.Calls(memstore.CopyObject))
}

// What is written in its place by a server that does not encrypt is made again in parts,
// and its tags outlive both.
func TestACopyInPlaceThatIsNotAsAskedIsMadeAgainInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New(memstore.Options{Server: storetest.Ceph, Buckets: []string{remote.Bucket}, Keys: []client.Key{{ID: string(keyID), Enabled: true}}})
		w := newBench(t, func(c *Config) { c.Store = store })
		w.store = store // its clock goes
		w.add(copyFrom, []byte("the content"), client.PutOptions{Metadata: map[string]string{"colour": "blue"}})
		w.store.Tag(copyFrom, map[string]string{"project": "a"})
		w.store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Op == memstore.CopyObject { // what is written has another date than what was looked at
				time.Sleep(time.Minute)
			}
			return nil
		})
		row := w.run(encryptsAnew(client.SSEKMS{Key: keyID}))[0]
		require.NoError(t, row.Err)
		assert.Len(t, w.store.Calls(memstore.CopyObject), 1)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.NotZero(t, row.Receipt.PartSize)
		assert.Equal(t, "blue", w.there(copyFrom).Metadata["colour"])
		tags, err := w.store.Tags(t.Context(), copyFrom, "")
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"project": "a"}, tags)
	})
}

func TestOnlyAnObjectIsEncryptedInItsOwnPlace(t *testing.T) {
	w := newBench(t)
	w.add(copyFrom, []byte("the content"), underKey)
	j := copies(Encrypt, client.SSES3{})
	require.ErrorContains(t, w.run(j)[0].Err, "a change needs an object")
}
