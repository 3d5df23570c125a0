package transfer

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

func TestPartsThatCanNeitherBeLookedAtNorDroppedStayKnown(t *testing.T) {
	for name, change := range map[string]func(*cutOff) []memstore.Op{
		"they may not be listed": func(*cutOff) []memstore.Op { return []memstore.Op{memstore.ListParts} },
		"another key is asked for": func(c *cutOff) []memstore.Op {
			c.job.Treatment = client.TreatmentOf(client.SSEKMS{Key: otherID})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := cutOffUpload(t, client.SSES3{})
			old := c.store.Open(remote.Bucket)[0]
			c.store.Before(memstore.Failing(client.KindDenied, append(change(c), memstore.AbortMultipartUpload)...))
			row := c.again()
			require.NoError(t, row.Err)
			known, err := c.journal.Uploads()
			require.NoError(t, err)
			require.Len(t, known, 1)
			assert.Equal(t, old.ID, known[0].ID)
			assert.Zero(t, known[0].Number, "no row goes on with them")
			require.NoError(t, c.journal.Dropped(old.At, old.ID))
			known, err = c.journal.Uploads()
			require.NoError(t, err)
			assert.Empty(t, known)
		})
	}
}
