package ui

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

func TestWhatAnEarlierRunLeftStaysOverTheTransfersUntilItIsDealtWith(t *testing.T) {
	s := opens(t, preferences.Window{}, left(t, 3))
	strip := s.main.transfers.notices
	require.True(t, strip.content.Visible())
	assert.Equal(t, "3 transfers of an earlier run are in the list: resume or retry them to go on.", strip.notes[0].Text())
	s.flash("something else")
	s.selectionChanged()
	assert.True(t, strip.content.Visible(), "the next selection does not take it away")
	test.Tap(findButton(strip.content, "Resume all"))
	s.waitIdle()
	assert.False(t, strip.content.Visible())
}

func TestThatTheLedgerWasSetAsideIsShownThoughThereAreNoTransfers(t *testing.T) {
	s := opens(t, preferences.Window{})
	strip := s.main.transfers.notices
	assert.False(t, strip.content.Visible())
	s.desk.Note(client.Say("the ledger of transfers was damaged (%v): it is set aside as %s, and a new one is begun, into which is brought what can still be read", "not a database", "ledger.db.1"))
	s.loop.Pump()
	require.Same(t, s.main.rows, s.main.body.Objects[0], "the place of the transfers")
	assert.Contains(t, strip.notes[0].Text(), "it is set aside as ledger.db.1")
	test.Tap(findButton(strip.content, "Hide"))
	assert.False(t, strip.content.Visible())
	assert.NotSame(t, s.main.rows, s.main.body.Objects[0])
}

func TestTheLinesOverTheTransfersFit(t *testing.T) {
	for _, d := range worn(fyne.Size{}) {
		t.Run(d.name, func(t *testing.T) {
			s := opens(t, preferences.Window{Language: d.language, Appearance: d.look}, left(t, 1200))
			s.goTo("reports/2026/")
			s.desk.Note(client.Say("the ledger of transfers was damaged (%v): it is set aside as %s, and a new one is begun, into which is brought what can still be read",
				"file is not a database", "/home/somebody/.local/state/bucketseal/ledger.db.damaged-20261127"))
			s.loop.Pump()
			s.window.Resize(d.size)
			assert.Len(t, s.main.transfers.notices.notes, 2)
			s.shot("notices-" + d.name)
			s.fits(d.size)
		})
	}
}

// left is a desk where an earlier run left uploads that were paused.
func left(t *testing.T, n int) func(*uitest.Desk) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.csv")
	require.NoError(t, os.WriteFile(file, []byte("a"), 0o600))
	states := make([]transfer.State, n)
	for i := range states {
		states[i].Phase = transfer.Paused
	}
	journal, err := uitest.LeaveUploads(file, states...)
	require.NoError(t, err)
	return func(d *uitest.Desk) { d.Journal = func(client.Account) transfer.Journal { return journal } }
}
