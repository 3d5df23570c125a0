// Package i18n says the program's texts in the user's language.
//
// The English text is the key: write i18n.T("Add account") and the sentence can
// be read where it is used. assets/translations/zh-Hant.json maps it to
// Traditional Chinese as written in Taiwan. A text without a translation is
// shown in English; a test reads the source and fails for each such text, so
// none is shipped.
//
//	i18n.T("Delete %s?", name)                       a sentence with values, as fmt.Sprintf
//	i18n.N(n, "%d file", "%d files", n)              one or many
//	i18n.C("object", "Key")                          where one English word has two meanings
//	var titles = []string{i18n.M("Name")}            noted now, translated later by T(title)
//	i18n.Say(text)                                   what another room said as a client.Text
//
// A translation may put the values in another order with %[2]s.
//
// The language is one for the whole program. Set may be called at any time and
// from any goroutine; texts already on the screen stay until drawn anew. The
// package imports no toolkit, so screen logic can be tested with its texts.
package i18n

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/bucketseal/bucketseal/assets"
	"github.com/bucketseal/bucketseal/client"
)

// The texts of the language in force; nil is English.
var current atomic.Pointer[catalogue]

// catalogue is one language and its texts by their English.
type catalogue struct {
	language Language
	texts    map[string]string
}

// Set changes the language. Auto and a language unknown here mean English: let
// Choose find out first.
func Set(l Language) {
	if l != TraditionalChinese {
		current.Store(nil)
		return
	}
	current.Store(&catalogue{language: l, texts: load(l)})
}

// Current is the language in force.
func Current() Language {
	if c := current.Load(); c != nil {
		return c.language
	}
	return English
}

// T is the text in the language in force, its verbs filled with args. Without
// args it is taken as it is, percent signs included.
func T(text string, args ...any) string {
	return fill(lookup(text, text), args)
}

// N is one or other, as n is 1 or not; the args are those of the text, n itself
// included if the text shows it.
func N(n int, one, other string, args ...any) string {
	if n == 1 {
		return T(one, args...)
	}
	return T(other, args...)
}

// C is a text with a context which tells its meanings apart and is not shown.
func C(context, text string, args ...any) string {
	return fill(lookup(context+"|"+text, text), args)
}

// Say is a text of the rooms below in the language in force, the texts among its
// values too.
func Say(t client.Text) string {
	return t.In(func(form string) string { return lookup(form, form) })
}

// M marks a text for translation and returns it as it is.
func M(text string) string { return text }

// Toolkit is the JSON of the Fyne toolkit's own words in Traditional Chinese,
// for its lang.AddTranslationsForLocale. The toolkit ships Simplified only.
func Toolkit() []byte {
	b, err := assets.Translations.ReadFile("translations/fyne.zh-Hant.json")
	if err != nil {
		panic(err) // it is embedded
	}
	return b
}

func lookup(key, english string) string {
	c := current.Load()
	if c == nil {
		return english
	}
	if text, ok := c.texts[key]; ok {
		return text
	}
	return english
}

func fill(text string, args []any) string {
	if len(args) == 0 {
		return strings.ReplaceAll(text, "%%", "%")
	}
	return fmt.Sprintf(text, args...)
}

func load(l Language) map[string]string {
	b, err := assets.Translations.ReadFile("translations/" + string(l) + ".json")
	if err != nil {
		panic(err) // it is embedded
	}
	texts := map[string]string{}
	if err := json.Unmarshal(b, &texts); err != nil {
		panic(err) // a test reads it
	}
	return texts
}
