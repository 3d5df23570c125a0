package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

const pasted = "arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555"

// choosesKMS opens the confirmation of an upload no rule takes, with SSE-KMS
// chosen and no key yet.
func choosesKMS(t *testing.T, prepare ...func(*screen)) *screen {
	t.Helper()
	s := opens(t, preferences.Window{}).goTo("photos/")
	s.store.SetKeys(client.Key{ARN: pasted, Enabled: true})
	for _, prepare := range prepare {
		prepare(s)
	}
	s.picker.paths = []string{s.file("a.csv", 12)}
	s.perform(s.actions.upload)
	s.loop.Pump()
	require.NotNil(t, s.confirm)
	s.confirm.choice.SetSelectedIndex(1)
	s.loop.Pump()
	return s
}

func (s *screen) keyOf(name string) client.KeyID {
	s.t.Helper()
	o, _ := s.store.Object(client.Location{Bucket: "photos", Key: name})
	return o.Encryption.Key
}

func TestAKeyPastedAndEnterAtOnceIsTheKeyThatIsSent(t *testing.T) {
	for name, confirm := range map[string]func(*screen){
		"Enter": func(s *screen) { s.confirm.key.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) },
		"click": func(s *screen) { s.press("Upload") },
		"Enter after a click beside": func(s *screen) {
			s.window.Canvas().Unfocus()
			s.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := choosesKMS(t)
			s.window.Canvas().Focus(s.confirm.key)
			s.confirm.key.SetText(pasted)
			confirm(s)
			s.loop.Pump()
			assert.Equal(t, 0, s.overlays())
			s.waitIdle()
			assert.Equal(t, client.KeyID(pasted), s.keyOf("a.csv"))
			assert.Equal(t, "Verified, SSE-KMS 99999999-2222-3333-4444-555555555555", s.state.Transfers.Row(0).State)
		})
	}
}

func TestAKeyPastedIsNotForgottenByAChangeOfMind(t *testing.T) {
	s := choosesKMS(t)
	s.confirm.key.SetText(pasted)
	s.confirm.choice.SetSelectedIndex(2) // SSE-S3
	s.confirm.choice.SetSelectedIndex(1)
	assert.Equal(t, pasted, s.confirm.key.Text, "it is what the field shows")
	s.press("Upload")
	s.waitIdle()
	assert.Equal(t, client.KeyID(pasted), s.keyOf("a.csv"))
}

func TestAKeyThatCannotBeSentIsNotSubmittedByAQuickEnter(t *testing.T) {
	s := choosesKMS(t)
	s.confirm.key.SetText("no\tkey")
	s.confirm.key.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.loop.Pump()
	assert.Equal(t, 1, s.overlays())
	assert.Equal(t, 0, s.state.Transfers.Rows())
}

func TestAQuickEnterDoesNotAcceptWhatTheNewPlanIsTheFirstToSay(t *testing.T) {
	s := choosesKMS(t, func(s *screen) {
		s.store.EncryptByDefault("photos", client.ReportedFrom("aws:kms:dsse", "ab12", false, "", ""))
	})
	s.confirm.key.SetText(pasted)
	s.confirm.key.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.loop.Pump()
	require.Equal(t, 1, s.overlays(), "that this key is weaker than the bucket's own is said first")
	assert.Equal(t, 0, s.state.Transfers.Rows())
	s.press("Upload")
	s.waitIdle()
	assert.Equal(t, client.KeyID(pasted), s.keyOf("a.csv"))
}

func TestAFilterTypedCountsBeforeAnythingIsDoneToTheRows(t *testing.T) {
	s := opens(t, preferences.Window{}).goTo("reports/2026/")
	all := s.state.Browser.Rows()
	s.main.filter.entry.SetText("notes")
	require.Equal(t, all, s.state.Browser.Rows(), "the typing has not paused")
	s.state.Browser.Selection().SelectAll()
	s.perform(s.actions.copyLocation)
	assert.Equal(t, "s3://reports/2026/notes.txt", s.app.Clipboard().Content())
}
