package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/store"
)

// listAll turns pages until the last and returns keys and groups in their order.
func listAll(t testing.TB, s *store.Store, req store.ListRequest) (keys, groups []string) {
	t.Helper()
	req.Bucket = "b"
	for {
		page, err := s.List(t.Context(), req)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Objects)+len(page.CommonPrefixes), req.Max)
		for _, o := range page.Objects {
			keys = append(keys, o.Key)
		}
		groups = append(groups, page.CommonPrefixes...)
		if !page.Truncated {
			require.Empty(t, page.Next)
			return keys, groups
		}
		require.Greater(t, page.Next, req.After, "every page moves on")
		req.After = page.Next
	}
}

// naive is the meaning of a listing, written down without any cleverness.
func naive(all []string, req store.ListRequest) (keys, groups []string) {
	for _, k := range all {
		rest, ok := strings.CutPrefix(k, req.Prefix)
		if !ok {
			continue
		}
		if before, _, cut := strings.Cut(rest, req.Delimiter); cut && req.Delimiter != "" {
			g := req.Prefix + before + req.Delimiter
			if g > req.After && !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
		} else if k > req.After {
			keys = append(keys, k)
		}
	}
	return keys, groups
}

func TestListingsAreWhatTheirDefinitionSays(t *testing.T) {
	s := openStore(t, store.Options{})
	var all []string
	for _, k := range []string{
		"a", "a/", "a/1", "a/2", "a//x", "b", "b/c/d", "b/c/e", "b/f", "c\xff", "c\xff\xff/x", "d/e", "dé", "é", "日本/語", "z", "A", "a!", "a/\x00", "/lead", "//",
	} {
		putObject(t, s, k, nil, store.Sealing{})
		all = append(all, k)
	}
	slices.Sort(all)
	for _, prefix := range []string{"", "a", "a/", "b/", "b/c", "c", "c\xff", "none", "日"} {
		for _, delimiter := range []string{"", "/", "//", "\xff", "c/"} {
			for _, after := range []string{"", "a", "a/", "a/1", "b/c/d", "c\xff", "zz", "A"} {
				for _, limit := range []int{1, 2, 3, 1000} {
					req := store.ListRequest{Prefix: prefix, Delimiter: delimiter, After: after, Max: limit}
					keys, groups := listAll(t, s, req)
					wantKeys, wantGroups := naive(all, req)
					require.Equal(t, wantKeys, keys, "%+q", req)
					require.Equal(t, wantGroups, groups, "%+q", req)
				}
			}
		}
	}
}

func TestAnEmptyPageIsNotTruncated(t *testing.T) {
	s := openStore(t, store.Options{})
	putObject(t, s, "k", nil, store.Sealing{})
	page, err := s.List(t.Context(), store.ListRequest{Bucket: "b"})
	require.NoError(t, err)
	assert.Equal(t, store.Listing{}, page)
}

func TestAPageThatEndsWithAGroupNamesTheGroup(t *testing.T) {
	s := openStore(t, store.Options{})
	for _, key := range []string{"a/1", "a/2", "b"} {
		putObject(t, s, key, nil, store.Sealing{})
	}
	page, err := s.List(t.Context(), store.ListRequest{Bucket: "b", Delimiter: "/", Max: 1})
	require.NoError(t, err)
	assert.Equal(t, store.Listing{CommonPrefixes: []string{"a/"}, Truncated: true, Next: "a/"}, page)
}

func TestListingAnUnknownBucketSaysSo(t *testing.T) {
	s := openStore(t, store.Options{})
	_, err := s.List(t.Context(), store.ListRequest{Bucket: "none", Max: 1})
	assert.ErrorIs(t, err, store.ErrNoSuchBucket)
}

func TestAListingShowsWhatStatShows(t *testing.T) {
	s := openStore(t, store.Options{})
	_, err := s.Put(t.Context(), store.PutRequest{
		Bucket: "b", Key: "k", Body: strings.NewReader("x"), Size: 1, Headers: map[string]string{"Content-Type": "text/plain"},
		Sealing: store.Sealing{Mode: store.SSEKMS, KeyID: keyARN},
		Verify: func() (store.Checksums, error) {
			return store.Checksums{Values: map[string]string{"CRC32": "x"}, Type: "FULL_OBJECT"}, nil
		},
	})
	require.NoError(t, err)
	st, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	page, err := s.List(t.Context(), store.ListRequest{Bucket: "b", Max: 10})
	require.NoError(t, err)
	require.Len(t, page.Objects, 1)
	got := page.Objects[0]
	got.UserMetadata, got.Tags, got.Encryption, got.CRC64NVME, got.PartCount = st.UserMetadata, st.Tags, st.Encryption, st.CRC64NVME, st.PartCount
	assert.Equal(t, st, got, "all but what a listing does not tell")
}

func BenchmarkListGroups(b *testing.B) {
	s := openStore(b, store.Options{})
	for i := range 2000 {
		putObject(b, s, fmt.Sprintf("%02d/%08d", i%20, rand.Uint32()), nil, store.Sealing{})
	}
	for b.Loop() {
		_, groups := listAll(b, s, store.ListRequest{Delimiter: "/", Max: 1000})
		require.Len(b, groups, 20)
	}
}
