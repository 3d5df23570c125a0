package ui

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

func TestABarOverTheListSaysWhatIsNotEncryptedUntilItIsDecided(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	alarm := s.main.objects.alarm
	assert.False(t, alarm.Visible())
	s.leavesUnproven()
	require.True(t, alarm.Visible())
	assert.Equal(t, "3 objects here are not encrypted as asked", s.main.objects.alarmed.Text())

	s.showUnproven()
	assert.Len(t, s.state.Browser.Selected(), 3)
	assert.Equal(t, 3, s.state.Transfers.Selection.Count())

	s.askRemoveUnproven()
	s.press("Cancel")
	assert.True(t, alarm.Visible())
	s.goTo("photos/")
	assert.False(t, alarm.Visible(), "they lie elsewhere")
	s.goTo("reports/2026/")
	assert.True(t, alarm.Visible())
	s.askRemoveUnproven()
	s.askRemoveUnproven()
	require.Equal(t, 1, s.overlays(), "one question")
	s.press("Delete the objects")
	assert.False(t, alarm.Visible())
	assert.NotContains(t, s.store.Names("reports"), "2026/未加密.csv")
	assert.Contains(t, s.store.Names("reports"), "2026/kept.csv", "what was kept stays")
	s.askRemoveUnproven()
	assert.Equal(t, 0, s.overlays(), "there is nothing to ask")
}

func TestOneBarShowsTheTotalOfAllTransfersWhileAnyRuns(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	held := s.store.Hold(memstore.PutObject)
	s.picker.paths = []string{s.file("a.bin", 1<<20), s.file("b.bin", 3<<20)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	s.confirmStart()
	s.loop.Until(t, "they run", func() bool { return s.state.Transfers.Tally().Running == 2 })
	s.refreshTransfers()
	assert.True(t, s.main.transfers.total.Visible())
	assert.Equal(t, "0 %, 0 B of 4.0 MiB", s.main.transfers.total.Text())
	held.Open()
	s.waitIdle()
	assert.False(t, s.main.transfers.total.Visible())
}

func TestWhereNoRuleIsShownTheRatesStandAtTheirPlace(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	held := s.store.Hold(memstore.PutObject)
	s.picker.paths = []string{s.file("a.bin", 1<<20)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	s.confirmStart()
	s.loop.Until(t, "it runs", func() bool { return s.state.Transfers.Tally().Running == 1 })
	for place, rule := range map[string]string{"reports/": "Here: rule 2", "": ""} {
		s.goTo(place)
		s.refresh()
		assert.Contains(t, s.main.status.rule.Text, rule)
		assert.NotContains(t, s.main.status.rule.Text, "/s")
		assert.Equal(t, "up 0 B/s, down 0 B/s", s.main.status.right.Text)
	}
	held.Open()
	s.waitIdle()
}
