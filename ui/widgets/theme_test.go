package widgets

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

// over is a veil laid on an opaque ground.
func over(top, ground color.Color) color.NRGBA {
	a, b := color.NRGBAModel.Convert(top).(color.NRGBA), color.NRGBAModel.Convert(ground).(color.NRGBA)
	mix := func(x, y uint8) uint8 {
		return uint8((int(x)*int(a.A) + int(y)*(255-int(a.A))) / 255)
	}
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// luminance and contrast as WCAG 2.1 defines them.
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastIsMeasuredAsTheStandardSays(t *testing.T) {
	assert.InDelta(t, 21, contrast(rgb(0), rgb(0xffffff)), 0.01)
	assert.InDelta(t, 4.54, contrast(rgb(0x767676), rgb(0xffffff)), 0.01)
}

func TestEveryRoleCanBeReadOnEveryGround(t *testing.T) {
	grounds := []fyne.ThemeColorName{
		theme.ColorNameBackground, theme.ColorNameInputBackground, theme.ColorNameHeaderBackground,
		theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground, theme.ColorNameSelection, theme.ColorNameSeparator,
	}
	for name, a := range map[string]preferences.Appearance{"light": preferences.AppearanceLight, "dark": preferences.AppearanceDark} {
		th := NewTheme(a)
		c := func(n fyne.ThemeColorName) color.NRGBA {
			return color.NRGBAModel.Convert(th.Color(n, theme.VariantLight)).(color.NRGBA)
		}
		for role := RoleNormal; role <= RoleMuted; role++ {
			for _, g := range grounds {
				assert.GreaterOrEqual(t, contrast(c(role.ColorName()), c(g)), 4.5, "%s: role %d on %s", name, role, g)
			}
			hovered := over(c(theme.ColorNameHover), c(theme.ColorNameBackground))
			assert.GreaterOrEqual(t, contrast(c(role.ColorName()), hovered), 4.5, "%s: role %d on a hovered row", name, role)
		}
		bar := over(c(theme.ColorNameFocus), c(theme.ColorNameSeparator))
		assert.GreaterOrEqual(t, contrast(c(theme.ColorNameForeground), bar), 4.5, "%s: text on a progress bar", name)
		for text, fill := range map[fyne.ThemeColorName]fyne.ThemeColorName{
			theme.ColorNameForegroundOnPrimary: theme.ColorNamePrimary,
			theme.ColorNameForegroundOnSuccess: theme.ColorNameSuccess,
			theme.ColorNameForegroundOnWarning: theme.ColorNameWarning,
			theme.ColorNameForegroundOnError:   theme.ColorNameError,
			theme.ColorNameForeground:          theme.ColorNameButton,
			theme.ColorNameHyperlink:           theme.ColorNameOverlayBackground,
		} {
			assert.GreaterOrEqual(t, contrast(c(text), c(fill)), 4.5, "%s: %s on %s", name, text, fill)
		}
		for _, line := range []fyne.ThemeColorName{theme.ColorNamePrimary, theme.ColorNameInputBorder} {
			for _, g := range []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameOverlayBackground} {
				assert.GreaterOrEqual(t, contrast(c(line), c(g)), 3.0, "%s: %s must be seen on %s", name, line, g)
			}
		}
	}
}

func TestAThemeFollowsTheSystemUnlessToldOtherwise(t *testing.T) {
	ground := func(a preferences.Appearance, v fyne.ThemeVariant) color.Color {
		return NewTheme(a).Color(theme.ColorNameBackground, v)
	}
	light, dark := ground(preferences.AppearanceLight, theme.VariantLight), ground(preferences.AppearanceDark, theme.VariantDark)
	assert.NotEqual(t, light, dark)
	assert.Equal(t, light, ground(preferences.AppearanceSystem, theme.VariantLight))
	assert.Equal(t, dark, ground(preferences.AppearanceSystem, theme.VariantDark))
	assert.Equal(t, light, ground(preferences.AppearanceLight, theme.VariantDark))
	assert.Equal(t, dark, ground(preferences.AppearanceDark, theme.VariantLight))
}

func TestBoldChineseHasAFontOfItsOwn(t *testing.T) {
	th := NewTheme(preferences.AppearanceSystem)
	assert.Equal(t, "NotoSansTC-Regular.ttf", th.Font(fyne.TextStyle{}).Name())
	assert.Equal(t, "NotoSansTC-Bold.ttf", th.Font(fyne.TextStyle{Bold: true}).Name())
	assert.NotEqual(t, "NotoSansTC-Regular.ttf", th.Font(fyne.TextStyle{Monospace: true}).Name())
}
