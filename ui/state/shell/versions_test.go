package shell_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/state/versions"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// keeps is a screen whose bucket reports keeps versions: three of a.csv, of which the
// last is a delete marker when it was deleted.
func keeps(t *testing.T, deleted bool) *screen {
	s := sees(t, "reports/z.csv")
	s.store.KeepVersions("reports")
	for _, text := range []string{"first", "the second"} {
		s.store.Write(inReports("a.csv"), []byte(text), client.PutOptions{Encryption: client.SSEKMS{Key: uitest.Key}})
	}
	if deleted {
		_, err := s.store.Delete(t.Context(), []client.Location{inReports("a.csv")})
		require.NoError(t, err)
	}
	return s.open("reports")
}

func inReports(key string) client.Location { return client.Location{Bucket: "reports", Key: key} }

// text is the contents of an object now.
func (s *screen) text(key string) string {
	s.t.Helper()
	_, body, err := s.store.Get(s.t.Context(), inReports(key), client.ReadOptions{})
	require.NoError(s.t, err)
	content, err := io.ReadAll(body)
	require.NoError(s.t, err)
	require.NoError(s.t, body.Close())
	return string(content)
}

func (s *screen) versions(at client.Location) *versions.Versions {
	s.t.Helper()
	v := s.Versions(at)
	s.t.Cleanup(v.Close)
	m, retry := v.Empty()
	assert.Equal(s.t, "Asking the server…", m.Title)
	assert.False(s.t, retry)
	assert.NotEmpty(s.t, v.WhyNotDownload(nil))
	s.loop.Pump()
	return v
}

func whats(v *versions.Versions) (all []string) {
	for i := range v.Rows() {
		all = append(all, v.Row(i).What+" "+v.Row(i).Size)
	}
	return all
}

func TestTheVersionsOfAnObjectAreListedAndAnOlderOneIsRestored(t *testing.T) {
	s := keeps(t, false)
	v := s.versions(inReports("a.csv"))
	require.Equal(t, []string{"Latest 10 B", "Older 5 B"}, whats(v))
	text, _ := v.Note()
	assert.Equal(t, "2 versions and delete markers", text)
	assert.Equal(t, "This is the current version.", v.WhyNotRestore([]int{0}))
	assert.Equal(t, "Select one version first.", v.WhyNotRestore([]int{0, 1}))
	assert.Equal(t, "It is not deleted.", v.WhyNotUndelete(nil))
	require.Empty(t, v.WhyNotRestore([]int{1}))
	v.Restore([]int{1})
	v.Close() // the window is closed; what was begun goes on
	s.waitIdle()
	assert.Equal(t, "Verified, SSE-KMS 11111111-2222-3333-4444-555555555555", s.Transfers.Row(0).State)
	assert.Equal(t, "first", s.text("a.csv"))
	again := s.versions(inReports("a.csv"))
	assert.Equal(t, []string{"Latest 5 B", "Older 10 B", "Older 5 B"}, whats(again))
	assert.Empty(t, s.problems)
}

func TestAVersionIsDownloadedBesideTheObject(t *testing.T) {
	s := keeps(t, false)
	v := s.versions(inReports("a.csv"))
	into := t.TempDir()
	v.Download([]int{1}, into)
	s.waitIdle()
	got, err := os.ReadDir(into)
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, "a ("+uitest.Epoch.Local().Format("2006-01-02 150405")+").csv", got[0].Name())
	content, err := os.ReadFile(filepath.Join(into, got[0].Name()))
	require.NoError(t, err)
	assert.Equal(t, "first", string(content))
}

