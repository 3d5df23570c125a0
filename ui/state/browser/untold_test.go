package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

func TestASizeNobodyToldIsADashAndNeverZero(t *testing.T) {
	untold := client.Object{At: client.Location{Bucket: "b", Key: "untold"}, Size: client.NotTold}
	empty := client.Object{At: client.Location{Bucket: "b", Key: "empty"}}
	some := client.Object{At: client.Location{Bucket: "b", Key: "some"}, Size: 7}
	assert.Equal(t, "untold | – |  | STANDARD | ", objectRow(untold).String())
	assert.Equal(t, "empty | 0 B |  | STANDARD | ", objectRow(empty).String())

	l := listing{by: SortBySize}
	l.add([]client.Object{some, empty, untold}, false)
	assert.Equal(t, "untold", l.object(0).At.Key, "before the smallest: less is known of it")

	d := Deletion{what: []client.Object{{}, {}}, totals: session.Totals{}}
	d.totals.Add(client.Object{Size: client.NotTold})
	d.totals.Add(client.Object{Size: 7})
	assert.Equal(t, "Delete 2 files (at least 7 B)?", d.Question())
}
