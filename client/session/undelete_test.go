package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// tenThousand are objects that were removed from a bucket that keeps versions, one of them
// twice, beside one that is there and a marker with nothing behind it.
func tenThousand(t *testing.T, n int) (*Session, *memstore.Store) {
	t.Helper()
	s, store := clearing(t, nil)
	store.KeepVersions("b")
	gone := make([]client.Location, 0, n)
	for i := range n {
		at := client.Location{Bucket: "b", Key: fmt.Sprintf("q3/%05d", i)}
		store.Write(at, []byte("precious"), client.PutOptions{})
		gone = append(gone, at)
	}
	store.Write(client.Location{Bucket: "b", Key: "q3/there"}, []byte("before"), client.PutOptions{})
	store.Write(client.Location{Bucket: "b", Key: "q3/there"}, []byte("now"), client.PutOptions{})
	for _, more := range [][]client.Location{gone, {gone[0], {Bucket: "b", Key: "q3/never"}}} {
		_, err := store.Delete(t.Context(), more)
		require.NoError(t, err)
	}
	return s, store
}

func TestTenThousandRemovedObjectsComeBack(t *testing.T) {
	const n = 10_000
	s, store := tenThousand(t, n)
	folder := client.Object{At: client.Location{Bucket: "b", Key: "q3/"}, IsFolder: true}
	all, err := s.Hidden(t.Context(), folder)
	require.NoError(t, err)
	require.Len(t, all, n, "what never was does not come back, nor what is there")
	assert.Len(t, all[0].Markers, 2, "both hide it")
	told, before := 0, store.Count(memstore.DeleteObjects)
	for c := range s.Undelete(t.Context(), all) {
		require.NoError(t, c.Err)
		assert.True(t, c.Reported.Told, "each was looked at")
		told++
	}
	assert.Equal(t, n, told)
	assert.Len(t, store.Names("b"), n+1)
	assert.Equal(t, "precious", string(store.Content(all[0].Version.At)))
	assert.LessOrEqual(t, store.Count(memstore.DeleteObjects)-before, n/client.MaxEntries+2, "a thousand with one request")
	all, err = s.Hidden(t.Context(), folder)
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestAMarkerThatStaysLeavesItsObjectHiddenAndIsSaid(t *testing.T) {
	s, store := tenThousand(t, 3)
	all, err := s.Hidden(t.Context(), client.Object{At: client.Location{Bucket: "b", Key: "q3/00001"}})
	require.NoError(t, err)
	require.Len(t, all, 1)
	store.Before(memstore.Failing(client.KindDenied, memstore.DeleteObjects, memstore.DeleteObject))
	for c := range s.Undelete(t.Context(), all) {
		assert.Equal(t, client.KindDenied.String(), client.KindOf(c.Err).String(), "%v", c.Err)
	}
	assert.NotContains(t, store.Names("b"), "q3/00001")
}

func TestOlderVersionsAreNoneOfWhatIsRemoved(t *testing.T) {
	s, store := tenThousand(t, 3)
	older, removed, err := s.OlderVersions(t.Context(), client.Object{At: client.Location{Bucket: "b", Key: "q3/"}, IsFolder: true})
	require.NoError(t, err)
	assert.Equal(t, 4, removed, "three objects, and a marker of what never was")
	require.Len(t, older.Objects, 1)
	assert.True(t, strings.HasSuffix(older.Objects[0].At.Key, "there"))
	assert.EqualValues(t, len("before"), older.Bytes)
	assert.Equal(t, "now", string(store.Content(older.Objects[0].At)))
}

func TestTheVersionsOfOneObjectAreNotThoseOfNamesThatBeginSo(t *testing.T) {
	s, store := tenThousand(t, 2)
	store.Write(client.Location{Bucket: "b", Key: "q3/00001.bak"}, []byte("another"), client.PutOptions{})
	all, err := s.Hidden(t.Context(), client.Object{At: client.Location{Bucket: "b", Key: "q3/00001"}})
	require.NoError(t, err)
	require.Len(t, all, 1)
	versions, err := s.VersionsOf(t.Context(), client.Location{Bucket: "b", Key: "q3/00001"})
	require.NoError(t, err)
	require.Len(t, versions, 2)
	assert.True(t, versions[0].DeleteMarker, "the newest first")
	assert.EqualValues(t, len("precious"), versions[1].Size)
	versions, err = s.VersionsOf(t.Context(), client.Location{Bucket: "b", Key: "q3/0000"})
	require.NoError(t, err)
	assert.Empty(t, versions)
}

func TestOfWhatWasRemovedTheNewestMarkerIsShown(t *testing.T) {
	s, _ := tenThousand(t, 3)
	all, err := s.Deleted(t.Context(), client.Location{Bucket: "b", Key: "q3/"})
	require.NoError(t, err)
	assert.Len(t, all, 4, "three objects, one of them removed twice, and what never was")
}
