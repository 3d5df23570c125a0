package explain

import "github.com/bucketseal/bucketseal/internal/i18n"

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
