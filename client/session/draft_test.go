package session

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func TestAnotherChoiceAsksNeitherTheDiskNorTheServer(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}})
	d.put("tree/a", "old")
	d.write("tree/a", "new")
	d.write("tree/b", "new")
	into := t.TempDir()
	up, err := d.DraftUpload(t.Context(), []string{filepath.Join(d.dir, "tree")}, bucket, UploadOptions{})
	require.NoError(t, err)
	down, err := d.DraftDownload(t.Context(), []client.Object{{At: bucket.Join("tree/"), IsFolder: true}}, into, DownloadOptions{})
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(filepath.Join(d.dir, "tree")))
	d.book.all = nil

	assert.Empty(t, d.sent.during(func() {
		ruled := up(Choice{})
		require.Len(t, ruled.Jobs, 2)
		assert.Equal(t, 1, ruled.Jobs[0].Treatment.Rule, "by the rules as they were then")
		assert.Equal(t, ruled, up(Choice{}), "the same again is the same plan")

		chosen := up(Choice{Encryption: client.Treatment{Type: client.TypeSSES3}, Overwrite: transfer.OverwriteSkip})
		assert.Equal(t, ruled.Jobs[1].ID, chosen.Jobs[1].ID)
		assert.Equal(t, []client.Location{bucket.Join("tree/a")}, chosen.Existing)
		for _, j := range chosen.Jobs {
			assert.Equal(t, client.TypeSSES3, j.Treatment.Type)
			assert.Equal(t, transfer.OverwriteSkip, j.Overwrite)
		}

		assert.Equal(t, transfer.OverwriteAlways, down(Choice{}).Jobs[0].Overwrite)
		assert.Equal(t, transfer.OverwriteSkip, down(Choice{Overwrite: transfer.OverwriteSkip}).Jobs[0].Overwrite)
	}))
}

func TestADownloadSaysWhichFilesAreThereWhereSomebodyChooses(t *testing.T) {
	d := open(t, nil)
	d.put("a", "old")
	into := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(into, "a"), []byte("mine"), 0o600))
	what := []client.Object{{At: bucket.Join("a"), Size: 3}}
	draft, err := d.DraftDownload(t.Context(), what, into, DownloadOptions{})
	require.NoError(t, err)
	assert.Equal(t, []client.Location{bucket.Join("a")}, draft(Choice{}).Existing)
	p, err := d.PlanDownload(t.Context(), what, into, DownloadOptions{}, Choice{})
	require.NoError(t, err)
	assert.Empty(t, p.Existing, "nobody is told")
}

func TestASurveyAsksEachThingOnce(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}})
	one := d.write("one", "x")
	assert.Equal(t, []string{"GET /bucket?encryption", "HEAD /bucket/one"}, d.sent.during(func() {
		_, err := d.DraftUpload(t.Context(), []string{one}, bucket, UploadOptions{})
		require.NoError(t, err)
	}))
	assert.Equal(t, []string{"GET /bucket?encryption"}, d.sent.during(func() {
		_, err := d.PlanUpload(t.Context(), []string{one}, bucket, UploadOptions{}, Choice{})
		require.NoError(t, err)
	}), "nobody is told what is there")
	assert.Empty(t, d.sent.during(func() {
		_, err := d.PlanUpload(t.Context(), []string{one}, bucket, UploadOptions{}, Choice{Encryption: client.Treatment{Type: client.TypeInherit}})
		require.NoError(t, err)
	}), "nothing hangs on it")
}
