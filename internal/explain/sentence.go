package explain

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Sentence makes a sentence in the language in force of half a one: with a
// capital where the language has them, and a full stop.
func Sentence(said client.Text) string {
	text := i18n.Say(said)
	if i18n.Current() == i18n.English || strings.HasSuffix(text, "。") || text == "" {
		return sentence(text)
	}
	return text + "。"
}

// sentence is one in English.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	runes := []rune(text)
	runes[0] = []rune(strings.ToUpper(string(runes[0])))[0]
	text = string(runes)
	if !strings.ContainsAny(text[len(text)-1:], ".!?:") {
		text += "."
	}
	return text
}
