package explain

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// answerTexts are the sentences of the rooms below about answers that are not
// what was awaited. See Words.
var answerTexts = []string{
	i18n.M("the answer is empty (%s)"),
	i18n.M("the answer is of no type: “%s”"),
	i18n.M("the answer is %s: “%s”"),
	i18n.M("the answer is a document <%s>, and not <%s>"),
	i18n.M("the answer cannot be read: %s"),
	i18n.M("the answer is larger than %s"),
	i18n.M("the answer has more than %s tags"),
	i18n.M("the answer is nested deeper than any of S3"),
	i18n.M("the answer declares entities, which no answer of S3 does"),
	i18n.M("the answer says that it holds the bytes %s"),
	i18n.M("%s were asked for and the server sends %s"),
	i18n.M("version %s was asked for and the server gives %s"),
	i18n.M("version %s was asked for, and the server does not say that it gives it"),
	i18n.M("the list names an object without a name"),
	i18n.M("the list names a bucket without a name"),
	i18n.M("the list names %s, which does not begin with %s"),
	i18n.M("the list names %s, which does not lie there"),
	i18n.M("the list names the folder %s, and not what is in it"),
	i18n.M("the list writes the name %s in a way that cannot be read"),
	i18n.M("the list goes back: it names %s after %s"),
	i18n.M("the list goes in circles: it goes on where it has been already"),
	i18n.M("the list goes on and on without a name"),
	i18n.M("the server says there is more and does not say where to go on"),
	i18n.M("the server did not say what became of it"),
	i18n.M("the list says %s bytes, and the object has %s"),
	i18n.M("HEAD says %s bytes, and GET says %s"),
	i18n.M("HEAD says %s bytes, and there are no more than %s"),
	i18n.M("a web page came in the place of the object (%s)"),
	i18n.M("it sends us to %s"),
}

// aboutAnAnswer reports whether the words of an error are ours and about an
// answer, though it has a status.
func aboutAnAnswer(e *client.Error) bool {
	switch e.Kind {
	case client.KindNotS3, client.KindContradiction:
		return e.Message != ""
	case client.KindRedirected:
		return e.Message != "" && e.Code == ""
	}
	return false
}
