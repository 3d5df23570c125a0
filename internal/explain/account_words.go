package explain

import "github.com/bucketseal/bucketseal/internal/i18n"

// accountTexts are the sentences of package client about an account and its
// credentials. See Words.
var accountTexts = []string{
	i18n.M("one line without tabs, please"),
	i18n.M("the built-in account has this name: choose another"),
	i18n.M("this is not a URL"),
	i18n.M("no user name or password in the URL, please: they go into their own fields"),
	i18n.M("%s should begin with https:// (or http://)"),
	i18n.M("%s names no host"),
	i18n.M("%s: a port is a number from 1 to 65535"),
	i18n.M("%s should end after the host: bucket names come later"),
	i18n.M("%s is not protected: anybody on the way could answer for the KMS; begin it with https://"),
	i18n.M("%s is none: letters, digits and hyphens, as in us-east-1"),
	i18n.M("character %s cannot be read: paste it again as plain text"),
	i18n.M("character %s is none that it can have: paste it again as plain text"),
	i18n.M("character %s is %s: paste it again without it"),
	i18n.M("a line end"),
	i18n.M("a tab"),
	i18n.M("a byte order mark"),
	i18n.M("a blank"),
	i18n.M("one that cannot be seen"),
}

// wayTexts are the sentences of the store about the way to a server.
var wayTexts = []string{
	i18n.M("an SSE-C key must not be sent over plain http to another machine: use https"),
	i18n.M("the server redirects from https to http: not followed"),
	i18n.M("the server redirects a request with an SSE-C key to another host: not followed"),
	i18n.M("localhost leads to another machine here: mend the hosts file, or write 127.0.0.1"),
	i18n.M("the proxy of %s cannot be used: %s"),
	i18n.M("it is not a URL; in a user name and a password, write %25 for %, %40 for @, %3A for :, %2F for /, %23 for # and %3F for ?"),
	i18n.M("it is not a URL such as http://host:port"),
	i18n.M("it should begin with http://, https://, socks5:// or socks5h://"),
	i18n.M("it names no host"),
	i18n.M("it answered %s"),
}
