package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var versions = []testCase{
	{"AVersionIsReadByItsIDWhateverCameAfter", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		first := f.put(t, "a", "first", plain)
		second := f.put(t, "a", "second one", plain)
		require.NotEmpty(t, first.VersionID, "the answer names the version that was written")
		require.NotEqual(t, first.VersionID, second.VersionID)
		for want, o := range map[string]client.Object{"first": first, "second one": second} {
			read := client.ReadOptions{VersionID: o.VersionID}
			head, err := f.Store.Head(t.Context(), f.at("a"), read)
			require.NoError(t, err)
			assert.Equal(t, o.VersionID, head.VersionID)
			assert.EqualValues(t, len(want), head.Size)
			got, content := f.get(t, "a", read)
			assert.Equal(t, o.VersionID, got.VersionID)
			assert.Equal(t, want, content)
		}
		now, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, second.VersionID, now.VersionID)
		assert.Equal(t, "second one", content)
	}},
	{"ADeletedObjectIsHiddenAndItsVersionsStay", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		was := f.put(t, "a", "content", plain)
		f.remove(t, "a")
		f.absent(t, "a")
		_, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		f.hidden(t, err)
		_, _, err = f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{})
		f.hidden(t, err)
		_, content := f.get(t, "a", client.ReadOptions{VersionID: was.VersionID})
		assert.Equal(t, "content", content)
	}},
	{"DeleteOnlyRemovesThatVersionForGood", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		first := f.put(t, "a", "first", plain)
		f.put(t, "a", "second", plain)
		first.At = f.at("a")
		require.NoError(t, f.Store.DeleteOnly(t.Context(), first, client.CustomerKey{}))
		_, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{VersionID: first.VersionID})
		fails(t, client.KindNotFound, f.at("a"), err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "second", content, "and no other")
		require.NoError(t, f.Store.DeleteOnly(t.Context(), first, client.CustomerKey{}), "it is gone, which is what was wanted")
	}},
	{"DeleteSeenRemovesVersionsAndMarkersForGood", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		versions, ok := client.As[client.Versions](f.Store)
		require.True(t, ok)
		f.put(t, "a", "first", plain)
		second := f.put(t, "a", "second", plain)
		f.put(t, "b", "x", plain)
		f.remove(t, "a")
		page, err := versions.ListVersions(t.Context(), f.at(""), client.ListOptions{Recursive: true})
		require.NoError(t, err)
		require.Len(t, page.Objects, 4, "two versions and a marker, and b")
		seen := slices.DeleteFunc(page.Objects, func(o client.Object) bool { return o.VersionID == second.VersionID })
		f.put(t, "b", "a colleague's", plain)
		results, err := f.Store.DeleteSeen(t.Context(), seen)
		require.NoError(t, err)
		assert.Equal(t, make([]error, 3), results)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "second", content, "nothing hides it any more")
		_, content = f.get(t, "b", client.ReadOptions{})
		assert.Equal(t, "a colleague's", content)
		page, err = versions.ListVersions(t.Context(), f.at(""), client.ListOptions{Recursive: true})
		require.NoError(t, err)
		assert.Len(t, page.Objects, 2)
	}},
	{"AnUploadInPartsIsAVersionToo", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		was := f.put(t, "a", "before", plain)
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{f.send(t, u, 1, "after")}, client.Checksum{})
		require.NoError(t, err)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.NotEmpty(t, head.VersionID)
		assert.NotEqual(t, was.VersionID, head.VersionID)
		_, content := f.get(t, "a", client.ReadOptions{VersionID: was.VersionID})
		assert.Equal(t, "before", content)
	}},
}

// versioned is the fixture in a bucket that keeps versions.
func (f Fixture) versioned(t *testing.T) Fixture {
	t.Helper()
	if f.Versioned == nil {
		t.Skip("no bucket here keeps versions")
	}
	f.Bucket = f.Versioned(t)
	return f
}

// hidden says that an object is not found because it was deleted, where the
// server says so.
func (f Fixture) hidden(t *testing.T, err error) {
	t.Helper()
	told := fails(t, client.KindNotFound, f.at("a"), err)
	var e *client.Error
	if errors.As(err, &e) {
		assert.Equal(t, f.DeleteMarkers, told.Hidden, "a delete marker hides it")
	}
}
