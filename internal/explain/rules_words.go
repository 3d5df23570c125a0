package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// The rooms below speak English. Their sentences about rules are said here in
// the user's language: each is recognised by its pattern, whose %s stand for
// the values in it, and one that is not known is shown as it is.

// allTexts are all of them.
var allTexts = slices.Concat(answerTexts, wayTexts, settingsTexts)

// Words says a sentence of the rooms below in the user's language; the values in
// it may be such sentences themselves.
func Words(said any) string {
	text, _ := said.(string)
	if t, ok := said.(client.Text); ok {
		text = i18n.Say(t)
	}
	if i18n.Current() == i18n.English {
		return text
	}
	for _, p := range allTexts {
		values := regexp.MustCompile(`(?s)\A` + strings.ReplaceAll(regexp.QuoteMeta(p), "%s", "(.*?)") + `\z`).FindStringSubmatch(text)
		if values == nil {
			continue
		}
		args := make([]any, 0, len(values))
		for _, v := range values[1:] {
			args = append(args, Words(v))
		}
		return i18n.T(p, args...)
	}
	return text
}

// Sentence makes a sentence of words for the place below a field.
func Sentence(said any) string {
	text := Words(said)
	if i18n.Current() == i18n.English || strings.HasSuffix(text, "。") || text == "" {
		return sentence(text)
	}
	return text + "。"
}
