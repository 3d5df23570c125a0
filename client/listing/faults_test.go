package listing_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
)

// incomplete lists from a bucket that misbehaves: either all comes, or an error.
func incomplete(t *testing.T, b client.Store, want []string, o listing.Options) error {
	t.Helper()
	got, err := keysOf(t, b, everywhere, o)
	slices.Sort(got)
	assert.Equal(t, len(got), len(slices.Compact(slices.Clone(got))), "nothing is given twice")
	if err == nil {
		assert.True(t, slices.Equal(want, got), "%d of %d names, and no error", len(got), len(want))
	}
	return err
}

func TestAPageThatFailsEndsTheListingWithThatError(t *testing.T) {
	for nth := int64(1); nth < 400; nth += 7 {
		b := filled("dates", 2000, 10)
		wrong := errors.New("no line")
		var answered atomic.Int64
		b.answer = func(_ client.ListOptions, p client.Page) (client.Page, error) {
			if answered.Add(1) == nth {
				return client.Page{}, wrong
			}
			return p, nil
		}
		if err := incomplete(t, b, b.keys, listing.Options{}); answered.Load() >= nth {
			assert.ErrorIs(t, err, wrong)
		}
	}
}

func TestAPageThatComesAgainOrEndsEarlyIsMadeUpForOrTold(t *testing.T) {
	for shape := range shapes {
		for name, answer := range map[string]func(r *rand.Rand, o client.ListOptions, p client.Page, before client.Page) client.Page{
			"again": func(_ *rand.Rand, _ client.ListOptions, _, before client.Page) client.Page { return before },
			"ends": func(_ *rand.Rand, _ client.ListOptions, p, _ client.Page) client.Page {
				return client.Page{Objects: p.Objects}
			},
			"ends, and half of it is left out": func(_ *rand.Rand, _ client.ListOptions, p, _ client.Page) client.Page {
				return client.Page{Objects: p.Objects[:len(p.Objects)/2]}
			},
		} {
			for seed := range uint64(8) {
				b := filled(shape, 1500, 10)
				r, mu, led := rand.New(rand.NewPCG(seed, 1)), sync.Mutex{}, map[string]client.Page{}
				b.answer = func(o client.ListOptions, p client.Page) (client.Page, error) {
					mu.Lock()
					defer mu.Unlock()
					before := p
					if o.After != "" {
						before = led[o.After] // the page that led here
					}
					if wrong := answer(r, o, p, before); r.IntN(20) == 0 {
						return wrong, nil
					}
					led[p.Next] = p
					return p, nil
				}
				err := incomplete(t, b, b.keys, listing.Options{})
				if name == "ends" {
					assert.NoError(t, err, "%s, %s: the rest is asked for", name, shape)
				}
			}
		}
	}
}

func TestASinglePageThatIsCutShortAndSaysItIsAllIsMadeUpFor(t *testing.T) {
	for cut := range 6 {
		b := filled("dates", 6, 10)
		b.answer = func(_ client.ListOptions, p client.Page) (client.Page, error) {
			if b.calls.Load() == 1 {
				p.Objects = p.Objects[:cut]
			}
			return p, nil
		}
		for _, o := range []listing.Options{{}, {InOrder: true}, {AtOnce: 1}} {
			b.calls.Store(0)
			require.NoError(t, incomplete(t, b, b.keys, o))
		}
	}
}

func TestAServerThatDoesNotBeginWhereItIsAskedToIsListedPageByPage(t *testing.T) {
	for shape := range shapes {
		b := filled(shape, 1500, 10)
		plain := &bucket{keys: b.keys, page: b.page}
		b.answer = func(o client.ListOptions, p client.Page) (client.Page, error) {
			if o.Behind == "" {
				return p, nil
			}
			return plain.List(t.Context(), everywhere, client.ListOptions{})
		}
		require.NoError(t, incomplete(t, b, b.keys, listing.Options{InOrder: true}), shape)
	}
}