func TestADeletedObjectIsUndeletedFromItsVersions(t *testing.T) {
	s := keeps(t, true)
	assert.Equal(t, []string{"z.csv"}, s.rows())
	v := s.versions(inReports("a.csv"))
	require.Equal(t, []string{"Delete marker ", "Older 10 B", "Older 5 B"}, whats(v))
	text, role := v.Note()
	assert.Contains(t, text, "It was deleted")
	assert.Equal(t, explain.RoleWarn, role)
	assert.Equal(t, "A delete marker has no contents.", v.WhyNotDownload([]int{0}))
	require.Empty(t, v.WhyNotUndelete(nil))
	v.Undelete(nil)
	s.loop.Until(t, "it is listed anew", func() bool { return v.Rows() == 2 })
	s.loop.Pump()
	assert.Equal(t, []string{"Latest 10 B", "Older 5 B"}, whats(v))
	assert.Equal(t, []string{"a.csv", "z.csv"}, s.rows(), "it is back in the list")
	assert.Empty(t, s.problems)
}

func TestWhatWasDeletedInAFolderIsFoundAndComesBack(t *testing.T) {
	s := keeps(t, true)
	v := s.versions(client.Location{Bucket: "reports"})
	require.Equal(t, 1, v.Rows())
	assert.Equal(t, "a.csv", v.Row(0).Name)
	assert.Equal(t, "Select what you want back first.", v.WhyNotUndelete(nil))
	v.Undelete([]int{0})
	s.loop.Until(t, "it is listed anew", func() bool { return v.Rows() == 0 })
	m, _ := v.Empty()
	assert.Equal(t, "Nothing deleted is kept here", m.Title)
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv", "z.csv"}, s.rows())
}

func TestAVersionThatIsDeletedIsGoneForGood(t *testing.T) {
	s := keeps(t, false)
	v := s.versions(inReports("a.csv"))
	title, body := v.Question([]int{0})
	assert.Equal(t, "Delete 1 version (10 B) of a.csv?", title)
	assert.Contains(t, body, "The newest version that is left becomes the object.")
	assert.Equal(t, "Select versions first.", v.WhyNotDelete(nil))
	v.Delete([]int{0})
	s.loop.Until(t, "it is listed anew", func() bool { return v.Rows() == 1 })
	assert.Equal(t, "first", s.text("a.csv"))
	text, _ := v.Note()
	assert.Equal(t, "There is no other version.", text)
	v.Delete([]int{0})
	s.loop.Until(t, "nothing is left", func() bool { return v.Rows() == 0 })
	m, _ := v.Empty()
	assert.Equal(t, "There is no version of it any more", m.Title)
}

func TestAVersionThatMayNotBeDeletedStaysAndSaysWhy(t *testing.T) {
	s := keeps(t, false)
	v := s.versions(inReports("a.csv"))
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.DeleteObject || c.Op == memstore.DeleteObjects {
			return c.Error(client.KindDenied)
		}
		return nil
	})
	v.Delete([]int{1})
	s.loop.Until(t, "it is told", func() bool { return len(s.problems) > 0 })
	assert.Contains(t, s.problems[0].Title, "1 version could not be deleted")
	s.loop.Until(t, "it is a row", func() bool { return s.Transfers.Tally().Failed == 1 })
	s.loop.Pump()
	assert.Equal(t, 2, v.Rows())
	assert.Empty(t, s.Transfers.WhyNot(transfers.Retry, nil))
}

func TestWhyVersionsAreNotListedIsSaid(t *testing.T) {
	s := keeps(t, false)
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.ListObjectVersions {
			return c.Error(client.KindDenied)
		}
		return nil
	})
	v := s.versions(inReports("a.csv"))
	m, retry := v.Empty()
	assert.True(t, retry)
	assert.NotEmpty(t, m.Title)
	s.store.Before(nil)
	v.Load()
	s.loop.Pump()
	assert.Equal(t, 2, v.Rows())
}

func TestADownloadSaysOfEachFileWhetherItIsThere(t *testing.T) {
	s := sees(t, "photos/a.jpg", "photos/b.jpg").open("photos")
	into := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(into, "a.jpg"), nil, 0o600))
	s.Browser.Selection().SelectAll()
	s.Download(s.Browser.Selected(), into, "")
	s.loop.Pump()
	require.NotNil(t, s.confirm)
	lines := s.confirm.Lines()
	assert.Equal(t, "1 file is there already and will be OVERWRITTEN", lines[len(lines)-1].Text)
}
