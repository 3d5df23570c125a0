package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/uitest"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// keepVersions has notes.txt in two versions, and plan.txt deleted.
func (s *screen) keepVersions() *screen {
	s.t.Helper()
	s.store.KeepVersions("reports")
	for _, key := range []string{"2026/notes.txt", "2026/plan.txt"} {
		s.store.Write(client.Location{Bucket: "reports", Key: key}, []byte("rewritten"), client.PutOptions{Encryption: client.SSEKMS{Key: uitest.Key}})
	}
	_, err := s.store.Delete(s.t.Context(), []client.Location{{Bucket: "reports", Key: "2026/plan.txt"}})
	require.NoError(s.t, err)
	return s.goTo("reports/2026/")
}

// table is the table of the topmost dialog.
func (s *screen) table() *widgets.RowTable {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if table, ok := o.(*widgets.RowTable); ok {
			return table
		}
	}
	s.t.Fatal("no table is there")
	return nil
}

// note is what the one note of the topmost dialog says.
func (s *screen) note() string {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if note, ok := o.(*widgets.Note); ok {
			return note.Text()
		}
	}
	s.t.Fatal("no note is there")
	return ""
}

func (s *screen) select1(table *widgets.RowTable, row int) {
	table.Selection.Only(row)
	table.OnSelect()
}

func TestAVersionIsRestoredAndDeletedByRightClick(t *testing.T) {
	s := opens(t, preferences.Window{}).keepVersions()
	s.state.Browser.Selection().Only(2)
	s.perform(s.actions.versions)
	s.loop.Pump()
	require.Equal(t, 1, s.overlays())
	table := s.table()
	require.NotNil(t, table)
	assert.Contains(t, s.note(), "2 versions", "what was asked for is shown once it has come")
	s.select1(table, 1)
	s.press("Delete…")
	require.Equal(t, 2, s.overlays(), "it is asked")
	s.press("Cancel")
	s.press("Restore")
	s.waitIdle()
	assert.Equal(t, 0, s.overlays())
	assert.Contains(t, s.state.Transfers.Row(0).State, "Verified")
	s.perform(s.actions.versions)
	s.loop.Pump()
	s.select1(s.table(), 2)
	s.press("Delete…")
	s.press("Delete")
	s.loop.Until(t, "it is listed anew", func() bool {
		_, end := s.table().VisibleRows()
		return s.state.Transfers.Tally().Done == 2 && end == 2
	})
	s.picker.paths = []string{t.TempDir()}
	s.select1(s.table(), 1)
	s.press("Download…")
	s.waitIdle()
	assert.Equal(t, 0, s.overlays(), "what follows is in the transfers")
}

func TestWhatWasDeletedIsUndeletedFromTheMenu(t *testing.T) {
	s := opens(t, preferences.Window{}).keepVersions()
	before := s.state.Browser.Rows()
	s.perform(s.actions.deleted)
	s.loop.Pump()
	s.select1(s.table(), 0)
	s.press("Undelete")
	s.loop.Until(t, "it is back", func() bool { return s.state.Browser.Rows() == before+1 })
	s.press("Close")
	assert.Equal(t, 0, s.overlays())
}

func TestTheVersionsFit(t *testing.T) {
	inEveryDress(t, "versions", func(t *testing.T, s *screen) {
		s.keepVersions()
		s.state.Browser.Selection().Only(2)
		s.perform(s.actions.versions)
		s.loop.Pump()
		s.select1(s.table(), 1)
	})
	inEveryDress(t, "deleted", func(t *testing.T, s *screen) {
		s.keepVersions()
		s.perform(s.actions.deleted)
		s.loop.Pump()
		s.select1(s.table(), 0)
	})
	inEveryDress(t, "deleted-none", func(t *testing.T, s *screen) {
		s.goTo("photos")
		s.perform(s.actions.deleted)
		s.loop.Pump()
	})
}