// otherwise is a bucket whose server sorts by a rule of its own.
type otherwise struct {
	client.Store
	keys []string // in that order
	less func(a, b string) int
	page int
}

func (b *otherwise) List(_ context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	from := max(o.After, o.Behind)
	i := 0
	if from != "" {
		i, _ = slices.BinarySearchFunc(b.keys, from, b.less)
		for i < len(b.keys) && b.less(b.keys[i], from) <= 0 {
			i++
		}
	}
	var p client.Page
	for _, key := range b.keys[i:min(len(b.keys), i+b.page)] {
		p.Objects = append(p.Objects, client.Object{At: client.Location{Bucket: under.Bucket, Key: key}})
	}
	if i+b.page < len(b.keys) {
		p.Next = b.keys[i+b.page-1]
	}
	byKey := func(x, y client.Object) int { return strings.Compare(x.At.Key, y.At.Key) }
	p.Reordered = !slices.IsSortedFunc(p.Objects, byKey)
	slices.SortFunc(p.Objects, byKey)
	return p, nil
}

func TestAServerWithAnOrderOfItsOwnLosesNothingInSilence(t *testing.T) {
	orders := map[string]func(a, b string) int{
		"UTF-16": func(a, b string) int { return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))) },
		"no case": func(a, b string) int {
			return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
		},
		"backwards":  func(a, b string) int { return strings.Compare(b, a) },
		"its length": func(a, b string) int { return 1000*(len(a)-len(b)) + strings.Compare(a, b) },
	}
	for shape := range shapes {
		for name, less := range orders {
			keys := filled(shape, 3000, 10).keys
			b := &otherwise{keys: slices.Clone(keys), less: less, page: 10}
			slices.SortFunc(b.keys, less)
			err := incomplete(t, b, keys, listing.Options{})
			if t.Failed() {
				t.Fatal(shape, name)
			}
			if !slices.Equal(b.keys, keys) {
				t.Logf("%s by %s: %v", shape, name, err)
			} else {
				assert.NoError(t, err, "%s by %s", shape, name)
			}
		}
	}
}

func TestWhatChangesElsewhereLosesAndDoublesNothing(t *testing.T) {
	for seed := range uint64(60) {
		for shape := range shapes {
			b := filled(shape, 1000, 10)
			still := slices.Clone(b.keys)
			r, mu := rand.New(rand.NewPCG(seed, 3)), sync.Mutex{}
			busy := map[string]bool{} // names that come and go
			moving := &moving{bucket: b, mu: &mu, change: func() {
				near := still[r.IntN(len(still))] + string(rune('!'+r.IntN(90)))
				if i, found := slices.BinarySearch(b.keys, near); found {
					b.keys = slices.Delete(slices.Clone(b.keys), i, i+1)
				} else {
					b.keys = slices.Insert(slices.Clone(b.keys), i, near)
				}
				busy[near] = true
			}}
			got, err := keysOf(t, moving, everywhere, listing.Options{})
			require.NoError(t, err, "%s, %d: what a colleague does is no fault", shape, seed)
			slices.Sort(got)
			require.Equal(t, len(got), len(slices.Compact(slices.Clone(got))))
			got = slices.DeleteFunc(got, func(key string) bool { return busy[key] })
			want := slices.DeleteFunc(still, func(key string) bool { return busy[key] })
			require.Equal(t, want, got, "%s, %d", shape, seed)
		}
	}
}

// moving is a bucket in which something changes before each call.
type moving struct {
	*bucket
	mu     *sync.Mutex
	change func()
}

func (m *moving) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range 3 {
		m.change()
	}
	return m.bucket.List(ctx, under, o)
}

func TestWhoHasEnoughAsksNoMoreAndNobodyIsLeftAsking(t *testing.T) {
	b := filled("dates", 2000, 10)
	seen := 0
	for range listing.Everything(t.Context(), b, everywhere, listing.Options{}) {
		if seen++; seen == 500 {
			break
		}
	}
	assert.Less(t, b.calls.Load(), int64(200))
}

