package s3store

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// A scanner reads a document of XML in memory, piece by piece. It takes and refuses
// what encoding/xml does, and means the same by it (FuzzAListingIsReadAsEncodingXMLReadsIt);
// it makes no value of what nobody looks at, which is most of a listing.
type scanner struct {
	raw    []byte
	at     int
	open   []span // names of the elements that are open
	closes bool   // the element that was opened last is empty, and its end is next
	text   []byte // what is written otherwise than it is meant
}

// A span is a piece of the document.
type span struct{ from, to int }

// A piece of a document. Comments, directives and instructions are none.
type piece int

const (
	opens  piece = iota // an element begins
	ends                // it ends
	chars               // text
	nought              // nothing anybody asks for
)

// next reads a piece: of an element its name without its namespace, of text what it
// means, valid until the next call. The end of the document is io.EOF where no
// element is open.
func (s *scanner) next() (piece, []byte, error) {
	for {
		kind, what, err := s.piece()
		if err != nil || kind != nought {
			return kind, what, err
		}
	}
}

func (s *scanner) piece() (piece, []byte, error) {
	switch {
	case s.closes:
		s.closes = false
		return s.end(s.open[len(s.open)-1])
	case s.at == len(s.raw) && len(s.open) == 0:
		return nought, nil, io.EOF
	case s.at == len(s.raw):
		return nought, nil, s.early()
	case s.raw[s.at] != '<':
		what, err := s.characters(0)
		return chars, what, err
	}
	s.at++
	switch s.peek() {
	case '/':
		s.at++
		return s.endTag()
	case '?':
		s.at++
		return nought, nil, s.instruction()
	case '!':
		s.at++
		return s.markup()
	}
	return s.startTag()
}

// peek is the next byte, 0 at the end of the document: no name, blank or tag has it.
func (s *scanner) peek() byte {
	if s.at < len(s.raw) {
		return s.raw[s.at]
	}
	return 0
}

// take passes a byte that has to be there.
func (s *scanner) take(b byte, otherwise string) error {
	switch {
	case s.at == len(s.raw):
		return s.early()
	case s.raw[s.at] != b:
		return s.wrong(otherwise)
	}
	s.at++
	return nil
}

func (s *scanner) blanks() {
	for s.at < len(s.raw) && (s.raw[s.at] == ' ' || s.raw[s.at] == '\n' || s.raw[s.at] == '\r' || s.raw[s.at] == '\t') {
		s.at++
	}
}

func (s *scanner) startTag() (piece, []byte, error) {
	name, err := s.element("expected element name after <")
	if err != nil {
		return nought, nil, err
	}
	for s.peek() != '>' {
		s.blanks()
		switch s.peek() {
		case '>':
			continue
		case '/':
			s.at++
			if err := s.take('>', "expected /> in element"); err != nil {
				return nought, nil, err
			}
			s.closes = true
			s.open = append(s.open, name)
			return opens, s.local(name), nil
		}
		if err := s.attribute(); err != nil {
			return nought, nil, err
		}
	}
	s.at++
	s.open = append(s.open, name)
	return opens, s.local(name), nil
}

// attribute passes one: nothing in a document of S3 hangs on any.
func (s *scanner) attribute() error {
	if _, err := s.element("expected attribute name in element"); err != nil {
		return err
	}
	s.blanks()
	if err := s.take('=', "attribute name without = in element"); err != nil {
		return err
	}
	s.blanks()
	quote := s.peek()
	if quote != '"' && quote != '\'' {
		return s.wrong("unquoted or missing attribute value in element")
	}
	s.at++
	_, err := s.characters(quote)
	return err
}

func (s *scanner) endTag() (piece, []byte, error) {
	name, err := s.element("expected element name after </")
	if err != nil {
		return nought, nil, err
	}
	s.blanks()
	if err := s.take('>', "invalid characters at the end of an element"); err != nil {
		return nought, nil, err
	}
	return s.end(name)
}

func (s *scanner) end(name span) (piece, []byte, error) {
	last := len(s.open) - 1
	switch {
	case last < 0:
		return nought, nil, s.wrong("unexpected end element </" + string(s.local(name)) + ">")
	case !bytes.Equal(s.bytes(s.open[last]), s.bytes(name)):
		return nought, nil, s.wrong("element <" + string(s.local(s.open[last])) + "> closed by </" + string(s.local(name)) + ">")
	}
	s.open = s.open[:last]
	return ends, s.local(name), nil
}

func (s *scanner) bytes(p span) []byte { return s.raw[p.from:p.to] }

// local is a name without its namespace.
func (s *scanner) local(name span) []byte {
	all := s.bytes(name)
	if i := bytes.IndexByte(all, ':'); i > 0 && i < len(all)-1 {
		return all[i+1:]
	}
	return all
}

