package explain

import (
	"slices"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// reasonTexts are the sentences of the rooms below about what an upload asks
// for, and why a file is refused. See Words.
var reasonTexts = slices.Concat([]string{
	i18n.M("there is no such file"),
	i18n.M("this user may not read it"),
	i18n.M("it is a link to a folder it lies in: following it would never end"),
	i18n.M("it is no ordinary file (a device, pipe or socket)"),
	i18n.M("left out, since a download that was cut off has left it: %s"),
	i18n.M("not followed, since the folder goes up under its own name: %s"),
	i18n.M("not followed, since the folder goes up under another name: %s"),
	i18n.M("%s asks for %s, which is weaker than the bucket's default, %s"),
	i18n.M("whether files with these names are there already could not be found out: %s"),
	i18n.M("%s of the files may be there already: so much lies there that not all of it was looked through"),
	i18n.M("two files look alike and become two objects, written %s and %s"),
	i18n.M("an object that looks like %s is there already, written %s: this one becomes another, written %s"),
	i18n.M("the mask of rule %s looks like the names of %s of the files and is written with other characters: it takes them all the same"),
	i18n.M("it is there already"),
	i18n.M("it is there already, with other contents"),
	i18n.M("it is there already, with contents that could not be compared"),
	i18n.M("it is there already and not older than the file"),
	i18n.M("it is there already with other contents, and not older than the file"),
	i18n.M("the server does not say how old it is, so it cannot be told which is newer"),
	i18n.M("another object has taken its place"),
	i18n.M("stopped by you"),
}, wayTexts, contentTexts, settingsTexts)