func TestAnEndedContextEndsTheListing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := filled("dates", 2000, 10)
	b.answer = func(_ client.ListOptions, p client.Page) (client.Page, error) {
		if b.calls.Load() == 20 {
			cancel()
		}
		return p, ctx.Err()
	}
	var last error
	for _, err := range listing.Everything(ctx, b, everywhere, listing.Options{}) {
		last = err
	}
	assert.ErrorIs(t, last, context.Canceled)
}

func TestVersionsOfAStoreWithoutThemAreNotListed(t *testing.T) {
	_, err := keysOf(t, filled("dates", 1, 1), everywhere, listing.Options{Versions: true})
	assert.Equal(t, client.KindUnsupported, client.KindOf(err))
}

func TestWhatDoesNotLieThereIsGivenToNobody(t *testing.T) {
	for name, wrong := range map[string]client.Object{
		"another bucket": {At: client.Location{Bucket: "other", Key: "logs/a"}},
		"elsewhere":      {At: client.Location{Bucket: "bkt", Key: "precious"}},
		"a folder":       {At: client.Location{Bucket: "bkt", Key: "logs/a/"}, IsFolder: true},
	} {
		b := filled("dates", 5, 10)
		b.answer = func(_ client.ListOptions, p client.Page) (client.Page, error) {
			return client.Page{Objects: append(p.Objects, wrong)}, nil
		}
		got, err := keysOf(t, b, client.Location{Bucket: "bkt", Key: "logs/"}, listing.Options{})
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), name)
		assert.Empty(t, got)
	}
}

// versioned is a bucket with versions, whose first page is cut short after some entries
// and claims to be the last. Servers differ in what they begin with behind a version.
type versioned struct {
	client.Store
	all    []client.Object
	cut    int // entries of the first page
	server string
}

func (b *versioned) ListVersions(_ context.Context, _ client.Location, o client.ListOptions) (client.Page, error) {
	at := slices.IndexFunc(b.all, func(x client.Object) bool { return x.At.Key == o.Behind && x.VersionID == o.BehindVersion })
	switch {
	case o.Behind == "":
		return client.Page{Objects: slices.Clone(b.all[:b.cut])}, nil
	case o.BehindVersion == "" || b.server == "restarts":
		at = slices.IndexFunc(b.all, func(x client.Object) bool {
			return x.At.Key > o.Behind || b.server == "restarts" && o.BehindVersion != "" && x.At.Key == o.Behind
		})
	case b.server == "refuses":
		return client.Page{}, &client.Error{Op: "ListObjectVersions", Kind: client.KindInvalid}
	case b.server == "is confused":
		return client.Page{}, &client.Error{Op: "ListObjectVersions", Kind: client.KindContradiction}
	default:
		at++
	}
	if at < 0 {
		return client.Page{}, nil
	}
	return client.Page{Objects: slices.Clone(b.all[at:])}, nil
}

func TestAPageOfVersionsCutShortWithinANameLosesNoneOfThem(t *testing.T) {
	var all []client.Object
	for n := range 4 {
		for v := range 3 {
			all = append(all, client.Object{At: client.Location{Bucket: "bkt", Key: fmt.Sprint("n", n)}, VersionID: fmt.Sprint("v", 3-v)})
		}
	}
	for cut := 1; cut <= len(all); cut++ {
		for _, server := range []string{"goes on", "restarts", "refuses", "is confused"} {
			b := &versioned{all: all, cut: cut, server: server}
			var got, want []string
			for x, err := range listing.Everything(t.Context(), b, everywhere, listing.Options{Versions: true, InOrder: true}) {
				require.NoError(t, err)
				got = append(got, x.At.Key+x.VersionID)
			}
			for i, x := range all {
				takesNoVersion := server == "refuses" || server == "is confused"
				if !takesNoVersion || i < cut || x.At.Key > all[cut-1].At.Key {
					want = append(want, x.At.Key+x.VersionID)
				}
			}
			assert.Equal(t, want, got, "%s, cut behind %d", server, cut)
		}
	}
}
