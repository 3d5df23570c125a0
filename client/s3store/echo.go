package s3store

import (
	"encoding/base64"
	"net/url"
	paths "path"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// The answer of a listing says which call it is one to: below which prefix it looks,
// behind which name and version it begins, or with which token it goes on. An answer to
// another call of the same listing has names that may fit where they do not belong, so
// that what lies between is lost in silence: a cache does so that leaves a parameter out
// of its keys, and a proxy that takes one connection for another.
//
// Servers differ in what they say. AWS, Ceph, MinIO, Swift, s3proxy, LocalStack and
// versitygw say all; others leave out some, or write it empty, and nothing is concluded
// from that. Any of it may be written as in a URL, whatever EncodingType says. versitygw
// says a start-after as a token, too (github.com/versity/versitygw/issues/2007), MinIO
// and its descendants take the slash off that a name begins with and clean such a path,
// Ceph calls the version that has no id null or nothing.

// An echo is what the answer says the call was, or what it was.
type echo struct {
	prefix string
	start  string // StartAfter, Marker or KeyMarker: the name behind which it begins, or goes on
	token  string // ContinuationToken
	// VersionIdMarker: the version of that name behind which it begins.
	version string
}

// own asks for a page and, where what comes is the answer to another call, once more.
func (asked echo) own(ask func() (listed, error)) (listed, error) {
	l, err := ask()
	if err != nil || asked.doubt(l.echo) == nil {
		return l, err
	}
	if l, err = ask(); err == nil {
		err = asked.doubt(l.echo)
	}
	return l, err
}

// doubt is why an answer that says so is not one to what was asked, nil for nothing.
func (asked echo) doubt(said echo) error {
	begins := said.start
	if same(asked.start, begins) {
		begins = said.token
	}
	switch {
	case !same(asked.prefix, said.prefix):
		return anotherCall(client.Say("the answer is one to another call, which asks for what begins with %s", firstWords(said.prefix, 80)))
	case asked.token != "" && (said.token != "" || sameToken(asked.token, said.start)):
		if sameToken(asked.token, said.token) {
			return nil // whatever name the listing began behind
		}
	case !same(asked.start, begins):
		return anotherCall(client.Say("the answer is one to another call, which asks for what is behind %s", firstWords(begins, 80)))
	case same(version(asked.version), version(said.version)):
		return nil
	}
	return anotherCall(client.Say("the answer is one to another call, which goes on elsewhere"))
}

func anotherCall(why client.Text) error {
	return &errContradiction{why: why, cause: client.ErrAnotherCall}
}

// version is the id of a version, "" for that without one.
func version(id string) string {
	if id == client.NullVersion {
		return ""
	}
	return id
}

// same reports whether what a server says may be what was asked for.
func same(asked, said string) bool {
	if said == "" || asked == said || strings.ContainsRune(said, '\uFFFD') {
		return true // not said, or with what could not be written
	}
	for _, decoded := range []func(string) (string, error){
		func(s string) (string, error) { return s, nil }, url.QueryUnescape, url.PathUnescape,
	} {
		if is, err := decoded(said); err == nil && kept(is) == kept(asked) {
			return true
		}
	}
	return false
}

// sameToken is same of a token, which may be said as what it is made of.
func sameToken(asked, said string) bool {
	of := func(token string) string {
		raw, err := base64.StdEncoding.DecodeString(token)
		if err != nil {
			return token
		}
		return string(raw)
	}
	return same(asked, said) || same(of(asked), said) || same(asked, of(said))
}

// kept is what is kept of a name on its way: the ends of lines are one
// (https://www.w3.org/TR/xml/#sec-line-ends), and slashes before it none.
func kept(name string) string {
	name = strings.ReplaceAll(strings.ReplaceAll(name, "\r\n", "\n"), "\r", "\n")
	if !strings.HasPrefix(name, "/") {
		return name
	}
	clean := strings.TrimPrefix(paths.Clean(name), "/")
	if clean != "" && strings.HasSuffix(name, "/") {
		clean += "/"
	}
	return clean
}
