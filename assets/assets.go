// Package assets holds the files which are part of the program: the fonts, the
// icon and the translations. It only embeds; what they mean is decided where
// they are used. It imports nothing but the standard library, so that every
// room may use it.
package assets

import "embed"

// FontRegular and FontBold are Noto Sans TC, cut down to the characters named
// in fonts/README.md: TrueType, one face each, under the SIL Open Font License
// in FontLicence.
var (
	//go:embed fonts/NotoSansTC-Regular.ttf
	FontRegular []byte
	//go:embed fonts/NotoSansTC-Bold.ttf
	FontBold []byte
	//go:embed fonts/OFL.txt
	FontLicence string
)

// IconPNG is the icon of the program, 512x512.
//
//go:embed icon.png
var IconPNG []byte

// Translations holds zh-Hant.json, an object from the English text to the text
// in Traditional Chinese (English is the key and needs no file), and
// fyne.zh-Hant.json, the stock words of the Fyne toolkit, which ships none.
//
//go:embed translations/*.json
var Translations embed.FS
