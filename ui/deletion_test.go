package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// asksToDelete asks about the first object of a folder.
func (s *screen) asksToDelete() {
	s.t.Helper()
	s.goTo("reports/2026/")
	s.state.Browser.Selection().Only(2)
	s.perform(s.actions.remove)
	s.loop.Pump()
	require.NotNil(s.t, s.window.Canvas().Overlays().Top())
}

// told is what the topmost dialog says.
func (s *screen) told() string {
	s.t.Helper()
	require.NotNil(s.t, s.window.Canvas().Overlays().Top())
	var all []string
	for _, o := range s.parts() {
		if text, ok := o.(*canvas.Text); ok {
			all = append(all, text.Text)
		}
	}
	return strings.Join(all, "\n")
}

func TestADeletionThatFailsSaysSoAndSoDoesWhatComesAfterIt(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.store.Before(memstore.Failing(client.KindDenied, memstore.DeleteObject))
	s.asksToDelete()
	s.press("Delete")
	s.waitIdle()
	require.Equal(t, 1, s.overlays(), "the question is over, and what became of it is told")
	assert.Contains(t, s.told(), "could not be deleted")
	s.press("Close")
	s.main.transfers.explain(0)
	assert.Equal(t, 1, s.overlays(), "the details of its row")
}

func TestWhileOnlyDeletionsRunNoBytesAreCounted(t *testing.T) {
	s := opens(t, preferences.Window{})
	held := s.store.Hold(memstore.DeleteObjects)
	s.asksToDelete()
	s.button("Delete").Tapped(&fyne.PointEvent{})
	s.loop.Work() // asks for it; what waits for its end is not turned
	s.loop.Apply()
	<-held.Entered()
	s.state.Transfers.Refresh()
	s.refreshTransfers()
	s.refresh()
	assert.Equal(t, "Running 1", s.main.transfers.tally.Text)
	assert.False(t, s.main.transfers.total.Visible(), "0 B of 0 B says nothing")
	assert.Empty(t, s.main.status.right.Text, "nor does 0 B/s")
	held.Open()
	s.waitIdle()
}

func TestTheDetailsOfWhatWentWellAreNoAlarm(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.asksToDelete()
	s.press("Delete")
	s.waitIdle()
	require.Zero(t, s.overlays())
	s.main.transfers.explain(0)
	for _, o := range s.parts() {
		if sign, ok := o.(*canvas.Image); ok {
			assert.NotEqual(t, widgets.RoleBad.Icon(), sign.Resource)
		}
	}
	assert.Contains(t, s.told(), "Deleted from the server")
}
