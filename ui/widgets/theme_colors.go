package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The colours a text is drawn in: foreground, placeholder (muted), success,
// warning and error are the roles. TestEveryRoleCanBeReadOnEveryGround measures
// them against the grounds.
var lightColors = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameForeground:  rgb(0x1a2026),
	theme.ColorNamePlaceHolder: rgb(0x4d5761),
	theme.ColorNameSuccess:     rgb(0x0d5f2a),
	theme.ColorNameWarning:     rgb(0x7a4600),
	theme.ColorNameError:       rgb(0xa61b1b),
	theme.ColorNamePrimary:     rgb(0x0a5ca8),
	theme.ColorNameHyperlink:   rgb(0x0a5ca8),
	theme.ColorNameDisabled:    rgb(0x8a939c),

	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	theme.ColorNameForegroundOnWarning: rgb(0xffffff),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),

	theme.ColorNameBackground:          rgb(0xf7f8fa),
	theme.ColorNameInputBackground:     rgb(0xf1f4f7),
	theme.ColorNameInputBorder:         rgb(0x87919b),
	theme.ColorNameHeaderBackground:    rgb(0xe8ecf0),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameOverlayBackground:   rgb(0xfdfdfe),
	theme.ColorNameButton:              rgb(0xe2e7ec),
	theme.ColorNameDisabledButton:      rgb(0xeceff2),
	theme.ColorNameSelection:           rgb(0xcbe1f7),
	theme.ColorNameHover:               veil(0x14304c, 0x14),
	theme.ColorNamePressed:             veil(0x14304c, 0x2c),
	theme.ColorNameFocus:               veil(0x0a5ca8, 0x38),
	theme.ColorNameSeparator:           rgb(0xd7dde3),
	theme.ColorNameShadow:              veil(0x000000, 0x40),
	theme.ColorNameScrollBar:           rgb(0x8d98a3),
	theme.ColorNameScrollBarBackground: rgb(0xeef1f4),
}

var darkColors = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameForeground:  rgb(0xe8ecf0),
	theme.ColorNamePlaceHolder: rgb(0xb3bec9),
	theme.ColorNameSuccess:     rgb(0x7fe3a0),
	theme.ColorNameWarning:     rgb(0xf5cb6b),
	theme.ColorNameError:       rgb(0xffb0a8),
	theme.ColorNamePrimary:     rgb(0x7dbcff),
	theme.ColorNameHyperlink:   rgb(0x7dbcff),
	theme.ColorNameDisabled:    rgb(0x75818d),

	theme.ColorNameForegroundOnPrimary: rgb(0x06203a),
	theme.ColorNameForegroundOnSuccess: rgb(0x04240f),
	theme.ColorNameForegroundOnWarning: rgb(0x2b1c00),
	theme.ColorNameForegroundOnError:   rgb(0x3a0603),

	theme.ColorNameBackground:          rgb(0x1b2025),
	theme.ColorNameInputBackground:     rgb(0x12161a),
	theme.ColorNameInputBorder:         rgb(0x687480),
	theme.ColorNameHeaderBackground:    rgb(0x272e35),
	theme.ColorNameMenuBackground:      rgb(0x262d34),
	theme.ColorNameOverlayBackground:   rgb(0x21272d),
	theme.ColorNameButton:              rgb(0x353f49),
	theme.ColorNameDisabledButton:      rgb(0x2a3138),
	theme.ColorNameSelection:           rgb(0x1f4a73),
	theme.ColorNameHover:               veil(0xd6e6f5, 0x16),
	theme.ColorNamePressed:             veil(0xd6e6f5, 0x30),
	theme.ColorNameFocus:               veil(0x7dbcff, 0x44),
	theme.ColorNameSeparator:           rgb(0x38424c),
	theme.ColorNameShadow:              veil(0x000000, 0x80),
	theme.ColorNameScrollBar:           rgb(0x76828e),
	theme.ColorNameScrollBarBackground: rgb(0x21272d),
}
