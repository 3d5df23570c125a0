package listing_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
)

// far is a bucket whose answers take a tenth of a second.
type far struct{ *bucket }

func (f far) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	time.Sleep(100 * time.Millisecond) // by the clock of the bubble
	return f.bucket.List(ctx, under, o)
}

func TestAThousandPagesOfATenthOfASecondTakeAFractionOfTheirSum(t *testing.T) {
	for shape := range shapes {
		if shape == "beyond the plane" {
			continue // no guess is good where two alphabets that lie far apart are mixed
		}
		synctest.Test(t, func(t *testing.T) {
			b := filled(shape, 20_000, 20)
			began := time.Now()
			keys, err := keysOf(t, far{b}, everywhere, listing.Options{})
			require.NoError(t, err)
			require.Len(t, keys, len(b.keys))
			took := time.Since(began)
			assert.LessOrEqual(t, took, 8*time.Second, "%s, where it is 100 seconds in series", shape)
			t.Logf("%-16s %5.1f s, %d calls", shape, took.Seconds(), b.calls.Load())
		})
	}
}
