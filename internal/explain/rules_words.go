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

// findingTexts are the sentences of package transfer about one object.
var findingTexts = []string{
	i18n.M("not told by the server"),
	i18n.M("none reported"),
	i18n.M("SSE-C, key MD5 %s"),
	i18n.M("%s, key not reported"),
	i18n.M("%s, bucket key"),
	i18n.M("%s, AWS managed key"),
	i18n.M("%s, key %s"),
	i18n.M("bucket default"),
	i18n.M("nothing is asked; %s"),
	i18n.M("nothing was asked; %s"),
	i18n.M("%s was asked; %s did not say how the object is encrypted"),
	i18n.M("%s was asked; %s names no encryption"),
	i18n.M("the SSE-C key with MD5 %s was asked; %s says %s"),
	i18n.M("key %s was asked; %s does not name the key"),
	i18n.M("key %s was asked; %s says %s, and whether that is the same key could not be found out"),
	i18n.M("key %s was asked; %s says %s"),
	i18n.M("%s was asked; %s does not name the key"),
	i18n.M("%s was asked; %s says %s, and whether that is the AWS managed key could not be found out: name the key in the rule to have it compared"),
	i18n.M("%s was asked; %s says %s, which KMS does not call AWS managed"),
	i18n.M("%s was asked; %s says that it is encrypted with another SSE-C key"),
	i18n.M("%s was asked; %s says %s"),
	i18n.M("encrypted as asked: %s; the bucket key asked for is not reported"),
	i18n.M("encrypted as asked: %s"),
	i18n.M("the file is stored, and %s does not find it yet"),
	i18n.M("the file is stored, and this account may not look: %s was denied"),
	i18n.M("the file is stored, and you stopped before %s was answered"),
	i18n.M("the file was stored, and another object has taken its place since"),
	i18n.M("the file is stored, and %s was not answered"),
	i18n.M("the key could not be compared yet: KMS did not answer"),
	i18n.M("%s says SSE-C and does not name the key's MD5"),
	i18n.M("the server"),
	i18n.M("HEAD of the object"),
	i18n.M("the answer to the upload"),
	i18n.M("the answer to the beginning of the upload"),
	i18n.M("the answer to a part"),
	i18n.M("the answer to the completion of the upload"),
}

// allTexts are all of them.
var allTexts = slices.Concat(findingTexts, answerTexts, reasonTexts)

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
