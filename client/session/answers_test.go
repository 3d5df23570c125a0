package session

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// A credulous store passes on whatever a server lists.
type credulous struct {
	client.Store
	lists []client.Object
}

func (c credulous) List(context.Context, client.Location, client.ListOptions) (client.Page, error) {
	return client.Page{Objects: c.lists}, nil
}

func TestWhatAListNamesOutsideTheFolderIsNeitherDeletedNorDownloaded(t *testing.T) {
	folder := client.Object{At: client.Location{Bucket: "bucket", Key: "folder/"}, IsFolder: true}
	for name, o := range map[string]client.Object{
		"another folder": {At: client.Location{Bucket: "bucket", Key: "precious/backup"}},
		"shorter":        {At: client.Location{Bucket: "bucket", Key: "a"}},
		"another bucket": {At: client.Location{Bucket: "other", Key: "folder/a"}},
		"a folder":       {At: client.Location{Bucket: "bucket", Key: "folder/b/"}, IsFolder: true},
	} {
		s := open(t, nil)
		s.store = credulous{s.store, []client.Object{{At: client.Location{Bucket: "bucket", Key: "folder/ok"}}, o}}
		totals, err := s.Count(t.Context(), []client.Object{folder})
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%s: %v", name, err)
		assert.Empty(t, totals.Objects, name)
		plan, err := whole(s.PlanDownload(t.Context(), []client.Object{folder}, t.TempDir(), DownloadOptions{}, Choice{}))
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%s: %v", name, err)
		assert.Empty(t, plan.Jobs, name)
	}
}

func TestSizesNobodyToldAddNothingToASum(t *testing.T) {
	s := open(t, nil)
	untold := client.Object{At: client.Location{Bucket: "bucket", Key: "folder/a"}, Size: client.NotTold}
	s.store = credulous{s.store, []client.Object{untold, {At: client.Location{Bucket: "bucket", Key: "folder/b"}, Size: 7}}}
	folder := client.Object{At: client.Location{Bucket: "bucket", Key: "folder/"}, IsFolder: true}
	totals, err := s.Count(t.Context(), []client.Object{folder})
	require.NoError(t, err)
	assert.EqualValues(t, 7, totals.Bytes)
	plan, err := whole(s.PlanDownload(t.Context(), []client.Object{folder}, t.TempDir(), DownloadOptions{}, Choice{}))
	require.NoError(t, err)
	assert.EqualValues(t, 7, plan.Bytes)
}

func TestAClockThatIsWrongIsCorrectedForEveryCall(t *testing.T) {
	for _, skew := range []int64{1200, -1200} {
		s := open(t, nil)
		require.NoError(t, s.server.SetFaults(mock.Faults{ClockSkewSeconds: skew}))
		path := s.write("a", "content")
		for _, r := range s.carry(whole(s.PlanUpload(t.Context(), []string{path}, bucket, UploadOptions{}, Choice{}))) {
			require.NoError(t, r.Err)
		}

		// Another session, whose first call is the HEAD of a download: its answer
		// has no words, and the clock is learned from the read after it.
		other, err := s.opener().Open(t.Context(), s.account())
		require.NoError(t, err)
		s.Session = other
		into := t.TempDir()
		rows := s.carry(whole(other.PlanDownload(t.Context(), []client.Object{{At: bucket.Join("a")}}, into, DownloadOptions{}, Choice{})))
		require.NoError(t, rows[0].Err)
		assert.FileExists(t, filepath.Join(into, "a"))
		require.NoError(t, other.Close(t.Context()))
	}
}

func TestOneDenialOfTheHeadAfterAnUploadIsLookedInto(t *testing.T) {
	s := open(t, nil)
	require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{
		{Op: "HeadObject", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"},
	}}))
	path := s.write("a", "content")
	rows := s.carry(whole(s.PlanUpload(t.Context(), []string{path}, bucket, UploadOptions{}, Choice{})))
	require.NoError(t, rows[0].Err, "GET may read what HEAD is denied")
	assert.EqualValues(t, "not-asked", rows[0].Receipt.Verdict)
}
