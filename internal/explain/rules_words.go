package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// The rooms below speak English. Their sentences about rules are said here in
// the user's language: each is recognised by its pattern, whose %s stand for
// the values in it, and one that is not known is shown as it is.

// problemTexts are the sentences of package rules, and of client about an
// encryption.
var problemTexts = []string{
	i18n.M("a bucket name has no slash and no blank: name the bucket here and the folder in the file mask"),
	i18n.M("the mask holds a control character, which was probably pasted by accident"),
	i18n.M("the mask is longer than the %s bytes of the longest name"),
	i18n.M("names in a bucket rarely begin with a slash: this mask may match nothing"),
	i18n.M("choose an encryption type"),
	i18n.M("%s is no encryption type: use inherit, SSE-S3, SSE-KMS, DSSE-KMS or SSE-C"),
	i18n.M("a KMS key belongs to SSE-KMS or DSSE-KMS only"),
	i18n.M("this looks like no AWS key id, ARN or alias; it is sent as it stands, which is right for many other clouds"),
	i18n.M("an encryption context belongs to SSE-KMS or DSSE-KMS only"),
	i18n.M("a bucket key belongs to SSE-KMS only"),
	i18n.M("the key id holds the character %s, which cannot be sent: paste the id again"),
	i18n.M("the key id begins or ends with a blank: remove it"),
	i18n.M("the encryption context has a pair without a name"),
	i18n.M("the encryption context names %s: names beginning with aws: belong to AWS"),
	i18n.M("the encryption context is not valid UTF-8"),
	i18n.M("an SSE-C key is 32 bytes: write it as base64 (44 characters), as 64 hexadecimal digits, or as 32 characters"),
	i18n.M("rule %s matches and cannot be used: %s"),
	i18n.M("its SSE-C key is not in the keyring of this computer: edit the rule and enter the key"),
	i18n.M("its SSE-C key was given for %s at %s, which is elsewhere now: edit the rule and enter the key, if it belongs here too"),
	i18n.M("%s over plain http is refused: %s would travel unprotected; use an https endpoint"),
	i18n.M("the key itself"),
	i18n.M("the file"),
}

// findingTexts are the sentences of package transfer about one object.
var findingTexts = []string{
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
	i18n.M("not told by the server"),
	i18n.M("none reported"),
}

// allTexts are all of them.
var allTexts = slices.Concat(findingTexts, answerTexts, reasonTexts)

// Words says a sentence of the rooms below in the user's language; the values in
// it may be such sentences themselves.
func Words(text string) string {
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
func Sentence(text string) string {
	text = Words(text)
	if i18n.Current() == i18n.English || strings.HasSuffix(text, "。") || text == "" {
		return sentence(text)
	}
	return text + "。"
}
