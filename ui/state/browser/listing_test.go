package browser

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestPagesMergedOneByOneAreSortedLikeAllAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, by := range []SortBy{SortByName, SortBySize, SortByModified, SortByClass} {
		for _, down := range []bool{false, true} {
			var all []client.Object
			for i := range 500 {
				all = append(all, client.Object{
					At: client.Location{Bucket: "b", Key: fmt.Sprintf("%03d", i)}, Size: random.Int64N(50), IsFolder: i%7 == 0,
				})
			}
			paged, whole := listing{by: by, down: down}, listing{by: by, down: down}
			for page := range slices.Chunk(all, 30) {
				paged.add(page, true)
			}
			paged.flush()
			paged.selection.Only(3)
			selected := paged.object(3).At.Key
			paged.put(client.Object{At: client.Location{Key: "000a"}, Size: 25})
			whole.objects = append(slices.Clone(all), client.Object{At: client.Location{Key: "000a"}, Size: 25})
			whole.rebuild()
			assert.Equal(t, keysOf(whole), keysOf(paged), "%s %v", by, down)
			assert.Equal(t, selected, paged.object(paged.selection.Cursor()).At.Key)
		}
	}
}

func keysOf(l listing) []string {
	var keys []string
	for i := range l.rows {
		keys = append(keys, l.object(i).At.Key)
	}
	return keys
}

func BenchmarkAMillionRowsArrive(b *testing.B) {
	pages := make([][]client.Object, 1000)
	for p := range pages {
		for i := range 1000 {
			pages[p] = append(pages[p], client.Object{At: client.Location{Bucket: "b", Key: fmt.Sprintf("%04d-%04d", p, i)}, Size: int64(i)})
		}
	}
	for _, by := range []SortBy{SortByName, SortBySize} {
		b.Run(string(by), func(b *testing.B) {
			for b.Loop() {
				l := listing{by: by}
				for _, page := range pages {
					l.add(page, true)
				}
				l.flush()
			}
		})
	}
}
