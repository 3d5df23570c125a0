package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

// leavesUnproven uploads files, of which the server says each time something
// else, and one that is refused.
func (s *screen) leavesUnproven() {
	s.t.Helper()
	s.goTo("reports/2026/")
	other := client.KeyID("arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555")
	for _, upload := range []struct {
		name    string
		reports *client.Reported
	}{
		{"量測資料.bin", nil},
		{"未加密.csv", &client.Reported{Told: true, Type: client.TypeNone}},
		{"other-key.csv", &client.Reported{Told: true, Type: client.TypeSSEKMS, Raw: "aws:kms", Key: other}},
		{"not-told.csv", &client.Reported{}},
		{"kept.csv", &client.Reported{Told: true, Type: client.TypeSSES3}},
		{"deleted.csv", &client.Reported{Told: true, Type: client.TypeNone}},
	} {
		s.store.EncryptAs(nil)
		if r := upload.reports; r != nil {
			s.store.EncryptAs(func(client.Reported) client.Reported { return *r })
		}
		s.uploads(upload.name)
	}
	s.store.EncryptAs(nil)
	for row := range s.state.Transfers.Rows() {
		u, ok := s.state.Transfers.Unproven(row)
		switch s.state.Transfers.Row(row).Name {
		case "kept.csv":
			require.True(s.t, ok)
			u.Keep()
		case "deleted.csv":
			require.True(s.t, ok)
			u.Delete()
			s.loop.Pump()
		}
	}
}

func (s *screen) uploads(name string) {
	s.t.Helper()
	s.picker.paths = []string{s.file(name, 12)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	s.confirmStart()
	s.waitIdle()
}

// transfer is the row of a file.
func (s *screen) transfer(name string) int {
	s.t.Helper()
	for row := range s.state.Transfers.Rows() {
		if s.state.Transfers.Row(row).Name == name {
			return row
		}
	}
	s.t.Fatalf("there is no transfer of %s", name)
	return -1
}

func TestABadVerdictMayBeDeletedFromItsMenu(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.leavesUnproven()
	row := s.transfer("未加密.csv")
	s.state.Transfers.Selection.Only(row)
	table := s.main.transfers.table
	table.OnMenu(row, fyne.NewPos(100, 400))
	require.Equal(t, 1, s.overlays())
	s.window.Canvas().Overlays().Remove(s.window.Canvas().Overlays().Top())

	assert.Empty(t, s.actions.removeObject.why())
	s.perform(s.actions.removeObject)
	press(s.window, fyne.KeyReturn)
	assert.Equal(t, 0, s.overlays())
	assert.Contains(t, s.store.Names("reports"), "2026/未加密.csv", "Enter means no")

	s.perform(s.actions.removeObject)
	s.press("Delete the object")
	assert.NotContains(t, s.store.Names("reports"), "2026/未加密.csv")
	assert.Equal(t, "Deleted from the server", s.state.Transfers.Row(row).State)
	assert.NotEmpty(t, s.actions.removeObject.why())

	s.state.Transfers.Selection.Only(s.transfer("量測資料.bin"))
	assert.NotEmpty(t, s.actions.removeObject.why(), "what was proved is not for this")
	assert.NotEmpty(t, s.actions.keep.why())
}

func TestABadVerdictMayBeKeptDeletedOrTriedAgainFromItsDetails(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.leavesUnproven()
	table := s.main.transfers.table
	row := s.transfer("not-told.csv")

	table.OnActivate(row)
	s.press("Keep it")
	assert.Equal(t, 0, s.overlays())
	assert.Equal(t, "Kept: Encrypted, key not reported", s.state.Transfers.Row(row).State)

	table.OnActivate(row)
	s.press("Delete the object…")
	require.Equal(t, 1, s.overlays(), "the question, in the place of the details")
	s.press("Delete the object")
	assert.NotContains(t, s.store.Names("reports"), "2026/not-told.csv")

	row = s.transfer("other-key.csv")
	table.OnActivate(row)
	s.press("Copy")
	assert.Contains(t, s.app.Clipboard().Content(), "Key reported: arn:aws:kms:us-east-1:000000000000:key/99999999-")
	s.press("Retry")
	s.waitIdle()
	assert.Equal(t, transfer.Done, s.state.Transfers.Transfer(s.transfer("other-key.csv")).Phase)
}

func TestADeniedDeletionIsSaid(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.leavesUnproven()
	row := s.transfer("未加密.csv")
	s.store.Before(refusing(memstore.DeleteObject))
	s.main.transfers.table.OnActivate(row)
	s.press("Delete the object…")
	s.press("Delete the object")
	require.Equal(t, 1, s.overlays())
	s.press("Close")
	assert.Equal(t, "Failed: Not encrypted", s.state.Transfers.Row(row).State)
	assert.Contains(t, s.store.Names("reports"), "2026/未加密.csv")
}

// These are drawn in dresses of their own: the sizes of the manual's pictures.
func TestBadVerdictsInEachDress(t *testing.T) {
	for name, show := range map[string]func(*screen){
		"rows":    func(*screen) {},
		"details": func(s *screen) { s.main.transfers.table.OnActivate(s.transfer("未加密.csv")) },
		"other":   func(s *screen) { s.main.transfers.table.OnActivate(s.transfer("other-key.csv")) },
		"delete": func(s *screen) {
			s.main.transfers.table.OnActivate(s.transfer("未加密.csv"))
			s.press(s.actions.removeObject.label)
		},
		"menu": func(s *screen) {
			row := s.transfer("未加密.csv")
			s.state.Transfers.Selection.Only(row)
			s.main.transfers.table.OnMenu(row, fyne.NewPos(120, 420))
		},
	} {
		for _, d := range []dress{
			{"1120-en-dark", fyne.NewSize(1120, 720), "en", preferences.AppearanceDark},
			{"900-zh-light", fyne.NewSize(900, 600), "zh-Hant", preferences.AppearanceLight},
		} {
			t.Run(name+"-"+d.name, func(t *testing.T) {
				s := opens(t, preferences.Window{Language: d.language, Appearance: d.look})
				s.window.Resize(d.size)
				s.leavesUnproven()
				s.main.rows.SetOffset(0.5)
				show(s)
				s.shot("unproven-" + name + "-" + d.name)
				s.fits(d.size)
			})
		}
	}
}
