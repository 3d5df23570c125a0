package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/bucketseal/bucketseal/assets"
	"github.com/bucketseal/bucketseal/settings/preferences"
)

var _ fyne.Theme = (*Theme)(nil)

// Theme is the look of the program: compact, in Noto Sans TC, with colours of
// which every text role reads at 4.5:1 or better on every ground it meets.
type Theme struct {
	appearance preferences.Appearance
	base       fyne.Theme
}

// NewTheme makes the theme in an appearance.
func NewTheme(a preferences.Appearance) *Theme {
	return &Theme{appearance: a, base: theme.DefaultTheme()}
}

// Appearance is the one it was made in.
func (t *Theme) Appearance() preferences.Appearance { return t.appearance }

var (
	fontRegular = fyne.NewStaticResource("NotoSansTC-Regular.ttf", assets.FontRegular)
	fontBold    = fyne.NewStaticResource("NotoSansTC-Bold.ttf", assets.FontBold)
)

// AppIcon is the icon of the program, for windows and the about box.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("icon.png", assets.IconPNG) }

// Font is Noto Sans TC for text, in two weights, and the toolkit's own for
// monospace and symbols. There is no slanted Chinese: italic is upright.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return t.base.Font(style)
	case style.Bold:
		return fontBold
	default:
		return fontRegular
	}
}

// Icon is the toolkit's.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

// Size is the toolkit's, made compact.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if size, ok := compactSizes[name]; ok {
		return size
	}
	return t.base.Size(name)
}

var compactSizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:            13,
	theme.SizeNameCaptionText:     11,
	theme.SizeNameSubHeadingText:  15,
	theme.SizeNameHeadingText:     19,
	theme.SizeNameInnerPadding:    5,
	theme.SizeNamePadding:         3,
	theme.SizeNameLineSpacing:     3,
	theme.SizeNameInlineIcon:      17,
	theme.SizeNameInputRadius:     4,
	theme.SizeNameSelectionRadius: 3,
	theme.SizeNameScrollBar:       12,
	theme.SizeNameScrollBarSmall:  4,
}

// Color is ours where we have one; variant is the system's light or dark.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.appearance {
	case preferences.AppearanceLight:
		variant = theme.VariantLight
	case preferences.AppearanceDark:
		variant = theme.VariantDark
	}
	palette := lightColors
	if variant == theme.VariantDark {
		palette = darkColors
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return t.base.Color(name, variant)
}

// rgb is an opaque colour 0xRRGGBB.
func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

// veil is a colour 0xRRGGBB with an opacity, drawn over another.
func veil(v uint32, alpha uint8) color.NRGBA {
	c := rgb(v)
	c.A = alpha
	return c
}
