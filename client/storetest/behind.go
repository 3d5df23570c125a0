package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var behind = []testCase{
	{"AListingBeginsBehindANameWhetherThereIsOne", func(t *testing.T, f Fixture) {
		for _, k := range []string{"a/1", "a/2", "b/1", "b/2", "報告", "c"} {
			f.put(t, k, "x", plain)
		}
		for name, want := range map[string][]string{
			"":    {"a/1", "a/2", "b/1", "b/2", "c", "報告"},
			"a/2": {"b/1", "b/2", "c", "報告"}, "a/": {"a/1", "a/2", "b/1", "b/2", "c", "報告"}, "a0": {"b/1", "b/2", "c", "報告"},
			"b/1\U0010FFFF": {"b/2", "c", "報告"}, "報": {"報告"}, "報告": nil, "zz": {"報告"},
		} {
			var got []string
			o := client.ListOptions{Recursive: true, Behind: name, Max: 2}
			for more := true; more; more = o.After != "" {
				page, err := f.Store.List(t.Context(), f.at(""), o)
				require.NoError(t, err, name)
				got = append(got, written(page)...)
				o.After = page.Next
			}
			assert.Equal(t, want, got, "behind %q", name)
		}
	}},
	{"AListingBeginsBehindAnyNameAndIsNotTakenForAnotherCalls", func(t *testing.T, f Fixture) {
		f.put(t, "~", "x", plain)
		store, versions := client.As[client.Versions](f.Store)
		for _, name := range []string{
			"a b", "a+b", "a%2Fb", "a%zz", "a&b<c>", "a\nb", "a\r\nb", "a\tb", "a ", " a", "'\"", "a\\b", "é", "e\u0301", "\u2028", "\uFFFD", "\U0001F600",
			"a\U0010FFFF", "/a", "//a//b/", "/", "a//b", "a/", "null",
		} {
			want := []string{"~"}
			if name > "~" {
				want = nil
			}
			page, err := f.Store.List(t.Context(), f.at(""), client.ListOptions{Recursive: true, Behind: name})
			require.NoError(t, err, "behind %q", name)
			assert.Equal(t, want, written(page), "behind %q", name)
			if versions {
				page, err = store.ListVersions(t.Context(), f.at(""), client.ListOptions{Behind: name})
				require.NoError(t, err, "versions behind %q", name)
				assert.Len(t, page.Objects, len(want))
			}
			if strings.Contains(name, "//") {
				continue // MinIO takes no such prefix
			}
			page, err = f.Store.List(t.Context(), f.at("a"+name), client.ListOptions{Recursive: true, Behind: "a" + name + "0"})
			require.NoError(t, err, "below %q", "a"+name)
			assert.Empty(t, page.Objects)
		}
	}},
	{"AllVersionsAreListedByKeyTheNewestFirst", func(t *testing.T, f Fixture) {
		f = f.versioned(t)
		store, ok := client.As[client.Versions](f.Store)
		if !ok {
			t.Skip("it lists none")
		}
		first, second := f.put(t, "a", "1", plain), f.put(t, "a", "22", plain)
		b := f.put(t, "b/ö", "333", plain)
		_, err := f.Store.Delete(t.Context(), []client.Location{f.at("a")})
		require.NoError(t, err)
		for _, most := range []int{0, 1, 2} {
			got := f.versions(t, store, client.ListOptions{Max: most})
			require.Len(t, got, 4)
			assert.True(t, got[0].DeleteMarker && got[0].Latest && got[0].At == f.at("a"), "%+v", got[0])
			for i, want := range []client.Object{second, first, b} {
				o := got[i+1]
				assert.Equal(t, fmt.Sprint(want.VersionID, false, i == 2, i == 2), fmt.Sprint(o.VersionID, o.DeleteMarker, o.Latest, o.At == f.at("b/ö")))
				assert.True(t, client.SameETag(want.ETag, o.ETag))
			}
		}
		assert.Len(t, f.versions(t, store, client.ListOptions{Behind: "a"}), 1, "behind a name are none of its versions")
		got := f.versions(t, store, client.ListOptions{Behind: "a", BehindVersion: second.VersionID})
		require.Len(t, got, 2, "behind a version of a name are its older ones")
		assert.Equal(t, []string{first.VersionID, b.VersionID}, []string{got[0].VersionID, got[1].VersionID})
	}},
}

// versions are all versions, listed to the end.
func (f Fixture) versions(t *testing.T, store client.Versions, o client.ListOptions) (all []client.Object) {
	t.Helper()
	for more := true; more; more = o.After != "" {
		page, err := store.ListVersions(t.Context(), f.at(""), o)
		require.NoError(t, err)
		all = append(all, page.Objects...)
		require.Less(t, len(all), 100, "the listing goes in circles")
		o.After = page.Next
	}
	return all
}
