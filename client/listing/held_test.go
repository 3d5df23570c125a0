package listing

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAPageThatIsHeldComesBackAsItWas(t *testing.T) {
	at := client.Location{Bucket: "b", Key: "k"}
	listed := client.Object{
		At: at, VersionID: "v", Latest: true, DeleteMarker: true, Size: 7, Modified: time.Unix(1, 2).UTC(), ETag: "e", StorageClass: "GLACIER",
	}
	for name, o := range map[string]client.Object{
		"what a listing says": listed,
		"a type":              {At: at, ContentType: "text/plain"},
		"an encryption":       {At: at, Encryption: client.Reported{Told: true}},
		"metadata":            {At: at, Metadata: map[string]string{"a": "b"}},
		"a header":            {At: at, Headers: map[string][]string{"A": {"b"}}},
		"a checksum":          {At: at, Checksums: []client.Checksum{{Value: "x"}}},
		"a request":           {At: at, RequestID: "r"},
		"a folder":            {At: at, IsFolder: true},
		"a date elsewhere":    {At: at, Modified: time.Unix(1, 2).In(time.FixedZone("", 3600))},
	} {
		h := hold([]client.Object{listed, o})
		assert.Equal(t, name == "what a listing says", h.objects == nil, name)
		assert.Equal(t, []client.Object{listed, o}, h.page(), name)
	}
}

func TestWhateverAListingSaysOfAnObjectIsHeld(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	for range 200 {
		page := make([]client.Object, 1+r.IntN(20))
		for i := range page {
			page[i] = client.Object{
				At:        client.Location{Bucket: "b", Key: one("", "a/", "a/é", "a/\xff\xc3", "報告/") + one("", "x", "\U0010FFFF", strings.Repeat("k", 300))},
				VersionID: one("", "null", "v1"), Latest: r.IntN(2) == 0, DeleteMarker: r.IntN(2) == 0,
				Size:         []int64{0, 1, client.NotTold, math.MaxInt64}[r.IntN(4)],
				ETag:         one("", "d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e-3", "d41d8cd98f00b204e9800998ecf8427x"),
				StorageClass: one("", "STANDARD", "GLACIER"),
				Modified:     []time.Time{{}, time.Unix(0, 0).UTC(), time.Unix(-5, 999_999_999).UTC(), time.Date(2026, 11, 27, 1, 2, 3, 4e6, time.UTC)}[r.IntN(4)],
			}
		}
		h := hold(page)
		require.Nil(t, h.objects)
		require.Equal(t, page, h.page())
	}
}
