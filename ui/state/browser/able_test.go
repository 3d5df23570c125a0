package browser_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAFolderIsMadeAndNamed(t *testing.T) {
	s := sees(t).open("reports")
	s.MakeFolder("季報")
	s.loop.Pump()
	assert.Equal(t, []string{"季報/"}, s.store.Names("reports"))
	assert.Equal(t, []string{"季報/"}, s.rows())
	assert.Len(t, s.Selected(), 1)

	s.MakeFolder("a/b")
	require.Len(t, s.problems, 1)
	assert.Contains(t, s.problems[0].Body, "no slash")
	s.MakeFolder("季報")
	s.loop.Pump()
	require.Len(t, s.problems, 2, "it is there already")
}

func TestABucketIsMadeShownAndRemoved(t *testing.T) {
	s := sees(t)
	s.MakeBucket("logs")
	s.loop.Pump()
	assert.Equal(t, []string{"logs", "photos", "reports"}, s.BucketNames())
	assert.Equal(t, "logs", s.At().Bucket)
	s.store.Fill(1, "logs/x")
	s.RemoveBucket("logs")
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	assert.Equal(t, "The bucket is not empty", s.problems[0].Title)
	_, err := s.store.Delete(t.Context(), []client.Location{{Bucket: "logs", Key: "x"}})
	require.NoError(t, err)
	s.RemoveBucket("logs")
	s.loop.Pump()
	assert.Equal(t, []string{"photos", "reports"}, s.BucketNames())
	assert.Equal(t, client.Location{}, s.At())
}

func TestADisabledActionSaysWhy(t *testing.T) {
	s := sees(t, "reports/a", "reports/b", "reports/c/d")
	assert.Equal(t, "Open a bucket first.", s.WhyNotUpload())
	s.open("reports")
	assert.Empty(t, s.WhyNotUpload())
	assert.Contains(t, s.WhyNotSelected(), "Select objects")
	s.Selection().SelectAll()
	assert.Empty(t, s.WhyNotSelected())
	assert.Equal(t, "Select one object only: 3 are selected.", s.WhyNotOne())
	s.Selection().Only(0)
	assert.Contains(t, s.WhyNotOne(), "A folder has no properties")
	s.Selection().Only(1)
	assert.Empty(t, s.WhyNotOne())
	assert.NotEmpty(t, s.WhyNotStop())
}
