package ui

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// luminance is that of WCAG 2.1, of a colour as it is drawn on a ground.
func luminance(c, ground color.Color) float64 {
	top, under := color.NRGBAModel.Convert(c).(color.NRGBA), color.NRGBAModel.Convert(ground).(color.NRGBA)
	part := func(over, below uint8) float64 {
		v := (float64(over)*float64(top.A) + float64(below)*(255-float64(top.A))) / 255 / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(top.R, under.R) + 0.7152*part(top.G, under.G) + 0.0722*part(top.B, under.B)
}

func contrast(text, ground color.Color) float64 {
	a, b := luminance(text, ground), luminance(ground, ground)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// drawn are the texts of what lies on top.
func (s *screen) drawn() (texts []*canvas.Text) {
	for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
		if text, ok := o.(*canvas.Text); ok && text.Text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

func TestShortcutsInMenusCanBeRead(t *testing.T) {
	for _, look := range []preferences.Appearance{preferences.AppearanceLight, preferences.AppearanceDark} {
		s := opens(t, preferences.Window{Appearance: look}).goTo("reports/2026/")
		s.state.Browser.Selection().Only(2)
		a := &s.actions
		s.popUp(fyne.NewPos(100, 100), a.upload, a.properties, a.copyLocation, a.back)
		ground := s.app.Settings().Theme().Color(theme.ColorNameMenuBackground, theme.VariantLight)
		var seen []string
		for _, text := range s.drawn() {
			seen = append(seen, text.Text)
			assert.GreaterOrEqual(t, contrast(text.Color, ground), 4.5, "%s: %s", look, text.Text)
		}
		all := strings.Join(seen, "\n")
		for _, shortcut := range []string{"Ctrl+U", "Alt+Enter", "Ctrl+Shift+C", "Alt+←"} {
			assert.Contains(t, all, shortcut)
		}
	}
}

func TestTextsAndShortcutsOfAMenuStandInColumns(t *testing.T) {
	for _, language := range []string{"en", "zh-Hant"} {
		s := opens(t, preferences.Window{Language: language}).goTo("reports/2026/")
		for _, menu := range s.window.MainMenu().Items {
			var ends []float32
			icons, none := 0, 0
			for _, item := range menu.Items {
				if item.Shortcut != nil {
					ends = append(ends, wide(item.Label))
					_, drawnByToolkit := item.Shortcut.(fyne.KeyboardShortcut)
					assert.False(t, drawnByToolkit, "%s > %s", menu.Label, item.Label)
				}
				switch {
				case item.IsSeparator:
				case item.Icon == nil:
					none++
				default:
					icons++
				}
			}
			assert.True(t, icons == 0 || none == 0, "%s: all items have room for an icon, or none", menu.Label)
			for _, end := range ends {
				assert.InDelta(t, ends[0], end, 2.5, "%s: the shortcuts end at one place", menu.Label)
			}
		}
	}
}

func TestAShortcutThatIsWrittenOutStillWorks(t *testing.T) {
	s := opens(t, preferences.Window{})
	item := s.menu("Tools", "Server-Side-Encryption")
	require.True(t, strings.HasSuffix(item.Label, "Ctrl+Shift+E"), item.Label)
	assert.Equal(t, ctrlShift(fyne.KeyE).ShortcutName(), item.Shortcut.ShortcutName())
	assert.Empty(t, shortcutText(&fyne.ShortcutCopy{}))
}
