package transfer

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// What is sent of a small file is what was summed, whatever is written to it meanwhile.
func TestASmallFileIsSentAsItWasRead(t *testing.T) {
	for _, size := range []int64{1, 1000, bufferBytes - 1} {
		w := newBench(t)
		job, data := w.file(size, client.SSES3{})
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op != memstore.PutObject {
				return nil
			}
			return errors.Join(os.WriteFile(job.From.Path, make([]byte, size), 0o600), os.Chtimes(job.From.Path, job.Expect.Modified, job.Expect.Modified))
		})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.Equal(t, data, w.store.Content(remote))
	}
}
