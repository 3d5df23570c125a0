package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/store"
)

// versionPages reads a listing page by page, as lines of key, version id and "*".
func versionPages(t testing.TB, s *store.Store, r store.VersionsRequest, between func(store.VersionPage)) []string {
	t.Helper()
	var lines []string
	for pages := 0; ; pages++ {
		require.Less(t, pages, 200, "it ends")
		page, err := s.ListVersions(t.Context(), r)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Versions)+len(page.CommonPrefixes), r.Max)
		var one []string
		for _, v := range page.Versions {
			line := v.Key + " " + v.VersionID
			if v.Latest {
				line += "*"
			}
			one = append(one, line)
		}
		one = append(one, page.CommonPrefixes...)
		lines = append(lines, one...)
		if between != nil {
			between(page)
		}
		if !page.Truncated {
			assert.Empty(t, page.NextKeyMarker+page.NextVersionIDMarker)
			return lines
		}
		r.KeyMarker, r.VersionIDMarker = page.NextKeyMarker, page.NextVersionIDMarker
	}
}

// library fills a versioned bucket with keys that sort awkwardly, each of which has
// some versions, and returns the lines of its listing.
func library(t testing.TB, s *store.Store, keys ...string) []string {
	t.Helper()
	slices.Sort(keys)
	var want []string
	for i, key := range keys {
		var versions []string
		for n := range 1 + i%4 {
			if n == 2 {
				versions = append(versions, key+" "+remove(t, s, key, "").VersionID)
				continue
			}
			versions = append(versions, key+" "+putObject(t, s, key, fmt.Append(nil, n), store.Sealing{}).VersionID)
		}
		slices.Reverse(versions)
		versions[0] += "*"
		want = append(want, versions...)
	}
	return want
}

func TestVersionsAreListedByKeyAndNewestFirstInPagesOfAnySize(t *testing.T) {
	s := openVersioned(t, store.Options{})
	want := library(t, s, "a", "a\x00", "a\x00\x00b", "a\x00\x01", "a\x00\xff", "a\x01", "a/b", "a/b/c", "b", "ü", "\xff", "\xff\xff")
	for limit := 1; limit <= len(want)+1; limit++ {
		assert.Equal(t, want, versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: limit}, nil), "pages of %d", limit)
	}
	under := slices.DeleteFunc(slices.Clone(want), func(line string) bool { return line[:2] != "a/" })
	assert.Equal(t, under, versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: 2, Prefix: "a/"}, nil))
	assert.Empty(t, versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: 2, Prefix: "c"}, nil))
}

func TestADelimiterRollsVersionsUp(t *testing.T) {
	s := openVersioned(t, store.Options{})
	all := library(t, s, "a", "a/1", "a/2", "a/3", "b/1", "c")
	want := []string{all[0], "a/", "b/", all[len(all)-2], all[len(all)-1]}
	for limit := 1; limit <= 5; limit++ {
		got := versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: limit, Delimiter: "/"}, nil)
		assert.ElementsMatch(t, want, got, "pages of %d", limit)
	}
	page, err := s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 2, Delimiter: "/"})
	require.NoError(t, err)
	assert.Equal(t, []string{"a/", ""}, []string{page.NextKeyMarker, page.NextVersionIDMarker})
}

func TestMarkersOfAVersionListing(t *testing.T) {
	s := openVersioned(t, store.Options{})
	want := library(t, s, "a", "b", "c", "d") // 1, 2, 3 and 4 versions
	page, err := s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 0})
	require.NoError(t, err)
	assert.Equal(t, store.VersionPage{}, page)
	assert.Equal(t, want[3:], versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: 99, KeyMarker: "b"}, nil), "a key alone skips all of its versions")
	assert.Equal(t, want[3:], versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: 99, KeyMarker: "bb", VersionIDMarker: noVersion}, nil), "the version is of that key")
	var invalid *store.InvalidVersionIDError
	_, err = s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "b", Max: 99, KeyMarker: "b", VersionIDMarker: "x"})
	require.ErrorAs(t, err, &invalid)
	_, err = s.ListVersions(t.Context(), store.VersionsRequest{Bucket: "none", Max: 99})
	require.ErrorIs(t, err, store.ErrNoSuchBucket)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.ListVersions(gone, store.VersionsRequest{Bucket: "b", Max: 99})
	require.ErrorIs(t, err, context.Canceled)
}

func TestWhoDeletesPageByPageReachesTheEnd(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := openVersioned(t, store.Options{Now: func() time.Time { now = now.Add(time.Millisecond); return now }})
	want := library(t, s, "a", "b", "c", "d", "e")
	setVersioning(t, s, store.Suspended)
	putObject(t, s, "d", nil, store.Sealing{})
	setVersioning(t, s, store.Enabled)
	putObject(t, s, "d", nil, store.Sealing{})
	got := versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: 2}, func(page store.VersionPage) {
		for _, v := range page.Versions {
			remove(t, s, v.Key, v.VersionID)
		}
	})
	assert.Len(t, got, len(want)+2)
	assert.Empty(t, story(t, s))
}

func TestAMarkerThatIsGoneContinuesByItsTime(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := openVersioned(t, store.Options{Now: func() time.Time { now = now.Add(time.Millisecond); return now }})
	var ids []string
	for range 5 {
		ids = append(ids, putObject(t, s, "k", nil, store.Sealing{}).VersionID)
	}
	remove(t, s, "k", ids[2])
	got := versionPages(t, s, store.VersionsRequest{Bucket: "b", Max: 9, KeyMarker: "k", VersionIDMarker: ids[2]}, nil)
	assert.Equal(t, []string{"k " + ids[1], "k " + ids[0]}, got)
}
