package explain

import "github.com/bucketseal/bucketseal/internal/i18n"

// settingsTexts are the sentences of package settings, and of the reader of
// rules, about files that cannot be used. See Words.
var settingsTexts = []string{
	i18n.M("%s is gone, in which rules were saved: put it back, or save rules again ('rules add', 'rules import', or Save changes in the window), which begins a new list; to go on without rules, remove %s"),
	i18n.M("the settings folder %s is not there, and the rules and accounts in it would be missed: correct --config-dir or %s, or mount its disk; 'accounts add', 'rules add' and 'rules import' make it"),
	i18n.M("%s %s, who could change what is encrypted and where secrets go: nothing is read from it; %s"),
	i18n.M("belongs to another user (uid %s)"),
	i18n.M("may be written by other users (mode %s)"),
	i18n.M("if you trust what it holds: %s"),
	i18n.M("run this as that user, or, if you trust what it holds: %s"),
	i18n.M("read %s: it is a link to %s, which is not there: mount or put back what it points to, or remove the link"),
	i18n.M("%s is damaged and was left as it is (%s); a copy is kept as %s; repair it or put back a good copy, or reset it to begin again with an empty one"),
	i18n.M("%s has version %s and this program reads up to %s: it was left as it is; update Bucketseal"),
	i18n.M("%s; nothing was imported"),
	i18n.M("line %s: %s"),
	i18n.M("the file is UTF-16, as Notepad's \"Unicode\" and PowerShell's > write it: save it as UTF-8"),
	i18n.M("this is no UTF-8: save the file as UTF-8"),
	i18n.M("the file is empty, which is no list of rules: put back a good copy; a list without rules is written {\"version\":1,\"rules\":[]}"),
	i18n.M("the file is not a list of rules: it is no JSON (%s)"),
	i18n.M("the file is not a list of rules: it ends too early (%s)"),
	i18n.M("the file is not a list of rules: it has neither \"version\" nor \"rules\""),
	i18n.M("the file is not a list of rules exported by Bucketseal: its \"format\" is %s"),
	i18n.M("the file has version %s and this program reads up to %s: update Bucketseal"),
	i18n.M("it has no \"version\": write \"version\": 1 beside \"rules\""),
	i18n.M("it has no \"rules\": without its list the file would mean that nothing is encrypted; a list without rules is written \"rules\": []"),
	i18n.M("%s has a field %s, which is none of: %s"),
	i18n.M("%s has the field %s twice: keep one of them"),
	i18n.M("%s is not text in quotes; leave the field out where there is nothing to say"),
	i18n.M("%s is neither true nor false"),
	i18n.M("something follows the list: remove it"),
}
