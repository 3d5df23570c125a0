package ui

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// asked begins the question for a passphrase, as a worker that needs a secret
// does, and gives its answer once there is one.
func (s *screen) asked(isNew, wrong bool) <-chan PassphraseAnswer {
	s.t.Helper()
	answer := make(chan PassphraseAnswer, 1)
	go func() { answer <- s.AskPassphrase(context.Background(), "/vault", isNew, wrong) }()
	s.loop.UntilStarted()
	s.loop.Pump()
	require.Equal(s.t, 1, s.overlays())
	return answer
}

// typed are the fields of the topmost dialog.
func (s *screen) typed() (entries []*widgets.Entry) {
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if e, ok := o.(*widgets.Entry); ok {
			entries = append(entries, e)
		}
	}
	return entries
}

func TestThePassphraseOfANewVaultIsAskedForTwice(t *testing.T) {
	s := opens(t, preferences.Window{})
	answer := s.asked(true, false)
	entries := s.typed()
	require.Len(t, entries, 2)
	entries[0].SetText("open sesame")
	s.press("Set passphrase")
	assert.Equal(t, 1, s.overlays(), "the two differ")
	entries[1].SetText("open sesame")
	s.press("Set passphrase")
	assert.Equal(t, "open sesame", (<-answer).Phrase.Reveal())
}

func TestEscAtThePassphraseDecidesNothing(t *testing.T) {
	s := opens(t, preferences.Window{})
	for _, isNew := range []bool{false, true} {
		answer := s.asked(isNew, false)
		s.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		assert.Equal(t, PassphraseAnswer{}, <-answer)
	}
	answer := s.asked(false, true)
	s.press("Keep in memory only")
	assert.Equal(t, PassphraseAnswer{MemoryOnly: true}, <-answer)

	answer = s.asked(false, false)
	s.typed()[0].SetText("open sesame")
	s.press("Unlock")
	assert.Equal(t, "open sesame", (<-answer).Phrase.Reveal())
}
