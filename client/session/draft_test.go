package session

import (
	"os"
	"path/filepath"
	"slices"
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

	assert.Empty(t, d.sent.during(func() {
		ruled := d.drafted(up, Choice{})
		require.Len(t, ruled.Jobs, 2)
		assert.Equal(t, 1, ruled.Jobs[0].Treatment.Rule)
		assert.Equal(t, ruled, d.drafted(up, Choice{}), "the same again is the same plan")

		chosen := d.drafted(up, Choice{Encryption: client.Treatment{Type: client.TypeSSES3}, Overwrite: transfer.OverwriteSkip})
		assert.Equal(t, ruled.Jobs[1].ID, chosen.Jobs[1].ID)
		assert.Equal(t, []client.Location{bucket.Join("tree/a")}, chosen.Existing)
		for _, j := range chosen.Jobs {
			assert.Equal(t, client.TypeSSES3, j.Treatment.Type)
			assert.Equal(t, transfer.OverwriteSkip, j.Overwrite)
		}

		assert.Equal(t, transfer.OverwriteAlways, d.drafted(down, Choice{}).Jobs[0].Overwrite)
		assert.Equal(t, transfer.OverwriteSkip, d.drafted(down, Choice{Overwrite: transfer.OverwriteSkip}).Jobs[0].Overwrite)
	}))
}

func TestEachChoiceIsTreatedByTheRulesAsTheyAreThen(t *testing.T) {
	d := open(t, []rules.Rule{{ID: "1", Type: client.TypeSSES3}})
	draft, err := d.DraftUpload(t.Context(), []string{d.write("a", "x")}, bucket, UploadOptions{})
	require.NoError(t, err)
	first, err := draft(t.Context(), Choice{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSES3, first.Plan.Jobs[0].Treatment.Type)
	same, err := draft(t.Context(), Choice{Overwrite: transfer.OverwriteSkip})
	require.NoError(t, err)
	assert.True(t, same.SameRules(first))

	d.book.all = []rules.Rule{{ID: "1", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}}
	second, err := draft(t.Context(), Choice{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, second.Plan.Jobs[0].Treatment.Type)
	assert.False(t, second.SameRules(first))

	d.book.err = rules.ErrGone
	_, err = draft(t.Context(), Choice{})
	require.ErrorIs(t, err, rules.ErrGone, "it never means that there are none")
}

func TestEveryChoiceGivesThePlanThatPlanningAnewWouldGive(t *testing.T) {
	d := open(t, nil)
	d.put("tree/a", "old")
	for _, name := range []string{"tree/a", "tree/b.txt", "tree/sub/c", "tree/cut.bucketseal-part"} {
		d.write(name, "new")
	}
	require.NoError(t, os.Symlink("nowhere", filepath.Join(d.dir, "tree", "broken")))
	paths := []string{filepath.Join(d.dir, "tree"), filepath.Join(d.dir, "missing")}
	draft, err := d.DraftUpload(t.Context(), paths, bucket, UploadOptions{})
	require.NoError(t, err)

	books := [][]rules.Rule{
		nil,
		{{ID: "1", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}},
		{{ID: "1", Key: "tree/sub/*", Type: client.TypeSSEC, CustomerKeyMD5: "of no key"}, {ID: "2", Key: "*.txt", Type: client.TypeSSES3}},
		{{ID: "1", Disabled: true, Type: client.TypeSSES3}, {ID: "2", Key: "*", Type: client.TypeSSEKMS, KMSKey: "of two\nlines"}},
	}
	encryptions := []client.Treatment{
		{}, {Type: client.TypeInherit}, {Type: client.TypeSSES3}, {Type: client.TypeSSEKMS, Key: "alias/demo"}, {Type: client.TypeSSEKMS, Key: "\x00"},
	}
	for turn := range 2 { // in any order: what was chosen before leaves nothing
		for _, book := range books {
			d.book.all = book
			for _, e := range encryptions {
				for _, over := range []transfer.Overwrite{"", transfer.OverwriteSkip, transfer.OverwriteAlways, transfer.OverwriteNewer} {
					c := Choice{Encryption: e, Overwrite: over}
					anew, err := whole(d.PlanUpload(t.Context(), paths, bucket, UploadOptions{}, c))
					require.NoError(t, err)
					again := d.drafted(draft, c)
					assert.Equal(t, withoutIDs(anew.Jobs), withoutIDs(again.Jobs), "%d: %v by %v", turn, c, book)
					assert.Equal(t, anew.Refused, again.Refused)
					assert.Equal(t, anew.Bytes, again.Bytes)
					assert.Subset(t, again.Warnings, anew.Warnings)
				}
			}
		}
	}
}

func withoutIDs(jobs []transfer.Job) []transfer.Job {
	jobs = slices.Clone(jobs)
	for i := range jobs {
		jobs[i].ID = ""
	}
	return jobs
}

func TestADownloadSaysWhichFilesAreThereWhereSomebodyChooses(t *testing.T) {
	d := open(t, nil)
	d.put("a", "old")
	into := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(into, "a"), []byte("mine"), 0o600))
	what := []client.Object{{At: bucket.Join("a"), Size: 3}}
	draft, err := d.DraftDownload(t.Context(), what, into, DownloadOptions{})
	require.NoError(t, err)
	assert.Equal(t, []client.Location{bucket.Join("a")}, d.drafted(draft, Choice{}).Existing)
	p, err := whole(d.PlanDownload(t.Context(), what, into, DownloadOptions{}, Choice{}))
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
		_, err := whole(d.PlanUpload(t.Context(), []string{one}, bucket, UploadOptions{}, Choice{}))
		require.NoError(t, err)
	}), "nobody is told what is there")
	assert.Empty(t, d.sent.during(func() {
		_, err := whole(d.PlanUpload(t.Context(), []string{one}, bucket, UploadOptions{}, Choice{Encryption: client.Treatment{Type: client.TypeInherit}}))
		require.NoError(t, err)
	}), "nothing hangs on it")
}
