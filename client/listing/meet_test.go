package listing_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
)

func TestANameWithWhichAPartShouldHaveBegunIsMissed(t *testing.T) {
	for _, shape := range []string{"numbered", "dates", "not ASCII", "flat, random"} {
		b := filled(shape, 3000, 10)
		left := 0
		b.answer = func(o client.ListOptions, p client.Page) (client.Page, error) {
			if n := len(p.Objects); o.Behind != "" && n > 1 && len(o.Behind) < len(p.Objects[0].At.Key)-1 && !isThere(b, o.Behind) {
				left++
				p.Objects = p.Objects[1:] // where it begins behind a name that is not there it leaves one out
			}
			return p, nil
		}
		_, err := keysOf(t, b, everywhere, listing.Options{AtOnce: 2})
		require.Positive(t, left, shape)
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), shape)
	}
}

func isThere(b *bucket, key string) bool {
	_, there := slices.BinarySearch(b.keys, key)
	return there
}

// A passing server leaves names out around where a part ends, in the pages of those
// that come there.
type passing struct {
	mu     sync.Mutex
	begins []string // of parts
	times  int      // how often it does so at each of them
	left   map[string]int
}

func (s *passing) answer(o client.ListOptions, p client.Page) (client.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.Behind != "" {
		s.begins = append(s.begins, o.Behind)
		return p, nil
	}
	for _, begin := range s.begins {
		n, _ := slices.BinarySearchFunc(p.Objects, begin, func(x client.Object, key string) int {
			if x.At.Key <= key {
				return -1
			}
			return 1
		})
		if n > 2 && n < len(p.Objects)-3 && s.left[begin] < s.times {
			s.left[begin]++
			p.Objects = slices.Delete(slices.Clone(p.Objects), n-2, n+2)
			return p, nil
		}
	}
	return p, nil
}

func TestAPageThatPassesNamesWhereAPartEndsIsAskedForAgain(t *testing.T) {
	for _, shape := range []string{"numbered", "dates", "not ASCII", "flat, random"} {
		b, s := filled(shape, 3000, 17), &passing{times: 1, left: map[string]int{}}
		b.answer = s.answer
		require.NoError(t, incomplete(t, b, b.keys, listing.Options{}), shape)
		require.NotEmpty(t, s.left, shape)

		b, s = filled(shape, 3000, 17), &passing{times: 100, left: map[string]int{}}
		b.answer = s.answer
		_ = incomplete(t, b, b.keys, listing.Options{}) // made up for, or told
	}
}
