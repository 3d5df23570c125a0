package session

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// before does something once, just before the first request of its kind.
func before(store *memstore.Store, op memstore.Op, do func()) {
	var once sync.Once
	store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == op {
			once.Do(do)
		}
		return nil
	})
}

func TestAFileThatIsSavedWhileItsObjectComesDownIsNotReplaced(t *testing.T) {
	store, root := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS}), t.TempDir()
	puts(t, store, "f", "of the store")
	file := filepath.Join(root, "f")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o600))
	s := at(t, store)
	before(store, memstore.GetObject, func() { require.NoError(t, os.WriteFile(file, []byte("saved by its owner"), 0o600)) })
	became, err := carrySync(t, s, Side{At: bucket}, Side{Path: root}, SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"f": "saved by its owner"}, filesOf(t, root))
	assert.Equal(t, transfer.Failed, became["s3://bucket/f"])
	assert.ErrorContains(t, s.Transfers().AppendRows(nil, 0, 1)[0].Err, "sync again")

	became, err = carrySync(t, s, Side{At: bucket}, Side{Path: root}, SyncOptions{}) // which compares it anew
	require.NoError(t, err)
	assert.Equal(t, transfer.Done, became["s3://bucket/f"])
	assert.Equal(t, map[string]string{"f": "of the store"}, filesOf(t, root))
}

func TestAnObjectThatIsWrittenJustBeforeACopyTakesItsPlaceStays(t *testing.T) {
	store := memstore.New(memstore.Options{Buckets: []string{"bucket", "copies"}, Server: storetest.AWS})
	copies := client.Location{Bucket: "copies"}
	his := func(content string) func() {
		return func() { putsAt(t, store, client.Location{Bucket: "copies", Key: "f"}, content) }
	}
	puts(t, store, "f", "of the source")
	his("old")()
	s := at(t, store)
	before(store, memstore.CopyObject, his("written by a colleague"))
	became, err := carrySync(t, s, Side{At: bucket}, Side{At: copies}, SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, transfer.Failed, became["s3://bucket/f"])
	assert.ErrorContains(t, s.Transfers().AppendRows(nil, 0, 1)[0].Err, "sync again")
	head, err := store.Head(t.Context(), client.Location{Bucket: "copies", Key: "f"}, client.ReadOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, len("written by a colleague"), head.Size)
}

func TestAnObjectThatWentSinceItWasComparedIsMadeAgain(t *testing.T) {
	store, root := memstore.New(memstore.Options{Buckets: []string{"bucket"}, Server: storetest.AWS}), t.TempDir()
	puts(t, store, "f", "old")
	require.NoError(t, os.WriteFile(filepath.Join(root, "f"), []byte("of the folder"), 0o600))
	s := at(t, store)
	before(store, memstore.HeadObject, func() {
		require.NoError(t, first(store.Delete(context.Background(), []client.Location{{Bucket: "bucket", Key: "f"}})))
	})
	became, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string]transfer.Phase{filepath.Join(root, "f"): transfer.Done}, became)
	assert.Equal(t, map[string]string{"f": "of the folder"}, objectsOf(t, store))
}
