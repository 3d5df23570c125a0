package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/client/treesync"
)

// TestAChecksumThatAnotherProgramLeftInTheMetadataIsNotTakenForTheContents is of a server
// that keeps no checksums: somebody edited an object and kept what stands beside it.
func TestAChecksumThatAnotherProgramLeftInTheMetadataIsNotTakenForTheContents(t *testing.T) {
	byChecksum := SyncOptions{Options: treesync.Options{By: treesync.ByChecksum}}
	edited := func(t *testing.T) (*Session, client.Store, string) {
		store := memstore.New(memstore.Options{Buckets: []string{"bucket", "copies"}, Server: storetest.Ceph})
		s, root := at(t, store), t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(root, "old"), []byte("AAAAAAAA\n"), 0o600))
		_, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, byChecksum)
		require.NoError(t, err)
		became, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, byChecksum)
		require.NoError(t, err)
		require.Empty(t, became, "what nobody touched is the same")
		edits(t, store, "old", "BBBBBBBB\n")
		return s, store, root
	}

	t.Run("sync by checksums sends the file again", func(t *testing.T) {
		s, store, root := edited(t)
		_, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, byChecksum)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"old": "AAAAAAAA\n"}, objectsOf(t, store))
	})
	t.Run("a renamed file is not found in it", func(t *testing.T) {
		s, store, root := edited(t)
		require.NoError(t, os.Rename(filepath.Join(root, "old"), filepath.Join(root, "new")))
		renames := SyncOptions{Options: treesync.Options{Renames: true, Delete: true, MostDeleted: -1}}
		_, err := carrySync(t, s, Side{Path: root}, Side{At: bucket}, renames)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"new": "AAAAAAAA\n"}, objectsOf(t, store))
	})
	t.Run("two places in the store are not the same by it", func(t *testing.T) {
		s, store, _ := edited(t)
		became, err := carrySync(t, s, Side{At: bucket}, Side{At: client.Location{Bucket: "copies"}}, byChecksum)
		require.NoError(t, err)
		require.Equal(t, transfer.Done, became["s3://bucket/old"])
		edits(t, store, "old", "CCCCCCCC\n")
		became, err = carrySync(t, s, Side{At: bucket}, Side{At: client.Location{Bucket: "copies"}}, byChecksum)
		require.NoError(t, err)
		assert.Equal(t, transfer.Done, became["s3://bucket/old"])
	})
}

// edits writes an object as a program does that keeps the metadata.
func edits(t *testing.T, store client.Store, key, content string) {
	t.Helper()
	object := client.Location{Bucket: "bucket", Key: key}
	was, err := store.Head(t.Context(), object, client.ReadOptions{})
	require.NoError(t, err)
	require.NotEmpty(t, was.Metadata[client.MetaChecksum])
	_, err = store.Put(t.Context(), object, strings.NewReader(content), int64(len(content)), client.PutOptions{Encryption: client.Inherit{}, Metadata: was.Metadata})
	require.NoError(t, err)
}
