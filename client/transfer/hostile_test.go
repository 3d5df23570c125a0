package transfer

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// neighbours are a key with those that could take its place: folders of its name,
// its twins, what it is escaped to.
func neighbours(key string) []string {
	all := []string{
		key, key + "/", key + "/x", "x/" + key, strings.ToUpper(key), strings.ToLower(key),
		norm.NFC.String(key), norm.NFD.String(key), here.escape(key), key + markTwin + "2", key + markFile,
	}
	all = slices.DeleteFunc(all, func(k string) bool { return k == "" || len(k) > 1024 })
	slices.Sort(all)
	return slices.Compact(all)
}

// FuzzKeyToPath: whatever a key is, it gets a name below the root which every system
// can hold, shared with no neighbour, and the name leads back to it.
func FuzzKeyToPath(f *testing.F) {
	for _, k := range hostileKeys() {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if key == "" || len(key) > 1024 {
			t.Skip("S3 has no such key")
		}
		keys := neighbours(key)
		for _, s := range systems {
			names := s.names(keys, nil)
			taken := map[string]string{}
			for i, name := range names {
				if !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, "//") {
					t.Fatalf("%s: %q leads out as %q", s, keys[i], name)
				}
				for component := range strings.SplitSeq(name, "/") {
					if err := s.legal(component); err != nil {
						t.Fatalf("%s: %q has %q in it, which cannot be: %v", s, keys[i], component, err)
					}
				}
				if other, met := taken[foldName(name)]; met {
					t.Fatalf("%s: %q and %q are both %q", s, keys[i], other, name)
				}
				taken[foldName(name)] = keys[i]
			}
			beside := besideOf(names)
			for i, name := range names {
				if back := s.keyOf(name, beside); back != keys[i] {
					t.Fatalf("%s: %q became %q, which is read back as %q", s, keys[i], name, back)
				}
			}
		}
	})
}

// hostileKeys are those of storetest, and some that no server can store.
func hostileKeys() []string {
	keys := append(storetest.HostileKeys(PartSuffix), "\xff", "\xc3\x28", "a\xed\xa0\x80b", "\xf0\x28\x8c\xbc")
	slices.Sort(keys)
	return keys
}

func TestHostileKeysGoDownAndUpAgainUnchanged(t *testing.T) {
	keys := slices.DeleteFunc(hostileKeys(), func(k string) bool { return client.Location{Bucket: remote.Bucket, Key: k}.CheckKey() != nil })
	require.GreaterOrEqual(t, len(keys), 300)
	w := newBench(t)
	w.store.Become(storetest.AWS)
	outside := t.TempDir()
	root := filepath.Join(outside, "root")
	names := Names(keys)
	jobs := make([]Job, 0, len(keys))
	for i, k := range keys {
		at := client.Location{Bucket: remote.Bucket, Key: k}
		w.add(at, []byte("this is "+k), client.PutOptions{})
		jobs = append(jobs, Job{Op: Download, From: ObjectAt("ward", at, ""), To: WriteTo(root, names[i]), Overwrite: OverwriteSkip, Expect: Expect{Size: int64(len(k) + 8)}})
	}
	for i, row := range w.run(jobs...) {
		require.NoError(t, row.Err, "%q", keys[i])
		require.Equal(t, Done, row.Phase, "%q", keys[i])
		got, err := os.ReadFile(jobs[i].path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal([]byte("this is "+keys[i]), got), "%q", keys[i])
	}
	there := files(t, outside)
	require.Len(t, there, len(keys), "each has a place of its own, below the root")

	// And up again, by the names that are there.
	var below []string
	for _, path := range there {
		name, err := filepath.Rel(root, path)
		require.NoError(t, err)
		require.True(t, filepath.IsLocal(name), path)
		below = append(below, filepath.ToSlash(name))
	}
	beside := besideOf(below)
	again := make([]string, 0, len(below))
	for _, name := range below {
		key := KeyOf(name, beside)
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err)
		assert.Equal(t, "this is "+key, string(data))
		again = append(again, key)
	}
	slices.Sort(again)
	assert.Equal(t, keys, again)
	t.Logf("%d keys", len(keys))
}
