package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// oddKeys are legal names that something on the way could change.
var oddKeys = []string{
	"中文/報告 二.txt", "émile", "e\u0301mile", "a b", " leading", "trailing ", "a+b", "a%20b", "a%2Fb", "%", "a//b", "/a", "//", "./a",
	"../b", "dir/../c", "dot.", "dots..", "a&b<c>\"d'e", "a?b=c&d", "a#b", "a;b=c", "a=b", "a:b", `C:\x`, "a|b*c", "~", "@", "CON",
	"case", "CASE", "😀.png", "tab\there", "line\nbreak", "return\rhere", "bell\x07", "one\x01",
}

var listings = []testCase{
	{"AListingGoesPageByPageInTheOrderOfTheKeys", func(t *testing.T, f Fixture) {
		var want []string
		for i := range 7 {
			want = append(want, fmt.Sprintf("k%d", i))
			f.put(t, want[i], "x", plain)
		}
		var got []string
		o := client.ListOptions{Max: 3}
		for pages := 1; ; pages++ {
			page, err := f.Store.List(t.Context(), f.at(""), o)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Objects), 3)
			for _, x := range page.Objects {
				got = append(got, x.At.Key)
			}
			if page.Next == "" {
				assert.Equal(t, 3, pages)
				break
			}
			require.Less(t, pages, 8, "the listing goes in circles")
			o.After = page.Next
		}
		assert.Equal(t, want, got)
	}},
	{"AListingSaysWhatItKnowsAndNoMore", func(t *testing.T, f Fixture) {
		put := f.put(t, "a", "12345", plain)
		page, err := f.Store.List(t.Context(), f.at(""), client.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Objects, 1)
		o := page.Objects[0]
		assert.Equal(t, f.at("a"), o.At)
		assert.EqualValues(t, 5, o.Size)
		assert.Equal(t, put.ETag, o.ETag)
		assert.False(t, o.Modified.IsZero())
		assert.False(t, o.Encryption.Told, "a listing tells nothing of encryption")
	}},
	{"AnEmptyObjectIsToldToBeEmpty", func(t *testing.T, f Fixture) {
		put := f.put(t, "empty", "", plain)
		page, err := f.Store.List(t.Context(), f.at(""), client.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Objects, 1)
		head, err := f.Store.Head(t.Context(), f.at("empty"), client.ReadOptions{})
		require.NoError(t, err)
		got, content := f.get(t, "empty", client.ReadOptions{IfMatch: head.ETag})
		assert.Empty(t, content)
		for call, o := range map[string]client.Object{"put": put, "list": page.Objects[0], "head": head, "get": got} {
			assert.Zero(t, o.Size, call)
			assert.True(t, client.SameETag(put.ETag, o.ETag), "%s: %s and %s", call, put.ETag, o.ETag)
		}
	}},
	{"FoldersAreListedOnceWithWhatLiesBesideThem", func(t *testing.T, f Fixture) {
		for _, k := range []string{"a", "b/1", "b/2", "b/c/3", "d/4", "e"} {
			f.put(t, k, "x", plain)
		}
		assert.Equal(t, []string{"a", "b/ folder", "d/ folder", "e"}, f.list(t, "", false))
		assert.Equal(t, []string{"b/1", "b/2", "b/c/ folder"}, f.list(t, "b/", false))
		assert.Equal(t, []string{"b/1", "b/2", "b/c/3"}, f.list(t, "b/", true))
		assert.Equal(t, []string{"a", "b/1", "b/2", "b/c/3", "d/4", "e"}, f.list(t, "", true))
		assert.Empty(t, f.list(t, "none/", false))
	}},
	{"AFolderMarkerIsShownOnlyAmongAllKeys", func(t *testing.T, f Fixture) {
		f.put(t, "dir/", "", plain)
		f.put(t, "dir/a", "x", plain)
		assert.Equal(t, []string{"dir/ folder"}, f.list(t, "", false))
		assert.Equal(t, []string{"dir/a"}, f.list(t, "dir/", false))
		assert.Equal(t, []string{"dir/", "dir/a"}, f.list(t, "dir/", true))
	}},
	{"APrefixIsTakenVerbatim", func(t *testing.T, f Fixture) {
		for _, k := range []string{"ab", "abc/d", "b"} {
			f.put(t, k, "x", plain)
		}
		assert.Equal(t, []string{"ab", "abc/ folder"}, f.list(t, "ab", false))
	}},
	{"FoldersAreCountedInPages", func(t *testing.T, f Fixture) {
		for _, k := range []string{"a/1", "a/2", "b/1", "c/1", "d"} {
			f.put(t, k, "x", plain)
		}
		var got []string
		o := client.ListOptions{Max: 2}
		for range 5 {
			page, err := f.Store.List(t.Context(), f.at(""), o)
			require.NoError(t, err)
			got = append(got, written(page)...)
			if o.After = page.Next; page.Next == "" {
				break
			}
		}
		assert.Equal(t, []string{"a/ folder", "b/ folder", "c/ folder", "d"}, got)
	}},
	{"OddNamesAreKeptExactly", func(t *testing.T, f Fixture) {
		var want []string
		for _, k := range oddKeys {
			if !f.Takes(k) {
				continue
			}
			f.put(t, k, "content of "+k, plain)
			want = append(want, k)
		}
		slices.Sort(want)
		require.Equal(t, want, f.list(t, "", true))
		for _, k := range want {
			o, content := f.get(t, k, client.ReadOptions{})
			assert.Equal(t, "content of "+k, content)
			assert.Equal(t, k, o.At.Key)
			head, err := f.Store.Head(t.Context(), f.at(k), client.ReadOptions{})
			require.NoError(t, err, "head %q", k)
			assert.EqualValues(t, len("content of "+k), head.Size, "head %q", k)
		}
		assert.Equal(t, []string{"中文/報告 二.txt"}, f.list(t, "中文/", false), "an odd prefix too")

		// Removing one must not remove its look-alike.
		results, err := f.Store.Delete(t.Context(), []client.Location{f.at("a%20b"), f.at("one\x01"), f.at("CASE"), f.at("return\rhere")})
		require.NoError(t, err)
		for i, r := range results {
			require.NoError(t, r, "%d", i)
		}
		gone := []string{"a%20b", "one\x01", "CASE", "return\rhere"}
		want = slices.DeleteFunc(want, func(k string) bool { return slices.Contains(gone, k) })
		assert.Equal(t, want, f.list(t, "", true))
	}},
	{"ANameTheServerCannotHaveIsRefused", func(t *testing.T, f Fixture) {
		if !f.FileNames {
			t.Skip("every name is one here")
		}
		for _, k := range []string{"a//b", "//", "./a", "../b", "dir/../c", strings.Repeat("n", 256)} {
			_, err := f.Store.Put(t.Context(), f.at(k), strings.NewReader("x"), 1, plain)
			fails(t, client.KindInvalid, f.at(k), err)
		}
		assert.Empty(t, f.keys(t))
	}},
	{"BucketsAreNotListedAsObjects", func(t *testing.T, f Fixture) {
		_, err := f.Store.List(t.Context(), client.Location{}, client.ListOptions{})
		fails(t, client.KindInvalid, client.Location{}, err)
	}},
}

// list is a whole listing, a line an entry, folders marked.
func (f Fixture) list(t *testing.T, prefix string, recursive bool) []string {
	t.Helper()
	var all []string
	o := client.ListOptions{Recursive: recursive}
	for {
		page, err := f.Store.List(t.Context(), f.at(prefix), o)
		require.NoError(t, err)
		all = append(all, written(page)...)
		if o.After = page.Next; page.Next == "" {
			return all
		}
	}
}

// keys are all keys of the bucket.
func (f Fixture) keys(t *testing.T) []string {
	t.Helper()
	return f.list(t, "", true)
}

func written(p client.Page) []string {
	var lines []string
	for _, o := range p.Objects {
		line := o.At.Key
		if o.IsFolder {
			line += " folder"
		}
		lines = append(lines, line)
	}
	return lines
}