// element reads the name of an element or attribute: one namespace may be before it.
func (s *scanner) element(otherwise string) (span, error) {
	name, colons, err := s.name(otherwise)
	if err == nil && colons > 1 {
		err = s.wrong(otherwise)
	}
	return name, err
}

func (s *scanner) name(otherwise string) (name span, colons int, err error) {
	from, ascii := s.at, true
names:
	for ; s.at < len(s.raw); s.at++ {
		b := s.raw[s.at]
		switch {
		case b >= utf8.RuneSelf:
			ascii = false
			continue
		case b == ':':
			colons++
			continue
		case named[b]:
			continue
		}
		break names
	}
	name = span{from, s.at}
	switch {
	case s.at == len(s.raw):
		return name, 0, s.early()
	case s.at == from:
		return name, 0, s.wrong(otherwise)
	case ascii && !never[s.raw[from]] || !ascii && isName(s.bytes(name)):
		return name, colons, nil
	}
	return name, 0, s.wrong("invalid XML name: " + string(s.bytes(name)))
}

// named are the bytes below 128 that names have, never those that no name begins with.
var (
	named = bytesOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:.-")
	never = bytesOf("0123456789.-")
)

func bytesOf(s string) (t [256]bool) {
	for i := range len(s) {
		t[s[i]] = true
	}
	return t
}

// isName reports whether letters of all the world are a name, by the tables of
// encoding/xml.
func isName(name []byte) bool {
	tag := "<" + strings.ReplaceAll(string(name), ":", "_") + "/>"
	_, err := xml.NewDecoder(strings.NewReader(tag)).RawToken()
	return err == nil
}

// instruction passes one; a declaration of another XML, or of an encoding that is
// not UTF-8, is refused.
func (s *scanner) instruction() error {
	target, _, err := s.name("expected target name after <?")
	if err != nil {
		return err
	}
	s.blanks()
	end := bytes.Index(s.raw[s.at:], []byte("?>"))
	if end < 0 {
		s.at = len(s.raw)
		return s.early()
	}
	content := string(s.raw[s.at : s.at+end])
	s.at += end + 2
	if string(s.bytes(target)) != "xml" {
		return nil
	}
	if version := declared("version", content); version != "" && version != "1.0" {
		return s.wrong("version " + version + " of XML is not read")
	}
	if encoding := declared("encoding", content); encoding != "" && !strings.EqualFold(encoding, "utf-8") {
		return s.wrong("the encoding " + encoding + " is not read")
	}
	return nil
}

// declared is what a declaration says of something, found as encoding/xml finds it.
func declared(what, content string) string {
	for {
		i := strings.Index(content, what+"=")
		if i < 0 {
			return ""
		}
		content = content[i+len(what)+1:]
		if content == "" {
			return ""
		}
		quote := content[0]
		content = content[1:]
		if quote == '"' || quote == '\'' {
			value, _, closed := strings.Cut(content, string(rune(quote)))
			if !closed {
				return ""
			}
			return value
		}
	}
}

// markup reads what begins with <!.
func (s *scanner) markup() (piece, []byte, error) {
	switch s.peek() {
	case '-':
		s.at++
		if err := s.take('-', "invalid sequence <!- not part of <!--"); err != nil {
			return nought, nil, err
		}
		return nought, nil, s.comment()
	case '[':
		for _, b := range []byte("[CDATA[") {
			if err := s.take(b, "invalid <![ sequence"); err != nil {
				return nought, nil, err
			}
		}
		what, err := s.cdata()
		return chars, what, err
	}
	return nought, nil, s.directive()
}

func (s *scanner) comment() error {
	end := bytes.Index(s.raw[s.at:], []byte("--"))
	if end < 0 {
		s.at = len(s.raw)
		return s.early()
	}
	s.at += end + 2
	return s.take('>', `invalid sequence "--" not allowed in comments`)
}

// directive passes one, with those in it.
func (s *scanner) directive() error {
	var quote byte
	if s.at < len(s.raw) {
		s.at++ // whatever it is: encoding/xml does not look at the first
	}
	for depth := 0; s.at < len(s.raw); {
		b := s.raw[s.at]
		s.at++
		switch {
		case quote != 0 && b == quote:
			quote = 0
		case quote != 0:
		case b == '>' && depth == 0:
			return nil
		case b == '\'' || b == '"':
			quote = b
		case b == '>':
			depth--
		case b == '<' && bytes.HasPrefix(s.raw[s.at:], []byte("!--")):
			end := bytes.Index(s.raw[s.at+3:], []byte("-->"))
			if end < 0 {
				s.at = len(s.raw)
				return s.early()
			}
			s.at += 3 + end + 3
		case b == '<':
			depth++
		}
	}
	return s.early()
}

// early says that the document ends before it should.
func (s *scanner) early() error { return s.wrong("unexpected EOF") }

func (s *scanner) wrong(what string) error {
	return &xml.SyntaxError{Msg: what, Line: 1 + bytes.Count(s.raw[:s.at], []byte("\n"))}
}
