package listing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// shapes are names as buckets have them, each by its number.
var shapes = map[string]func(r *rand.Rand, n int) string{
	"flat, random": func(r *rand.Rand, _ int) string { return fmt.Sprintf("%08x-%04x", r.Uint32(), r.Uint32()&0xffff) },
	"dates": func(_ *rand.Rand, n int) string {
		return fmt.Sprintf("logs/%d/%02d/%02d/%04d.gz", 2019+n/2880, n/240%12+1, n/8%30+1, n)
	},
	"most in a range": func(r *rand.Rand, n int) string {
		return []string{"a/", "hot/2026-", "hot/2026-", "z"}[n%4] + fmt.Sprintf("%06d", r.IntN(1e6))
	},
	"most in one of many folders": func(r *rand.Rand, n int) string {
		folder := 0x7f
		if n%3 == 0 {
			folder = r.IntN(256)
		}
		return fmt.Sprintf("data/%02x/%08x", folder, r.Uint32())
	},
	"folders of the same names": func(_ *rand.Rand, n int) string {
		return strings.Join(strings.Split(fmt.Sprintf("%06d", 3*n), ""), "/level-") + "/object.bin"
	},
	"a deep tree": func(_ *rand.Rand, n int) string {
		return strings.Join(strings.Split(fmt.Sprintf("%06d", n), ""), "/") + "/file"
	},
	"not ASCII": func(r *rand.Rand, n int) string {
		return fmt.Sprintf("資料夾/%c%c/報告 %05d.txt", '一'+r.Int32N(2000), '가'+r.Int32N(500), n)
	},
	"numbered": func(_ *rand.Rand, n int) string { return fmt.Sprintf("IMG_%06d.jpg", n) },
	"words": func(r *rand.Rand, n int) string {
		return []string{"Alpha", "beta", "Gamma ", "delta/", "_e"}[r.IntN(5)] + fmt.Sprint(n)
	},
	"beyond the plane": func(r *rand.Rand, n int) string {
		return string([]rune{0xFF00 + r.Int32N(0xE0), 0x1F300 + r.Int32N(0x200)}[r.IntN(2)]) + fmt.Sprint(n)
	},
}

// A bucket is names in order, listed as S3 does; it costs less than memstore where many are.
type bucket struct {
	client.Store
	keys  []string
	page  int
	calls atomic.Int64
	// answer, where set, makes something else of a page.
	answer func(o client.ListOptions, page client.Page) (client.Page, error)
}

func (b *bucket) List(_ context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	b.calls.Add(1)
	from := max(o.After, o.Behind)
	i, found := slices.BinarySearch(b.keys, max(from, under.Key))
	if found && from != "" && b.keys[i] == from {
		i++
	}
	var p client.Page
	for ; i < len(b.keys) && strings.HasPrefix(b.keys[i], under.Key); i++ {
		if len(p.Objects) == b.page {
			p.Next = p.Objects[b.page-1].At.Key
			break
		}
		p.Objects = append(p.Objects, client.Object{At: client.Location{Bucket: under.Bucket, Key: b.keys[i]}})
	}
	if b.answer != nil {
		return b.answer(o, p)
	}
	return p, nil
}

func filled(shape string, n, page int) *bucket {
	r := rand.New(rand.NewPCG(1, 2))
	b := &bucket{page: page}
	for i := range n {
		b.keys = append(b.keys, shapes[shape](r, i))
	}
	slices.Sort(b.keys)
	b.keys = slices.Compact(b.keys)
	return b
}

var everywhere = client.Location{Bucket: "bkt"}

// keysOf lists to the end, or to an error.
func keysOf(t *testing.T, store client.Store, under client.Location, o listing.Options) (keys []string, err error) {
	t.Helper()
	for x, err := range listing.Everything(t.Context(), store, under, o) {
		if err != nil {
			return keys, err
		}
		key := x.At.Key
		if x.VersionID != "" {
			key += fmt.Sprint(" ", x.VersionID, x.Latest, x.DeleteMarker)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func TestEverythingIsListedOnceWithFewCallsInVainWhateverItIsCalled(t *testing.T) {
	for shape := range shapes {
		for _, inOrder := range []bool{false, true} {
			b := filled(shape, 20_000, 20) // as a million in pages of a thousand
			keys, err := keysOf(t, b, everywhere, listing.Options{InOrder: inOrder})
			require.NoError(t, err, shape)
			if !inOrder {
				slices.Sort(keys)
			}
			require.True(t, slices.Equal(b.keys, keys), "%s: %d of %d", shape, len(keys), len(b.keys))
			most := int64(len(b.keys)) * 110 / 100 / 20
			assert.LessOrEqual(t, b.calls.Load(), most, "%s, in order: %v", shape, inOrder)
			t.Logf("%-16s in order %v: %d calls for %d pages", shape, inOrder, b.calls.Load(), len(b.keys)/20)
		}
	}
}

func TestASmallListingCostsOneCallToBeSureOfItsEnd(t *testing.T) {
	for n, most := range map[int]int64{0: 2, 5: 2, 10: 2, 11: 3, 29: 4, 45: 9} {
		b := filled("numbered", n, 10)
		keys, err := keysOf(t, b, everywhere, listing.Options{InOrder: true})
		require.NoError(t, err)
		assert.Equal(t, len(b.keys), len(keys))
		assert.LessOrEqual(t, b.calls.Load(), most, "%d names", n)
	}
}

func TestATreeIsListedAsByAPlainPaginatorWhateverIsInIt(t *testing.T) {
	pieces := []string{"a", "a/", "//", "/", "b", "é", "中文", "\U0001F600", "\uffee", " ", "0", "-", "a+b", "%2F", "z", "\U0010FFFF", "~", "x\x7f"}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bkt"}, PageSize: 1 + r.IntN(7)})
		versioned := seed%3 == 0
		if versioned {
			store.KeepVersions("bkt")
		}
		var all []string
		for range r.IntN(150) {
			key := ""
			for range 1 + r.IntN(5) {
				key += pieces[r.IntN(len(pieces))]
			}
			at := client.Location{Bucket: "bkt", Key: key}
			store.Fill(1, "bkt/"+key)
			if r.IntN(6) == 0 {
				_, err := store.Delete(t.Context(), []client.Location{at})
				require.NoError(t, err)
			}
			all = append(all, key)
		}
		under := everywhere
		if len(all) > 0 && r.IntN(2) == 0 {
			under.Key = all[0][:r.IntN(len(all[0])+1)]
			under.Key = strings.ToValidUTF8(under.Key, "")
		}
		for _, versions := range []bool{false, versioned} {
			want, err := keysOf(t, store, under, listing.Options{AtOnce: 1, Versions: versions, InOrder: true})
			require.NoError(t, err)
			for _, o := range []listing.Options{{}, {InOrder: true}, {AtOnce: 3}} {
				o.Versions = versions
				got, err := keysOf(t, store, under, o)
				require.NoError(t, err, "seed %d", seed)
				if !o.InOrder && !versions {
					slices.Sort(got)
				}
				if !o.InOrder && versions {
					slices.Sort(got)
					sorted := slices.Sorted(slices.Values(want))
					require.Equal(t, sorted, got, "seed %d", seed)
					continue
				}
				require.Equal(t, want, got, "seed %d, %+v", seed, o)
			}
		}
	}
}
