package i18n

import "strings"

// Language is a language of the program, by its BCP 47 tag.
type Language string

// The languages. Auto is a wish, not a language: Choose resolves it.
const (
	Auto               Language = "auto"
	English            Language = "en"
	TraditionalChinese Language = "zh-Hant"
)

// Name is the language's name in itself, for the settings. Auto is translated.
func (l Language) Name() string {
	switch l {
	case English:
		return "English"
	case TraditionalChinese:
		return "繁體中文"
	default:
		return T("Automatic")
	}
}

// Choose is the language to use: the one wanted or, for Auto and unknown
// wishes, the first of the system's locales (zh-TW, zh_TW.UTF-8, zh-Hant-HK, en_US...)
// we speak. Chinese without a script or region of its own is taken as
// Traditional; Simplified is not, English is closer to what those users read.
func Choose(want Language, locales ...string) Language {
	if want == English || want == TraditionalChinese {
		return want
	}
	for _, locale := range locales {
		if l, ok := spoken(locale); ok {
			return l
		}
	}
	return English
}

// spoken is the language of ours that locale means, if any.
func spoken(locale string) (Language, bool) {
	locale, _, _ = strings.Cut(locale, ".")
	locale, _, _ = strings.Cut(locale, "@")
	parts := strings.FieldsFunc(strings.ToLower(locale), func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 {
		return "", false
	}
	switch parts[0] {
	case "en", "c", "posix":
		return English, true
	case "zh":
		for _, p := range parts[1:] {
			switch p {
			case "hant", "tw", "hk", "mo":
				return TraditionalChinese, true
			case "hans", "cn", "sg", "my":
				return "", false
			}
		}
		return TraditionalChinese, true
	}
	return "", false
}
