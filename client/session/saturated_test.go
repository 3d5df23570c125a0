package session

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

func TestAFolderIsListedWhileTransfersUseAllThereIs(t *testing.T) {
	d := open(t, nil)
	d.put("seen.txt", "there already")
	// No upload is answered, so that all turns are taken for good.
	require.NoError(t, d.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "PutObject", Do: mock.Delay, Millis: 600_000}}}))
	var paths []string
	for i := range 100 {
		paths = append(paths, d.write(fmt.Sprintf("many/%d", i), "x"))
	}
	p, err := whole(d.PlanUpload(t.Context(), paths, client.Location{Bucket: "bucket"}, UploadOptions{}, Choice{}))
	require.NoError(t, err)
	changed := make(chan struct{}, 1)
	d.Transfers().Notify(changed)
	_, err = d.Transfers().Submit(slices.Values(p.Jobs))
	require.NoError(t, err)
	for d.Transfers().Summary().Running() < 8 {
		<-changed
	}
	page, err := d.List(t.Context(), client.Location{Bucket: "bucket"}, client.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, page.Objects, 1)
	_, err = d.Properties(t.Context(), page.Objects[0].At, client.ReadOptions{})
	require.NoError(t, err)
	assert.NotZero(t, d.Transfers().Summary().Phases[transfer.Queued], "others wait for their turn")
	d.Transfers().Cancel()
}
