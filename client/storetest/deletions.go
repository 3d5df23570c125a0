package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var deletions = []testCase{
	{"DeleteOnlyRemovesThatObjectAndNothingThatTookItsPlace", func(t *testing.T, f Fixture) {
		for name, o := range map[string]client.PutOptions{"plain": plain, "SSE-C": {Encryption: client.SSEC{Key: customerKey(t, 9)}}} {
			key := keyFor(o.Encryption)
			f.put(t, "neighbour", "x", plain)
			f.put(t, "a", "mine", o)
			was, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{Key: key})
			require.NoError(t, err)
			f.put(t, "a", "a colleague's", o)
			fails(t, client.KindPrecondition, f.at("a"), f.Store.DeleteOnly(t.Context(), was, key))
			_, content := f.get(t, "a", client.ReadOptions{Key: key})
			assert.Equal(t, "a colleague's", content, name)

			now, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{Key: key})
			require.NoError(t, err)
			require.NoError(t, f.Store.DeleteOnly(t.Context(), now, key))
			f.absent(t, "a")
			require.NoError(t, f.Store.DeleteOnly(t.Context(), now, key), "it is gone, which is what was wanted")
			assert.Equal(t, []string{"neighbour"}, f.keys(t), name)
		}
		err := f.Store.DeleteOnly(t.Context(), client.Object{At: f.at("neighbour")}, client.CustomerKey{})
		fails(t, client.KindPrecondition, f.at("neighbour"), err)
		err = f.Store.DeleteOnly(t.Context(), client.Object{At: f.at("")}, client.CustomerKey{})
		fails(t, client.KindInvalid, f.at(""), err)
		assert.Equal(t, []string{"neighbour"}, f.keys(t))
	}},
	{"DeleteRemovesAndAMissingObjectCountsAsRemoved", func(t *testing.T, f Fixture) {
		f.put(t, "a", "x", plain)
		f.put(t, "dir/b", "x", plain)
		f.put(t, "stays", "x", plain)
		results, err := f.Store.Delete(t.Context(), []client.Location{f.at("never"), f.at("a"), f.at("dir/b")})
		require.NoError(t, err)
		assert.Equal(t, []error{nil, nil, nil}, results)
		assert.Equal(t, []string{"stays"}, f.keys(t))
		results, err = f.Store.Delete(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, results)
	}},
	{"DeleteSeenRemovesWhatWasSeenAndNothingThatTookItsPlace", func(t *testing.T, f Fixture) {
		for _, key := range []string{"a", "dir/b", "gone", "stays", "z&<> é"} {
			f.put(t, key, "mine", plain)
		}
		page, err := f.Store.List(t.Context(), f.at(""), client.ListOptions{Recursive: true})
		require.NoError(t, err)
		seen := slices.DeleteFunc(page.Objects, func(o client.Object) bool { return o.At.Key == "stays" })
		f.put(t, "dir/b", "a colleague's", plain)
		f.remove(t, "gone")
		seen = append(seen, client.Object{At: f.at("never"), ETag: seen[0].ETag})
		results, err := f.Store.DeleteSeen(t.Context(), seen)
		require.NoError(t, err)
		for i, o := range seen {
			if o.At.Key == "dir/b" {
				fails(t, client.KindPrecondition, o.At, results[i])
			} else {
				assert.NoError(t, results[i], "%s: it is gone, which is what was wanted", o.At.Key)
			}
		}
		assert.Equal(t, []string{"dir/b", "stays"}, f.keys(t))
		_, content := f.get(t, "dir/b", client.ReadOptions{})
		assert.Equal(t, "a colleague's", content)
	}},
	{"DeleteSeenOfNamesFarApartAsksForNoneBetween", func(t *testing.T, f Fixture) {
		var seen []client.Object
		for i := range 40 {
			f.put(t, fmt.Sprintf("%02d", i), "x", plain)
		}
		page, err := f.Store.List(t.Context(), f.at(""), client.ListOptions{})
		require.NoError(t, err)
		for _, i := range []int{0, 7, 8, 39} {
			seen = append(seen, page.Objects[i])
		}
		results, err := f.Store.DeleteSeen(t.Context(), seen)
		require.NoError(t, err)
		assert.Equal(t, make([]error, 4), results)
		assert.Len(t, f.keys(t), 36)
	}},
	{"DeleteRefusesTwoBucketsAtOnce", func(t *testing.T, f Fixture) {
		f.put(t, "a", "x", plain)
		elsewhere := client.Location{Bucket: f.Bucket + "-none", Key: "a"}
		_, err := f.Store.Delete(t.Context(), []client.Location{f.at("a"), elsewhere})
		fails(t, client.KindInvalid, elsewhere, err)
		assert.Equal(t, []string{"a"}, f.keys(t), "nothing was removed")
	}},
	{"MoreThanOneRequestTakesIsRemovedWithOneCall", func(t *testing.T, f Fixture) {
		all := make([]client.Location, client.MaxEntries+200)
		for i := range all {
			all[i] = f.at(fmt.Sprintf("never/%04d", i))
		}
		for _, i := range []int{0, client.MaxEntries, len(all) - 1} {
			f.put(t, all[i].Key, "x", plain)
		}
		f.put(t, "stays", "x", plain)
		results, err := f.Store.Delete(t.Context(), all)
		require.NoError(t, err)
		assert.Equal(t, make([]error, len(all)), results)
		assert.Equal(t, []string{"stays"}, f.keys(t))
	}},
}

// remove removes whatever has a name.
func (f Fixture) remove(t *testing.T, key string) {
	t.Helper()
	results, err := f.Store.Delete(t.Context(), []client.Location{f.at(key)})
	require.NoError(t, err)
	require.Equal(t, []error{nil}, results)
}
